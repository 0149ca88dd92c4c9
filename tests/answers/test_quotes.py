"""What is quoted: short facts are, headings are not."""

from dataclasses import replace

import numpy as np
import pytest

from phitui.answers.evidence.answer_kinds import singles_out
from phitui.answers.evidence.quotes import is_heading, quotes
from tests.answers.shelf import MadeShelf


@pytest.mark.parametrize(
    "text",
    [
        "Wifi password: tern-84-cove",
        "Cats are allowed.",
        "Opens: 2 January",
        "Weight 12 kg",
        "No smoking.",
        "Invoice no. 2025-0391",
        "Order 4500123987",
        "Flight LH441",
        "Phone 555-0142",
        "By Vera Olin",
        "密码：tern",
    ],
)
def test_a_short_fact_is_no_heading(text):
    assert not is_heading(text, MadeShelf("x").hits[0])


@pytest.mark.parametrize(
    "text",
    [
        "Round one",
        "Chapter 3",
        "Fig. 2.",
        "See p. 12.",
        "Ibid.",
        "Introduction",
        "Part II",
        "Deadline:",
        "Paper 1",
        "Report 2019-20",
    ],
)
def test_a_stub_is_a_heading(text):
    assert is_heading(text, MadeShelf("x").hits[0])


def first(question, *texts):
    shelf = MadeShelf(*texts)
    query = shelf.query(question)
    return quotes(query, shelf.search(query, 5), shelf.sentences)[0].text


def test_a_short_fact_is_quoted():
    assert "Cats are allowed." in first("Are cats allowed?", "Dogs must stay outside the house. Cats are allowed.")


def test_a_line_with_nothing_else_is_quoted_all_the_same():
    assert first("What is round one?", "Round one") == "Round one"


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("What does the -k option do?", "The -k option counts passages."),
        ("What does --top-k do?", "The --top-k option chooses likely words."),
        ("What does Ctrl+T do?", "Ctrl+T opens the terminal."),
        ("How large is phi-2?", "The phi-2 model is large."),
    ],
)
def test_a_code_is_sought_as_it_stands(question, quoted):
    texts = ["The --top-k option chooses likely words.", "The -k option counts passages.", "Ctrl+O opens documents."]
    texts += ["Ctrl+T opens the terminal.", "The phi-3 model is large.", "The phi-2 model is large."]
    assert first(question, *texts) == quoted


def test_a_row_is_quoted_by_the_heads_of_its_columns():
    table = "Test\tResult\tRange\n" + "\n".join(f"{name}\t{n}\t{n}-9" for n, name in enumerate(("TSH", "Iron", "Zinc")))
    shelf = MadeShelf(table, "The range of mountains is long.")
    query = shelf.query("What is the range of iron?")
    assert "Iron\t1\t1-9" in quotes(query, shelf.search(query, 5), shelf.sentences)[0].text


def test_a_sentence_that_surely_answers_is_quoted_first_and_what_is_not_read_counts_as_no_answer():
    shelf = MadeShelf(
        *(f"The harbour light burns {kind}." for kind in "oil gas wood coal peat wax tar fat dung".split())
    )
    query = replace(shelf.query("What does the harbour light burn?"), vector=np.ones(2, np.float32))
    hits, read = shelf.search(query, 5), []

    def answers(question, sentences):
        read.extend(sentences)
        return [9.0 if "peat" in each else -9.0 for each in sentences]

    assert "peat" not in quotes(query, hits, shelf.sentences)[0].text
    assert quotes(query, hits, shelf.sentences, lambda *_: None) == quotes(query, hits, shelf.sentences)
    assert quotes(query, hits, shelf.sentences, answers)[0].text == "The harbour light burns peat."
    assert set(read) == {hit.text for hit in hits}
    by_words = replace(query, vector=None)
    assert quotes(by_words, hits, shelf.sentences, answers) == quotes(by_words, hits, shelf.sentences)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "Which ship landed first?",
            "The first ship that landed was Ida.",
            "Una was the first that sailed from there, and landed third.",
        ),
        ("Which is the largest lake?", "Its largest lake is Mira.", "Its largest town lies at Ova, the second lake."),
    ],
)
def test_a_sentence_that_singles_out_another_one_tells_less_than_one_that_singles_out_none(question, right, wrong):
    assert singles_out(question, right) == 1.0
    assert singles_out(question, wrong) == -1.0
    assert singles_out(question, "Nothing of it is known.") == 0.0
    assert singles_out("Which ship landed?", wrong) == 0.5
