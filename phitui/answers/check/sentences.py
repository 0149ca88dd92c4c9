"""Sentences of an answer or a draft, each with what the judge makes of it."""

import re
from collections.abc import Sequence
from typing import Protocol

from phitui.answers.check.claim import Claim, Rarity
from phitui.answers.check.judge import HARD, SHOWN_WORDS, Judgement
from phitui.answers.check.kinds import no_claim
from phitui.answers.check.source import Passage
from phitui.library.search.ranking import Query
from phitui.records import LEFT_OUT, CheckedSentence


class AnyJudge(Protocol):
    """`Judge`, or `WordJudge` where no model may be asked."""

    def judge(self, claims: Sequence[Claim], passages: Sequence[Sequence[Passage]]) -> list[Judgement]: ...


FEWEST_CLAUSE_WORDS = 3
"""Content words of a clause that is judged on its own."""
LIKELIEST = 0.9999
"""Only what is copied is sure: a score of 1 says so."""
_CLAUSE = re.compile(
    r"\s*(?:;|,\s+(?:and|but|while|whereas)\b|\s(?:while|whereas)\b|\sand (?=(?:was|were|is|are|has|had)\b))\s*",
    re.IGNORECASE,
)


def check_sentences(
    texts: Sequence[str],
    judge: AnyJudge,
    rarity: Rarity,
    passages: Sequence[Sequence[Passage]],
    questions: Sequence[str | None],
    meant: Sequence[Query | None] | None = None,
) -> list[CheckedSentence]:
    """One for each text, which is held against the passages at its place, as an answer to the question there if any.

    `meant` holds the texts as queries, for their vectors.

    What is no claim is not judged. A sentence that is not supported is judged clause by clause: it is supported where
    each clause is, partly where some are, and contradicted where one is.
    """
    reasons = [no_claim(text, question) for text, question in zip(texts, questions, strict=True)]
    asked = [place for place, reason in enumerate(reasons) if not reason]
    claims = [Claim(texts[at], rarity, meant[at] if meant is not None else None, questions[at]) for at in asked]
    found = dict(zip(asked, judge.judge(claims, [passages[at] for at in asked]), strict=True))
    _by_clauses(found, dict(zip(asked, claims, strict=True)), judge, rarity, passages)
    return [
        CheckedSentence(text, False, 0.0, judged="no claim", reason=reasons[at])
        if at not in found
        else checked(text, found[at])
        for at, text in enumerate(texts)
    ]


def _by_clauses(
    found: dict[int, Judgement],
    claims: dict[int, Claim],
    judge: AnyJudge,
    rarity: Rarity,
    passages: Sequence[Sequence[Passage]],
) -> None:
    """Puts the clauses' judgement in the place of that of a sentence that falls short as a whole."""
    parts: list[tuple[int, Claim]] = []
    for at, judgement in found.items():
        if judgement.verdict in ("related", "unsupported") and not claims[at].fragment:
            clauses = [Claim(part, rarity) for part in _CLAUSE.split(claims[at].text)]
            if len(clauses) > 1 and all(len(each.words) >= FEWEST_CLAUSE_WORDS for each in clauses):
                parts += [(at, each) for each in clauses]
    if not parts:
        return
    judged = judge.judge([claim for _, claim in parts], [passages[at] for at, _ in parts])
    for at in dict.fromkeys(at for at, _ in parts):
        some = [each for (place, _), each in zip(parts, judged, strict=True) if place == at]
        good = [each for each in some if each.verdict == "supported"]
        against = [each for each in some if each.verdict == "contradicted" and _shown(each)]
        if against:
            found[at] = against[0]
        elif good:
            sources = list({id(source): source for each in good for source in each.sources}.values())
            own = [claim for place, claim in parts if place == at]
            left = [claim.text for claim, each in zip(own, some, strict=True) if each.verdict != "supported"]
            score = sum(each.score for each in some) / len(some)
            found[at] = Judgement("supported" if len(good) == len(some) else "partly", score, sources, [], left)


def _shown(judgement: Judgement) -> bool:
    """Whether there is something to show for it: of a clause alone the reader's word is not enough."""
    return any(each.instead and each.rule in HARD for each in judgement.findings)


def checked(text: str, judgement: Judgement) -> CheckedSentence:
    """A sentence with its judgement, as it is shown and kept."""
    lacking, conflicts = [], []
    if judgement.verdict != "supported":
        against = judgement.verdict == "contradicted"
        left_out = []
        for each in judgement.findings:
            if not each.said:
                left_out.append((LEFT_OUT, each.instead))
            elif each.instead and against:
                conflicts.append((each.said, each.instead))
            elif each.rule != "order":
                lacking.append(each.said)
        lacking = lacking or ([] if conflicts else judgement.lacking)
        # What it leaves out may be no fault: it is named where nothing else is.
        conflicts = conflicts or ([] if lacking else left_out)
    return CheckedSentence(
        text,
        judgement.verdict == "supported",
        1.0 if judgement.score >= 1 else min(LIKELIEST, round(judgement.score, 4)),
        tuple(dict.fromkeys(source.citation for source in judgement.sources)),
        tuple(dict.fromkeys(lacking))[:SHOWN_WORDS],
        tuple(dict.fromkeys(conflicts)),
        judged=judgement.verdict,
    )
