"""What is known of an embedder: where its cosines lie, and the weights that suit it.

All weights and thresholds that phitui ships were fitted to the bundled embedder. Cosines of others lie elsewhere, of
some all above .7, so they are put on its scale. Two levels tell it: the mean cosine of a question with answers to other
questions, and with its own. For an embedder with a profile in `profiles.json` weights and thresholds were fitted too
(`phitui.workshop.profile_fit`); any other is asked a few questions when it is first used.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.library.embedder import Embedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROFILES = Path(__file__).with_name("profiles.json")
"""Beginning of an embedder's identity → its profile. The bundled one's is empty: it is what phitui is fitted to."""
NEAR = 0.5
"""From this cosine on a passage is surely on what is asked, whatever words either uses. Chosen on question sets."""
UNRELATED, RELATED = 0.04, 0.74
"""Its mean cosines of the texts below: of a question with the others' answers, and with its own."""
APART = 0.04
"""Its mean cosine of these answers with one another."""

_QUESTIONS = (
    ("How tall is the lighthouse?", "The lighthouse rises 46 metres above the rocks."),
    ("What do blue whales eat?", "Blue whales feed almost only on krill."),
    ("When was the printing press invented?", "Gutenberg's printing press came into use around 1450."),
    ("How is steel made?", "Steel is made by taking carbon out of molten iron."),
    ("Which vaccine protects against measles?", "Two doses of the MMR vaccine prevent measles."),
    ("How do I reset my password?", "Choose “Forgot password” to set a new one."),
    ("What were the company's net sales?", "The company's net sales were 4.2 billion dollars."),
    ("Who painted the ceiling of the Sistine Chapel?", "Michelangelo painted the Sistine Chapel's ceiling."),
)


UNTRIED_NEAR = 0.6
"""For embedders without a profile: a few sentences tell the levels of whole passages only roughly."""
LEAST_SPREAD = 0.02
"""An embedder whose two levels lie closer tells nothing of meaning: its cosines are taken as they are."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The two levels of its cosines, and weights of its own, empty where those that phitui ships are taken."""

    unrelated: float = UNRELATED
    related: float = RELATED
    apart: float = APART
    """The mean cosine of two sentences of documents on different things."""
    near: float = NEAR
    """As NEAR, on the bundled one's scale, for questions in English …"""
    elsewhere: float = NEAR
    """… and in other languages, for which the weights were not fitted, so that it decides."""
    offsets: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Language → by how much its cosines lie above those of others."""
    relevance: Mapping[str, float] = field(default_factory=dict, hash=False)
    """As `answerable.RELEVANCE_WITHOUT_READING`."""

    def alike(self, cosine: float) -> float:
        """The same for two texts that both stand in documents or answers: a text and its copy have 1 on every scale."""
        if self is PLAIN or self.apart >= 1:
            return cosine
        return 1 - (1 - cosine) / (1 - self.apart) * (1 - APART)

    def speaking(self, language: str) -> "Profile":
        """For a question in a language; empty where it cannot be told."""
        offset = self.offsets.get(language, 0.0)
        if language in ("", "en") or not (offset or self.near != self.elsewhere):
            return self
        levels = {name: getattr(self, name) + offset for name in ("unrelated", "related", "apart")}
        return replace(self, near=self.elsewhere, **levels)

    def scaled(self, cosine: float) -> float:
        """What the bundled embedder's cosine would be; beyond the levels the line goes on."""
        if self.related - self.unrelated < LEAST_SPREAD or self is PLAIN:
            return cosine
        return UNRELATED + (cosine - self.unrelated) / (self.related - self.unrelated) * (RELATED - UNRELATED)


PLAIN = Profile()
"""The bundled embedder's."""
_told: dict[str, Profile] = {}
"""Identity of an embedder → its profile."""


def profile_of(embedder: Embedder) -> Profile:
    """Of an embedder; one without a shipped profile is asked the questions above. Raises what it raises."""
    if embedder.identity not in _told:
        shipped = next((made for start, made in _shipped().items() if embedder.identity.startswith(start)), None)
        _told[embedder.identity] = shipped or Profile(*spread(embedder), UNTRIED_NEAR)
    return _told[embedder.identity]


@cache
def _shipped() -> dict[str, Profile]:
    found = json.loads(PROFILES.read_text("utf-8"))
    return {start: Profile(**made) if made else PLAIN for start, made in found.items()}


def spread(embedder: Embedder) -> tuple[float, float, float]:
    """Mean cosines of these questions with the others' answers and with their own, and of the answers with one another.

    Raises what the embedder raises.
    """
    import numpy as np

    questions: NDArray[np.float32] = embedder.embed([question for question, _ in _QUESTIONS], urgent=True, asked=True)
    answers: NDArray[np.float32] = embedder.embed([answer for _, answer in _QUESTIONS], urgent=True)
    cosines = questions @ answers.T
    own = float(np.trace(cosines)) / len(_QUESTIONS)
    others = (float(cosines.sum()) - float(np.trace(cosines))) / (cosines.size - len(_QUESTIONS))
    beside = answers @ answers.T
    return others, own, (float(beside.sum()) - len(_QUESTIONS)) / (beside.size - len(_QUESTIONS))
