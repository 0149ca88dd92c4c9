"""Grounding: sentences of an answer tied to spans, and false ones caught."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui import wording
from phitui.answers.evidence.grounding import Grounds
from phitui.answers.evidence.quantities import quantities
from phitui.documents.document import Span
from phitui.library.search.ranking import Query
from phitui.records import CheckedSentence, PackedPassage, StoredSentence
from phitui.text import sentences
from tests.answers.hand_claims import CLAIMS, PASSAGES
from tests.answers.made_claims import Made, made_claims
from tests.answers.shelf import MadeShelf

SHARE = 0.9
"""Precision and recall that grounding must reach."""


def checked(answer: str, *passages: str, embed=None) -> list[CheckedSentence]:
    shelf = MadeShelf(*passages)
    packed = [PackedPassage(hit.passage_id, "in", None, 1, hit.text, hit.passage_id) for hit in shelf.hits]

    def sentences_of(hit):
        spans = sentences(hit.text)
        texts = [hit.text[a:b] for a, b in spans]
        vectors = embed(texts) if embed else [None] * len(texts)
        return [StoredSentence(t, Span(1, a, 1, b), v) for t, (a, b), v in zip(texts, spans, vectors, strict=True)]

    def meant(texts):
        return [Query(text, (), {}, frozenset(), {}, row) for text, row in zip(texts, embed(texts), strict=True)]

    return Grounds(shelf.hits, packed, sentences_of, shelf.rarity).check(answer, meant if embed else None)


def one(answer: str, *passages: str) -> CheckedSentence:
    (sentence,) = checked(answer, *passages)
    return sentence


def figures(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    """Precision and recall of "supported" and of its opposite, from (said, true) pairs."""
    found = {}
    for name, wanted in (("supported", True), ("flagged", False)):
        right = sum(said == true == wanted for said, true in pairs)
        found[f"{name} precision"] = right / max(1, sum(said == wanted for said, _ in pairs))
        found[f"{name} recall"] = right / max(1, sum(true == wanted for _, true in pairs))
    return found


def judged(claims: Sequence[Made], embed=None) -> list[tuple[bool, bool]]:
    return [
        (all(each.supported for each in checked(claim.sentence, *claim.passages, embed=embed)), claim.true)
        for claim in claims
    ]


def other_half(shared_data) -> list[str]:
    """The articles that no threshold was chosen on."""
    names = sorted({path.stem for path in (shared_data / "squad/documents").iterdir()})
    lines = (shared_data / "squad/questions.jsonl").read_text("utf-8").splitlines()
    asked = {json.loads(line)["path"].rsplit("/", 1)[-1].removesuffix(".pdf") for line in lines}
    return [name for name in names if name in asked][1::2]


def test_sixty_sentences_are_judged_as_by_hand():
    pairs = [(all(each.supported for each in checked(text, *PASSAGES)), true) for text, true in CLAIMS]
    wrong = [text for (text, _), (said, true) in zip(CLAIMS, pairs, strict=True) if said != true]
    assert len(CLAIMS) == 60
    assert min(figures(pairs).values()) >= SHARE, wrong


def test_made_answers_are_judged_right_by_words_alone(shared_data):
    pairs = judged(made_claims(shared_data, other_half(shared_data), 20))
    assert min(figures(pairs).values()) >= SHARE, figures(pairs)


@pytest.mark.parametrize(
    ("answer", "verdict", "remark"),
    [
        ("The lighthouse was built in 1884.", "supported", ""),
        ("Maria Vance built the lighthouse in 1894.", "contradicted", "says 1894, the passage 1884"),
        ("The water table has fallen by 60 centimetres since 2009.", "contradicted", "says fall, the passage rise"),
        ("Blood pressure did not fall by 11 mm in the treated group.", "contradicted", "says not"),
        ("Otto ran the workshop while Karl sold the tools abroad.", "contradicted", "says Otto … Karl"),
        ("Dr. Hugo Stern led the Halden trial.", "unsupported", "not in the passages: Hugo, Stern"),
        ("Quarterly dividends depend on shareholders.", "unsupported", "no passage says it"),
        ("The ferry began running in May 1920, but its captain was a famous opera singer.", "partly", "partly"),
    ],
)
def test_a_sentence_is_supported_partly_supported_contradicted_or_unsupported(answer, verdict, remark):
    sentence = one(answer, *PASSAGES)
    assert sentence.verdict == verdict
    assert wording.remark(sentence).startswith(remark)


def test_a_contradicted_sentence_leads_to_the_span_that_contradicts_it():
    sentence = one("The landlord must return the deposit within 45 days after the lease ends.", *PASSAGES)
    assert sentence.conflicts == (("45 days", "30 days"),)
    assert "within 30 days" in sentence.citations[0].quote


def test_the_number_that_a_model_writes_as_its_source_is_not_trusted():
    sentence = one("Electric light replaced whale oil in its lamp in 1907 [3].", *PASSAGES)
    assert [each.number for each in sentence.citations] == [1]


def test_a_sentence_made_of_two_passages_cites_both():
    sentence = one("The marsh is owned by the state, while the lighthouse was built by Maria Vance.", *PASSAGES)
    assert sentence.supported and {each.number for each in sentence.citations} == {1, 5}


@pytest.mark.parametrize(
    ("one_form", "other"),
    [
        ("1,230 km", "1230 kilometres"),
        ("12 %", "twelve percent"),
        ("$3.5 million", "3,500,000 dollars"),
        ("the 1970s", "1970s"),
        ("the twenty-first century", "21st century"),
        ("60 cm", "0.6 metres"),
        ("two weeks", "14 days"),
    ],
)
def test_numbers_are_compared_by_what_they_mean(one_form, other):
    (mine,), (theirs,) = quantities(one_form), quantities(other)
    assert mine.agrees(theirs) and theirs.agrees(mine)


@given(st.text(alphabet="0123456789.,-%$ abmkthousandfiv§()'", max_size=40))
def test_any_text_has_numbers_that_stand_in_it(text):
    for each in quantities(text):
        assert 0 <= each.start < len(text) and each.agrees(each)


@pytest.mark.long
def test_made_answers_are_judged_right_by_meaning_too(shared_data):
    from phitui.models.embed.embedder import embedder_for
    from phitui.models.thread import ModelThread
    from phitui.settings import Settings

    thread = ModelThread()
    embedder = embedder_for(Settings().embedder, thread, "cpu")
    pairs = judged(made_claims(shared_data, other_half(shared_data), 40), embedder.embed)
    thread.close()
    assert min(figures(pairs).values()) >= SHARE, figures(pairs)
