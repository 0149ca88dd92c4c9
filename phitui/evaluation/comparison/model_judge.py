"""A language model that says which of two answers is better."""

from threading import Event as ThreadEvent

from phitui.events import AnswerFinished
from phitui.models.engine import Engine, Sampling
from phitui.text import one_line

LONGEST = 1_500
"""Characters of an answer that are judged."""
ASKED = (
    "Two assistants answered a question. Which answer is better: true, to the point and complete? Reply with one"
    " letter, A or B.\n\nQuestion: {question}\n\nAnswer A: {one}\n\nAnswer B: {other}"
)


class ModelJudge:
    """Asks the loaded engine. Which place an answer stands in sways it: ask in both orders."""

    def __init__(self, engine: Engine):
        self._engine = engine

    def __call__(self, question: str, one: str, other: str) -> float | None:
        """1 where the first is better, 0 where the second is, None where it names neither. Raises ModelError."""
        shown = [one_line(each, LONGEST) for each in (one, other)]
        prompt = self._engine.wrap(ASKED.format(question=question, one=shown[0], other=shown[1]), "documents")
        sampling = Sampling(max_tokens=8, stop=self._engine.stops("documents"), thought_tokens=256)
        for event in self._engine.stream(prompt, sampling, ThreadEvent()):
            if isinstance(event, AnswerFinished):
                words = event.text.replace("Answer", " ").strip(" .:*\n").upper()
                return {"A": 1.0, "B": 0.0}.get(words[:1]) if not words[1:2].isalpha() else None
        return None
