"""Makes the list of related words for `phitui.library.terms.related`: `python -m phitui.workshop.related_words`.

Every whole word of the bundled embedder's vocabulary is embedded on its own; the words of a stem are averaged.
"""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from phitui.library.terms.related import FILE, LEAST_COSINE
from phitui.library.terms.words import stems

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_RELATED = 12
"""Related stems that are kept of one."""
_BATCH = 64
_ROWS = 1000


def lines(words: Sequence[str], vectors: "NDArray[np.float32]") -> list[str]:
    """A line for each stem of the words (see `FILE`). `vectors` is (len(words), dimension)."""
    import numpy as np

    members = defaultdict(list)
    for place, word in enumerate(words):
        for stem in stems(word)[:1]:
            members[stem].append(place)
    names = sorted(members)
    means = np.stack([vectors[members[name]].mean(axis=0) for name in names])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    found = []
    for start in range(0, len(names), _ROWS):
        for place, cosines in enumerate(means[start : start + _ROWS] @ means.T, start):
            cosines[place] = 0.0
            best = [at for at in np.argsort(-cosines, kind="stable")[:MOST_RELATED] if cosines[at] >= LEAST_COSINE]
            found.append(" ".join([names[place], *(f"{names[at]}:{round(cosines[at] * 100)}" for at in best)]))
    return found


def main() -> None:
    import numpy as np

    from phitui.models.embed.embedder import bundled_folder
    from phitui.models.embed.minilm import MiniLM

    folder = bundled_folder()
    model = MiniLM(folder, "cpu", exact=True)
    vocabulary = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    words = sorted(word for word in vocabulary if re.fullmatch("[a-z]{3,}", word))
    vectors = np.concatenate([model.encode(words[at : at + _BATCH]) for at in range(0, len(words), _BATCH)])
    text = "\n".join(lines(words, vectors))
    FILE.write_bytes(gzip.compress(text.encode("ascii"), 9, mtime=0))
    print(f"{len(text.splitlines())} stems, {FILE.stat().st_size} bytes: {FILE.name}")


if __name__ == "__main__":
    main()
