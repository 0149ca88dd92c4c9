"""What is chosen for a run of tuning: each choice with its value, its default and the reason for it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phitui.errors import UsageError
from phitui.models.tuning.plan import Plan, changed, default_for
from phitui.models.tuning.tune import Order
from phitui.text import one_line

OWN = "judged"
"""In the place of a file: pairs of one's own."""
OWN_TOLD = "what you found right"
MEMORY: dict[str, dict[str, Any]] = {
    "as it is": {},
    "checkpointing": {"sparing": True},
    "4 bits": {"four_bit": True},
    "4 bits, checkpointing": {"sparing": True, "four_bit": True},
}
"""Ways to need less memory, and what of the plan they are."""
METHODS = {"an adapter (LoRA)": "lora", "all weights": "full"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the form. Where `values` are given it is one of them, else it is typed."""

    name: str
    """Its own, or of a field of the plan."""
    label: str
    why: str
    values: tuple[str, ...] = ()
    kind: Callable[[str], Any] | None = None
    """Of a number."""
    most: float = 0


CHOICES = (
    Choice("data", "learn from", "A file of JSON lines or a JSON list, or what you found right yourself."),
    Choice("model", "model", "A model on disk, not a GGUF file: its weights are rounded."),
    Choice("output", "write to", "A new folder. An interrupted run goes on from its last checkpoint there."),
    Choice(
        "method",
        "train",
        "An adapter is small, learns from few records and comes off again; all weights take ten times the memory.",
        tuple(METHODS),
    ),
    Choice(
        "preset",
        "preset",
        "tutorial is what phi-2's tutorials write: one record a step, rate 0.00005, weight decay 0.01, no warm-up.",
        ("default", "tutorial"),
    ),
    Choice("epochs", "epochs", "Times that all records are read; by default it ends early.", kind=float, most=1000),
    Choice("batch", "records a step", "One record points anywhere; more take more memory.", kind=int, most=4096),
    Choice(
        "learning_rate",
        "learning rate",
        "An adapter's few numbers bear ten times what all weights do. Lower it where the loss jumps.",
        kind=float,
        most=1,
    ),
    Choice("rank", "rank", "Size of the adapter: 16 is enough for a style or a format.", kind=int, most=4096),
    Choice("longest", "longest record", "Tokens of a record that are read; the rest is cut.", kind=int, most=1 << 20),
    Choice(
        "validation",
        "measured on",
        "The share of the records that is kept to measure on; 0 measures nothing.",
        kind=float,
        most=0.9,
    ),
    Choice(
        "memory",
        "memory",
        "Checkpointing works parts out twice; 4 bits (bitsandbytes) hold the weights under an adapter in a quarter.",
        tuple(MEMORY),
    ),
)
PLANNED = tuple(each.name for each in CHOICES if each.kind is not None)


@dataclass(slots=True)
class Draft:
    """Grows as it is filled in."""

    data: str = ""
    model: str = ""
    output: str = ""
    method: str = next(iter(METHODS))
    preset: str = "default"
    memory: str = next(iter(MEMORY))
    given: dict[str, Any] = field(default_factory=dict)
    """Numbers that were typed, by the plan's names."""

    @property
    def ready(self) -> bool:
        """Whether there is enough to look at the records."""
        return bool(self.data and self.model)

    def default(self) -> Plan:
        """The preset's."""
        return default_for("full" if METHODS[self.method] == "full" else "lora", self.preset)

    def plan(self) -> Plan:
        """With what was typed."""
        return changed(self.default(), {**self.given, **MEMORY[self.memory]})

    def order(self, *, dry: bool) -> Order:
        """Without the pairs of one's own, which the library holds. Only a dry one needs no folder."""
        data = Path(OWN_TOLD if self.data == OWN else self.data).expanduser()
        output = Path(self.output).expanduser() if self.output else data.parent / ".phitui-none"
        return Order(data, self.model, output, self.plan(), dry=dry)

    def shown(self, choice: Choice) -> tuple[str, str]:
        """(its value, what is said beside it)."""
        if choice.name == "data" and self.data == OWN:
            return OWN_TOLD, "judged answers and accepted code"
        if choice.name not in PLANNED:
            return one_line(getattr(self, choice.name)) or "enter chooses", ""
        value, usual = getattr(self.plan(), choice.name), getattr(self.default(), choice.name)
        return _written(value), "default" if value == usual else f"default {_written(usual)}"

    def put(self, choice: Choice, typed: str) -> None:
        """What was typed or chosen for a line. Raises UsageError."""
        typed = typed.strip()
        if choice.kind is None:
            setattr(self, choice.name, typed)
            return
        self.given.pop(choice.name, None)
        if not typed:
            return
        value = None
        with suppress(ValueError):
            value = choice.kind(typed)
        least = 0 if choice.name == "validation" else 1 if choice.kind is int else 1e-9
        if value is None or not least <= value <= choice.most:
            raise UsageError(f"{choice.label.capitalize()}: {one_line(typed, 40)} is no such number.")
        self.given[choice.name] = value

    def step(self, choice: Choice) -> None:
        """The next of its values."""
        at = choice.values.index(getattr(self, choice.name))
        setattr(self, choice.name, choice.values[(at + 1) % len(choice.values)])


def _written(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.10f}".rstrip("0").rstrip(".")
