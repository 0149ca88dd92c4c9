"""Ties each sentence of an answer to spans of the passages that the model saw, in code, after the fact.

Citations that a model writes are not trusted; numbers and names must stand in the cited passage itself.
"""

import re
from collections.abc import Callable, Sequence

from phitui.documents.document import Span
from phitui.events import CheckedSentence, Citation, PackedPassage
from phitui.library.records import Hit, StoredSentence
from phitui.library.words import stems
from phitui.text import fold, sentences

SUPPORTED = 0.6
"""Share of a sentence's content words, weighted by rarity, that its best span must hold."""
SECOND_CITATION = 0.75
"""A further passage is cited where it holds at least this share."""
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*%?")
_NAME = re.compile(r"\b[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*")
_MARK = re.compile(r"\s*\[\d{1,2}\]")


class _Span:
    """One or two neighbouring sentences of a packed passage."""

    def __init__(self, hit: Hit, number: int, run: Sequence[StoredSentence]):
        self.hit, self.number, self.run = hit, number, run
        self.text = "\n".join(sentence.text for sentence in run)
        self.stems = set(stems(self.text))
        first, last = run[0].span, run[-1].span
        self.span = Span(first.page, first.start, last.page_end, last.end)


def ground(
    answer: str,
    hits: Sequence[Hit],
    packed: Sequence[PackedPassage],
    sentences_of: Callable[[Hit], Sequence[StoredSentence]],
    rarity: Callable[[Sequence[str]], dict[str, float]],
) -> list[CheckedSentence]:
    """Each sentence of the answer with its citations, or unsupported, its foreign numbers and names named."""
    spans = _spans(hits, packed, sentences_of)
    visible = fold("\n".join(f"{hit.header}\n{hit.text}" for hit in hits if _number(hit, packed) is not None))
    return [_check(answer[start:end], spans, visible, rarity) for start, end in sentences(answer)]


def _number(hit: Hit, packed: Sequence[PackedPassage]) -> int | None:
    return next((each.number for each in packed if each.passage_id == hit.passage_id), None)


def _spans(
    hits: Sequence[Hit], packed: Sequence[PackedPassage], sentences_of: Callable[[Hit], Sequence[StoredSentence]]
) -> list[_Span]:
    states = {each.passage_id: each for each in packed if each.number is not None}
    spans = []
    for hit in hits:
        state = states.get(hit.passage_id)
        if state is None or state.number is None:
            continue
        seen = " ".join(state.text.split())
        run = [each for each in sentences_of(hit) if " ".join(each.text.split()) in seen]
        spans += [_Span(hit, state.number, [sentence]) for sentence in run]
        spans += [_Span(hit, state.number, run[i : i + 2]) for i in range(len(run) - 1)]
    return spans


def _check(
    sentence: str, spans: Sequence[_Span], visible: str, rarity: Callable[[Sequence[str]], dict[str, float]]
) -> CheckedSentence:
    plain = _MARK.sub("", sentence)
    wanted = stems(plain)
    foreign = tuple(dict.fromkeys(each for each in _facts(plain) if fold(each) not in visible))
    if not wanted or not spans:
        return CheckedSentence(sentence, False, 0.0, (), foreign)
    weights = rarity(wanted)
    whole = sum(weights.get(stem, 1.0) for stem in set(wanted)) or 1.0

    def share(span: _Span) -> float:
        return sum(weights.get(stem, 1.0) for stem in set(wanted) if stem in span.stems) / whole

    ranked = sorted(((share(span), span) for span in spans), key=lambda pair: (-pair[0], len(pair[1].text)))
    score, best = ranked[0]
    numbers = _NUMBER.findall(plain)
    holds_numbers = all(number in best.text for number in numbers)
    supported = score >= SUPPORTED and not foreign and holds_numbers
    if not supported:
        return CheckedSentence(sentence, False, score, (), foreign)
    cited = [best]
    for other_score, other in ranked[1:]:
        passages = {each.hit.passage_id for each in cited}
        if other_score >= max(SECOND_CITATION, score - 0.1) and other.hit.passage_id not in passages and len(cited) < 2:
            cited.append(other)
    return CheckedSentence(sentence, True, score, tuple(_citation(span) for span in cited), ())


def _facts(sentence: str) -> list[str]:
    """Numbers, and names that do not merely begin the sentence."""
    names = [match.group() for match in _NAME.finditer(sentence) if match.start() > 0 or " " in match.group()]
    words = [word for name in names for word in name.split()]
    first = sentence.split(maxsplit=1)[0] if sentence.split() else ""
    return _NUMBER.findall(sentence) + [word for word in words if word != first]


def _citation(span: _Span) -> Citation:
    return Citation(
        passage_id=span.hit.passage_id,
        number=span.number,
        path=span.hit.path,
        title=span.hit.title,
        span=span.span,
        quote=span.text,
    )
