"""Live answer, bound answer and draft: the same sentence beside the same passages has the same verdict."""

from typing import Any

import numpy as np
import pytest

from phitui.answers.check.judge import Judge
from phitui.answers.check.library_check import Asked, LibraryCheck
from phitui.answers.evidence.grounding import Grounds
from phitui.answers.evidence.word_judge import WordJudge
from phitui.records import PackedPassage
from phitui.text import sentences
from tests.answers.hand_claims import CLAIMS, PASSAGES
from tests.answers.shelf import MadeShelf

QUESTION = "What do the papers say?"


def read(pairs):
    """Likelihoods that depend on both texts, and on nothing else."""
    rows = np.array([[len(set(text) & set(claim)), len(text) % 7, len(claim) % 5] for text, claim in pairs], float)
    return (rows / rows.sum(1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("reads", [read, None], ids=["read", "words"])
def test_the_same_sentence_has_the_same_verdict_everywhere(reads):
    shelf: Any = MadeShelf(*PASSAGES)
    packed = [PackedPassage(hit.passage_id, "in", None, 1, hit.text, hit.passage_id) for hit in shelf.hits]
    said = [text for text, _ in CLAIMS if len(sentences(text)) == 1]
    judge = Judge(reads) if reads else WordJudge()

    drafted = list(LibraryCheck(shelf, judge).check([Asked(text, QUESTION) for text in said]))
    whole = Grounds(shelf.hits, packed, shelf.sentences, shelf.rarity)
    live = whole.check("\n".join(said), question=QUESTION, read=reads)
    again = Grounds(shelf.hits, packed, shelf.sentences, shelf.rarity)
    bound = [again.check(text, question=QUESTION, read=reads, whole=True) for text in said]

    def seen(each):
        return each.verdict, each.score, [citation.quote for citation in each.citations], each.conflicts

    assert len({each.verdict for each in live}) >= 3
    assert [seen(each) for each in live] == [seen(each) for (each,) in bound]
    assert [each.verdict for each in live] == [each.verdict for each in drafted]
