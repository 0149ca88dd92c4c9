"""Tuning from a file of records to an adapter: read, planned, trained on the model thread, and put into its place."""

import hashlib
import importlib.util
import random
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Queue
from threading import Event as ThreadEvent
from time import monotonic
from typing import TYPE_CHECKING, Any

from phitui.errors import Cancelled, ModelError, UsageError
from phitui.models.device import best_device, free_memory, on_device
from phitui.models.hub.checkpoint import model_folder, one_sentence
from phitui.models.thread import ModelThread, Priority
from phitui.models.tuning.data import Record, read_records
from phitui.models.tuning.events import RecordsRead, TuningFinished, TuningPlanned, TuningStepped
from phitui.models.tuning.memory import Shape, fitted, needed, shape_of
from phitui.models.tuning.output import OutputFolder
from phitui.models.tuning.plan import Plan
from phitui.reading import read_given
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.models.tuning.examples import Example

SHOWN = 3
"""Records that are shown as the model reads them."""
PIP = "pip install 'phitui[tune]'"
Event = RecordsRead | TuningPlanned | TuningStepped | TuningFinished


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be tuned on what."""

    data: Path
    """A file of records; where they are `given`, what they are called."""
    model: str
    output: Path
    plan: Plan
    measured: Path | None = None
    """A file of records to measure on, instead of a share of the others."""
    restart: bool = False
    dry: bool = False
    """Reads, plans and says so; writes nothing."""
    given: tuple[Record, ...] = ()
    """The records themselves: no file holds them."""


def tune(order: Order, thread: ModelThread, models_folder: Path, device: str, cancel: ThreadEvent) -> Iterator[Event]:
    """What happens, in its order. Where it is cancelled or left, a checkpoint is written, and Cancelled raised.

    The same order goes on from its last checkpoint. Raises UsageError, ModelError, OSError.
    """
    run = _Run(order, models_folder, device)
    yield from thread.run(run.prepare, Priority.INDEXING)
    if order.dry:
        return
    arrived: Queue[TuningStepped | None] = Queue()
    stop = ThreadEvent()
    future = thread.submit(lambda: run.train(arrived.put, lambda: cancel.is_set() or stop.is_set()), Priority.INDEXING)
    future.add_done_callback(lambda _: arrived.put(None))
    try:
        while (event := arrived.get()) is not None:
            yield event
        yield future.result()
    finally:
        stop.set()
        if not future.done():  # interrupted: what was learnt is written down first
            future.exception()


class _Run:
    """One run's parts, as they become known. Its methods are jobs of the model thread, but the first checks."""

    def __init__(self, order: Order, models_folder: Path, device: str):
        self._order, self._device = order, device
        if order.given:
            records, self._format = list(order.given), "prompt and response"
        else:
            records, self._format = read_records(order.data)
        apart = read_records(order.measured)[0] if order.measured else None
        self._learnt, self._measured = (records, apart) if apart is not None else _split(records, order.plan)
        if not self._learnt:
            raise UsageError(f"{one_line(str(order.data))} holds too few records: one to learn from is the least.")
        self._output = OutputFolder(order.output, self._told())
        self._output.check(order.restart)
        self._folder = model_folder(order.model, models_folder)
        if self._folder.is_file():
            raise ModelError("A GGUF file has rounded weights: tune the model that it was made from.")
        missing = [name for name in ("peft", "accelerate") if importlib.util.find_spec(name) is None]
        if missing:
            raise ModelError(f"Tuning takes packages more ({', '.join(missing)}): `{PIP}`.")
        if order.plan.four_bit and order.plan.method == "full":
            raise UsageError("Weights in four bits cannot be trained: leave --four-bit out, or --method full.")
        if order.plan.four_bit and importlib.util.find_spec("bitsandbytes") is None:
            raise ModelError("Weights in four bits take a package more: `pip install bitsandbytes`.")
        self._plan = order.plan
        self._shape: Shape | None = None
        self._tokenizer: Any = None
        self._examples: tuple[list[Example], list[Example]] = ([], [])

    def _told(self) -> dict[str, Any]:
        """What makes this run the one that it is."""
        order = self._order
        files = [*([] if order.given else [order.data]), *([order.measured] if order.measured else [])]
        own = [repr([each.messages for each in order.given]).encode()] if order.given else []
        parts = [hashlib.sha256(each).digest() for each in (*own, *map(read_given, files))]
        digest = hashlib.sha256(b"".join(parts))
        return {"data": digest.hexdigest(), "model": order.model, **asdict(order.plan)}

    def prepare(self) -> list[Event]:
        """Reads what is needed but for the weights, and plans."""
        import transformers

        from phitui.models.inspection.inspector import inspect
        from phitui.models.tuning.examples import IGNORED, ExampleMaker
        from phitui.models.tuning.trainer import steps_of

        silence: Any = transformers.logging
        silence.set_verbosity_error()
        silence.disable_progress_bar()
        order = self._order
        self._device = best_device(self._device)
        with one_sentence(f"The model {one_line(order.model, 80)}"):
            inspect(self._folder, order.model)
            options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(self._folder, **options)
            self._shape = shape = shape_of(self._folder)
            config: Any = transformers.AutoConfig.from_pretrained(self._folder, **options)
        text = config.get_text_config()
        longest = min(order.plan.longest, int(getattr(text, "max_position_embeddings", 0) or order.plan.longest))
        maker = ExampleMaker(self._tokenizer, str(text.model_type), longest)
        learnt = maker.make(self._learnt, order.data)
        measured = maker.make(self._measured, order.measured or order.data)
        self._examples = (learnt, measured)
        every = [*learnt, *measured]
        most = max(len(each.ids) for each in every)
        each, free = self._bytes(), free_memory(self._device)
        self._plan, changed = fitted(shape, order.plan, most, each, free)
        return [
            RecordsRead(
                self._format,
                len(every),
                len(measured),
                sum(len(one.ids) for one in every),
                sum(label != IGNORED for one in every for label in one.labels),
                sum(len(one.ids) == longest for one in every),
                tuple((one.line, one.pieces) for one in sorted(every, key=lambda one: one.line)[:SHOWN]),
            ),
            TuningPlanned(
                self._plan.method,
                steps_of(self._plan, len(learnt)),
                self._plan.batch,
                self._plan.accumulate,
                shape.trained(self._plan),
                shape.parameters,
                shape.targets if self._plan.method == "lora" else (),
                needed(shape, self._plan, most, each),
                free,
                changed,
            ),
        ]

    def _bytes(self) -> int:
        """Of a weight: only an adapter's base can be in half precision, and only a card is quick with it."""
        return 2 if self._device.startswith("cuda") and self._plan.method == "lora" else 4

    def train(self, show: Any, cancelled: Any) -> TuningFinished:
        """Trains, and puts what was made into its place. Raises Cancelled where it was stopped before the end."""
        import torch

        from phitui.models.tuning.trainer import in_four_bits, save, train, with_adapter
        from phitui.models.weights import read_weights

        began, plan, order = monotonic(), self._plan, self._order
        assert self._shape is not None
        with on_device(self._device), one_sentence(f"The model {one_line(order.model, 80)}"):
            kind = torch.bfloat16 if self._bytes() == 2 else torch.float32
            if plan.four_bit:
                model = in_four_bits(self._folder, self._device, kind)
            else:
                model = read_weights(self._folder, self._device, kind, shared=False)
        model.config.use_cache = False
        if plan.method == "lora":
            base = str(self._folder.resolve()) if Path(order.model).expanduser().exists() else order.model
            model = with_adapter(model, plan, self._shape.targets, base)
        checkpoint = self._output.begin(order.restart)
        with on_device(self._device), warnings.catch_warnings(action="ignore"):  # words to programmers
            made = train(model, plan, *self._examples, self._output.checkpoints, checkpoint, show, cancelled)
        if made.cancelled and made.ended_early:
            raise Cancelled(f"stopped at step {made.steps}, and kept: started again, it goes on from there.")
        model.config.use_cache = True
        save(made.model, self._tokenizer, plan, self._output.room())
        result = {"steps": made.steps, "before": made.before, "after": made.after}
        self._output.finish(result)
        seconds = monotonic() - began
        return TuningFinished(str(order.output), made.steps, made.before, made.after, seconds, made.ended_early)


def _split(records: list[Record], plan: Plan) -> tuple[list[Record], list[Record]]:
    """Records to learn from and to measure on, the same at every run."""
    kept = round(plan.validation * len(records))
    kept = min(max(kept, 1), len(records) - 1) if plan.validation else 0
    order = list(records)
    random.Random(plan.seed).shuffle(order)
    return order[kept:], order[:kept]
