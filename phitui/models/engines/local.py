"""Any Hugging Face causal language model, through transformers, on the model thread."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Event as ThreadEvent
from threading import Timer
from time import perf_counter
from typing import Any
from weakref import ref

from phitui.errors import DeviceLost, ModelError
from phitui.events import AnswerFinished, TokensArrived
from phitui.models.adapters import AdapterChanges, is_plain
from phitui.models.decode.generator import Generated, Generator
from phitui.models.decode.runner import CHUNK
from phitui.models.device import best_device, on_device, peak_memory, reset_peak
from phitui.models.engine import PromptKind, Sampling
from phitui.models.engines.loader import Loaded, load
from phitui.models.engines.prompt_formats import PromptFormat
from phitui.models.engines.token_work import TokenWork
from phitui.models.engines.writer import Writer
from phitui.models.hub.adapter import adapter_folder, base_of, named_with
from phitui.models.hub.checkpoint import model_folder, model_name, one_sentence
from phitui.models.kernels.verdicts import Verdicts
from phitui.models.thread import (
    ModelThread,
    Priority,
    empty_cache,
    is_device_failure,
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
        adapters: Sequence[str] = (),
        merged: bool = True,
        thinks: bool = False,
        verdicts: Verdicts | None = None,
    ):
        """`model` is a hub id, a folder or a GGUF file; nothing is read yet.

        `adapters` are ids or folders of LoRA adapters, `merged` into the weights or not; with `model` none, the model
        is the one that the first was made for. `thinks`: a model that can be asked to think before it answers is.

        `verdicts` on the kernels of cards; without, plain torch does every step.

        After `unload_after` idle seconds (0: never) the memory is given back; `load` reads the model again.
        """
        self.name = named_with(model, tuple(adapters))
        self.device = device
        self.context_window = 2048
        self.parameters = 0
        self.loaded = False
        self.path = ""
        """How it runs, and why, once it is loaded."""
        self._model_name, self._models_folder, self._wanted, self._dtype = model, models_folder, device, dtype
        self._adapters, self._merged, self._thinks, self._verdicts = tuple(adapters), merged, thinks, verdicts
        self._thread = thread
        self._closing = ThreadEvent()
        self._unload_after = unload_after
        self._idle: Timer | None = None
        self._preparing = False
        self._ready: Loaded | None = None
        self._generator: Generator | None = None
        self._format: PromptFormat | None = None
        self._ends: frozenset[int] = frozenset()
        self._changes: AdapterChanges | None = None

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
        device = best_device(self._wanted)
        with on_device(device), one_sentence(f"The model {self.name}"):
            adapters = [adapter_folder(each, self._models_folder) for each in self._adapters]
            model = self._model_name
            if adapters and model == "none":
                model = base_of(self._adapters[0], self._models_folder)
                self.name = named_with(model, self._adapters)
            folder = model_folder(model, self._models_folder)
            ready = load(folder, device, self._dtype, report, adapters, self._merged, self._verdicts)
            ready.runner.prepare(AT_LOAD)
            self._generator = Generator(ready.runner, ready.parked)
        self._ready, self.device, self.path = ready, ready.device, ready.runner.path
        self.context_window, self.parameters = ready.runner.window, ready.parameters
        self._format = PromptFormat(ready.tokenizer, ready.family, self._thinks)
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

    def change_adapters(self, adapters: Sequence[str]) -> bool:
        """Puts other adapters on the loaded model, none for the model alone; nothing is read but them.

        False where that cannot be done, and nothing has changed: it is not loaded, was loaded with adapters, has 8-bit
        weights, or one of them does more than add to matrices. Raises ModelError for one that does not fit.
        """
        return self._thread.run(lambda: self._change_adapters(tuple(adapters)), Priority.ANSWER)

    def _change_adapters(self, adapters: tuple[str, ...]) -> bool:
        ready, generator = self._ready, self._generator
        folders = [adapter_folder(each, self._models_folder) for each in adapters]
        if ready is None or ready.model is None or generator is None or not all(map(is_plain, folders)):
            return False
        if self._changes is None:
            if self._adapters:
                return False
            self._changes = AdapterChanges(ready.model)
        generator.prefixes.clear()
        generator.runner.held = []
        with on_device(self.device):
            self._changes.put_on(folders, model_name(self._model_name))
        self.name = named_with(self._model_name, adapters)
        return True

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

    def token_work(self) -> TokenWork:
        """What benchmarks ask for: scores of tokens and tokens that follow. Raises ModelError, as `likelihood`."""
        tokenizer, model = self._weights("be measured")
        assert self._generator is not None
        return TokenWork(tokenizer, model, self._generator, self._ends, self.device, self._thread)

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
            except DeviceLost as error:
                if self._ready is not None:
                    self._ready.trial.give_up(error)
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
        ids = prompt_ids(ready.tokenizer, prompt)
        if not 0 < len(ids) < self.context_window:
            raise ModelError(
                f"The prompt has {len(ids)} tokens, the window of {self.name} holds {self.context_window}."
            )
        reset_peak(self.device)
        room = self.context_window - len(ids) - sampling.max_tokens
        writer = Writer(ready.tokenizer, prompt, sampling, show, max(0, min(sampling.thought_tokens, room)))
        seed = secrets.randbits(63) if sampling.seed is None else sampling.seed
        try:
            made = self._run(generator, ids, sampling, seed, writer, cancelled)
            while writer.closing:  # it thought for long enough: the thought is ended for it, and it goes on from there
                closed = ready.tokenizer(writer.close_thought(), add_special_tokens=False)["input_ids"]
                begun = [*made.tokens, *closed]
                if len(ids) + len(begun) >= self.context_window:
                    made.reason = "window"
                    break
                more = self._run(generator, [*ids, *begun], sampling, seed, writer, cancelled)
                made = _joined(made, begun, more)
        except Exception as error:
            if is_out_of_memory(error):
                generator.prefixes.clear()
                raise
            why = one_line(str(error).split("\n")[0], 160)
            raise ModelError(f"The model {self.name} failed while generating: {why}") from error
        if writer.full and made.reason == "stop":
            made.reason = "length"
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

    def _run(
        self,
        generator: Generator,
        ids: list[int],
        sampling: Sampling,
        seed: int,
        writer: Writer,
        cancelled: Callable[[], bool],
    ) -> Generated:

        wanted = replace(sampling, max_tokens=writer.most)
        begun = writer.taken
        try:
            return generator.run(ids, wanted, seed, self._ends, writer.take, cancelled)
        except Exception as error:
            if writer.taken > begun:
                raise
            if is_out_of_memory(error):
                chunk = SMALL_PREFILL
            elif is_device_failure(error) or self._ready is None or not self._ready.trial.give_up(error):
                raise
            else:
                chunk = CHUNK
            generator.prefixes.clear()
            release_memory(error)
        return generator.run(ids, wanted, seed, self._ends, writer.take, cancelled, chunk)

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
        if self._changes is not None:  # others may stand on the same weights
            self._changes.take_off()
        kept = [self._ready.model, self._ready.runner, self._generator] if self._ready is not None else []
        gone = [ref(each) for each in kept if each is not None]
        kept.clear()
        self._ready = self._generator = self._format = self._changes = None
        # Walking through all objects stops every thread for 300 ms; most models are gone without that.
        if any(each() is not None for each in gone):
            gc.unfreeze()  # what was frozen after loading would never be collected
            gc.collect()
            gc.freeze()
        empty_cache()


def prompt_ids(tokenizer: Any, prompt: str) -> list[int]:
    """The prompt's tokens: begun once, by the template or the tokenizer, and not ended."""
    # Chat templates write the first special token themselves; the tokenizer would add another.
    whole = bool(tokenizer.bos_token) and prompt.startswith(tokenizer.bos_token)
    ids = list(tokenizer(prompt, add_special_tokens=not whole)["input_ids"])
    while len(ids) > 1 and ids[0] == ids[1] == tokenizer.bos_token_id:
        del ids[0]
    if len(ids) > 1 and ids[-1] == tokenizer.eos_token_id and not prompt.rstrip().endswith(tokenizer.eos_token):
        del ids[-1]
    return ids


def _joined(first: Generated, begun: list[int], more: Generated) -> Generated:
    """Two runs as one; `begun` is what the first said, and the mark that was put behind it."""
    return Generated(
        [*begun, *more.tokens],
        more.reason,
        first.reused,
        first.guessed + more.guessed,
        first.right + more.right,
        first.time_to_first_token,
        first.seconds + more.seconds,
    )
