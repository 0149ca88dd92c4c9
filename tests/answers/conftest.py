"""A library of real documents, read once."""

import pytest


@pytest.fixture(scope="session")
def pdfs_by_words(shared_data, tmp_path_factory):
    """A library of the shared PDFs, searched by words alone."""
    from phitui.library.library import Library

    folder, cache = tmp_path_factory.mktemp("library"), tmp_path_factory.mktemp("cache")
    library = Library(folder, cache, None)
    for _ in library.add([shared_data / "pdfs"], words_only=True):
        pass
    yield library
    library.close()
