"""A passage's vector of those of its sentences and header: nearly what the bundled model would make of it.

What it makes of a passage is a mean over tokens, and hardly more: the mean of the sentences' vectors has a cosine of .9
with it (.8 on tables), and finds passages as well, so that nothing need be read twice. Composed vectors have something
in common that read ones lack, which brings all of them nearer to any question; it is taken out, and what is left is
made a little shorter. So cosines mean the same as those of read ones, beside which they may lie in a library.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COMMON = Path(__file__).with_name("common.npy")
"""(384) float32: what composed vectors are on average, less what read ones are (`phitui.workshop.embedder.common`)."""
HEADER = 160
"""Characters of sentences that count as much as a header does; with 80 or 320 fewer passages are found first."""
LENGTH = 0.95
"""Of a composed vector. As many questions as with read ones have a passage nearer than .5."""
TINY = 1e-9


def composed(
    header: "NDArray[np.float32]", sentences: "NDArray[np.float32]", lengths: Sequence[int]
) -> "NDArray[np.float32]":
    """(dimension), `LENGTH` long: of a header's vector, and of `sentences` (n, dimension) with so many characters."""
    return LENGTH * _unit(mixed(header, sentences, lengths) - _common())


def mixed(
    header: "NDArray[np.float32]", sentences: "NDArray[np.float32]", lengths: Sequence[int]
) -> "NDArray[np.float32]":
    """The same, 1 long, with what composed vectors have in common."""
    import numpy as np

    return _unit(np.asarray(lengths, np.float32) @ sentences + HEADER * header)


def _unit(row: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    return row / max(float(np.linalg.norm(row)), TINY)


@cache
def _common() -> "NDArray[np.float32]":
    import numpy as np

    found: NDArray[np.float32] = np.load(COMMON, allow_pickle=False)
    return found
