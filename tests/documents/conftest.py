"""One set of readers for all tests that don't harm it."""

import pytest

from phitui.documents.workers.reader import Readers


@pytest.fixture(scope="module")
def readers():
    readers = Readers()
    yield readers
    readers.close()
