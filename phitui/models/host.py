"""The models in use: the one thread that they run on, the engine that answers, the embedders and rerankers."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event as ThreadEvent
from threading import RLock
from typing import TYPE_CHECKING

from phitui.errors import ModelError, PhituiError, UsageError
from phitui.events import DownloadProgress, Failed, ModelLoaded, ModelLoading
from phitui.library.embedder import CloseReader, Embedder
from phitui.library.search.reranker import Reranker
from phitui.models.embed.named import NAMED_FILE, NamedEmbedders
from phitui.models.engine import Engine
from phitui.settings import SERVED, Settings, is_served
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.models.embed.checker import ThreadChecker
    from phitui.models.embed.checker_fits import CheckerFits
    from phitui.models.engines.token_work import TokenWork
    from phitui.models.hub.on_disk import ModelOnDisk
    from phitui.models.rerank.reranker import Rerankers
    from phitui.models.server.offer import ServedModel
    from phitui.models.thread import ModelThread
    from phitui.models.tuning.tune import Event as Tuned
    from phitui.models.tuning.tune import Order

LISTING_SECONDS = 5.0
"""Wait for a server's list of models: a person waits for it, and for what is on disk beside it."""


class ModelHost:
    """Makes each model when it is first needed; torch is imported no earlier. May be used from any thread."""

    def __init__(
        self,
        settings: Settings,
        models_folder: Path,
        spare_cores: int = 0,
        data: Path | None = None,
        cache: Path | None = None,
    ):
        """`spare_cores` are kept free of torch; `data` is where what was fitted for checkers is kept, `cache` where
        what was found of the kernels is.
        """
        self._settings, self._folder, self._spare_cores = settings, models_folder, spare_cores
        self._named = NamedEmbedders(models_folder.parent / NAMED_FILE)
        self._lock = RLock()
        self._thread: ModelThread | None = None
        self._engine: Engine | None = None
        self._rerankers: Rerankers | None = None
        self._served_reranker: Reranker | None = None
        self._checker: ThreadChecker | None = None
        self._close_reader: CloseReader | None = None
        self._data, self._cache = data, cache
        self.model, self.adapters = _model_of(settings), settings.adapter
        """What the engine is made from: an id, a folder, a GGUF file, server:NAME, a server's address or none, and LoRA
        adapters for it."""

    def adopt(self, settings: Settings) -> None:
        """These hold from now on; what the engine takes from them, once it is made anew."""
        with self._lock:
            old, self._settings = self._settings, settings
            if settings.rerank != old.rerank:
                self._rerankers = self._served_reranker = None
            if settings.checker != old.checker:
                self._checker = None

    # ── the engine ───────────────────────────────────────────────────────────────────────────────────────────

    @property
    def engine(self) -> Engine:
        """The one in use; it need not be loaded yet."""
        with self._lock:
            if self._engine is None:
                self._engine = self._new_engine(self.model, self.adapters)
            return self._engine

    def ready(self) -> Iterator[ModelLoading | ModelLoaded]:
        """Loads the engine in use, where it is not. Raises ModelError."""
        yield from load(self.engine)

    def load(self, model: str, adapters: tuple[str, ...] = ()) -> Iterator[ModelLoading | ModelLoaded | Failed]:
        """Replaces the engine; the old one stays where the new one cannot be loaded."""
        with self._lock:
            old, new = self._engine, self._new_engine(model, adapters)
        try:
            yield from load(new)
        except PhituiError as error:
            new.close()
            yield Failed(error.message)
            return
        with self._lock:
            self._engine, self.model, self.adapters = new, model, adapters
        if old is not None:
            old.close()
        if not new.writes:
            yield ModelLoaded(new.name, new.device, new.context_window, "answers are quotations")

    def change(self, model: str, adapters: tuple[str, ...] = ()) -> Iterator[ModelLoading | ModelLoaded]:
        """As `load`, and raises what it fails with; on the same model only the adapters are changed. Raises ModelError.

        The engine of before is closed first: two models need not fit beside each other.
        """
        from phitui.models.engines.local import LocalEngine

        old = self.engine
        if (model, adapters) == (self.model, self.adapters):
            yield from load(old)
            return
        same = isinstance(old, LocalEngine) and old.loaded and model == self.model and self._settings.merge_adapter
        if same and isinstance(old, LocalEngine) and old.change_adapters(adapters):
            self.adapters = adapters
            yield ModelLoaded(old.name, old.device, old.context_window, "the same weights")
            return
        old.close()
        with self._lock:
            self._engine, self.model, self.adapters = self._new_engine(model, adapters), model, adapters
        yield from load(self._engine)

    def engine_beside(self, model: str) -> Engine:
        """One more, of a server's model: it takes no memory here. Raises UsageError."""
        return self._new_engine(model, ())

    def _new_engine(self, model: str, adapters: tuple[str, ...]) -> Engine:
        if model == "none" and not adapters:
            from phitui.models.engines.quotation import QuotingEngine

            return QuotingEngine()
        chosen = self._settings
        if is_served(model):
            from phitui.models.server.engine import ServerEngine

            named = model.startswith(SERVED)
            if named and not chosen.server:
                raise UsageError("No server is named: give one with --server, or in the settings.")
            return ServerEngine(
                chosen.server if named else [model],
                model.removeprefix(SERVED) if named else "",
                self._folder,
                timeout=chosen.server_timeout,
                window=chosen.server_window,
                api=chosen.server_api,
            )
        from phitui.models.engines.local import LocalEngine
        from phitui.models.kernels.verdicts import Verdicts

        seconds = chosen.unload_after * 60
        verdicts = Verdicts(self._cache) if chosen.kernels and self._cache else None
        return LocalEngine(
            model,
            self._model_thread(),
            self._folder,
            chosen.device,
            chosen.dtype,
            seconds,
            adapters,
            chosen.merge_adapter,
            chosen.think,
            verdicts,
        )

    # ── search ───────────────────────────────────────────────────────────────────────────────────────────────

    def embedder(self, name: str) -> Embedder:
        """By the name that the settings give it, which is remembered; nothing is loaded yet. Raises ModelError."""
        made = self._embedder(name)
        self._named.add(name, made.name)
        return made

    def known_embedder(self, name: str) -> Embedder:
        """By a name that a library holds: one that was never named here is not opened, whatever it leads to.

        Raises ModelError.
        """
        if name not in self._named:
            raise ModelError(f"The embedder {one_line(name, 120)} was never named here, so it is not opened.")
        return self._embedder(name)

    def _embedder(self, name: str) -> Embedder:
        if is_served(name):
            from phitui.models.server.search.embedder import ServedEmbedder

            chosen = self._settings
            return ServedEmbedder(name, chosen.server, chosen.server_timeout, self._folder.parent)
        from phitui.models.embed.embedder import embedder_for

        return embedder_for(name, self._model_thread(), self._settings.device, self._folder)

    def close_reader(self) -> CloseReader:
        """What is bundled, for embedders that only embed. Loads nothing yet."""
        from phitui.models.embed.embedder import MiniLMEmbedder

        with self._lock:
            if self._close_reader is None:
                self._close_reader = MiniLMEmbedder(self._model_thread(), self._settings.device)
            return self._close_reader

    def search_sends_to(self) -> str:
        """The hosts beyond this machine that searching sends text to; empty for none. Raises UsageError."""
        from phitui.models.server.search.asked import sent_to

        return sent_to((self._settings.embedder, self._settings.rerank), self._settings.server)

    def reranker(self) -> Reranker | None:
        """What reorders a search's best candidates now, where something does. Raises ModelError."""
        chosen = self._settings
        with self._lock:
            if is_served(chosen.rerank):
                if self._served_reranker is None:
                    from phitui.models.server.search.reranker import ServedReranker

                    self._served_reranker = ServedReranker(chosen.rerank, chosen.server, chosen.server_timeout)
                return self._served_reranker
            if self._rerankers is None:
                from phitui.models.rerank.reranker import Rerankers

                self._rerankers = Rerankers(chosen.rerank, self._model_thread(), chosen.device, self._folder)
        return self._rerankers.now(self.engine, self.model)

    def checker(self) -> "ThreadChecker | None":
        """What reads claims, None where words alone are to decide. Raises ModelError for one that is not there."""
        chosen = self._settings
        if chosen.checker == "off":
            return None
        from phitui.models.embed.checker import LOADED, ThreadChecker, checker_for
        from phitui.models.engines.local import LocalEngine

        with self._lock:
            if chosen.checker == LOADED:
                engine = self.engine
                if not isinstance(engine, LocalEngine):
                    raise ModelError("No language model is loaded that could check: choose one, or another checker.")
                if self._checker is None or self._checker.name != engine.name:
                    fitted = self.checker_fits.of(engine.name)
                    self._checker = ThreadChecker(
                        engine.name, self._model_thread(), lambda: engine.claim_likelihood().read, fitted, engine.device
                    )
            elif self._checker is None:
                self._checker = checker_for(
                    chosen.checker, self._model_thread(), chosen.device, self._folder, self.checker_fits
                )
            return self._checker

    @property
    def checker_fits(self) -> "CheckerFits":
        """What was fitted for readers of claims."""
        from phitui.models.embed.checker_fits import CheckerFits

        return CheckerFits(self._data or self._folder)

    # ── on servers ───────────────────────────────────────────────────────────────────────────────────────────

    def on_servers(self) -> "Iterator[ServedModel | ModelError]":
        """The models of the servers that the settings name, and what is the matter with those that do not answer."""
        from phitui.models.server.offer import listed

        return listed(self._settings.server, min(LISTING_SECONDS, self._settings.server_timeout))

    # ── on disk ──────────────────────────────────────────────────────────────────────────────────────────────

    def search_models(self) -> "list[ModelOnDisk]":
        """Embedders and rerankers that can be loaded without a download."""
        from phitui.models.hub.on_disk import search_models_on_disk

        return search_models_on_disk(self._folder)

    def on_disk(self) -> "list[ModelOnDisk]":
        """Language models that can be loaded without a download."""
        from phitui.models.hub.on_disk import models_on_disk

        return models_on_disk(self._folder)

    def pull(self, model: str, cancel: ThreadEvent | None = None) -> Iterator[DownloadProgress]:
        """Downloads a model into the models folder. Raises ModelError."""
        from phitui.models.hub.download import pull

        return pull(model, self._folder, cancel or ThreadEvent())

    def tune(self, order: "Order", cancel: ThreadEvent | None = None) -> "Iterator[Tuned]":
        """A model on records of one's own (see `models.tuning.tune`). Raises UsageError, ModelError, OSError."""
        from phitui.models.tuning.tune import tune

        return tune(order, self._model_thread(), self._folder, self._settings.device, cancel or ThreadEvent())

    def tune_apart(self, order: "Order", cancel: ThreadEvent) -> "Iterator[Tuned]":
        """The same in a process of its own (see `models.tuning.apart`). Raises UsageError, ModelError, Cancelled."""
        from phitui.models.tuning.apart import tune_apart

        return tune_apart(order, self._folder, self._settings.device, cancel)

    def merge(self, model: str, adapters: tuple[str, ...], output: Path) -> None:
        """A model and its adapters become one on disk (see `models.tuning.merge`). Raises UsageError, ModelError."""
        from phitui.models.tuning.merge import merge

        merge(model, adapters, output, self._model_thread(), self._folder)

    def token_work(self) -> "TokenWork":
        """For benchmarks, by the engine in use, which is loaded. Raises UsageError where it is no model here."""
        from phitui.models.engines.local import LocalEngine

        engine = self.engine
        if not isinstance(engine, LocalEngine):
            raise UsageError("Benchmarks take a model on this machine: name it with --model, without --server.")
        return engine.token_work()

    def deletable(self, model: str) -> "ModelOnDisk":
        """What `delete` would delete. Raises UsageError for what is not phitui's to delete."""
        from phitui.models.hub.on_disk import deletable

        return deletable(model, self._folder)

    def delete(self, model: str) -> "ModelOnDisk":
        """Deletes a download, which is not in use. Raises UsageError, ModelError."""
        from phitui.models.hub.on_disk import delete

        found = self.deletable(model)
        names = {found.id, str(found.path)}
        if self._engine is not None and self._engine.loaded and names & {self.model, *self.adapters}:
            raise UsageError(f"{found.id} is loaded: choose another model, then delete it.")
        return delete(model, self._folder)

    def _model_thread(self) -> "ModelThread":
        with self._lock:
            if self._thread is None:
                from phitui.models.thread import ModelThread

                self._thread = ModelThread(self._spare_cores)
            return self._thread

    def close_engine(self) -> None:
        """Ends what it is saying and gives its memory back."""
        if self._engine is not None:
            self._engine.close()

    def close(self) -> None:
        """Ends the thread, after everything that uses it."""
        if self._thread is not None:
            self._thread.close()


def _model_of(settings: Settings) -> str:
    if not settings.server or settings.model.startswith(SERVED):
        return settings.model
    return SERVED + ("" if settings.model == "none" else settings.model)


def load(engine: Engine) -> Iterator[ModelLoading | ModelLoaded]:
    """Loads an engine, where it is not. Raises ModelError."""
    if engine.loaded:
        return
    yield ModelLoading(engine.name, "loading")
    note = engine.load(lambda step: None)
    yield ModelLoaded(engine.name, engine.device, engine.context_window, note)
