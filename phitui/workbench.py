"""Where the parts are put together: a library, the models, and what needs both. Both faces stand on it.

Methods that yield events block; the app runs them in threads, the command line in place. Importing this module
loads nothing heavy.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event as ThreadEvent
from threading import RLock
from typing import TYPE_CHECKING

from phitui.answers.ask import ask, repack
from phitui.answers.past.pairs import OwnPairs
from phitui.answers.request import Request, checked_question
from phitui.answers.turn import Turn
from phitui.answers.turn_log import Turns, in_view_of
from phitui.errors import DamagedLibrary, LibraryError, UsageError, is_memory_full
from phitui.events import Event, NotInDocuments, PromptPacked
from phitui.models.engine import Sampling
from phitui.models.host import ModelHost, load
from phitui.places import Places
from phitui.records import CheckedSentence, Hit
from phitui.settings import Settings, is_served

if TYPE_CHECKING:
    from phitui.answers.check.judge import Judge
    from phitui.answers.check.library_check import Asked
    from phitui.evaluation.comparison.variants import Variant
    from phitui.evaluation.measure import Measured
    from phitui.evaluation.questions import Question
    from phitui.library.library import Library
    from phitui.models.engine import Engine
    from phitui.scratchpad.context import Source
    from phitui.scratchpad.region import Region

_log = logging.getLogger(__name__)


class Workbench:
    """Opened lazily: the library at its first use, the models when one is needed."""

    def __init__(self, settings: Settings, places: Places, spare_cores: int = 0):
        """`spare_cores` are kept free of torch, for an interface that must stay quick."""
        self.settings = settings
        """Those that hold now (see `adopt`); the model in use is that of `models`."""
        self.places = places
        self.models = ModelHost(settings, places.models_folder, spare_cores, places.data, places.cache)
        self.turns = Turns(lambda: self.library)
        """The turns of all conversations."""
        self.pairs = OwnPairs(lambda: self.library, self.turns)
        """Answers and code that were found right."""
        self._lock = RLock()
        self._library: Library | None = None
        self.notice: Callable[[str], object] = _log.warning
        """Set before the library is opened: see `Library.notice`."""
        self.resumes_scope = False
        """Set before the library is opened: whether it then searches in the tags that were kept last."""

    def adopt(self, settings: Settings) -> None:
        """These hold from now on, as far as `settings.holds` says so of each."""
        self.settings = settings
        self.models.adopt(settings)

    @property
    def library(self) -> "Library":
        """The library, opened. Raises LibraryError."""
        with self._lock:
            if self._library is None:
                from phitui.library.library import Library

                self._library = Library(
                    self.places.library_folder(self.settings.library),
                    self.places.index_folder(self.settings.library),
                    self.models.embedder(self.settings.embedder),
                    self.models.known_embedder,
                )
                self._library.reranker = self.models.reranker
                self._library.checker = self.models.checker
                self._library.close_reader = self.models.close_reader
                self._library.notice = self.notice
                self._library.folders = self.places.all()
                away = self.models.search_sends_to()
                if away:
                    self.notice(f"Passages and questions leave this machine for {away}, where search has a model.")
                if self.resumes_scope:
                    self._library.resume_scope()
            return self._library

    @contextmanager
    def closed_library(self) -> Iterator[Path]:
        """The folder of the library, which is not open meanwhile: it may be replaced. Raises LibraryError."""
        with self._lock:
            if self._library is not None:
                self._library.close()
                self._library = None
            yield self.places.library_folder(self.settings.library)

    def refuse_damaged(self, error: Exception) -> None:
        """Raises DamagedLibrary where an error that nothing foresaw may come from a damaged library: all is read."""
        if self._library is None or is_memory_full(error):
            return
        from phitui.library.store.database import damage
        from phitui.library.store.documents import DATABASE_FILE
        from phitui.library.store.sqlite_file import fault

        file = self.places.library_folder(self.settings.library) / DATABASE_FILE
        if fault(file) or self._library.left_out:
            raise DamagedLibrary(damage(file)) from error

    def add(
        self,
        paths: Sequence[Path],
        *,
        password: str | None = None,
        reader: str | None = None,
        words_only: bool = False,
        retry_failed: bool = False,
        ocr: str | None = None,
        follow_links: bool = False,
        cancel: ThreadEvent | None = None,
    ) -> Iterator[Event]:
        """Indexes files and folders with the settings' reader (see `Library.add`).

        Raises UsageError, LibraryError; what is wrong with a file is an event.
        """
        return self.library.add(
            paths,
            password=password,
            reader=reader or self.settings.reader,
            words_only=words_only,
            retry_failed=retry_failed,
            ocr=ocr,
            follow_links=follow_links,
            cancel=cancel or ThreadEvent(),
        )

    def ask(
        self, request: Request, cancel: ThreadEvent | None = None, engine: "Engine | None" = None
    ) -> Iterator[Event]:
        """Answers one question; the last event is TurnSaved (where `request.save`), or Failed.

        The question is on disk before anything else happens, the partial answer soon after (see `TurnLog`). `engine`
        answers instead of the one in use. Raises UsageError for a question that cannot be asked.
        """
        log = self.turns.begin(request)
        made_with = (lambda: engine or self.models.engine), self.settings.library
        yield from log.record(self._answer(log.request, cancel or ThreadEvent(), engine), *made_with)

    def asks_beside(
        self, variants: "Sequence[Variant]", cancel: ThreadEvent | None = None
    ) -> dict[str, Callable[[Request], Iterator[Event]]]:
        """By name, what asks those of several variants that can answer while others do: models of servers."""

        def asks(engine: "Engine") -> Callable[[Request], Iterator[Event]]:
            return lambda request: self.ask(request, cancel, engine)

        served = [each for each in variants if is_served(each.model)] if len(variants) > 1 else []
        return {each.name: asks(self.models.engine_beside(each.model)) for each in served}

    def _answer(self, request: Request, cancel: ThreadEvent, engine: "Engine | None") -> Iterator[Event]:
        if self.settings.rerank == "on":
            yield from self.models.ready()  # search needs it as well: one copy is enough
        ready = (lambda: load(engine)) if engine else self.models.ready

        def in_use() -> "Engine":
            return engine or self.models.engine

        for event in ask(request, self.library, in_use(), cancel, ready, in_use):
            if isinstance(event, NotInDocuments) and self.library.problem:
                raise LibraryError(f"Nothing was found, but not everything was searched. {self.library.problem}")
            yield event

    def repack(
        self,
        turn: Turn,
        conversation_id: int | None,
        *,
        pinned: frozenset[int],
        excluded: frozenset[int],
        only: frozenset[int],
    ) -> PromptPacked | None:
        """What the prompt would hold if a turn were asked again with these passages (see `ask.repack`).

        None while the model that counts its tokens is not loaded. Raises UsageError, LibraryError.
        """
        engine = self.models.engine
        if engine.writes and not engine.loaded:
            return None
        request = Request(
            turn.question,
            pinned=pinned,
            excluded=excluded,
            only=only,
            context=turn.context,
            evidence_tokens=self.settings.evidence_tokens,
            sampling=Sampling.of(self.settings),
        )
        request = in_view_of(self.turns.before(turn, conversation_id), request)
        return repack(request, turn.query, turn.hits, self.library, engine)

    def weighed(self, turn: Turn) -> list[Hit]:
        """The candidates of a turn's search behind those that it keeps, in their order, as the library is now.

        Raises UsageError, LibraryError.
        """
        from phitui.library.search.fusion import CANDIDATES

        query = self.library.query(turn.query or turn.question)
        if turn.documents:
            query = replace(query, filters=replace(query.filters, ids=tuple(sorted(turn.documents))))
        kept = {hit.passage_id for hit in turn.hits}
        found = [hit for hit in self.library.search(query, CANDIDATES) if hit.passage_id not in kept]
        return [replace(hit, rank=rank) for rank, hit in enumerate(found, len(turn.hits) + 1)]

    def check(self, asked: "Sequence[Asked]", cancel: ThreadEvent | None = None) -> Iterator[CheckedSentence]:
        """Claims against the library (see `LibraryCheck.check`). Raises UsageError where the checker is off."""
        from phitui.answers.check.library_check import LibraryCheck

        yield from LibraryCheck(self.library, self.judge()).check(asked, cancel)

    def judge(self) -> "Judge":
        """Of claims, with the reader that the settings name. Raises UsageError where it is off, ModelError."""
        from phitui.answers.check.judge import Judge

        if self.settings.checker == "model":
            for _ in self.models.ready():
                pass
        checker = self.models.checker()
        if checker is None:
            raise UsageError("Checking needs a reader of claims: the setting checker is off; leave it at bundled.")
        return Judge(checker.read, self.library.answers, checker.fitted)

    def known_questions(self, count: int | None) -> "list[Question]":
        """Questions whose right passages are known: at most `count` made of the documents, or those judged (None).

        All on documents that are searched now. Raises UsageError for a tag that no document has.
        """
        from phitui.evaluation.made_questions import synthetic
        from phitui.evaluation.questions import judged

        library = self.library
        among = library.documents_in_scope()
        if count is not None:
            return synthetic(library, count, among)
        searched = [each for each in library.documents() if among is None or each.document_id in among]
        return judged(library.conversations.judgments(), {each.content_hash: each.path for each in searched})

    def measure(
        self,
        questions: "Sequence[Question]",
        cancel: ThreadEvent,
        *,
        refusal: bool = True,
        leave_out: bool = False,
        weights: Mapping[str, float] | None = None,
    ) -> "Iterator[Measured]":
        """What search makes of each (see `evaluation.measure`)."""
        from phitui.evaluation.measure import measure

        return measure(
            self.library, questions, refusal=refusal, leave_out=leave_out, weights=weights, cancelled=cancel.is_set
        )

    def generate(
        self,
        instruction: str,
        language: str,
        cancel: ThreadEvent | None = None,
        buffer: str = "",
        sources: "Sequence[Source]" = (),
        region: "Region | None" = None,
    ) -> Iterator[Event]:
        """Code for the scratchpad, from passages of the `sources` where there are any; or a `region` of it alone.

        Raises UsageError without a model, or where a source holds no passage; ModelError.
        """
        instruction = checked_question(instruction)
        engine = self.models.engine
        if not engine.writes:
            raise UsageError("Generating code needs a language model: name one with --model, or choose one (ctrl+l).")
        from phitui.scratchpad import generate_code
        from phitui.scratchpad.context import passages_for

        hits = passages_for(sources, instruction, self.library) if sources else ()
        if sources and not hits:
            raise UsageError("There are no passages in that document or section: name another.")
        yield from self.models.ready()
        sampling = Sampling.of(self.settings)
        shelf = self.library if hits else None
        stop = cancel or ThreadEvent()
        yield from generate_code(engine, instruction, language, sampling, stop, buffer, hits, shelf, region)

    def explain(self, code: str, language: str, cancel: ThreadEvent | None = None) -> Iterator[Event]:
        """What code does, in plain words. Raises UsageError without a model, ModelError."""
        engine = self.models.engine
        if not engine.writes:
            raise UsageError("Explaining code needs a language model: name one with --model, or choose one (ctrl+l).")
        from phitui.scratchpad import explain_code

        yield from self.models.ready()
        yield from explain_code(engine, code, language, Sampling.of(self.settings), cancel or ThreadEvent())

    def run(
        self, code: str, language: str, cancel: ThreadEvent | None = None, *, walled: bool = False
    ) -> Iterator[Event]:
        """Runs what stands in the scratchpad, shut in as far as the system allows it (see `scratchpad.run.runner`).

        Raises UsageError for a language that is not run here; RunError, also where it cannot be shut in and
        `walled` asks for that.
        """
        from phitui.scratchpad.run.runner import PROTECTIONS, WALLED, Limits, run

        limits = Limits(self.settings.run_seconds, self.settings.run_memory_mb)
        yield from run(code, language, limits, cancel or ThreadEvent(), WALLED if walled else PROTECTIONS)

    def complete(self, prompt: str, cancel: ThreadEvent | None = None) -> Iterator[Event]:
        """The text goes on, with no format around it. Raises UsageError without a model or a text, ModelError."""
        if not prompt:
            raise UsageError("There is no text to continue: give one, or - to read it from stdin.")
        if not self.models.engine.writes:
            raise UsageError("Continuing a text needs a language model: name one with --model.")
        yield from self.models.ready()
        yield from self.models.engine.stream(prompt, Sampling.of(self.settings), cancel or ThreadEvent())

    def close(self) -> None:
        """Saves and releases everything."""
        self.models.close_engine()
        if self._library is not None:
            self._library.close()
        self.models.close()
