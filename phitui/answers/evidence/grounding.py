"""Ties each sentence of an answer to spans of the passages that the model saw, in code, after the fact.

Citations that a model writes are not trusted: the judge of claims decides, as it does for drafts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from phitui.answers.check.claim import Rarity
from phitui.answers.check.judge import Answers, Judge, Read
from phitui.answers.check.sentences import check_sentences
from phitui.answers.check.source import Passage
from phitui.answers.evidence.claims import plain
from phitui.answers.evidence.word_judge import WordJudge
from phitui.library.search.ranking import Query
from phitui.records import CheckedSentence, Hit, PackedPassage, StoredSentence
from phitui.text import sentences

Embed = Callable[[Sequence[str]], Sequence[Query] | None]


class Grounds:
    """The passages of one prompt, taken apart once; an answer may be checked against them while it grows."""

    def __init__(
        self,
        hits: Sequence[Hit],
        packed: Sequence[PackedPassage],
        sentences_of: Callable[[Hit], Sequence[StoredSentence]],
        rarity: Rarity,
        fitted: Mapping[str, Any] | None = None,
    ):
        """`fitted`: weights and thresholds of the judge, instead of those that are shipped."""
        self._fitted = fitted
        self._passages = [Passage(hit, number, run) for hit, number, run in _seen(hits, packed, sentences_of)]
        self._rarity = rarity
        self._judged: dict[tuple[str, str | None, bool], CheckedSentence] = {}

    def check(
        self,
        answer: str,
        embed: Embed | None = None,
        *,
        question: str | None = None,
        read: Read | None = None,
        answers: Answers | None = None,
        whole: bool = False,
    ) -> list[CheckedSentence]:
        """The sentences of an answer in order, each with its verdict and citations; `whole` takes it for one sentence.

        `read` reads pairs of a text and a claim, and `answers` a question with sentences (see `check.judge`): without
        `read` words decide. `embed` gives each text as a query with a vector, or None where it cannot. A sentence is
        judged once however often the growing answer is checked. Raises what they raise.
        """
        spans = [(0, len(answer))] if whole else sentences(answer)
        by_meaning, said = embed is not None, [answer[a:b] for a, b in spans]
        new = [text for text in dict.fromkeys(said) if (text, question, by_meaning) not in self._judged]
        meant = embed([plain(text) for text in new]) if embed is not None and new and self._passages else None
        judge = Judge(read, answers, self._fitted) if read is not None else WordJudge()
        found = check_sentences(new, judge, self._rarity, [self._passages] * len(new), [question] * len(new), meant)
        self._judged.update({(text, question, by_meaning): each for text, each in zip(new, found, strict=True)})
        return [
            replace(self._judged[text, question, by_meaning], start=start, end=end)
            for text, (start, end) in zip(said, spans, strict=True)
        ]


def _seen(
    hits: Sequence[Hit], packed: Sequence[PackedPassage], sentences_of: Callable[[Hit], Sequence[StoredSentence]]
) -> Iterator[tuple[Hit, int, list[StoredSentence]]]:
    """Each passage of the prompt with its number there and the sentences of it that stand in it."""
    states = {each.passage_id: each for each in packed if each.number is not None}
    for hit in hits:
        state = states.get(hit.passage_id)
        if state is not None and state.number is not None:
            seen = " ".join(state.text.split())
            yield hit, state.number, [each for each in sentences_of(hit) if " ".join(each.text.split()) in seen]
