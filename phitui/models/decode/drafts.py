"""Prompt lookup: what followed the same words before is a guess at what follows them now.

An answer that quotes its passages, or code that is edited, repeats long runs of what stands in the prompt (Saxena,
prompt lookup decoding, 2023). The model reads the guess in one step and keeps what it would have said itself, so the
text is the same; only the number of steps changes.
"""

from collections.abc import Sequence

LONGEST_RUN = 3
"""Tokens at the end that are looked up; 2 and 1 where 3 are not found."""
LONGEST_DRAFT = 7
"""With the last token, a step of 8 rows: on a GPU it costs about what one row does."""
LONGEST_PAUSE = 32
REMEMBERED = 8192
"""Tokens of earlier texts that guesses may come from."""


class Lookup:
    """Guesses for one text after another; what stood in earlier ones is remembered too."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._follows: dict[tuple[int, ...], int] = {}
        """A run of tokens → where what followed it last begins."""
        self._next = 1
        self._limit = LONGEST_DRAFT
        self._pause = self._misses = 0

    def begin(self, prompt: Sequence[int]) -> None:
        """A new text. It is looked through at the first guess, not here: the first token waits for nothing."""
        if len(self._tokens) > 2 * REMEMBERED:
            self._tokens, self._follows, self._next = self._tokens[-REMEMBERED:], {}, 1
        self._limit, self._pause, self._misses = LONGEST_DRAFT, 0, 0
        self._tokens += prompt

    def add(self, tokens: Sequence[int]) -> None:
        """Tokens that came to stand at the end."""
        self._tokens += tokens
        self._pause = max(0, self._pause - len(tokens))

    def _look_through(self) -> None:
        text, follows = self._tokens, self._follows
        # The run at the very end has nothing after it yet.
        for end in range(self._next, len(text)):
            for length in range(1, min(LONGEST_RUN, end) + 1):
                follows[tuple(text[end - length : end])] = end
        self._next = max(1, len(text))

    @property
    def paused(self) -> bool:
        """Whether the last guesses were so bad that the next tokens are read without."""
        return self._pause > 0

    def guess(self, most: int) -> list[int]:
        """At most `most` tokens that may come next; empty where nothing is known."""
        if self.paused or most < 1:
            return []
        self._look_through()
        text = self._tokens
        for length in range(min(LONGEST_RUN, len(text)), 0, -1):
            start = self._follows.get(tuple(text[len(text) - length :]))
            if start is not None:
                return text[start : start + min(most, self._limit)]
        return []

    def learn(self, guessed: int, right: int) -> None:
        """How many of the guessed tokens were right: longer guesses after good ones, a pause after bad ones."""
        if right == guessed:
            self._limit = min(LONGEST_DRAFT, self._limit * 2)
        else:
            self._limit = max(1, right + 1)
        self._misses = 0 if right else self._misses + 1
        self._pause = min(LONGEST_PAUSE, 2**self._misses) if self._misses > 1 else 0
