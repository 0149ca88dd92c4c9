"""The embed bench compares three ways of embedding the same passages."""

from argparse import Namespace

from phitui.bench import embed
from phitui.bench.benchmarks import BENCHMARKS
from phitui.models.embed import minilm
from phitui.settings import Settings


def test_batches_are_compared_with_one_at_a_time(monkeypatch):
    monkeypatch.setattr(embed, "PASSAGES", 4)
    monkeypatch.setattr(embed, "RUNS", 1)
    monkeypatch.setattr(minilm, "TRIED_AFTER", 8)

    rows = list(BENCHMARKS["embed"](Namespace(), Settings(device="cpu")))

    for said, size, (base, *others) in (("", 32, rows[:3]), ("with their sentences, ", 8, rows[3:])):
        assert (base["case"], base["ratio"]) == (f"{said}one at a time", None)
        assert [row["case"] for row in others] == [f"{said}sorted batches of {size}", f"{said}phitui"]
        for row in others:
            assert row["ratio"] == row["value"] / base["value"]


def test_passages_are_cut_from_the_handbook():
    assert [len(text) for text in embed._passages(8)] == list(embed.LENGTHS) * (8 // len(embed.LENGTHS))


def test_on_a_card_there_are_more_passages_and_a_part_of_them_is_embedded_alone(monkeypatch):
    """The embedder stands in for one on a card."""
    import numpy as np

    from phitui.models import device
    from phitui.models.embed import embedder

    read = []

    class Made:
        def embed(self, texts):
            read.append(len(texts))

        def encode(self, texts):
            read.append(-len(texts))
            return np.zeros((len(texts), 3))

    monkeypatch.setattr(embed, "RUNS", 1)
    monkeypatch.setattr(embedder, "embedder_for", lambda *given: Made())
    monkeypatch.setattr(device, "best_device", lambda wanted: "cuda:0")
    rows = list(embed.embed("minilm", "cuda"))
    assert [row["case"] for row in rows] == ["one at a time", "sorted batches of 32", "phitui"]
    assert read.count(4096) == 1 and read.count(-1) == 256 and read.count(-32) == 128
