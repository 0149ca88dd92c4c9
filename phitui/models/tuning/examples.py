"""Records as a model reads them: the exact text in its own format, its tokens, and those that it learns to say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.engines.local import prompt_ids
from phitui.models.engines.prompt_formats import PromptFormat
from phitui.models.inspection.chat_template import MARK, written
from phitui.models.tuning.data import Record, refuse
from phitui.text import one_line

Piece = tuple[str, bool]
"""(text, whether the loss counts there)."""
IGNORED = -100
"""The label of a token that is not learnt, as torch's cross entropy has it."""
ASKED_CHARACTERS = 2_000_000
"""Of conversations that the chat template is asked about together."""


@dataclass(frozen=True, slots=True)
class Example:
    """One record, ready to be learnt from."""

    line: int
    pieces: tuple[Piece, ...]
    ids: tuple[int, ...]
    labels: tuple[int, ...]
    """As many as ids."""


class ExampleMaker:
    """Makes examples for one model."""

    def __init__(self, tokenizer: Any, family: str, longest: int):
        """`tokenizer` is transformers' own, `family` the model type, `longest` in tokens."""
        self._tokenizer, self._longest = tokenizer, longest
        self._format = PromptFormat(tokenizer, family)
        self._end = str(tokenizer.eos_token or "")
        self._tail: str | None = None

    def make(self, records: Sequence[Record], file: Path) -> list[Example]:
        """One for each. Raises UsageError that names records of which nothing is left to learn, ModelError."""
        made, bad = [], []
        for record, pieces in zip(records, self._pieces(records), strict=True):
            example = self._example(record.line, pieces)
            made.append(example)
            if all(label == IGNORED for label in example.labels):
                bad.append((record.line, f"its prompt alone fills the {self._longest:,} tokens that are read"))
        refuse(bad, file)
        return made

    def _example(self, line: int, pieces: Sequence[Piece]) -> Example:
        # Cut into tokens piece by piece: when it answers, the model reads a prompt and then goes on.
        ids: list[int] = []
        labels: list[int] = []
        for text, counts in pieces:
            first = prompt_ids if not ids else _plain_ids
            more = first(self._tokenizer, text)
            ids += more
            labels += more if counts else [IGNORED] * len(more)
        return Example(line, tuple(pieces), tuple(ids[: self._longest]), tuple(labels[: self._longest]))

    def _pieces(self, records: Sequence[Record]) -> Iterator[Sequence[Piece]]:
        if records and records[0].kind == "chats" and self._tokenizer.chat_template:
            yield from self._templated(records)
            return
        for record in records:
            if record.kind == "texts":
                text = record.messages[0][1]
                yield [(text, True), *([(self._end, True)] if self._end and not text.endswith(self._end) else [])]
            elif record.kind == "pairs":
                (_, asked), (_, said) = record.messages
                yield [(self._format.wrap(asked, "documents"), False), (self._answer(said), True)]
            else:
                yield list(self._spoken(record))

    def _answer(self, said: str) -> str:
        """An answer as the model is to say it, with the mark that ends it."""
        if not self._tokenizer.chat_template:
            return f" {said.strip()}{self._end}"
        if self._tail is None:
            asked = [{"role": "user", "content": "?"}, {"role": "assistant", "content": MARK}]
            (made,) = written(self._tokenizer, [(asked, False)])
            self._tail = made.get("text", "").partition(MARK)[2].rstrip() or self._end
        return said.strip() + self._tail

    def _spoken(self, record: Record) -> Iterator[Piece]:
        """A conversation without a template."""
        before = ""
        for number, (role, text) in enumerate(record.messages, 1):
            if role != "assistant":
                before += f"{text}\n\n" if role == "system" else self._format.wrap(text, "chat")
                continue
            if before:
                yield before, False
            before = ""
            yield f" {text.strip()}{self._end if number == len(record.messages) else chr(10)}", True

    def _templated(self, records: Sequence[Record]) -> Iterator[Sequence[Piece]]:
        group: list[Record] = []
        size = 0
        for record in records:
            group.append(record)
            size += len(record.messages) * sum(len(text) for _, text in record.messages)
            if size > ASKED_CHARACTERS:
                yield from self._written(group)
                group, size = [], 0
        yield from self._written(group)

    def _written(self, group: Sequence[Record]) -> Iterator[Sequence[Piece]]:
        """What the template makes of conversations, cut where an answer begins and where it ends."""
        if not group:
            return
        asked: list[tuple[list[dict[str, str]], bool]] = []
        for record in group:
            messages = [{"role": role, "content": text} for role, text in record.messages]
            for at, (role, _) in enumerate(record.messages):
                if role == "assistant":
                    asked += [(messages[:at], True), (messages[: at + 1], False)]
        made = iter(written(self._tokenizer, asked))
        for record in group:
            spans = [(next(made), next(made)) for role, _ in record.messages if role == "assistant"]
            yield self._cut(record.line, spans)

    def _cut(self, line: int, spans: Sequence[tuple[dict[str, str], dict[str, str]]]) -> list[Piece]:
        """`spans`: what is written before each answer, and with it."""
        problem = next((each["error"] for pair in spans for each in pair if "error" in each), None)
        if problem is not None:
            raise ModelError(f"The model's chat template failed at line {line}: {one_line(problem, 160)}")
        whole = spans[-1][1]["text"].rstrip()
        pieces: list[Piece] = []
        at = 0
        for before, after in spans:
            start, end = len(before["text"]), len(after["text"].rstrip())
            # A template that writes a turn otherwise once another follows: only what stands so in the end is learnt.
            if start >= at and whole.startswith(before["text"]) and whole.startswith(after["text"].rstrip()):
                pieces += [(whole[at:start], False), (whole[start:end], True)]
                at = end
        if at < len(whole):
            raise ModelError(f"The model's chat template writes the answer at line {line} as part of the question.")
        return pieces


def _plain_ids(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])
