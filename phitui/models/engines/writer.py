"""Tokens of one answer as text that may be shown."""

from collections.abc import Callable
from typing import Any

from phitui.models.decode.detokenizer import TokenDecoder
from phitui.models.engine import Sampling
from phitui.models.engines.prompt_formats import StopFinder
from phitui.models.engines.turns import ThoughtFinder, own_thoughts, text_decoder, thought_begun
from phitui.text import clean


class Writer:
    """Tokens to text as it may be shown: whole characters, no thoughts, nothing that could begin a stop string."""

    def __init__(
        self, tokenizer: Any, prompt: str, sampling: Sampling, show: Callable[[str], None], thought_tokens: int
    ):
        """`thought_tokens` may be thought; the answer has `sampling.max_tokens` besides."""
        self._finder = StopFinder(sampling.stop)
        own, begun = own_thoughts(tokenizer), thought_begun(prompt)
        self.thoughts = ThoughtFinder(own, begun)
        self._decode = text_decoder(tokenizer)
        self._decoder = TokenDecoder(self._decode)
        self._show, self._max_tokens = show, sampling.max_tokens
        self._thinks = bool(own or begun)
        self._may_think = thought_tokens if self._thinks else 0
        self.text = ""
        self.taken = 0
        """Tokens."""
        self.closing: str | None = None
        """The mark that has to end the thought, where it was too long."""
        self.full = False
        """Whether the answer has all the tokens that it may have."""
        self._thought = 0

    @property
    def most(self) -> int:
        """Tokens that may still come, thoughts and answer."""
        return self._max_tokens + self._may_think - self.taken

    def take(self, token: int) -> bool:
        """Whether the text ends here: a stop string is met, or the thought or the answer is long enough."""
        self.taken += 1
        thinking = self.thoughts.until
        shown, stopped = self._finder.feed(self.thoughts.feed(self._decoder.feed(token)))
        self._tell(shown)
        if stopped or not self._thinks:
            return stopped
        self._thought += thinking is not None or self.thoughts.until is not None
        self.full = self.taken - self._thought >= self._max_tokens
        if not self.full and self.thoughts.until is not None and self._thought >= self._may_think:
            self.closing = self.thoughts.until
        return self.full or self.closing is not None

    def close_thought(self) -> str:
        """Ends the thought; what is to be read behind it."""
        assert self.closing is not None
        mark, self.closing = self.closing, None
        self._decoder = TokenDecoder(self._decode)  # half a character, cut off, is not part of the answer
        self._tell(self._finder.feed(self.thoughts.feed(mark))[0])
        self._max_tokens -= self.taken - self._thought
        self._thinks, self._may_think, self.taken = False, 0, 0
        return f"{mark}\n\n"

    def finish(self) -> None:
        """Shows what was held back, where no stop string came of it."""
        shown, stopped = self._finder.feed(self.thoughts.rest())
        self._tell(shown if stopped else shown + self._finder.rest())

    def _tell(self, text: str) -> None:
        text = clean(text)
        if text:
            self.text += text
            self._show(text)
