"""Makes the vectors of the handbook that ship with phitui: `python -m phitui.workshop.handbook_vectors`.

Texts that have not changed keep theirs, so that a changed sentence takes a second.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from phitui.handbook import HANDBOOK
from phitui.library.intake.composing import is_table
from phitui.library.intake.made_vectors import SHIPPED, key_of, shipped_vectors, write_shipped
from phitui.library.library import Library
from phitui.models.embed.embedder import MiniLMEmbedder
from phitui.models.thread import ModelThread


def texts(library: Library) -> list[str]:
    """What is read for the library's vectors: headers of passages, sentences, and passages that are tables."""
    found: dict[str, None] = {}
    for document in library.documents():
        for hit in library.whole(document.document_id):
            sentences = library.sentences(hit)
            found[hit.headed if is_table(sentences) else hit.header] = None
            found |= dict.fromkeys(sentence.text for sentence in sentences)
    return list(found)


def build() -> int:
    """Writes the file anew; returns how many vectors had to be made."""
    thread = ModelThread()
    try:
        embedder = MiniLMEmbedder(thread, "cpu", exact=True)
        with TemporaryDirectory(prefix="phitui-handbook-") as folder:
            library = Library(Path(folder), Path(folder), embedder)
            try:
                for _event in library.add([HANDBOOK], words_only=True):
                    pass
                keys = {key_of(text): text for text in texts(library)}
            finally:
                library.close()
        known = shipped_vectors(embedder.identity)
        missing = {key: text for key, text in keys.items() if key not in known}
        made = dict(zip(missing, embedder.embed(list(missing.values())), strict=True))
        write_shipped(embedder.identity, {key: made[key] if key in made else known[key] for key in keys})
        SHIPPED.chmod(0o644)  # for whoever installs it
        return len(missing)
    finally:
        thread.close()


if __name__ == "__main__":
    print(f"{build()} vectors made.")
