"""Tokens to text, one at a time: a character may be split over several tokens."""

from collections.abc import Callable, Sequence


class TokenDecoder:
    """Gives out text once its last character is whole, at a cost that does not grow with the answer.

    A token's text can depend on the one before it (leading spaces in SentencePiece vocabularies), so the last piece
    that was given out is always decoded along with the new tokens, and cut off again.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str]):
        self._decode = decode
        self._ids: list[int] = []
        self._context = 0
        """Where the last piece that was given out begins."""
        self._given = 0
        """Tokens given out."""

    def feed(self, token: int) -> str:
        """The text that is certain now; empty while a character is incomplete."""
        self._ids.append(token)
        before = self._decode(self._ids[self._context : self._given])
        text = self._decode(self._ids[self._context :])
        if len(text) <= len(before) or text.endswith("\ufffd"):
            return ""
        self._context, self._given = self._given, len(self._ids)
        return text[len(before) :]
