"""Turns on disk: written while they happen, read back as they were. What cannot be written is kept in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from phitui.answers.request import Request, checked_question
from phitui.answers.turn import Folded, Turn
from phitui.errors import PhituiError
from phitui.events import Event, Failed, PartRead, QueryReady, TokensArrived, TurnSaved
from phitui.models.engine import Engine
from phitui.records import BEGINNING, STOPPED

if TYPE_CHECKING:
    from phitui.library.library import Library
    from phitui.library.store.conversations import Outline, StoredTurn

SAVE_SECONDS = 1.0
"""A streaming answer is saved at least this often: the most that a crash can cost."""
REMEMBERED_TURNS = 3
"""Earlier turns that follow-ups and prompts look back at."""
READ_AT_ONCE = 25
"""Turns at the end of a conversation; those before are read when they are looked at (see `Folded`)."""
BROKEN_OFF = "not finished: phitui ended before it was answered"
"""Of a question that was still being answered when its program ended."""


class Turns:
    """The turns of all conversations of a library; `library` opens it when it is first needed."""

    def __init__(self, library: "Callable[[], Library]"):
        self.library = library
        self.unsaved: dict[int, list[Turn]] = {}
        """Conversation id → turns that no disk would take."""

    def of(self, conversation_id: int) -> list[Turn]:
        """A conversation's turns in order, as they were; each names its documents that have changed or gone since."""
        library = self.library()
        now = {document.document_id: document.content_hash for document in library.documents()}
        store = library.conversations
        outlines = store.outlines(conversation_id)
        folded, read = outlines[:-READ_AT_ONCE], outlines[-READ_AT_ONCE:]

        def unfold(outline: "Outline") -> Turn:
            stored = store.turn(outline.turn_id)
            return self._turn(stored, now) if stored else Turn(outline.question)

        turns: list[Turn] = [
            Folded(each.question, each.turn_id, each.parent_id, each.begins, partial(unfold, each)) for each in folded
        ]
        if read:
            turns += [self._turn(stored, now) for stored in store.turns(conversation_id, read[0].turn_id)]
        return turns + self.unsaved.get(conversation_id, [])

    def _turn(self, stored: "StoredTurn", now: Mapping[int, str]) -> Turn:
        """As it was; `now` maps the ids of documents to the hashes that they have."""
        found = _turn_of(stored.question, stored.data)
        if found is None:
            self.library().leave_out("turns", stored.turn_id)
        turn = found or Turn(stored.question)
        turn.turn_id, turn.parent_id = stored.turn_id, stored.parent_id
        turn.answer = turn.answer or stored.answer
        if not (turn.finished or turn.problem):
            turn.problem = STOPPED if stored.state == "stopped" else BROKEN_OFF
        titles = {hit.document_id: hit.title for hit in turn.hits}
        turn.changed = tuple(titles.get(key, "") for key, value in turn.hashes.items() if now.get(key) != value)
        return turn

    def before(self, turn: Turn, conversation_id: int | None) -> list[Turn]:
        """The last turns that it follows, on its own branch."""
        if not conversation_id:
            return []
        there = [each for each in self.of(conversation_id) if each.turn_id != turn.turn_id]
        if turn.begins:
            return []
        if turn.parent_id is None:
            return [each for each in there if (each.turn_id or 0) < (turn.turn_id or 0)][-REMEMBERED_TURNS:]
        by_id = {each.turn_id: each for each in there}
        past: list[Turn] = []
        above = by_id.get(turn.parent_id)
        while above is not None and len(past) < REMEMBERED_TURNS and above not in past:
            past.insert(0, above)
            above = by_id.get(above.parent_id)
        return past

    def begin(self, request: Request) -> "TurnLog":
        """A new turn. Raises UsageError for a question that cannot be asked."""
        return TurnLog(self, replace(request, question=checked_question(request.question)))


def _turn_of(question: str, data: str) -> Turn | None:
    """The turn as it was saved; None for one that another program wrote."""
    try:
        return Turn.from_json(data) if data else Turn(question)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def in_view_of(past: Sequence[Turn], request: Request) -> Request:
    """The request with what was said before it, and with the texts that go with its conversation."""
    return replace(
        request,
        context=request.context or (past[-1].context if past else ()),
        history=tuple((each.question, each.told) for each in past if each.told),
        topics=tuple(each.topic for each in past if each.topic),
    )


class TurnLog:
    """Writes a turn while it happens. A write that fails is remembered, never raised: the answer goes on."""

    def __init__(self, turns: Turns, request: Request):
        """Commits the question, where `request.save`; without a conversation it begins one."""
        self._turns, self._on = turns, request.save
        self.turn = turn = Turn(
            request.question,
            parent_id=request.parent_id or None,
            begins=request.parent_id == BEGINNING,
            pinned=tuple(sorted(request.pinned)),
            excluded=tuple(sorted(request.excluded)),
            only=tuple(sorted(request.only)),
            documents=tuple(sorted(request.documents)),
        )
        self.conversation_id = request.conversation_id
        self.problem: str | None = None
        self._saved = monotonic()
        if self._on:
            try:
                store = turns.library().conversations
                if self.conversation_id is None:
                    self.conversation_id = store.create(turn.question)
                turn.turn_id = store.begin_turn(self.conversation_id, turn.question, turn.parent_id)
            except PhituiError as error:
                self.problem = error.message
        past = turns.before(turn, self.conversation_id)
        self.request = in_view_of(past, request)
        """With what the conversation adds to it."""
        turn.context = self.request.context

    def record(self, events: Iterator[Event], engine: Callable[[], Engine], library_name: str) -> Iterator[Event]:
        """The events of an answer, kept as they pass; then TurnSaved, or Failed where the answer failed.

        Where the turn is not saved, what fails is raised.
        """
        try:
            if self.request.searches:
                self.turn.scope = self._turns.library().scope
            for event in events:
                if isinstance(event, QueryReady):
                    event = replace(event, turn_id=self.turn.turn_id, conversation_id=self.conversation_id)
                self.turn.take(event)
                self._note(event)
                yield event
        except PhituiError as error:
            if not self._on:
                raise
            failed = Failed(error.message)
            self.turn.take(failed)
            yield failed
        finally:
            if self._on:
                self._finish(engine(), library_name)
        if self._on:
            yield TurnSaved(self.conversation_id, self.turn.turn_id, self.problem, self.turn.parameters)

    def _note(self, event: Event) -> None:
        """Saves what the turn has taken, but not after every token."""
        if not isinstance(event, TokensArrived | PartRead) or monotonic() - self._saved >= SAVE_SECONDS:
            self._save("asking")

    def _finish(self, engine: Engine, library_name: str) -> None:
        """Saves the whole turn, with what it takes to make it again."""
        sampling = self.request.sampling
        self.turn.parameters = {
            "model": engine.name,
            "device": engine.device,
            "library": library_name,
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
        }
        used = {hit.document_id for hit in self.turn.hits}
        with suppress(PhituiError):
            documents = self._turns.library().documents()
            self.turn.hashes = {each.document_id: each.content_hash for each in documents if each.document_id in used}
        self._save("done" if self.turn.finished else "stopped")
        if self.problem and self.conversation_id is not None:
            self._turns.unsaved.setdefault(self.conversation_id, []).append(self.turn)

    def _save(self, state: str) -> None:
        turn = self.turn
        if not self._on or turn.turn_id is None:
            return
        try:
            self._turns.library().conversations.update_turn(turn.turn_id, turn.answer, turn.to_json(), state)
            self.problem = None
            self._saved = monotonic()
        except PhituiError as error:
            self.problem = error.message
