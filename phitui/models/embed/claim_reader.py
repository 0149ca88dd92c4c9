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

from phitui.models.embed.minilm import MiniLM, mean_state

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = Path(__file__).with_name("claim_reader.safetensors")
PIECE = 8
"""Pairs that are read at once on one core."""


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
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place][0]) + len(pairs[place][1]))
        pieces = [[pairs[place] for place in order[start : start + PIECE]] for start in range(0, len(order), PIECE)]
        lanes = self._open_lanes() if self._device == "cpu" and len(pieces) > 1 else None
        rows = np.empty((len(pairs), 3), np.float32)
        rows[order] = np.concatenate(list(lanes.map(self._read, pieces) if lanes else map(self._read, pieces)))
        return rows

    def _read(self, pairs: Sequence[tuple[str, str]]) -> "NDArray[np.float32]":
        import torch

        hidden, mask, _ = self._states(pairs)
        with torch.inference_mode():
            found = torch.cat([hidden[:, 0], mean_state(hidden, mask)], 1) @ self._row.T + self._bias
            rows: NDArray[np.float32] = found.softmax(1).cpu().numpy()
        return rows
