"""Answers of a run over documents: one that is cut off goes on where it stopped."""

from collections.abc import Callable
from dataclasses import asdict, replace

from phitui.answers.turn import Turn
from phitui.evaluation.benchmarks.kept import Answers
from phitui.evaluation.comparison.variants import Variant
from phitui.evaluation.questions import Question


class KeptTurns:
    """By what answers, with its settings, and by question; what was not answered is not kept."""

    def __init__(self, answers: Answers, files_of: Callable[[Variant], str]):
        """`answers` are of one state of the library; `files_of` tells a variant's files, as they are now, from others.

        `files_of` may raise ModelError; so do the methods then.
        """
        self._answers, self._files_of = answers, files_of
        self._identities: dict[str, str] = {}

    def find(self, variant: Variant, question: Question) -> Turn | None:
        """The answer that was given before, without its passages."""
        known = self._answers.find("documents", self._request(variant, question))[1]
        try:
            return Turn.from_json(known) if isinstance(known, str) else None
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def add(self, variant: Variant, question: Question, turn: Turn) -> None:
        """Raises OSError."""
        if turn.problem or turn.finished is None:
            return
        key, _ = self._answers.find("documents", self._request(variant, question))
        self._answers.add(key, replace(turn, hits=(), quotes=(), packed=(), prompt="").to_json())

    def forget(self) -> None:
        """The run is whole: asked for again, it is made anew. Raises OSError."""
        self._answers.forget()

    def _request(self, variant: Variant, question: Question) -> list[str]:
        if variant.name not in self._identities:
            own = replace(variant.settings, model=variant.model, adapter=variant.adapters)
            self._identities[variant.name] = f"{self._files_of(variant)}\n{sorted(asdict(own).items())}"
        return [self._identities[variant.name], question.question]
