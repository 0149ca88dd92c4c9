"""The embed bench compares three ways of embedding the same passages."""

from argparse import Namespace

from phitui.bench import embed
from phitui.bench.benchmarks import BENCHMARKS
from phitui.settings import Settings


def test_batches_are_compared_with_one_at_a_time(monkeypatch):
    monkeypatch.setattr(embed, "PASSAGES", 8)
    monkeypatch.setattr(embed, "RUNS", 1)

    rows = list(BENCHMARKS["embed"](Namespace(), Settings(device="cpu")))

    for said, size, (base, *others) in (("", 32, rows[:3]), ("with their sentences, ", 8, rows[3:])):
        assert (base["case"], base["ratio"]) == (f"{said}one at a time", None)
        assert [row["case"] for row in others] == [f"{said}sorted batches of {size}", f"{said}phitui"]
        for row in others:
            assert row["ratio"] == row["value"] / base["value"]


def test_passages_are_cut_from_the_handbook():
    assert [len(text) for text in embed._passages()] == list(embed.LENGTHS) * (embed.PASSAGES // len(embed.LENGTHS))
