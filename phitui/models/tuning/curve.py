"""Loss over steps, drawn with letters: what is learnt from, and what is measured on."""

from collections.abc import Sequence

Point = tuple[float, float]
"""(step, loss)."""
LEARNT, MEASURED, BOTH = ".", "o", "@"


def drawn(learnt: Sequence[Point], measured: Sequence[Point], steps: int, width: int = 64, rows: int = 8) -> list[str]:
    """Lines of a chart, `width` characters at most; empty without points."""
    points = [loss for _, loss in (*learnt, *measured) if loss == loss and abs(loss) != float("inf")]
    if not points:
        return []
    low, high = min(points), max(points)
    span = high - low or 1.0
    across = max(8, width - 9)
    cells = [[" "] * across for _ in range(rows)]
    for mark, series in ((LEARNT, learnt), (MEASURED, measured)):
        for step, loss in series:
            if loss != loss or abs(loss) == float("inf"):
                continue
            column = min(across - 1, int(step / max(1, steps) * (across - 1)))
            row = round((high - loss) / span * (rows - 1))
            cells[row][column] = mark if cells[row][column] in (" ", mark) else BOTH
    labels = {0: f"{high:.3f}", rows - 1: f"{low:.3f}"}
    lines = [f"{labels.get(number, ''):>7} |{''.join(row).rstrip()}" for number, row in enumerate(cells)]
    foot = f"{'':7} +{'-' * across}"
    scale = f"{'step':>7}  0{steps:>{across - 1},}"
    return [*lines, foot, scale, f"{'':9}{LEARNT} learnt from   {MEASURED} measured on"]
