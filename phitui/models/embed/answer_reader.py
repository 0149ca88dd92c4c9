"""Whether a sentence answers a question, told from both read together: a cross-encoder in 1.4 MB.

It is the bundled embedder with an adapter, trained once on a public question set (`phitui.workshop.answer_pairs` makes
it anew).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phitui.models.embed.minilm import MiniLM

FILE = Path(__file__).with_name("answer_reader.safetensors")


class CrossMiniLM(MiniLM):
    """Loaded by the constructor. Used on the model thread alone."""

    def __init__(self, folder: Path, device: str):
        """`folder` is that of the bundled embedder, `device` torch's name."""
        from safetensors.torch import load_file

        adapter = load_file(FILE)
        super().__init__(folder, device, adapter)
        self._row = adapter["row"].float().to(device)
        self._bias = float(adapter["bias"])

    def scores(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Log-odds that each sentence answers the question."""
        if not sentences:
            return []
        found = self._read_pairs([(question, each) for each in sentences], self._told)
        return [float(each) for each in found.cpu()]

    def _told(self, states: Any) -> Any:
        return states @ self._row + self._bias
