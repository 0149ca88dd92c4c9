"""Eight-bit numbers give nearly the same vectors, and are taken only where a trial speaks for them."""

import numpy as np
import pytest

from phitui.models.embed.eight_bit import trial
from phitui.models.embed.eight_bit.trial import quicker
from phitui.models.embed.embedder import bundled_folder
from phitui.models.embed.minilm import MiniLM

TEXTS = [
    "The keeper lit the lamp at dusk and let it burn until the morning, which took two gallons of oil.",
    "Revenue rose by 4.2 % to $1,234.5 million (2021: $1,184.7 million).",
    "See chapter 3",
    "!!! ??? ... ---",
    "½ 東京 naïve " * 30,
]


def test_vectors_are_nearly_the_plain_ones_whatever_stands_beside_a_text():
    plain = MiniLM(bundled_folder(), "cpu", exact=True)
    try:
        way = plain._open_eight_bit()
        found = plain._tokenizer.encode_batch(TEXTS)
        rows = way(found)
    except (AttributeError, RuntimeError) as error:
        pytest.skip(f"no eight-bit products here: {error}")
    assert ((rows * plain._encode(found)).sum(1) > trial.LEAST_COSINE).all()
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(rows[:3], np.concatenate([way([each]) for each in found[:3]]), atol=0.02)


def _row(angle):
    return np.array([[np.cos(angle), np.sin(angle)]], np.float32)


@pytest.mark.parametrize(
    ("seconds", "angle", "chosen"), [(0.5, 0.02, True), (0.95, 0.02, False), (0.5, 0.3, False), (None, 0.0, False)]
)
def test_another_way_is_taken_where_it_is_clearly_quicker_and_as_good(monkeypatch, seconds, angle, chosen):
    clock = [0.0]

    def way(takes, row):
        def read(piece):
            clock[0] += takes
            return row

        return read

    def other():
        if seconds is None:
            raise RuntimeError("unknown operator")
        return quick

    plain, quick = way(1.0, _row(0)), way(seconds, _row(angle))
    monkeypatch.setattr(trial, "thread_time", lambda: clock[0])
    assert quicker(plain, other, ["text"]) is (quick if chosen else plain)


def test_few_texts_and_exact_models_are_read_the_plain_way(monkeypatch):
    asked = []
    monkeypatch.setattr("phitui.models.embed.minilm.quicker", lambda plain, other, piece: asked.append(1) or plain)
    monkeypatch.setattr("phitui.models.embed.minilm.TRIED_AFTER", 3)
    for exact, tried in ((True, 0), (False, 1)):
        model = MiniLM(bundled_folder(), "cpu", exact=exact)
        model.encode(["one"])
        model.encode(["one", "two"])
        assert not asked
        model.encode(["one", "two"])
        model.encode(["one", "two"])
        assert len(asked) == tried
