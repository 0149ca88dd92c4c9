"""Vectors that need not be made again: of texts that this run has met before, and of the handbook, which ship with it.

Boilerplate stands in many documents. The handbook's vectors are there from the start, so that the demo answers at
once; they are taken for the same text and the embedder that made them, and for nothing else.
"""

import io
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from phitui.library.atomic import replace_file
from phitui.library.embedder import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = Path(__file__).with_name("handbook_vectors.npz")
"""Made by `python -m phitui.workshop.handbook_vectors`."""
REMEMBERED = 20_000
"""Texts of this run whose vectors are kept at hand: 15 MB with the bundled embedder."""
STEPS = 127
"""Of a number of the shipped vectors, either way: their cosine with what was made is .9999."""


class MadeVectors:
    """Makes vectors with an embedder, each text's once."""

    def __init__(self, embedder: Embedder):
        self._embedder = embedder
        self._recent: OrderedDict[bytes, NDArray[np.float16]] = OrderedDict()

    def embed(self, texts: Sequence[str]) -> "tuple[NDArray[np.float32], int]":
        """(vectors (len(texts), dimension), how many of them had to be made). Raises what the embedder raises."""
        import numpy as np

        shipped = shipped_vectors(self._embedder.identity)
        keys = [key_of(text) for text in texts]
        missing = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in self._recent and key not in shipped
        }
        made = dict(zip(missing, self._embedder.embed(list(missing.values())), strict=True)) if missing else {}
        rows = np.empty((len(texts), self._embedder.dimension), np.float32)
        for place, key in enumerate(keys):
            if key in made:
                rows[place] = made[key]
            elif key in shipped:
                rows[place] = shipped[key]
            else:
                rows[place] = self._recent[key]
                self._recent.move_to_end(key)
        self._recent.update((key, row.astype(np.float16)) for key, row in made.items())
        while len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)
        return rows, len(missing)


def key_of(text: str) -> bytes:
    """By which a text is known again."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@cache
def shipped_vectors(identity: str) -> "dict[bytes, NDArray[np.float32]]":
    """Key of a text → its vector; empty for another embedder than the one that made them, or where the file is gone."""
    import numpy as np

    try:
        with np.load(SHIPPED, allow_pickle=False) as file:
            if str(file["identity"]) != identity:
                return {}
            keys, rows = file["keys"].tobytes(), file["rows"].astype(np.float32)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return {keys[16 * place : 16 * place + 16]: row for place, row in enumerate(rows)}


def write_shipped(identity: str, vectors: "dict[bytes, NDArray[np.float32]]", file: Path = SHIPPED) -> None:
    """Writes the file anew, the same bytes for the same vectors. Raises OSError."""
    import numpy as np

    keys = sorted(vectors)
    rows = np.stack([vectors[key] / np.abs(vectors[key]).max() * STEPS for key in keys])
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        identity=np.array(identity),
        keys=np.frombuffer(b"".join(keys), np.uint8),
        rows=np.rint(rows).astype(np.int8),
    )
    replace_file(file, buffer.getvalue())
