"""Prompt formats: a model's own chat template, phi-2's documented formats, or plain text."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from phitui.models.engine import PromptKind
from phitui.models.engines.turns import overlap, role_marks, turn_ends
from phitui.models.inspection.chat_template import Frame

PHI_STOPS: dict[str, tuple[str, ...]] = {
    "documents": ("\nInstruct:", "\nOutput:", "\nExercise", "\nQuestion:", "<|endoftext|>"),
    "chat": ("\nAlice:", "\nBob:", "<|endoftext|>"),
    "code": ("\nInstruct:", "\nOutput:", "\nExercise", "<|endoftext|>"),
    "raw": (),
}
"""phi-2 is a base model and runs on into the next exercise."""
ROLE_MARKS = (
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "<|im_start|>",
    "<|im_end|>",
    "### Instruction",
    "### Response",
)
"""Marks that some chat templates write as plain text, not as tokens of their own."""
PLAIN_STOPS: dict[str, tuple[str, ...]] = {
    "documents": ("\nQuestion:",),
    "chat": ("\nUser:",),
    "code": (),
    "raw": (),
}


class PromptFormat:
    """How one model wants to be asked. `tokenizer` is transformers' own, `family` the model type ("phi").

    `thinks`: the chat template is told to let the model think first, where it knows of that.
    """

    def __init__(self, tokenizer: Any, family: str, thinks: bool = False):
        self._tokenizer, self._thinks = tokenizer, thinks
        self._phi = family == "phi" and not tokenizer.chat_template
        self._frame: Frame | None = None
        special = sorted(_special_strings(tokenizer), key=len, reverse=True)
        self.ends, self._turn_stops = turn_ends(tokenizer)
        """Tokens that end an answer."""
        self._control = frozenset(
            number for number, added in tokenizer.added_tokens_decoder.items() if str(added) in special
        )
        self._special = re.compile("|".join(map(re.escape, special))) if special else None

    def wrap(self, content: str, kind: PromptKind) -> str:
        """The content in the format for that kind. Special tokens inside the content are defused: it is data."""
        if kind == "raw":
            return content
        content = self._defused(content)
        if self._tokenizer.chat_template:
            self._frame = self._frame or Frame(self._tokenizer, self._thinks)
            return self._frame.around(content)
        if self._phi:
            # The formats of the model card of microsoft/phi-2.
            return f"Alice: {content}\nBob:" if kind == "chat" else f"Instruct: {content}\nOutput:"
        return f"User: {content}\nAssistant:" if kind == "chat" else f"{content}\n\nAnswer:"

    def stops(self, kind: PromptKind) -> tuple[str, ...]:
        """Stop strings of that format."""
        if self._tokenizer.chat_template:
            return () if kind == "raw" else self._turn_stops
        return (PHI_STOPS if self._phi else PLAIN_STOPS)[kind]

    def _defused(self, content: str) -> str:
        """Special tokens broken apart with a space, so that no document can end the prompt or change its role."""
        if self._special is None:
            return content
        defused = self._special.sub(_broken, content)
        if not self._control or self._control.isdisjoint(
            self._tokenizer(defused, add_special_tokens=False)["input_ids"]
        ):
            return defused
        # Some tokenizers take wide and other forms of a character for the plain one, and find their marks only then.
        return self._special.sub(_broken, unicodedata.normalize("NFKC", content))


def _broken(found: "re.Match[str]") -> str:
    mark = found.group()
    return f"{mark[:-1]} :" if mark.endswith(":") else f"{mark[0]} {mark[1:]}"


def _special_strings(tokenizer: Any) -> set[str]:
    """What must not stand in a document's text: strings that the tokenizer or the chat template treats as control.

    Added tokens that are plain words or white space (phi-2 has tokens for runs of spaces) are left alone.
    """
    found = {str(token) for token in tokenizer.all_special_tokens}
    for added in tokenizer.added_tokens_decoder.values():
        if added.special or any(mark in str(added) for mark in "<>[]|"):
            found.add(str(added))
    found.update(mark for mark in ROLE_MARKS if mark in str(tokenizer.chat_template or ""))
    found.update(role_marks(tokenizer))
    return {text for text in found if len(text) > 1 and text.strip()}


class StopFinder:
    """Holds back the longest end of the text that could begin a stop string (which may be split over tokens)."""

    def __init__(self, stops: Sequence[str]):
        self._stops = [stop for stop in stops if stop]
        self._held = ""

    def feed(self, text: str) -> tuple[str, bool]:
        """(text that may be shown, whether a stop string was met; it and what follows are dropped)."""
        self._held += text
        found = [place for place in map(self._held.find, self._stops) if place >= 0]
        if found:
            shown, self._held = self._held[: min(found)], ""
            return shown, True
        keep = max((overlap(self._held, stop) for stop in self._stops), default=0)
        cut = len(self._held) - keep
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown, False

    def rest(self) -> str:
        """What was held back, once nothing more comes."""
        held, self._held = self._held, ""
        return held
