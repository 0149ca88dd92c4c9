"""`phitui tune`: a model learns from records of one's own."""

import argparse
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.registry import Command, Family
from phitui.errors import PhituiError, UsageError
from phitui.models.tuning.events import RecordsRead, TuningFinished, TuningPlanned, TuningStepped
from phitui.text import clean, one_line
from phitui.wording import NO_PAIRS, records_told, tuning_ended, tuning_planned, tuning_step

if TYPE_CHECKING:
    from phitui.models.tuning.data import Record
    from phitui.models.tuning.plan import Plan
    from phitui.workbench import Workbench

OWN = Path("pairs of your own")
LONGEST_SHOWN = 1_500
"""Characters of a record that are shown of it."""


def _share(given: str) -> float:
    with suppress(ValueError):
        if 0 <= float(given) < 1:
            return float(given)
    raise argparse.ArgumentTypeError(f"{given!r} is not a share from 0 to below 1")


def _positive(given: str) -> float:
    with suppress(ValueError):
        if 0 < float(given) <= 1000:
            return float(given)
    raise argparse.ArgumentTypeError(f"{given!r} is not a number above 0 and at most 1000")


def _some(given: str) -> int:
    return 0 if given == "0" else shared.count(given)


def _options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "data",
        metavar="DATA",
        nargs="?",
        type=shared.path,
        help='JSON or JSON lines: {"prompt","response"}, {"text"}, messages',
    )
    add("--judged", action="store_true", help="learn from what you found right, as `phitui pairs` lists it")
    add(
        "--output", metavar="DIR", type=shared.path, help="new folder for the adapter; an interrupted run goes on there"
    )
    add("--method", choices=["lora", "full"], default="lora", help="train an adapter (lora) or all weights (full)")
    add("--preset", choices=["default", "tutorial"], default="default", help="tutorial: as phi-2's tutorials do it")
    add("--epochs", type=_positive, metavar="N", help="times that all records are read")
    add("--batch", type=shared.count, metavar="N", help="records that are read together")
    add("--accumulate", type=shared.count, metavar="N", help="batches that make one step")
    add("--learning-rate", type=_positive, metavar="X", help="size of a step")
    add("--weight-decay", type=_share, metavar="X", help="what weights lose at a step")
    add("--rank", type=shared.count, metavar="N", help="size of the adapter")
    add("--max-length", type=shared.count, metavar="N", dest="longest", help="tokens of a record that are read")
    add("--sparing", action="store_true", default=None, help="gradient checkpointing: slower, with far less memory")
    add("--four-bit", action="store_true", default=None, help="read the model's own weights in 4 bits (bitsandbytes)")
    add("--validation", type=_share, metavar="SHARE", help="share of the records that is kept to measure on")
    add("--validation-file", type=shared.path, metavar="FILE", help="records to measure on")
    add("--patience", type=_some, metavar="N", help="measurements without a lower loss, then it ends; 0: never")
    add("--merge", type=shared.path, metavar="DIR", help="also write model and adapter as one model, into a new folder")
    add("--restart", action="store_true", help="begin an interrupted run anew")
    add("--dry-run", action="store_true", help="show records, plan and memory; write nothing")
    shared.setting(parser, "--seed", "seed", type=int, metavar="S", help="the same seed learns in the same order")


def _plan(options: argparse.Namespace, seed: int) -> "Plan":
    from phitui.models.tuning.plan import changed, default_for

    names = "epochs batch accumulate learning_rate weight_decay rank longest sparing four_bit validation patience"
    given = {name: getattr(options, name) for name in names.split() if getattr(options, name) is not None}
    return changed(default_for(options.method, options.preset), {**given, "seed": seed})


