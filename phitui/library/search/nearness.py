"""How near a passage must be to a question to be surely on what is asked, whatever words either of them uses.

For the bundled embedder the cosine was chosen on question sets. Cosines of other embedders lie elsewhere (of some all
above .7): theirs lies as far between unrelated and related texts as the bundled one's.
"""

from typing import TYPE_CHECKING

from phitui.library.embedder import Embedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUNDLED = "all-MiniLM-L6-v2 "
"""Its identity begins so."""
NEAR = 0.5
"""Its cosine. See the handbook, "Measure the quality of search"."""
UNRELATED, RELATED = 0.04, 0.74
"""Its mean cosines of the texts below: of a question with the others' answers, and with its own."""

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


_told: dict[str, float] = {}
"""Identity of an embedder → its cosine."""


def nearness(embedder: Embedder) -> float:
    """That cosine for an embedder. Raises what it raises."""
    if embedder.identity.startswith(BUNDLED):
        return NEAR
    if embedder.identity not in _told:
        unrelated, related = spread(embedder)
        _told[embedder.identity] = unrelated + (NEAR - UNRELATED) / (RELATED - UNRELATED) * (related - unrelated)
    return _told[embedder.identity]


def spread(embedder: Embedder) -> tuple[float, float]:
    """Mean cosines of these questions with the others' answers, and with their own. Raises what the embedder raises."""
    import numpy as np

    questions: NDArray[np.float32] = embedder.embed([question for question, _ in _QUESTIONS], urgent=True, asked=True)
    answers: NDArray[np.float32] = embedder.embed([answer for _, answer in _QUESTIONS], urgent=True)
    cosines = questions @ answers.T
    own = float(np.trace(cosines)) / len(_QUESTIONS)
    others = (float(cosines.sum()) - float(np.trace(cosines))) / (cosines.size - len(_QUESTIONS))
    return others, own
