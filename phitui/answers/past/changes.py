"""What an answer says that the one before, to the same question, did not, and the other way round."""

from collections.abc import Iterable
from dataclasses import dataclass

from phitui.answers.turn import Turn
from phitui.records import Quote


@dataclass(frozen=True, slots=True)
class Changes:
    """Quotes and sentences of two answers that only one of them has."""

    new_quotes: tuple[Quote, ...]
    gone_quotes: tuple[Quote, ...]
    new_sentences: tuple[str, ...]
    gone_sentences: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new_quotes or self.gone_quotes or self.new_sentences or self.gone_sentences)


def changes(before: Turn, now: Turn) -> Changes:
    """From one answer to the next. Quotes are the same where their words are, wherever they stand."""
    old, new = {_said(each.text) for each in before.quotes}, {_said(each.text) for each in now.quotes}
    was, says = _sentences(before), _sentences(now)
    return Changes(
        tuple(each for each in now.quotes if _said(each.text) not in old),
        tuple(each for each in before.quotes if _said(each.text) not in new),
        _only(says, was),
        _only(was, says),
    )


def _sentences(turn: Turn) -> list[str]:
    return [] if turn.by_quotation else [_said(each.text) for each in turn.sentences]


def _only(these: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    known = set(others)
    return tuple(each for each in these if each not in known)


def _said(text: str) -> str:
    return " ".join(text.split())
