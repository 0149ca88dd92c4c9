"""Any Hugging Face causal language model, through transformers, on the model thread."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Queue
from threading import Event as ThreadEvent
from time import perf_counter
from typing import Any

from phitui.errors import ModelError, PhituiError
from phitui.events import AnswerFinished, TokensArrived
from phitui.models.decoding import TokenDecoder
from phitui.models.embedding import best_device
from phitui.models.engine import PromptKind, Sampling
from phitui.models.formats import PromptFormat, StopFinder
from phitui.models.thread import ModelThread, Priority, is_out_of_memory, quiet_collector, release_memory
from phitui.models.weights import model_folder, model_name
from phitui.text import clean, one_line

SMALL_PREFILL = 256
"""Tokens of the prompt that are read at once after memory ran out reading it whole."""
BATCH_SECONDS = 0.05
"""Text is handed on at most so often: twenty repaints a second are enough for the eye."""


class LocalEngine:
    """An `Engine`. Loads at `load`; every torch call is a job of the model thread."""

    def __init__(self, model: str, thread: ModelThread, models_folder: Path, device: str = "auto", dtype: str = "auto"):
        """`model` is a hub id or a folder; nothing is read yet."""
        self.name = model_name(model)
        self.device = device
        self.context_window = 2048
        self.loaded = False
        self._model_name, self._models_folder, self._dtype = model, models_folder, dtype
        self._thread = thread
        self._closing = ThreadEvent()
        self._model: Any = None
        self._tokenizer: Any = None
        self._format: PromptFormat | None = None

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────────

    def load(self, report: Callable[[str], None]) -> str:
        """Reads tokenizer and weights; returns where they run. Raises ModelError."""
        if not self.loaded:
            self._closing.clear()
            self._thread.run(lambda: self._load(report), Priority.ANSWER)
        return f"{self.name} on {self.device}"

    def _load(self, report: Callable[[str], None]) -> None:
        with quiet_collector():
            self._read(report)
        if self._closing.is_set():
            self.loaded = False
            self._unload()
            raise ModelError(f"The model {self.name} was closed while it was loading.")

    def _read(self, report: Callable[[str], None]) -> None:
        import torch

        device = best_device(self.device)
        report("reading the tokenizer")
        folder = model_folder(self._model_name, self._models_folder)
        import transformers

        silence: Any = transformers.logging

        silence.set_verbosity_error()
        silence.disable_progress_bar()
        kinds = {"auto": torch.bfloat16 if device.startswith("cuda") else torch.float32}
        kind = kinds.get(self._dtype) or getattr(torch, self._dtype)
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
            report("reading the weights")
            model: Any = transformers.AutoModelForCausalLM.from_pretrained(
                folder, dtype=kind, use_safetensors=True, **options
            )
            self._model = model.to(device).eval()
        except Exception as error:  # transformers raises whatever a broken folder makes of it
            self._model = None
            if is_out_of_memory(error):
                raise
            why = one_line(str(error).split("\n")[0], 160)
            raise ModelError(f"The model {self.name} cannot be loaded: {why}") from error
        self._tokenizer, self.device = tokenizer, device
        config = model.config.get_text_config()
        self.context_window = int(getattr(config, "max_position_embeddings", 0) or 2048)
        self._format = PromptFormat(tokenizer, str(config.model_type))
        self.loaded = True

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

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens."""
        tokenizer = self._tokenizer
        if tokenizer is None:
            raise ModelError(f"The model {self.name} is not loaded yet.")
        return [len(ids) for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"]] if texts else []

    # ── generating ───────────────────────────────────────────────────────────────────────────────────────────

    def stream(self, prompt: str, sampling: Sampling, cancel: ThreadEvent) -> Iterator[TokensArrived | AnswerFinished]:
        """Text in batches, then the figures. Raises ModelError, also where the prompt fills the window."""
        self._loaded_format()
        stop = ThreadEvent()
        arrived: Queue[str | None] = Queue()

        def stopped() -> bool:
            return cancel.is_set() or stop.is_set() or self._closing.is_set()

        def job() -> AnswerFinished:
            try:
                return self._generate(prompt, sampling, arrived.put, stopped)
            finally:
                arrived.put(None)

        future = self._thread.submit(job, Priority.ANSWER)
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

    def _generate(
        self, prompt: str, sampling: Sampling, show: Callable[[str], None], cancelled: Callable[[], bool]
    ) -> AnswerFinished:
        """On the model thread. Where memory runs out before the first token, the prompt is read in smaller parts."""
        if self._model is None:
            raise ModelError(f"The model {self.name} was closed.")
        first = _Generation(self, prompt, sampling, show, cancelled)
        try:
            return first.run()
        except PhituiError:
            raise
        except Exception as error:
            if not is_out_of_memory(error):
                why = one_line(str(error).split("\n")[0], 160)
                raise ModelError(f"The model {self.name} failed while generating: {why}") from error
            if first.begun:
                raise
            release_memory(error)
        return _Generation(self, prompt, sampling, show, cancelled, SMALL_PREFILL).run()

    def close(self) -> None:
        """Stops what is being generated, and gives the device's memory back."""
        self._closing.set()
        if self.loaded:
            self.loaded = False
            self._thread.submit(self._unload, Priority.ANSWER)

    def _unload(self) -> None:
        import gc

        import torch

        self._model = self._tokenizer = self._format = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


class _Generation:
    """One run of `generate`, watched token by token. Lives on the model thread."""

    def __init__(
        self,
        engine: LocalEngine,
        prompt: str,
        sampling: Sampling,
        show: Callable[[str], None],
        cancelled: Callable[[], bool],
        prefill: int | None = None,
    ):
        """`prefill`: tokens of the prompt that are read at once; None reads all."""
        self._prefill = prefill
        self._engine, self._prompt, self._sampling = engine, prompt, sampling
        self._show, self._cancelled = show, cancelled
        self._finder = StopFinder(sampling.stop)
        self._ids: list[int] = []
        self._decoder = TokenDecoder(self._decode)
        self._text = ""
        self._reason = ""
        self._ended = False
        self._first: float | None = None

    @property
    def begun(self) -> bool:
        """Whether there is a first token."""
        return self._first is not None

    def _decode(self, ids: Sequence[int]) -> str:
        text: str = self._engine._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def run(self) -> AnswerFinished:
        """Generates; returns the figures. Raises ModelError."""
        import torch
        import transformers

        made: Any = transformers  # parts of it are untyped

        model, tokenizer = self._engine._model, self._engine._tokenizer
        # Chat templates write the first special token themselves; the tokenizer would add another.
        whole = bool(tokenizer.bos_token) and self._prompt.startswith(tokenizer.bos_token)
        inputs = tokenizer(self._prompt, return_tensors="pt", add_special_tokens=not whole).to(self._engine.device)
        inputs.pop("token_type_ids", None)
        count = int(inputs["input_ids"].shape[1])
        room = self._engine.context_window - count
        if room < 1 or count < 1:
            raise ModelError(
                f"The prompt has {count} tokens, the window of {self._engine.name} holds {self._engine.context_window}."
            )
        if self._cancelled():
            return AnswerFinished("", "cancelled", self._engine.name, prompt_tokens=count)
        limit = min(self._sampling.max_tokens, room)
        on_cuda = str(self._engine.device).startswith("cuda")
        if on_cuda:
            torch.cuda.reset_peak_memory_stats(self._engine.device)
        ends = model.generation_config.eos_token_id
        self._ends = {*(ends if isinstance(ends, list) else [ends]), tokenizer.eos_token_id} - {None}
        warm = self._sampling.temperature > 0
        config = made.GenerationConfig(
            max_new_tokens=limit,
            do_sample=warm,
            eos_token_id=sorted(self._ends) or None,
            prefill_chunk_size=self._prefill,
            pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id,
            **({"temperature": self._sampling.temperature, "top_p": self._sampling.top_p, "top_k": 0} if warm else {}),
        )
        if warm and self._sampling.seed is not None:
            torch.manual_seed(self._sampling.seed)
        elif warm:
            torch.seed()  # torch begins every process with the same seed
        started = perf_counter()
        self._started = started
        with torch.inference_mode():
            model.generate(
                **inputs, generation_config=config, stopping_criteria=made.StoppingCriteriaList([self._step])
            )
        took = perf_counter() - started
        if not self._reason:
            self._tell(self._finder.rest())
            self._reason = "end" if self._ended else "window" if limit == room else "length"
        decoding = took - (self._first or took)
        return AnswerFinished(
            text=self._text,
            reason=self._reason,
            model=self._engine.name,
            prompt_tokens=count,
            answer_tokens=len(self._ids),
            time_to_first_token=self._first,
            tokens_per_second=(len(self._ids) - 1) / decoding if decoding > 0 and len(self._ids) > 1 else None,
            peak_memory=int(torch.cuda.max_memory_allocated(self._engine.device)) if on_cuda else None,
            tokens=tuple(self._ids),
        )

    def _step(self, ids: Any, scores: Any, **_: Any) -> Any:
        """Called by `generate` after every token; says whether to stop."""
        import torch

        token = int(ids[0, -1])
        if self._first is None:
            self._first = perf_counter() - self._started
        if token in self._ends:
            self._ended = True
        else:
            self._ids.append(token)
            self._take(token)
        if not self._reason and self._cancelled():
            self._tell(self._finder.rest())
            self._reason = "cancelled"
        return torch.tensor([bool(self._reason)], device=ids.device)

    def _take(self, token: int) -> None:
        shown, stopped = self._finder.feed(self._decoder.feed(token))
        self._tell(shown)
        if stopped:
            self._reason = "stop"

    def _tell(self, text: str) -> None:
        text = clean(text)
        if text:
            self._text += text
            self._show(text)
