"""What a person found right, as pairs to learn from: answers with the passages they were read from, and code.

They are read from the library when they are asked for, so what was deleted or forgotten there is in none of them.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from phitui.answers.packing import INSTRUCTIONS, passage_block
from phitui.answers.turn import Turn
from phitui.answers.turn_log import Turns
from phitui.library.care.traces import GONE
from phitui.records import Hit, PackedPassage

if TYPE_CHECKING:
    from phitui.library.library import Library
    from phitui.library.store.conversations import Judgment

Kind = Literal["answer", "code"]
NAME = "pair: "
"""Begins the name of a buffer that keeps one: it is erased, copied and brought back as other texts are."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is asked, without a model's own format, and what is to be said."""

    kind: Kind
    prompt: str
    response: str


class OwnPairs:
    """Of one library. Every method may raise LibraryError."""

    def __init__(self, library: "Callable[[], Library]", turns: Turns):
        self._library, self._turns = library, turns

    def keep_answer(self, turn: Turn) -> None:
        """The answer was said to be the best of several; one that was refused is none."""
        if turn.in_documents and turn.answer.strip():
            hashes = {each.document_id: each.content_hash for each in self._library().documents()}
            rests = sorted({hashes.get(hit.document_id, "") for hit, _ in _read(turn)})
            self._keep(Pair("answer", prompt_of(turn), turn.answer.strip()), rests)

    def keep_code(self, prompt: str, code: str) -> None:
        """Code that was accepted, and what it was written for."""
        if code.strip():
            self._keep(Pair("code", prompt, code.rstrip()), [])

    def _keep(self, pair: Pair, rests: Sequence[str]) -> None:
        name = NAME + hashlib.sha256(f"{pair.kind} {pair.prompt}".encode("utf-8", "replace")).hexdigest()[:20]
        text = {"prompt": pair.prompt, "response": pair.response, "rests_on": list(rests)}
        self._library().conversations.save_buffer(json.dumps(text, ensure_ascii=False), pair.kind, name)

    def all(self) -> list[Pair]:
        """Oldest first; of two for one prompt what was said last. Those that rest on what is gone are left out."""
        live = {each.content_hash for each in self._library().documents()}
        found = {pair.prompt: pair for pair in (*self._marked(live), *self._kept(live))}
        return list(found.values())

    def _kept(self, live: set[str]) -> Iterator[Pair]:
        for each in reversed(self._library().conversations.buffers()):
            if not each.name.startswith(NAME) or GONE in each.text:
                continue
            try:
                row = json.loads(each.text)
                if set(row["rests_on"]) <= live:
                    kind: Kind = "code" if each.language == "code" else "answer"
                    yield Pair(kind, str(row["prompt"]), str(row["response"]))
            except (ValueError, KeyError, TypeError, RecursionError):
                continue

    def _marked(self, live: set[str]) -> Iterator[Pair]:
        """Answers to questions of which a passage was marked as right that they were made from."""
        store = self._library().conversations
        marked: dict[str, list[Judgment]] = {}
        for each in store.judgments():
            marked.setdefault(each.question, []).append(each)
        if not marked:
            return
        for conversation in reversed(store.list()):
            for turn in self._turns.of(conversation.conversation_id):
                right = [hit for hit, _ in _read(turn) if _is_marked(hit, turn, marked.get(turn.question, ()))]
                rests = {turn.hashes.get(hit.document_id, "") for hit, _ in _read(turn)}
                said = _said(turn, right)
                if right and said and rests <= live and GONE not in said:
                    yield Pair("answer", prompt_of(turn), said)


def _said(turn: Turn, right: Sequence[Hit]) -> str:
    """What of the answer may be learnt: its supported sentences; of quotes those from the passages that are right."""
    if not turn.in_documents:
        return ""
    if turn.by_quotation:
        passages = {hit.passage_id for hit in right}
        return " ".join(" ".join(quote.text.split()) for quote in turn.quotes if quote.passage_id in passages)
    return turn.told.strip()


def prompt_of(turn: Turn) -> str:
    """What the model was asked, in the words of packing but for its own format; without passages the question alone."""
    blocks = [passage_block(each.number or 0, hit, each.text) for hit, each in _read(turn)]
    asked = f"Question: {turn.question}"
    return "\n\n".join([INSTRUCTIONS, asked, *blocks, asked]) if blocks else turn.question


def _read(turn: Turn) -> list[tuple[Hit, PackedPassage]]:
    """The passages that stood in the prompt, in their order."""
    hits = {hit.passage_id: hit for hit in turn.hits}
    read = [each for each in turn.packed if each.state != "out" and each.passage_id in hits]
    return [(hits[each.passage_id], each) for each in sorted(read, key=lambda each: each.number or 0)]


def _is_marked(hit: Hit, turn: Turn, marked: "Sequence[Judgment]") -> bool:
    place = turn.hashes.get(hit.document_id), hit.span.page, hit.span.start
    return any(place == (each.content_hash, each.page, each.start) for each in marked)
