"""Makes the ranges of `phitui.models.embed.eight_bit`: which values the bundled model's channels take.

`python -m phitui.workshop.embedder.ranges FILE...` reads texts of several kinds, some passages and sentences of each,
in float32. Half a minute.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

PASSAGES = 2
"""Of each file."""
LENGTH = 800
"""Characters of a passage."""
SENTENCES = 3
"""Of each passage, read by themselves."""


def texts(files: Sequence[Path]) -> Iterator[str]:
    """Passages of each file and some of their sentences, chosen alike at each run."""
    from phitui.text import sentences

    chosen = random.Random(1)
    for file in sorted(files):
        text = " ".join(file.read_text("utf-8", "replace").split())
        for _ in range(PASSAGES):
            start = chosen.randrange(max(1, len(text) - LENGTH))
            passage = text[start : start + LENGTH]
            yield passage
            found = list(sentences(passage))
            for first, end in chosen.sample(found, min(SENTENCES, len(found))):
                yield passage[first:end]


def ranges(found: Sequence[str]) -> dict[str, Any]:
    """By layer and product; see `eight_bit.encoder.RANGES`."""
    import torch

    from phitui.models.embed.embedder import bundled_folder
    from phitui.models.embed.minilm import MiniLM

    model = MiniLM(bundled_folder(), "cpu", kind=torch.float32)
    seen: dict[str, Any] = {}

    def watched(name: str, product: Any) -> Any:
        def look(rows: Any) -> Any:
            least, greatest = rows.amin(0), rows.amax(0)
            if name in seen:
                least, greatest = torch.minimum(least, seen[name][0]), torch.maximum(greatest, seen[name][1])
            seen[name] = torch.stack([least, greatest])
            return product(rows)

        return look

    for number, layer in enumerate(model.layers):
        for part in ("attention", "inner", "outer"):
            setattr(layer, part, watched(f"{number}.{part}", getattr(layer, part)))
    for text in found:
        model.encode([text])
    return {name: (pair[1] if name.endswith(".outer") else pair).clone() for name, pair in seen.items()}


def main() -> None:
    from safetensors.torch import save

    from phitui.library.atomic import replace_file
    from phitui.models.embed.eight_bit.encoder import RANGES

    replace_file(RANGES, save(ranges(list(texts([Path(each) for each in sys.argv[1:]])))), 0o644)


if __name__ == "__main__":
    main()
