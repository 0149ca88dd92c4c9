"""What is measured, on which questions, and what is made of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.documents.document import Span
from phitui.errors import UsageError
from phitui.evaluation.made_questions import synthetic
from phitui.evaluation.measure import Measured, Refusal, figures, measure, rows
from phitui.evaluation.questions import Question, judged, read_questions
from phitui.library.store.conversations import Judgment
from phitui.records import Hit, StoredDocument
from tests.answers.shelf import MadeShelf

OIL = "The oil crisis began in October 1973. The price of oil rose to nearly twelve dollars."
RHINE = "The Rhine is a river in Europe. It begins in the Swiss canton of Graubünden."


class ArmedShelf(MadeShelf):
    """One whose arms all find the same; `without` and `weights` are obeyed."""

    def search(self, query, k, arm="fused", *, without=(), weights=None):
        kept = MadeShelf(*(hit.text for hit in self.hits))
        kept.hits = [hit for hit in self.hits if hit.document_id not in without]
        return kept.search(query, k)


def hit(text="", path="/a/p.pdf", page=1, page_end=1, section=""):
    return Hit(1, 1, "P", path, section, None, Span(page, 0, page_end, len(text)), text, 0, 0)


def judgment(question, text, key="h1"):
    return Judgment(question, key, "/old/p.pdf", 1, 0, 1, len(text), text, "2026-01-01")


def test_a_question_is_right_where_everything_known_of_it_holds():
    question = Question("Who?", "p.pdf", frozenset({2, 3}), ("Tomas Reyes",))
    assert question.is_right(hit("It was Tomas Reyes.", page=1, page_end=2))
    assert not question.is_right(hit("It was Tomas Reyes.", page=1))
    assert not question.is_right(hit("It was Tomas.", page=2))
    assert not question.is_right(hit("It was Tomas Reyes.", path="/a/q.pdf", page=2))
    assert not Question("Who?", in_documents=False).is_right(hit("Anything"))


def test_a_judged_passage_is_known_again_when_it_is_cut_anew_but_its_neighbour_is_not():
    words = [f"word{number}" for number in range(80)]
    (question,) = judged([judgment("Q", " ".join(words))], {"h1": "/new/p.pdf"})
    assert question.path == "/new/p.pdf"
    assert question.is_right(hit(" ".join(words[:60]), "/new/p.pdf"))
    assert not question.is_right(hit(" ".join([*words[60:], *(f"other{n}" for n in range(60))]), "/new/p.pdf"))


def test_judgments_of_one_question_belong_together_and_those_of_lost_documents_are_left_out():
    made = [judgment("Q", OIL), judgment("Q", RHINE, "h2"), judgment("Lost", OIL, "h3")]
    (question,) = judged(made, {"h1": "/a/p.pdf", "h2": "/a/q.pdf"})
    assert question.path is None and question.passages == (OIL, RHINE)


def test_a_file_says_what_is_not_in_the_documents(tmp_path):
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "A?", "page": 3}\n\n{"question": "B?", "in_documents": false}\n')
    one, other = read_questions(file)
    assert (one.pages, one.in_documents, other.in_documents) == (frozenset({3}), True, False)
    file.write_text('{"question": "A?"}\n[]\n')
    with pytest.raises(UsageError, match="line 2"):
        read_questions(file)


def test_every_arm_is_measured_and_a_question_is_asked_again_without_its_document():
    shelf = ArmedShelf(OIL, RHINE)
    asked = [
        Question("When did the oil crisis begin?", answers=("October 1973",)),
        Question("Who?", in_documents=False),
    ]
    found = list(measure(shelf, asked, leave_out=True))
    assert found[0].ranks == dict.fromkeys(("lexical", "dense", "plain", "fused"), 1)
    assert found[0].quoted["fused"] == (True, True)
    assert found[0].left_out < found[0].relevance
    last = list(rows(found))[-1]
    assert last["questions"] == 1 and last["recall@1"] == 1 and last["unanswerable"] == 2
    json.dumps(last)


def test_measuring_stops_when_it_is_cancelled():
    asked = [Question("oil?")] * 5
    seen = []
    for each in measure(ArmedShelf(OIL), asked, cancelled=lambda: len(seen) == 2):
        seen.append(each)
    assert len(seen) == 2


def test_figures_count_what_was_found_and_leave_out_what_is_not_known():
    ranks = [1, 3, None, 10]
    row = figures([Measured(Question("Q"), {"fused": rank}) for rank in ranks], "fused")
    assert [row[f"recall@{cut}"] for cut in (1, 3, 5, 10)] == [0.25, 0.5, 0.5, 0.75]
    assert row["mrr@10"] == pytest.approx((1 + 1 / 3 + 1 / 10) / 4) and row["answer_in_quotes"] is None


@given(st.lists(st.floats(0, 1), min_size=1), st.lists(st.floats(0, 1), min_size=1))
def test_a_higher_threshold_refuses_more_and_answers_less(known, other):
    curve = Refusal(tuple(known), tuple(other), 0.5).curve()
    assert [each[1] for each in curve] == sorted(each[1] for each in curve)
    assert [each[2] for each in curve] == sorted((each[2] for each in curve), reverse=True)


class Papers:
    """Documents whose passages are given."""

    def __init__(self, **texts):
        self.texts = texts

    def documents(self):
        return [
            StoredDocument(number, title, f"/p/{title}.pdf", "indexed", None, 1, 0, 1, 1, "", f"h{number}")
            for number, title in enumerate(self.texts)
        ]

    def whole(self, document_id):
        title = list(self.texts)[document_id]
        return [hit(text, f"/p/{title}.pdf", section=section) for section, text in self.texts[title]]


def test_questions_are_made_of_definitions_headings_and_titles():
    text = "A turbine is a machine that turns. It is a good one. Entropy means a lack of order. The station is a stop."
    papers = Papers(Engines=[("Introduction", "Hello."), ("Steam turbines", text)])
    made = {each.question: each for each in synthetic(papers, 10)}
    assert set(made) == {
        "What is a turbine?",
        "What does Entropy mean?",
        "What does Engines say about Steam turbines?",
        "What is Engines about?",
    }
    assert all(each.is_right(papers.whole(0)[1]) for each in made.values())
    assert not made["What is a turbine?"].is_right(papers.whole(0)[0])


def test_made_questions_are_the_same_each_time_spread_over_documents_and_no_more_than_asked_for():
    texts = {f"Paper{n}": [("", " ".join(f"A thing{n}{m} is a part of it." for m in range(9)))] for n in range(4)}
    made = synthetic(Papers(**texts), 8)
    assert made == synthetic(Papers(**texts), 8) and len(made) == 8
    assert {each.path for each in made} == {f"/p/{title}.pdf" for title in texts}
    assert {each.path for each in synthetic(Papers(**texts), 8, [2])} == {"/p/Paper2.pdf"}


def test_what_two_documents_define_is_right_in_either():
    papers = Papers(One=[("", "A turbine is a machine here.")], Two=[("", "A turbine is a wheel there.")])
    (question,) = [each for each in synthetic(papers, 10) if "turbine" in each.question]
    assert all(question.is_right(papers.whole(number)[0]) for number in (0, 1))
