"""Everything that can happen while a model is tuned: frozen dataclasses, past tense."""

from phitui.values import dataclass


@dataclass(frozen=True, slots=True)
class RecordsRead:
    """What is learnt from. `shown` are the first records: (line, pieces of (text, whether the loss counts))."""

    format: str
    records: int
    kept: int
    """Of the records, to measure on."""
    tokens: int
    """Of all records, those that the loss counts at."""
    counted: int
    cut: int
    """Records that are longer than what is read of them."""
    shown: tuple[tuple[int, tuple[tuple[str, bool], ...]], ...]


@dataclass(frozen=True, slots=True)
class TuningPlanned:
    """What will be done, and the memory that it takes, in bytes."""

    method: str
    steps: int
    batch: int
    accumulate: int
    trained: int
    """Numbers that are trained, of so many parameters."""
    parameters: int
    targets: tuple[str, ...]
    needed: int
    free: int
    changed: str
    """What was changed in the plan so that it fits; empty for nothing."""


@dataclass(frozen=True, slots=True)
class TuningStepped:
    """How far it is. A loss is None where it was not measured at this step."""

    step: int
    steps: int
    epoch: float
    loss: float | None
    validation_loss: float | None
    tokens_per_second: float | None
    left_seconds: float | None
    past: bool = False
    """It was done before the run that goes on now."""


@dataclass(frozen=True, slots=True)
class TuningFinished:
    """The adapter, or the model, is in its folder. Losses are those of validation, None without one."""

    output: str
    steps: int
    before: float | None
    after: float | None
    seconds: float
    ended_early: bool
