"""The one core that both faces use: opens library and engine, asks, indexes, generates.

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

from phitui.answers.ask import AskOptions, ask, checked_question
from phitui.answers.turn import Turn
from phitui.answers.turn_log import TurnLog, Turns
from phitui.errors import LibraryError, PhituiError, UsageError
from phitui.events import (
    DownloadProgress,
    Event,
    Failed,
    ModelLoaded,
    ModelLoading,
    NotInDocuments,
    QueryReady,
    TurnSaved,
)
from phitui.library.embedder import Embedder
from phitui.models.engine import Engine, Sampling
from phitui.places import Places
from phitui.records import CheckedSentence, Hit, StoredDocument, StoredEmbedder, StoredPage
from phitui.settings import Settings

if TYPE_CHECKING:
    from phitui.answers.check.library_check import Asked
    from phitui.documents.workers.pages import Picture
    from phitui.evaluation.measure import Measured
    from phitui.evaluation.questions import Question
    from phitui.library.library import Library
    from phitui.library.search.fusion import Arm
    from phitui.library.store.conversations import Buffer, Conversation
    from phitui.models.embed.checker import ThreadChecker
    from phitui.models.hub.catalogue import ModelOnDisk
    from phitui.models.thread import ModelThread

_log = logging.getLogger(__name__)


class Workbench:
    """Opened lazily: the library at its first use, the model thread and the engine when a model is needed."""

    def __init__(self, settings: Settings, places: Places, spare_cores: int = 0):
        """`spare_cores` are kept free of torch, for an interface that must stay quick."""
        self.settings = settings
        self.places = places
        self._spare_cores = spare_cores
        self._lock = RLock()
        self._library: Library | None = None
        self._thread: ModelThread | None = None
        self._engine: Engine | None = None
        self._checker: ThreadChecker | None = None
        self._turns = Turns(lambda: self.library)
        self.notice: Callable[[str], object] = _log.warning
        """Set before the library is opened: see `Library.notice`."""
        self.resumes_scope = False
        """Set before the library is opened: whether it then searches in the tags that were kept last."""

    # ── what is open ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def library_name(self) -> str:
        return self.settings.library

    @property
    def library(self) -> "Library":
        """The library, opened. Raises LibraryError."""
        with self._lock:
            if self._library is None:
                from phitui.library.library import Library

                self._library = Library(
                    self.places.library_folder(self.library_name),
                    self.places.index_folder(self.library_name),
                    self._embedder(self.settings.embedder),
                    self._embedder,
                )
                from phitui.models.embed.reranker import Rerankers

                chosen = self.settings
                rerankers = Rerankers(chosen.rerank, self._model_thread(), chosen.device, self.places.models_folder)
                self._library.reranker = lambda: rerankers.now(self.engine, self.settings.model)
                self._library.checker = lambda: self.checker
                self._library.notice = self.notice
                if self.resumes_scope:
                    self._library.resume_scope()
            return self._library

    def _embedder(self, name: str) -> Embedder:
        from phitui.models.embed.embedder import embedder_for

        return embedder_for(name, self._model_thread(), self.settings.device, self.places.models_folder)

    @property
    def checker(self) -> "ThreadChecker | None":
        """What reads claims, None where words alone are to decide. Raises ModelError for one that is not there."""
        chosen = self.settings
        if chosen.checker == "off":
            return None
        with self._lock:
            if self._checker is None:
                from phitui.models.embed.checker import checker_for

                thread = self._model_thread()
                self._checker = checker_for(chosen.checker, thread, chosen.device, self.places.models_folder)
            return self._checker

    @property
    def engine(self) -> Engine:
        """The engine that the settings name; a local one is not loaded yet."""
        with self._lock:
            if self._engine is None:
                self._engine = self._new_engine(self.settings.model)
            return self._engine

    def _new_engine(self, model: str) -> Engine:
        if model == "none":
            from phitui.models.engines.quotation import QuotingEngine

            return QuotingEngine()
        from phitui.models.engines.local import LocalEngine

        chosen = self.settings
        seconds = chosen.unload_after * 60
        return LocalEngine(model, self._model_thread(), self.places.models_folder, chosen.device, chosen.dtype, seconds)

    def _model_thread(self) -> "ModelThread":
        if self._thread is None:
            from phitui.models.thread import ModelThread

            self._thread = ModelThread(self._spare_cores)
        return self._thread

    def warm(self) -> None:
        """Opens the library and loads the embedder, so that the next question need not wait. Blocks."""
        self.library.warm()

    def close(self) -> None:
        """Saves and releases everything."""
        if self._engine is not None:
            self._engine.close()
        if self._library is not None:
            self._library.close()
        if self._thread is not None:
            self._thread.close()

    # ── library ──────────────────────────────────────────────────────────────────────────────────────────────

    def documents(self) -> list[StoredDocument]:
        return self.library.documents()

    def find_document(self, reference: str) -> StoredDocument:
        """By id, path or unique part of the title. Raises UsageError."""
        return self.library.find(reference)

    def page(self, document_id: int, number: int) -> StoredPage:
        """A page's cleaned text; pages count from 1. Raises UsageError."""
        return self.library.page(document_id, number)

    def raw_page(self, document_id: int, number: int) -> str:
        """A page's text before anything is left out of it (see `Library.raw_page`)."""
        return self.library.raw_page(document_id, number)

    def picture(self, document_id: int, number: int, width: int, text: str, cancel: ThreadEvent) -> "Picture":
        """A page as it looks (see `Library.picture`)."""
        return self.library.picture(document_id, number, width, text, cancel.is_set)

    @contextmanager
    def closed_library(self) -> Iterator[Path]:
        """The folder of the library, which is not open meanwhile: it may be replaced. Raises LibraryError."""
        with self._lock:
            if self._library is not None:
                self._library.close()
                self._library = None
            yield self.places.library_folder(self.library_name)

    @property
    def scope(self) -> tuple[str, ...]:
        """The tags that are searched in, none for all documents. Opens the library."""
        return self.library.scope

    def keep_scope(self, names: Sequence[str]) -> None:
        """Searches in these tags from now on (see `Library.keep_scope`)."""
        self.library.keep_scope(names)

    def resume_scope(self) -> None:
        """Searches in the tags that were kept last, as far as documents have them."""
        self.library.resume_scope()

    def remove(self, ids: Sequence[int]) -> None:
        self.library.remove(ids)

    def add(
        self,
        paths: Sequence[Path],
        *,
        password: str | None = None,
        reader: str | None = None,
        words_only: bool = False,
        retry_failed: bool = False,
        ocr: str | None = None,
        cancel: ThreadEvent | None = None,
    ) -> Iterator[Event]:
        """Indexes files and folders (see `Library.add`). Raises UsageError, LibraryError; a file's own is an event."""
        return self.library.add(
            paths,
            password=password,
            reader=reader or self.settings.reader,
            words_only=words_only,
            retry_failed=retry_failed,
            ocr=ocr,
            cancel=cancel or ThreadEvent(),
        )

    def embed_missing(self, cancel: ThreadEvent | None = None) -> Iterator[Event]:
        """Makes the vectors that an earlier run left out."""
        return self.library.embed_missing(cancel or ThreadEvent())

    def scans(self) -> list[Path]:
        """The files whose text can be recognised (see `Library.scans`)."""
        return self.library.scans()

    def ocr_languages(self) -> list[str]:
        """Languages in which text in scans can be recognised. Raises DocumentError without tesseract."""
        from phitui.documents.workers.pictures import ocr_languages

        return ocr_languages()

    def embedders(self) -> list[StoredEmbedder]:
        """Those that the library has vectors of and the one that the settings name, the most complete first."""
        return self.library.embedders()

    def drop_embedder(self, reference: str) -> StoredEmbedder:
        """Deletes the vectors of an embedder that no longer searches. Raises UsageError."""
        return self.library.drop_embedder(reference)

    def search(self, texts: Sequence[str], k: int = 10, arm: "Arm" = "fused") -> Iterator[list[Hit]]:
        """The k best passages of each query, which are embedded together; `Library.spelled` mends them before."""
        for query in self.library.queries(texts, by_words=arm == "lexical"):
            yield self.library.search(query, k, arm)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, question: str, options: AskOptions, cancel: ThreadEvent | None = None) -> Iterator[Event]:
        """Answers one question; the last event is TurnSaved (where `options.save`), or Failed.

        The question is on disk before anything else happens, the partial answer soon after (see `TurnLog`).
        Raises UsageError for a question that cannot be asked.
        """
        question = checked_question(question)
        turn = Turn(question, parent_id=options.parent_id)
        log = TurnLog(self._turns, turn, options.conversation_id, options.save)
        past = self._turns.before(turn, log.conversation_id)
        if past and not options.context:
            options = replace(options, context=past[-1].context)
        turn.context = options.context
        try:
            engine = self.engine
            yield from self._load(engine)
            if options.use_documents and options.whole is None and not (options.only or options.hits):
                turn.scope = self.scope
            events = ask(
                question,
                options,
                self.library,
                engine,
                [(each.question, each.told) for each in past if each.told],
                [each.topic for each in past if each.topic],
                cancel or ThreadEvent(),
            )
            for event in events:
                if isinstance(event, NotInDocuments) and self.library.problem:
                    raise LibraryError(f"Nothing was found, but not everything was searched. {self.library.problem}")
                if isinstance(event, QueryReady):
                    event = replace(event, turn_id=turn.turn_id, conversation_id=log.conversation_id)
                turn.take(event)
                log.note(event)
                yield event
        except PhituiError as error:
            if not options.save:
                raise
            yield Failed(error.message)
        finally:
            if options.save:
                log.finish(self.engine, self.library_name, options.sampling)
        if options.save:
            yield TurnSaved(log.conversation_id, turn.turn_id, log.problem)

    def check(self, asked: "Sequence[Asked]", cancel: ThreadEvent | None = None) -> Iterator[CheckedSentence]:
        """Claims against the library (see `LibraryCheck.check`). Raises UsageError where the checker is off."""
        from phitui.answers.check.judge import Judge
        from phitui.answers.check.library_check import LibraryCheck

        checker = self.checker
        if checker is None:
            raise UsageError("Checking needs a reader of claims: the setting checker is off; leave it at bundled.")
        yield from LibraryCheck(self.library, Judge(checker.read, self.library.answers)).check(asked, cancel)

    def conversations(self) -> "list[Conversation]":
        """Newest first."""
        return self.library.conversations.list()

    def search_conversations(self, text: str) -> "list[Conversation]":
        """Those whose title, questions or answers hold the text."""
        return self.library.conversations.search(text)

    def turns(self, conversation_id: int) -> list[Turn]:
        """A conversation's turns in order (see `Turns.of`)."""
        return self._turns.of(conversation_id)

    def judge(self, question: str, passage_id: int) -> None:
        """Marks a passage as the right one for a question."""
        self.library.conversations.judge(question, passage_id)

    def known_questions(self, count: int | None) -> "list[Question]":
        """Questions whose right passages are known: at most `count` made of the documents, or those judged (None).

        All on documents that are searched now. Raises UsageError for a tag that no document has.
        """
        from phitui.evaluation.made_questions import synthetic
        from phitui.evaluation.questions import judged

        among = self.library.documents_in_scope()
        if count is not None:
            return synthetic(self.library, count, among)
        searched = [each for each in self.documents() if among is None or each.document_id in among]
        return judged(self.library.conversations.judgments(), {each.content_hash: each.path for each in searched})

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

    # ── models and scratchpad ────────────────────────────────────────────────────────────────────────────────

    def load_model(self, model: str) -> Iterator[ModelLoading | ModelLoaded | Failed]:
        """Replaces the engine; the old one stays where the new one cannot be loaded."""
        with self._lock:
            old, new = self._engine, self._new_engine(model)
        try:
            yield from self._load(new)
        except PhituiError as error:
            new.close()
            yield Failed(error.message)
            return
        with self._lock:
            self._engine = new
        self.settings = replace(self.settings, model=model)
        if old is not None:
            old.close()
        if model == "none":
            yield ModelLoaded(new.name, new.device, new.context_window, "answers are quotations")

    def _load(self, engine: Engine) -> Iterator[ModelLoading | ModelLoaded]:
        if engine.loaded:
            return
        yield ModelLoading(engine.name, "loading")
        note = engine.load(lambda step: None)
        yield ModelLoaded(engine.name, engine.device, engine.context_window, note)

    def models(self) -> "list[ModelOnDisk]":
        """Models that can be loaded without a download."""
        from phitui.models.hub.catalogue import models_on_disk

        return models_on_disk(self.places.models_folder)

    def pull(self, model: str, cancel: ThreadEvent | None = None) -> Iterator[DownloadProgress]:
        """Downloads a model into the models folder. Raises ModelError."""
        from phitui.models.hub.download import pull

        return pull(model, self.places.models_folder, cancel or ThreadEvent())

    def generate(
        self, instruction: str, language: str, cancel: ThreadEvent | None = None, buffer: str = ""
    ) -> Iterator[Event]:
        """Code for the scratchpad. Raises UsageError without a model, ModelError."""
        instruction = checked_question(instruction)
        engine = self.engine
        if not engine.writes:
            raise UsageError("Generating code needs a language model: name one with --model, or choose one (ctrl+l).")
        from phitui.scratchpad import generate_code

        yield from self._load(engine)
        yield from generate_code(engine, instruction, language, self.sampling(), cancel or ThreadEvent(), buffer)

    def complete(self, prompt: str, cancel: ThreadEvent | None = None) -> Iterator[Event]:
        """The text goes on, with no format around it. Raises UsageError without a model or a text, ModelError."""
        if not prompt:
            raise UsageError("There is no text to continue: give one, or - to read it from stdin.")
        if not self.engine.writes:
            raise UsageError("Continuing a text needs a language model: name one with --model.")
        yield from self._load(self.engine)
        yield from self.engine.stream(prompt, self.sampling(), cancel or ThreadEvent())

    def sampling(self) -> Sampling:
        """The settings' sampling."""
        return Sampling.of(self.settings)

    def save_buffer(self, text: str, language: str, name: str) -> int:
        """Keeps a scratchpad text; the same name replaces it."""
        return self.library.conversations.save_buffer(text, language, name)

    def buffers(self) -> "list[Buffer]":
        """Scratchpad texts, newest first."""
        return self.library.conversations.buffers()
