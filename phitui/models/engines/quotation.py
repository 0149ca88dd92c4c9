"""The engine without weights: the quotes are the answer."""

from collections.abc import Callable, Iterator, Sequence
from threading import Event as ThreadEvent

from phitui.errors import ModelError
from phitui.events import AnswerFinished, TokensArrived
from phitui.models.engine import PromptKind, Sampling
from phitui.records import QUOTATION

CHARACTERS_A_TOKEN = 4
"""English text in the vocabularies of small language models; only used to show what passages would cost."""
PHI2_WINDOW = 2048


class QuotingEngine:
    """Default where no model is configured. Never streams."""

    name = QUOTATION
    writes = False
    device = "none"
    context_window = PHI2_WINDOW
    parameters = 0
    loaded = True
    path = "no model: answers are quotations"

    def load(self, report: Callable[[str], None]) -> str:
        """Nothing to load."""
        return "answers are quotations"

    def wrap(self, content: str, kind: PromptKind) -> str:
        """Nothing reads the prompt."""
        return content

    def stops(self, kind: PromptKind) -> tuple[str, ...]:
        """None."""
        return ()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """An estimate: a token for every CHARACTERS_A_TOKEN characters."""
        return [-(-len(text) // CHARACTERS_A_TOKEN) for text in texts]

    def stream(self, prompt: str, sampling: Sampling, cancel: ThreadEvent) -> Iterator[TokensArrived | AnswerFinished]:
        """Raises ModelError: there is no model."""
        raise ModelError("No language model is loaded: name one with --model, or choose one (ctrl+l).")

    def close(self) -> None:
        """Nothing to give back."""
