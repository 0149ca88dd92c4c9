"""Any Hugging Face causal language model, through transformers, on the model thread."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Queue
from threading import Event as ThreadEvent
from threading import Timer
from time import perf_counter
from typing import Any

from phitui.errors import DeviceLost, ModelError
from phitui.events import AnswerFinished, TokensArrived
from phitui.models.decode.detokenizer import TokenDecoder
from phitui.models.decode.generator import Generator
from phitui.models.device import best_device, on_device, peak_memory, reset_peak
from phitui.models.engine import PromptKind, Sampling
from phitui.models.engines.loader import Loaded, load
from phitui.models.engines.prompt_formats import PromptFormat, StopFinder
from phitui.models.engines.turns import ThoughtFinder, own_thoughts, text_decoder, thought_begun
from phitui.models.hub.checkpoint import model_folder, model_name, one_sentence
from phitui.models.thread import (
    ModelThread,
    Priority,
    empty_cache,
    is_out_of_memory,
    quiet_collector,
    release_memory,
)
from phitui.models.transformer.likelihood import ClaimLikelihood, QuestionLikelihood
from phitui.text import clean, one_line

SMALL_PREFILL = 64
"""Tokens of the prompt that are read at once after memory ran out reading more."""
AT_LOAD = 8
"""Steps that are made ready before a model counts as loaded: on a card some tenths of a second each."""
BATCH_SECONDS = 0.05
"""Text is handed on at most so often: twenty repaints a second are enough for the eye."""


class LocalEngine:
    """An `Engine`. Loads at `load`; every torch call is a job of the model thread."""

    writes = True

    def __init__(
        self,
        model: str,
        thread: ModelThread,
        models_folder: Path,
        device: str = "auto",
        dtype: str = "auto",
        unload_after: float = 0,
    ):
        """`model` is a hub id or a folder; nothing is read yet.

        After `unload_after` idle seconds (0: never) the memory is given back; `load` reads the model again.
        """
        self.name = model_name(model)
        self.device = device
        self.context_window = 2048
        self.parameters = 0
        self.loaded = False
        self.path = ""
        """How it runs, and why, once it is loaded."""
        self._model_name, self._models_folder, self._wanted, self._dtype = model, models_folder, device, dtype
        self._thread = thread
        self._closing = ThreadEvent()
        self._unload_after = unload_after
        self._idle: Timer | None = None
        self._preparing = False
        self._ready: Loaded | None = None
        self._generator: Generator | None = None
        self._format: PromptFormat | None = None
        self._ends: frozenset[int] = frozenset()

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────────

    def load(self, report: Callable[[str], None]) -> str:
        """Reads tokenizer and weights; returns where and how they run. Raises ModelError."""
        if not self.loaded:
            self._closing.clear()
            self._thread.run(lambda: self._load(report), Priority.ANSWER)
        return f"{self.name} on {self.device}, {self.path}"

    def _load(self, report: Callable[[str], None]) -> None:
        with quiet_collector():
            self._read(report)
        if self._closing.is_set():
            self._drop()
            raise ModelError(f"The model {self.name} was closed while it was loading.")
        self._prepare_later()

    def _read(self, report: Callable[[str], None]) -> None:
        folder, device = model_folder(self._model_name, self._models_folder), best_device(self._wanted)
        with on_device(device), one_sentence(f"The model {self.name}"):
            ready = load(folder, device, self._dtype, report)
            ready.runner.prepare(AT_LOAD)
        self._ready, self.device, self.path = ready, ready.device, ready.runner.path
        self.context_window, self.parameters = ready.runner.window, ready.parameters
        self._generator = Generator(ready.runner, ready.parked)
        self._format = PromptFormat(ready.tokenizer, ready.family)
        self._ends = ready.ends | self._format.ends
        self.loaded = True

    def _prepare_later(self) -> None:
        """In idle moments, a step at a time: no answer waits for what can be made ready before."""
        if not self._preparing:
            self._preparing = True
            self._thread.submit(self._prepare, Priority.INDEXING)

    def _prepare(self) -> None:
        self._preparing = False
        if self._generator is None:
            return
        with on_device(self.device):
            more = self._generator.runner.prepare()
        self.path = self._generator.runner.path
        if more:
            self._prepare_later()

    # ── prompts ──────────────────────────────────────────────────────────────────────────────────────────────

    def wrap(self, content: str, kind: PromptKind) -> str:
        """The content in this model's format. The model must be loaded."""
        return self._loaded_format().wrap(content, kind)

    def stops(self, kind: PromptKind) -> tuple[str, ...]:
        """That format's stop strings. The model must be loaded."""
        return self._loaded_format().stops(kind)

    def _loaded_format(self) -> PromptFormat:
        if self._format is None:
            raise ModelError(f"The model {self.name} is not loaded yet.")
        return self._format

    def likelihood(self) -> QuestionLikelihood:
        """For a reranker: the same weights. Raises ModelError while nothing is loaded, or where they are in 8 bits."""
        return QuestionLikelihood(*self._weights("rerank"))

    def claim_likelihood(self) -> ClaimLikelihood:
        """For a checker, as `likelihood`."""
        return ClaimLikelihood(*self._weights("check claims"))

    def _weights(self, use: str) -> tuple[Any, Any]:
        ready = self._ready
        if ready is None or ready.model is None:
            raise ModelError(f"The model {self.name} cannot {use}: it is not loaded, or its weights are in 8 bits.")
        return ready.tokenizer, ready.model

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens."""
        ready = self._ready
        if ready is None:
            raise ModelError(f"The model {self.name} is not loaded yet.")
        return (
            [len(ids) for ids in ready.tokenizer(list(texts), add_special_tokens=False)["input_ids"]] if texts else []
        )

    # ── generating ───────────────────────────────────────────────────────────────────────────────────────────

    def stream(self, prompt: str, sampling: Sampling, cancel: ThreadEvent) -> Iterator[TokensArrived | AnswerFinished]:
        """Text in batches, then the figures. Raises ModelError, also where the prompt fills the window."""
        self._loaded_format()
        stop = ThreadEvent()
        arrived: Queue[str | None] = Queue()

        def stopped() -> bool:
            # Questions of others are embedded between two steps, and nothing starts over.
            self._thread.serve(Priority.QUERY)
            return cancel.is_set() or stop.is_set() or self._closing.is_set()

        def job() -> AnswerFinished:
            try:
                with on_device(self.device):
                    return self._generate(prompt, sampling, arrived.put, stopped)
            except DeviceLost:
                self._drop()
                raise

        if self._idle is not None:
            self._idle.cancel()
        future = self._thread.submit(job, Priority.ANSWER)
        # Also where the job never ran: nobody waits for words from a thread that has ended.
        future.add_done_callback(lambda _: arrived.put(None))
        self._prepare_later()
        try:
            batch, last = "", 0.0
            while (piece := arrived.get()) is not None:
                batch += piece
                if batch and perf_counter() - last >= BATCH_SECONDS:
                    yield TokensArrived(batch)
                    batch, last = "", perf_counter()
            if batch:
                yield TokensArrived(batch)
            yield future.result()
        finally:
            stop.set()
            if self._unload_after:
                self._idle = Timer(self._unload_after, self.unload)
                self._idle.daemon = True
                self._idle.start()

    def _generate(
        self, prompt: str, sampling: Sampling, show: Callable[[str], None], cancelled: Callable[[], bool]
    ) -> AnswerFinished:
        """On the model thread. Where memory runs out before the first token, the prompt is read in smaller parts."""
        generator, ready = self._generator, self._ready
        if generator is None or ready is None:
            raise ModelError(f"The model {self.name} was closed.")
        ids = _ids(ready.tokenizer, prompt)
        if not 0 < len(ids) < self.context_window:
            raise ModelError(
                f"The prompt has {len(ids)} tokens, the window of {self.name} holds {self.context_window}."
            )
        reset_peak(self.device)
        writer = _Writer(ready.tokenizer, prompt, sampling.stop, show)
        seed = secrets.randbits(63) if sampling.seed is None else sampling.seed
        try:
            try:
                made = generator.run(ids, sampling, seed, self._ends, writer.take, cancelled)
            except Exception as error:
                if not is_out_of_memory(error) or writer.begun:
                    raise
                generator.prefixes.clear()
                release_memory(error)
                made = generator.run(ids, sampling, seed, self._ends, writer.take, cancelled, SMALL_PREFILL)
        except Exception as error:
            if is_out_of_memory(error):
                generator.prefixes.clear()
                raise
            why = one_line(str(error).split("\n")[0], 160)
            raise ModelError(f"The model {self.name} failed while generating: {why}") from error
        if made.reason != "stop":
            writer.finish()
        first, count = made.time_to_first_token, len(made.tokens)
        decoding = made.seconds - (first or made.seconds)
        return AnswerFinished(
            text=writer.text,
            reason=made.reason,
            model=self.name,
            prompt_tokens=len(ids),
            reused_tokens=made.reused,
            answer_tokens=count,
            guessed_tokens=made.guessed,
            accepted_tokens=made.right,
            time_to_first_token=first,
            tokens_per_second=(count - 1) / decoding if decoding > 0 and count > 1 else None,
            peak_memory=peak_memory(self.device),
            tokens=tuple(made.tokens),
            thoughts=clean(writer.thoughts.thoughts).strip(),
        )

    def close(self) -> None:
        """Stops what is being generated, and gives the device's memory back."""
        self._closing.set()
        self.unload()

    def unload(self) -> None:
        """Gives the device's memory back after what is being generated; `load` reads the model again."""
        if self._idle is not None:
            self._idle.cancel()
        if self.loaded:
            self.loaded = False
            self._thread.submit(self._drop, Priority.ANSWER)

    def _drop(self) -> None:
        import gc

        self.loaded = False
        self._ready = self._generator = self._format = None
        gc.unfreeze()  # what was frozen after loading would never be collected
        gc.collect()
        gc.freeze()
        empty_cache()


