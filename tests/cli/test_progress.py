"""The progress line of the command line."""

import io
import shutil
import sys
import time

import pytest

from phitui.cli.progress import ProgressLine
from phitui.events import DocumentAdded, FilesFound, PageRead, PassagesEmbedded, VectorsGrouped


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def look(monkeypatch):
    """Puts a terminal in the place of stderr, with a clock that goes on by two seconds at every look."""
    return lambda: _look(monkeypatch)


def _look(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: type("Size", (), {"columns": 200}))
    ticks = iter(range(0, 10_000, 2))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))
    return terminal


def last(terminal):
    return terminal.getvalue().split("\r\x1b[K")[-1]


def test_pages_a_second_and_the_time_left_are_shown_while_files_are_read(look):
    screen = look()
    progress = ProgressLine()
    progress.show(FilesFound(10))
    progress.show(DocumentAdded("/a.pdf", "indexed", 1, 5, 0, 4, None, 0.1))
    for page in range(1, 5):
        progress.show(PageRead("/b.pdf", page, 20))
    assert "2 of 10  /b.pdf  page 4 of 20" in last(screen)
    assert "pages/s" in last(screen)
    assert last(screen).endswith(" left")


def test_vectors_a_second_and_the_time_left_are_shown_while_they_are_made(look):
    screen = look()
    progress = ProgressLine()
    progress.show(PassagesEmbedded(1000, 2000, 0, 0))
    assert "left" not in last(screen)
    progress.show(PassagesEmbedded(1100, 2000, 0, 0))
    assert "1,100 of 2,000" in last(screen)
    assert "/s" in last(screen)
    assert last(screen).endswith(" left")


def test_that_vectors_were_grouped_is_said_on_a_line_of_its_own(look):
    screen = look()
    ProgressLine().show(VectorsGrouped(1_000_000, 0.995, "From now on, it is quick."))
    assert screen.getvalue().endswith("From now on, it is quick.\n")
