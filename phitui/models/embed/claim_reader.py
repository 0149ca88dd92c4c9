"""Whether a claim follows from a text, told from both read together, in 2.7 MB.

It is the bundled embedder with an adapter (`phitui.workshop.claims.claim_reader` makes it anew). Learned from pairs of
these sources, and from what `phitui.workshop.claims.claim_pairs` makes of them with words from WordNet (its own
licence): ConjNLI, the Curriculum tests, negation-and-nli, FEVER Symmetric and QAMR (MIT), TaxiNLI (C-UDA, MNLI's text
OANC), e-SNLI, HELP, MED, Breaking NLI, FOLIO and WikiSplit (CC BY-SA), counterfactually-augmented SNLI and Fool Me
Twice (Apache-2.0), WiCE (ODC-BY), Wikipedia (CC BY-SA), pages of the US government (public domain). Its worth:
`answers/check/judge.json`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.models.embed.minilm import MiniLM

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = Path(__file__).with_name("claim_reader.safetensors")


class ClaimReader(MiniLM):
    """Loaded by the constructor. Used on the model thread alone."""

    def __init__(self, folder: Path, device: str, file: Path = FILE):
        """`folder` is that of the bundled embedder, `device` torch's name."""
        from safetensors.torch import load_file

        adapter = load_file(file)
        super().__init__(folder, device, adapter)
        self._row = adapter["row"].float().to(device)
        self._bias = adapter["bias"].float().to(device)

    def read(self, pairs: Sequence[tuple[str, str]]) -> "NDArray[np.float32]":
        """(pairs, 3): how likely the second text follows from the first, says something else, contradicts it."""
        import numpy as np

        if not pairs:
            return np.zeros((0, 3), np.float32)
        found = self._read_pairs(pairs, lambda states: (states @ self._row.T + self._bias).softmax(1))
        rows: NDArray[np.float32] = found.cpu().numpy()
        return rows
