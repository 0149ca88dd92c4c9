"""A passage's vector of those of its sentences and header: what the bundled model would make of it, nearly.

Its own vector of a passage is a mean over tokens, and hardly more: the weighted mean of the sentences' vectors has a
cosine of .9 with it (.8 on tables), and finds passages as well. So nothing is read twice.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADER = 160
"""Characters that a header counts for, however short it is: with 80 or 320 fewer passages are found first."""


def composed(
    header: "NDArray[np.float32]", sentences: "NDArray[np.float32]", lengths: Sequence[int]
) -> "NDArray[np.float32]":
    """Of length 1, (dimension): the mean of `sentences` (n, dimension) by their characters, and of the header."""
    import numpy as np

    row: NDArray[np.float32] = np.asarray(lengths, np.float32) @ sentences + HEADER * header
    return row / max(float(np.linalg.norm(row)), 1e-9)
