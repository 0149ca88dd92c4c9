"""Makes what composed vectors of passages have in common that read ones lack, for `phitui.models.embed.composing`.

`python -m phitui.workshop.embedder.common DOCUMENT...` reads documents of several kinds as `phitui add` does; every
document counts the same. A minute for forty. What ships was made of 24 articles of an encyclopedia and of 17 reports,
papers, forms and manuals; of one kind alone it is nearly as good for the others.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from phitui.library.atomic import replace_file
from phitui.library.library import Library
from phitui.models.embed.composing.composer import COMMON, mixed
from phitui.models.embed.embedder import MiniLMEmbedder
from phitui.models.thread import ModelThread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def common(library: Library, embedder: MiniLMEmbedder) -> "NDArray[np.float32]":
    """(384): the mean of composed vectors less read ones, of the documents' means."""
    import numpy as np

    means: list[Any] = []
    for document in library.documents():
        hits = library.whole(document.document_id)
        parts = [[each.text for each in library.sentences(hit)] for hit in hits]
        names = list(dict.fromkeys(text for hit, part in zip(hits, parts, strict=True) for text in (hit.header, *part)))
        at = dict(zip(names, embedder.embed(names), strict=True))
        made = [
            mixed(at[hit.header], np.stack([at[text] for text in part]), [len(text) for text in part])
            for hit, part in zip(hits, parts, strict=True)
            if part
        ]
        read = embedder.embed([hit.headed for hit, part in zip(hits, parts, strict=True) if part])
        if made:
            means.append((np.stack(made) - read).mean(0))
    found: NDArray[np.float32] = np.mean(means, 0, dtype=np.float32)
    return found


def build(documents: Sequence[Path]) -> None:
    """Writes the file anew. Raises PhituiError."""
    import io

    import numpy as np

    thread = ModelThread()
    try:
        embedder = MiniLMEmbedder(thread, "cpu", exact=True)
        with TemporaryDirectory(prefix="phitui-common-") as folder:
            library = Library(Path(folder), Path(folder), embedder)
            try:
                for _event in library.add(documents, words_only=True):
                    pass
                buffer = io.BytesIO()
                np.save(buffer, common(library, embedder))
            finally:
                library.close()
        replace_file(COMMON, buffer.getvalue())
        COMMON.chmod(0o644)  # for whoever installs it
    finally:
        thread.close()


if __name__ == "__main__":
    build([Path(each) for each in sys.argv[1:]])
