"""One answer as a server's events make it: text, thoughts, why it ended, and its figures."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from phitui.models.engines.prompt_formats import StopFinder
from phitui.models.engines.turns import ThoughtFinder
from phitui.text import clean

REASONS = {"stop": "end", "length": "length", "eos_token": "end", "stop_sequence": "stop", "content_filter": "stop"}
"""What servers call the end of an answer, and what phitui does."""


class ServedAnswer:
    """Grows with each event; `show` is given what may be seen at once."""

    def __init__(self, stops: Sequence[str], begun: str | None, max_tokens: int, show: Callable[[str], None]):
        """`begun`: the mark that ends a thought which the prompt has begun.

        After `max_tokens` pieces of the answer it ends: a server sends no less than a token a piece.
        """
        self._finder, self._show, self._left = StopFinder(stops), show, max_tokens
        self._found = ThoughtFinder([], begun)
        self._apart = ""
        self._started = perf_counter()
        self._first = self._last = 0.0
        self.text = ""
        self.reason = ""
        """Empty until it has ended."""
        self.pieces = 0
        """Pieces of answer or thought that came."""
        self.prompt_tokens: int | None = None
        self.answer_tokens: int | None = None
        self.reused_tokens = 0

    @property
    def begun(self) -> bool:
        """Whether anything of it has come, so that it cannot be asked for again unseen."""
        return self.pieces > 0

    @property
    def thoughts(self) -> str:
        """What the model wrote to itself, in the text or apart from it."""
        return clean(self._apart + self._found.thoughts).strip()

    @property
    def time_to_first_token(self) -> float | None:
        """Seconds."""
        return self._first - self._started if self._first else None

    def tokens_per_second(self, tokens: int) -> float | None:
        """Of an answer with so many tokens, behind the first."""
        seconds = self._last - self._first
        return (tokens - 1) / seconds if seconds > 0 and tokens > 1 else None

    def take(self, event: dict[str, Any]) -> bool:
        """One event of a stream; whether the answer has ended by what stands in it here. Ignores what it cannot read.

        The server's own end is in `reason`: figures may follow it.
        """
        self._figures(event)
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return False
        choice = choices[0]
        delta = choice["delta"] if isinstance(choice.get("delta"), dict) else {}
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(thought, str) and thought:
            self._came()
            self._apart += thought
        text = delta.get("content") or choice.get("text")
        if isinstance(text, str) and text:
            self._came()
            shown, stopped = self._finder.feed(self._found.feed(text))
            self._tell(shown)
            if stopped:
                self.reason = "stop"
                return True
            self._left -= bool(shown)
            if self._left < 0:
                self.reason = "length"
                return True
        ended = choice.get("finish_reason")
        if isinstance(ended, str) and ended:
            own_stop = isinstance(choice.get("stop_reason"), str)  # vLLM names the stop string that was met
            self.reason = "stop" if own_stop else REASONS.get(ended, "end")
        return False

    def finish(self) -> None:
        """Shows what was held back, where no stop string came of it."""
        if self.reason != "stop":
            shown, stopped = self._finder.feed(self._found.rest())
            self._tell(shown if stopped else shown + self._finder.rest())

    def _came(self) -> None:
        self.pieces += 1
        self._last = perf_counter()
        self._first = self._first or self._last

    def _tell(self, text: str) -> None:
        text = clean(text)
        if text:
            self.text += text
            self._show(text)

    def _figures(self, event: dict[str, Any]) -> None:
        usage = event.get("usage")
        if isinstance(usage, dict):
            self.prompt_tokens = _count(usage.get("prompt_tokens"), self.prompt_tokens)
            self.answer_tokens = _count(usage.get("completion_tokens"), self.answer_tokens)
            details = usage.get("prompt_tokens_details")
            if isinstance(details, dict):
                self.reused_tokens = _count(details.get("cached_tokens"), None) or self.reused_tokens
        timings = event.get("timings")
        if isinstance(timings, dict):  # llama.cpp's
            self.reused_tokens = _count(timings.get("cache_n"), None) or self.reused_tokens


def _count(value: Any, otherwise: int | None) -> int | None:
    return value if type(value) is int and 0 <= value < 2**40 else otherwise
