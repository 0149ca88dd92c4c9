"""A question and passages word by word: each word of the question beside the nearest one of a passage.

Late interaction (Khattab and Zaharia 2020, arXiv:2004.12832) with the last states of an embedder whose vectors are the
mean of these. The states of all texts share a large part, which is taken out; how near a question comes to texts on
other things differs from language to language and question to question, and is subtracted.
"""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from phitui.library.search.profile import pairs_in
from phitui.models.embed.minilm import Bert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOGETHER = 4
"""Answers that make a text on other things, as long as a short passage."""
LANGUAGES = 8
"""Whose texts on other things are remembered."""


class Alignment:
    """Used on the model thread alone."""

    def __init__(self, model: Bert, rarity: Sequence[float], prompted: Callable[[str, bool], str]):
        """`rarity` is that of each token by its number; `prompted` puts before a text what the model wants there."""
        self._model, self._rarity, self._prompted = model, rarity, prompted
        self._others = lru_cache(LANGUAGES)(self._made)
        self._begins = {asked: len(model.tokens(prompted("", asked).rstrip())) - 1 for asked in (True, False)}

    def of(self, question: str, texts: Sequence[str], language: str) -> list[float]:
        """See `Aligner.aligned`."""
        import numpy as np

        if not texts:
            return []
        asked, passage = self._shared
        others = self._others(language)
        ((states, ids),) = self._states([question], True)
        if not ids:
            return [0.0] * len(texts)
        weights = np.array([self._rarity[number] for number in ids], np.float32)
        weights /= weights.sum()
        words = _unit(states - asked)

        def near(text: "NDArray[np.float32]") -> float:
            return float((words @ text.T).max(axis=1) @ weights)

        least = sum(map(near, others)) / len(others)
        return [near(_unit(text - passage)) - least if len(text) else 0.0 for text, _ in self._states(texts, False)]

    @cached_property
    def _shared(self) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
        """What the words of questions have in common in all languages, and what those of passages have."""
        pairs = pairs_in("")
        asked = self._states([question for question, _ in pairs], True)
        told = self._states([answer for _, answer in pairs], False)
        return _mean(asked), _mean(told)

    def _made(self, language: str) -> "list[NDArray[np.float32]]":
        """Texts on other things, as `_states` without what passages share."""
        answers = [answer for _, answer in pairs_in(language)]
        around = [*answers, *answers]
        texts = [" ".join(around[place : place + TOGETHER]) for place in range(len(answers))]
        return [_unit(each - self._shared[1]) for each, _ in self._states(texts, False)]

    def _states(self, texts: Sequence[str], asked: bool) -> "list[tuple[NDArray[np.float32], list[int]]]":
        """Of each text the states of its tokens, of length 1, without those of what stands before it; their numbers."""
        start = self._begins[asked]
        rows = self._model.states([self._prompted(text, asked) for text in texts])
        return [(_unit(states[start:-1]), ids[start:-1]) for states, ids in rows]


def _unit(rows: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    made: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return made


def _mean(rows: "Sequence[tuple[NDArray[np.float32], list[int]]]") -> "NDArray[np.float32]":
    import numpy as np

    made: NDArray[np.float32] = np.concatenate([states for states, _ in rows]).mean(axis=0)
    return made
