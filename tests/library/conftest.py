"""A library on three small documents."""

from pathlib import Path

import pytest

from tests.library.made import open_library

WHALES = "Whales sing in the deep sea. Their songs travel far.\fA second page speaks of krill. Krill is tiny."
METALS = "Tungsten melts at a high temperature. Copper conducts well. Gold does not rust."
TREES = "Oaks grow slowly. Birches grow in poor soil. Pines keep their needles."


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three documents to add."""
    made: Path = tmp_path / "documents"
    made.mkdir()
    for name, text in (("whales", WHALES), ("metals", METALS), ("old-trees", TREES)):
        (made / f"{name}.txt").write_text(text, "utf-8")
    return made


@pytest.fixture
def library(tmp_path):
    """An empty library in tmp_path/library."""
    opened = open_library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def filled(library, folder):
    """The library with the three documents, embedded."""
    list(library.add([folder]))
    return library
