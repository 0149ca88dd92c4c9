"""Files that ship with phitui and were made by a program: by which command, and from what.

`python -m phitui.workshop.shipped` writes the hashes of shipped.json anew, after a file was made anew.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from phitui.models.embed.embedder import bundled_folder

PACKAGE = Path(__file__).resolve().parents[1]
HASHES = Path(__file__).with_name("shipped.json")
DATA = PACKAGE.parents[1] / "shared" / "data"
"""Test data that are not part of the repository; their hashes are kept, and compared where they are at hand."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """One such file, with paths from the package."""

    file: str
    command: str
    sources: tuple[str, ...]
    """Files or patterns: in the package, "data:" in the test data, "embedder:" in the bundled embedder."""


SHIPPED = (
    Shipped(
        "handbook/handbook.pdf",
        "python -m phitui.workshop.handbook",
        ("handbook/*.md", "workshop/handbook.py", "workshop/handbook_markdown.py"),
    ),
    Shipped(
        "library/intake/handbook_vectors.npz",
        "python -m phitui.workshop.handbook_vectors",
        ("handbook/handbook.pdf", "embedder:model.safetensors", "embedder:tokenizer.json"),
    ),
    Shipped(
        "library/terms/related.txt.gz",
        "python -m phitui.workshop.related_words",
        ("embedder:model.safetensors", "embedder:tokenizer.json"),
    ),
    Shipped(
        "models/embed/eight_bit/ranges.safetensors",
        "python -m phitui.workshop.embedder.ranges FILE...",
        ("embedder:model.safetensors", "embedder:tokenizer.json"),
    ),
    Shipped(
        "models/embed/composing/common.npy",
        "python -m phitui.workshop.embedder.common DOCUMENT...",
        ("embedder:model.safetensors", "embedder:tokenizer.json", "data:squad/documents/*.pdf", "data:pdfs/*.pdf"),
    ),
    Shipped(
        "models/embed/answer_reader.safetensors",
        "python -m phitui.workshop.answer_pairs DOCUMENTS questions.jsonl near_unanswerable.jsonl",
        ("embedder:model.safetensors", "data:squad/questions.jsonl", "data:squad/near_unanswerable.jsonl"),
    ),
    Shipped(
        "models/embed/claim_reader.safetensors",
        "python -m phitui.workshop.claims.claim_reader pairs.jsonl.gz --wordnet DIR --start answer_reader.safetensors",
        ("embedder:model.safetensors", "data:nli/pairs.jsonl.gz", "models/embed/answer_reader.safetensors"),
    ),
)


def hashes(each: Shipped) -> dict[str, str]:
    """SHA-256 of the file and of each of its sources that is at hand, by name."""
    found = {each.file: _hash([PACKAGE / each.file])}
    for source in each.sources:
        files = sorted(_files(source))
        if files:
            found[source] = _hash(files)
    return found


def recorded() -> Mapping[str, Mapping[str, str]]:
    """The hashes of shipped.json: file → name → SHA-256."""
    found: dict[str, dict[str, str]] = json.loads(HASHES.read_text("utf-8"))
    return found


def _files(source: str) -> Iterator[Path]:
    place, _, pattern = source.rpartition(":")
    folder = {"": lambda: PACKAGE, "data": lambda: DATA, "embedder": bundled_folder}[place]()
    yield from folder.glob(pattern)


def _hash(files: Sequence[Path]) -> str:
    total = sha256()
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def main() -> None:
    """Sources that are not at hand keep the hash that they had."""
    old = recorded() if HASHES.exists() else {}
    new = {each.file: {**old.get(each.file, {}), **hashes(each)} for each in SHIPPED}
    HASHES.write_text(json.dumps(new, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
