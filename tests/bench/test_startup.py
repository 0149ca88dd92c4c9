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

    monkeypatch.setattr(startup, "FIRST_QUESTION", ("-c", "import json.tool"))

    base, ours, *first = BENCHMARKS["startup"](Namespace(), Settings())
    assert {frozenset(row) for row in (base, ours, *first)} == {frozenset(("bench", "case", "value", "unit", "ratio"))}
    whole, *parts, processor = (row["value"] for row in first)
    assert processor > 0 and len(parts) == 3 and sum(parts) == pytest.approx(whole)
    assert min(parts) == 0 < max(parts), "torch is not imported there"
    assert base["ratio"] is None
    assert ours["ratio"] == pytest.approx(ours["value"] / base["value"])


def test_a_program_that_ends_before_it_paints_is_an_error():
    with pytest.raises(PhituiError, match="ended before"):
        startup._paint([sys.executable, "-c", "print('bye')"], b"never said")


def test_text_is_found_between_escape_sequences():
    program = "import sys, time; sys.stdout.write('\\x1b[1mhel\\x1b[0mlo'); sys.stdout.flush(); time.sleep(60)"

    assert startup._paint([sys.executable, "-c", program], b"hello") > 0
