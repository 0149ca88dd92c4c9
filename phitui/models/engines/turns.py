"""Where a turn ends, and what in it is thinking: read from the model's own chat template and vocabulary."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from phitui.models.inspection.chat_template import written

ASKED, SAID, NEXT = "Aone", "Btwo", "Cthree"
"""Contents of a made conversation, told apart in what the template makes of it."""
CHANNELS = "<|channel|>"
"""Templates with it end a thought with the mark that ends an answer: what ends there is left to the model's files."""
ROLE_MARK = re.compile(
    r"<[^<>\s]{1,60}>|<[|｜][^<>\n]{1,60}[|｜]>|\[/?[A-Z][A-Z_]{1,30}\]|\[\|[^\[\]\n]{1,60}\|\]|<</?[A-Z]{2,20}>>|"
    r"#{2,3} ?[A-Z]\w+|\b[A-Z]{4,12}:"
)
"""How marks of roles and turns look."""
THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
)
"""How models begin and end what they think before they answer."""


def _made_turns(tokenizer: Any) -> list[str]:
    """What the template makes of an answered question, with another one behind it and without."""
    asked, said = {"role": "user", "content": ASKED}, {"role": "assistant", "content": SAID}
    made = written(tokenizer, [([asked, said, {"role": "user", "content": NEXT}], False), ([asked, said], False)])
    return [each.get("text", "") for each in made]  # what it cannot write, it says when it is used


def between_turns(tokenizer: Any) -> list[str]:
    """What the template writes after an answer: before the next question, and at the end. Empty where it fails."""
    return [text.rpartition(SAID)[2].partition(NEXT)[0] for text in _made_turns(tokenizer) if SAID in text]


def role_marks(tokenizer: Any) -> set[str]:
    """What the template writes that tells roles and turns apart, where it is no token of its own but plain text."""
    return (
        {mark for text in _made_turns(tokenizer) for mark in ROLE_MARK.findall(text)}
        if tokenizer.chat_template
        else set()
    )


def turn_ends(tokenizer: Any) -> tuple[frozenset[int], tuple[str, ...]]:
    """(tokens, strings) that end an answer: what the template puts behind it, and what begins the next turn.

    A mark that the vocabulary has as one control token is a token here, otherwise the first line behind the answer is a
    string to stop at.
    """
    template = str(tokenizer.chat_template or "")
    if not template or CHANNELS in template:
        return frozenset(), ()
    control = {
        number: str(added)
        for number, added in tokenizer.added_tokens_decoder.items()
        if str(added).strip() and (added.special or re.search(r"[<>\[\]|]", str(added)))
    }
    tokens, strings = set(), set()
    for after in between_turns(tokenizer):
        ids = tokenizer(after, add_special_tokens=False)["input_ids"]
        marks = [number for number in ids if number in control and not is_thought(control[number])]
        words = after.strip()
        if marks and words.startswith(control[marks[0]]):
            tokens.update(marks)
        elif words:
            new_line = "\n" if "\n" in after[: len(after) - len(after.lstrip())] else ""
            strings.add(new_line + words.split("\n")[0].strip())
    return frozenset(tokens), tuple(sorted(strings))


def is_thought(mark: str) -> bool:
    """Whether a token begins or ends a thought."""
    return any(mark in pair for pair in THOUGHTS)


def own_thoughts(tokenizer: Any) -> list[tuple[str, str]]:
    """The marks of thoughts that the template or the vocabulary of this model knows."""
    known = {str(added) for added in tokenizer.added_tokens_decoder.values()}
    return [pair for pair in THOUGHTS if pair[0] in known or pair[1] in str(tokenizer.chat_template or "")]


def thought_begun(prompt: str) -> str | None:
    """The mark that ends the thought which the prompt's end begins, as some templates do; else None."""
    end = prompt.rstrip()
    return next((closing for opening, closing in THOUGHTS if end.endswith(opening)), None)


def text_decoder(tokenizer: Any) -> Callable[[Sequence[int]], str]:
    """Tokens to text without control tokens, but with those that begin or end a thought."""
    added = tokenizer.added_tokens_decoder.items()
    marks = {number: str(token) for number, token in added if token.special and is_thought(str(token))}

    def plain(ids: Sequence[int]) -> str:
        return str(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def decode(ids: Sequence[int]) -> str:
        at = next((place for place, number in enumerate(ids) if number in marks), None)
        if at is None:
            return plain(ids)
        return plain(ids[:at]) + marks[ids[at]] + decode(ids[at + 1 :])

    return decode


class ThoughtFinder:
    """Parts what a model says into thoughts and answer, as it comes."""

    def __init__(self, own: Sequence[tuple[str, str]], begun: str | None = None):
        """`own`: marks of this model, looked for everywhere; those of others only where the text begins.

        `begun`: the mark that ends the thought which the prompt has begun.
        """
        self._own = list(own)
        self._until = begun
        self._held = ""
        self._began = False
        """Whether something of the answer was given out."""
        self.thoughts = ""

    @property
    def until(self) -> str | None:
        """The mark that ends the thought which is being told; None where it is the answer."""
        return self._until

    def feed(self, text: str) -> str:
        """The part of the answer that is certain now."""
        self._held += text
        answer = ""
        while True:
            if self._until is None:
                given, closing = self._before_thought()
                answer += given
                if closing is None:
                    return answer
                self._until = closing
            elif not self._thought():
                return answer

    def rest(self) -> str:
        """What was held back, once nothing more comes; an unfinished thought stays one."""
        held, self._held = self._held, ""
        if self._until is not None:
            self.thoughts += held
            return ""
        return held

    def _before_thought(self) -> tuple[str, str | None]:
        """(what may be shown, the mark that ends the thought which begins behind it, None where none does)."""
        if not self._began:
            start = self._held.lstrip()
            opened = next((pair for pair in THOUGHTS if start.startswith(pair[0])), None)
            if opened is not None:
                self._held = start[len(opened[0]) :]
                return "", opened[1]
            if any(opening.startswith(start) for opening, _ in THOUGHTS):
                return "", None
            self._began = True
            self._held = start if self.thoughts else self._held
        places = [(self._held.find(opening), opening, closing) for opening, closing in self._own]
        found = min((each for each in places if each[0] >= 0), default=None)
        if found is not None:
            at, opening, closing = found
            shown, self._held = self._held[:at], self._held[at + len(opening) :]
            return shown, closing
        keep = max((overlap(self._held, opening) for opening, _ in self._own), default=0)
        cut = len(self._held) - keep
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown, None

    def _thought(self) -> bool:
        """Takes what belongs to the thought; whether it has ended."""
        assert self._until is not None
        thought, mark, rest = self._held.partition(self._until)
        if mark:
            self.thoughts += thought
            self._held, self._until = rest, None
            return True
        keep = overlap(self._held, self._until)
        cut = len(self._held) - keep
        self.thoughts += self._held[:cut]
        self._held = self._held[cut:]
        return False


def overlap(text: str, mark: str) -> int:
    """Length of the longest end of `text` that begins `mark`."""
    for length in range(min(len(text), len(mark) - 1), 0, -1):
        if text.endswith(mark[:length]):
            return length
    return 0
