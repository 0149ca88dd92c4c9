"""What every engine offers (handbook, "Inside phitui")."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event as ThreadEvent
from typing import Literal, Protocol

from phitui.events import AnswerFinished, TokensArrived
from phitui.settings import Settings

PromptKind = Literal["documents", "chat", "code", "raw"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to choose tokens."""

    max_tokens: int = 512
    temperature: float = 0.0
    """0 is greedy."""
    top_p: float = 1.0
    """The likeliest tokens that together have this probability; 1 is all."""
    seed: int | None = None
    """The same seed gives the same text; None draws one."""
    stop: tuple[str, ...] = ()
    """Besides those of the prompt format."""
    top_k: int = 0
    """The k likeliest tokens; 0 is all."""
    min_p: float = 0.0
    """Tokens at least this likely, as a share of the likeliest one's probability."""
    repetition_penalty: float = 1.0
    """Divides the odds of what stands in the prompt or was said already; 1 is none."""
    draft: bool = True
    """Whether repeated text is guessed and checked several tokens at once; the text is the same."""

    @classmethod
    def of(cls, settings: Settings) -> "Sampling":
        """That of the settings."""
        return cls(
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            top_p=settings.top_p,
            seed=settings.seed,
            stop=settings.stop,
            top_k=settings.top_k,
            min_p=settings.min_p,
            repetition_penalty=settings.repetition_penalty,
        )


class Engine(Protocol):
    """Turns a prompt into tokens. Methods may be called from any thread; torch runs on the model thread alone."""

    name: str
    writes: bool
    """Whether it makes sentences of its own; else the quotes are the answer, and nothing is streamed."""
    device: str
    context_window: int
    """Tokens, prompt and answer together."""
    parameters: int
    """Weights of the loaded model; 0 where it has none, or none are loaded."""
    loaded: bool
    path: str
    """How it runs, and why; empty before it is loaded."""

    def load(self, report: Callable[[str], None]) -> str:
        """Loads the weights, reporting steps; returns a note for the user. Raises ModelError."""
        ...

    def wrap(self, content: str, kind: PromptKind) -> str:
        """The content in this model's prompt format for that kind of work."""
        ...

    def stops(self, kind: PromptKind) -> tuple[str, ...]:
        """Stop strings that belong to that format."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens."""
        ...

    def stream(self, prompt: str, sampling: Sampling, cancel: ThreadEvent) -> Iterator[TokensArrived | AnswerFinished]:
        """Text in batches, then one AnswerFinished. Raises ModelError."""
        ...

    def close(self) -> None:
        """Gives device memory back."""
        ...


def continues(engine: Engine) -> bool:
    """Whether a prompt may end with the beginning of the answer. Some servers begin anew in every case."""
    return bool(getattr(engine, "continues", True))
