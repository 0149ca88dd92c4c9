"""The startup bench measures real programs in a real pty."""

import sys
from argparse import Namespace

import pytest

from phitui.bench import startup
from phitui.bench.benchmarks import BENCHMARKS
from phitui.errors import PhituiError
from phitui.settings import Settings


def test_phitui_is_compared_with_a_hello_world_of_the_same_run(monkeypatch):
    monkeypatch.setattr(startup, "RUNS", 1)

    base, ours = BENCHMARKS["startup"](Namespace(), Settings())
    assert [set(row) for row in (base, ours)] == [{"bench", "case", "value", "unit", "ratio"}] * 2
    assert base["ratio"] is None
    assert ours["ratio"] == pytest.approx(ours["value"] / base["value"])


def test_a_program_that_ends_before_it_paints_is_an_error():
    with pytest.raises(PhituiError, match="ended before"):
        startup._paint([sys.executable, "-c", "print('bye')"], b"never said")


def test_text_is_found_between_escape_sequences():
    program = "import sys, time; sys.stdout.write('\\x1b[1mhel\\x1b[0mlo'); sys.stdout.flush(); time.sleep(60)"

    assert startup._paint([sys.executable, "-c", program], b"hello") > 0