def _tune(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.models.tuning.merge import free_folder
    from phitui.models.tuning.tune import Order

    chosen = workbench.settings
    if chosen.model == "none" or chosen.server or chosen.adapter:
        raise UsageError("Tuning takes one model on this machine: name it with --model, without --adapter or --server.")
    if (options.data is None) != options.judged:
        raise UsageError("Give either a file of records or --judged.")
    if options.output is None and not options.dry_run:
        raise UsageError("Name a new folder for what is made: --output DIR.")
    if options.merge is not None:
        if options.method == "full":
            raise UsageError("With --method full the whole model is written: leave --merge out.")
        free_folder(options.merge)
    order = Order(
        options.data or OWN,
        chosen.model,
        options.output if options.output is not None else workbench.places.cache / "tuning.dry",
        _plan(options, chosen.seed or 0),
        options.validation_file,
        options.restart,
        options.dry_run,
        _own(workbench) if options.judged else (),
    )
    view = _View(options.json)
    try:
        for event in workbench.models.tune(order):
            view.show(event)
    except OSError as error:
        raise PhituiError(f"Tuning had to stop ({one_line(error.strerror or str(error), 160)}).") from error
    if options.merge is not None and not options.dry_run:
        workbench.models.merge(chosen.model, (str(options.output),), options.merge)
        printing.say(f"Merged into {options.merge}: phitui --model {options.merge}")
    return 0


def _own(workbench: "Workbench") -> "tuple[Record, ...]":
    from phitui.models.tuning.data import own_records

    pairs = workbench.pairs.all()
    if not pairs:
        raise UsageError(NO_PAIRS)
    return own_records((pair.prompt, pair.response) for pair in pairs)


def _pairs(workbench: "Workbench", options: argparse.Namespace) -> int:
    found = workbench.pairs.all()
    if not found:
        printing.say(NO_PAIRS)
    for pair in found:
        row = {"prompt": pair.prompt, "response": pair.response}
        asked = one_line(pair.prompt.rpartition("Question: ")[2], 60)
        printing.line(row if options.json else f"{pair.kind:6}  {asked}  →  {one_line(pair.response, 60)}")
    return 0


class _View:
    """Steps as lines on stdout; what leads to them and the curve on stderr, where it is drawn over itself."""

    def __init__(self, json: bool):
        self._json = json
        self._live = sys.stderr.isatty()
        self._lines = not (self._live and sys.stdout.isatty())
        self._drawn = 0
        self._learnt: list[tuple[float, float]] = []
        self._measured: list[tuple[float, float]] = []
        self._steps = 0

    def show(self, event: object) -> None:
        match event:
            case RecordsRead():
                self._records(event)
            case TuningPlanned():
                self._planned(event)
            case TuningStepped():
                self._step(event)
            case TuningFinished():
                self._finished(event)

    def _records(self, event: RecordsRead) -> None:
        printing.say(records_told(event))
        for line, pieces in event.shown:
            printing.say(f"Line {line}, as the model reads it; what it learns stands between >> and <<:")
            text = "".join(f">>{text}<<" if counts else text for text, counts in pieces)
            for each in clean(text)[:LONGEST_SHOWN].split("\n"):
                print(f"    {each}", file=sys.stderr, flush=True)

    def _planned(self, event: TuningPlanned) -> None:
        printing.say(tuning_planned(event))
        printing.say(
            f"About {_size(event.needed)} of memory, {_size(event.free)} are free"
            + (f"; to fit, {event.changed}." if event.changed else ".")
        )

    def _step(self, event: TuningStepped) -> None:
        self._steps = event.steps
        for loss, series in ((event.loss, self._learnt), (event.validation_loss, self._measured)):
            if loss is not None:
                series.append((event.step, loss))
        if event.past:
            return
        if self._json:
            printing.line(_row(event))
        elif self._lines:
            printing.line(tuning_step(event))
        if self._live:
            self._draw(tuning_step(event))

    def _draw(self, last: str = "") -> None:
        from phitui.models.tuning.curve import drawn

        width = min(100, shutil.get_terminal_size().columns - 1)
        lines = [*drawn(self._learnt, self._measured, self._steps, width), *([last[:width]] if last else [])]
        up = f"\x1b[{self._drawn}A" if self._drawn and self._live else ""
        print(up + "\n".join(f"\x1b[K{line}" if self._live else line for line in lines), file=sys.stderr, flush=True)
        self._drawn = len(lines)

    def _finished(self, event: TuningFinished) -> None:
        if not self._live:
            self._draw()
        row: dict[str, Any] = {
            "output": event.output,
            "steps": event.steps,
            "validation_loss_before": event.before,
            "validation_loss": event.after,
            "seconds": event.seconds,
            "ended_early": event.ended_early,
        }
        if self._json:
            printing.line(row)
            return
        printing.line(tuning_ended(event))


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.0f} MB"


def _row(event: TuningStepped) -> dict[str, Any]:
    return {
        "step": event.step,
        "epoch": round(event.epoch, 3),
        "loss": event.loss,
        "validation_loss": event.validation_loss,
        "tokens_per_second": event.tokens_per_second,
        "left_s": event.left_seconds,
    }


FAMILY = Family(
    "models",
    (
        Command(
            "tune",
            "fine-tune a language model on records of your own",
            _tune,
            _options,
            (
                "phitui --model microsoft/phi-2 tune records.jsonl --output my-adapter",
                "phitui --model smollm2 tune records.json --output story --preset tutorial",
                "phitui --model smollm2 tune --judged --output mine",
            ),
        ),
        Command(
            "pairs",
            "list what you found right: judged answers and accepted code, as pairs to learn from",
            _pairs,
            examples=("phitui pairs", "phitui pairs --json > mine.jsonl"),
        ),
    ),
    place=4,
)