def _ids(tokenizer: Any, prompt: str) -> list[int]:
    # Chat templates write the first special token themselves; the tokenizer would add another.
    whole = bool(tokenizer.bos_token) and prompt.startswith(tokenizer.bos_token)
    return list(tokenizer(prompt, add_special_tokens=not whole)["input_ids"])


class _Writer:
    """Tokens to text as it may be shown: whole characters, no thoughts, nothing that could begin a stop string."""

    def __init__(self, tokenizer: Any, prompt: str, stops: Sequence[str], show: Callable[[str], None]):
        self._finder = StopFinder(stops)
        self.thoughts = ThoughtFinder(own_thoughts(tokenizer), thought_begun(prompt))
        self._decoder = TokenDecoder(text_decoder(tokenizer))
        self._show = show
        self.text = ""
        self.begun = False

    def take(self, token: int) -> bool:
        """Whether a stop string is met."""
        self.begun = True
        shown, stopped = self._finder.feed(self.thoughts.feed(self._decoder.feed(token)))
        self._tell(shown)
        return stopped

    def finish(self) -> None:
        """Shows what was held back, where no stop string came of it."""
        shown, stopped = self._finder.feed(self.thoughts.rest())
        self._tell(shown if stopped else shown + self._finder.rest())

    def _tell(self, text: str) -> None:
        text = clean(text)
        if text:
            self.text += text
            self._show(text)
