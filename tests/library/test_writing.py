"""A question finds what the documents write in another way: dates, numbers, short forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.library.terms.words import stems
from phitui.library.terms.writing import defined, in_its_writing
from tests.library.made import added, open_library

TEXTS = (
    "The Coastal Observation and Recording Network (CORN) has 42 stations. The Tidal Gauge Unit, TGU for short, "
    "calibrates the gauges. DSP (Digital Signal Processing) is used.",
    "The lease begins on 1 May 2021. It was signed on 2021-04-03. The rent is 1,250.50 euros, the deposit 12'000 "
    "francs, the fee 1.250,75 EUR. In 1907 it was sold. Sales were $1,200 million, losses 3.5 bn.",
)


def written(question, texts=TEXTS):
    def frequencies(words):
        return {word: sum(word in stems(text, keep_stop_words=True) for text in texts) for word in words}

    return in_its_writing(question, frequencies, lambda words: texts)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What begins on 2021-05-01?", "What begins on 1 May 2021?"),
        ("2021/5/1", "1 May 2021"),
        ("What begins on May 1st, 2021?", "What begins on 1 May 2021?"),
        ("Was it signed April 3rd, 2021?", "Was it signed 2021-04-03?"),
        ("Was it signed on 3.4.2021?", "Was it signed on 2021-04-03?"),
        ("Who pays 1250.50 euros each month?", "Who pays 1,250.50 euros each month?"),
        ("Who pays 12000 francs?", "Who pays 12'000 francs?"),
        ("Who pays 1250.75?", "Who pays 1.250,75?"),
        ("Who sold for $1.2 billion?", "Who sold for $1.2 billion (1,200 million)?"),
        ("Who sold for 1 200 000 thousand?", "Who sold for 1 200 000 thousand (1,200 million)?"),
        ("Who lost 3,500 million?", "Who lost 3,500 million (3.5 bn)?"),
        ("What does TGU mean?", "What does TGU (Tidal Gauge Unit) mean?"),
        ("What does CORN stand for?", "What does CORN (Coastal Observation and Recording Network) stand for?"),
        ("Who runs the tidal gauge unit?", "Who runs the tidal gauge unit (TGU)?"),
    ],
)
def test_a_question_takes_on_the_writing_of_the_documents(question, found):
    assert written(question) == found


@pytest.mark.parametrize(
    "question",
    [
        "What begins on 1 May 2021?",
        "What happened on 1 May?",
        "What was sold in 1907?",
        "Who pays 1,250.50 euros?",
        "What does QZV stand for?",
        "What does TGU, the Tidal Gauge Unit, do?",
        'What is "2021-05-01"?',
        "What is page:2021 in:TGU?",
        "Who was there on 31.12.1999 with 98765.4 francs?",
        "Who sold for 1,200 million and lost 4 billion?",
        "WHAT DOES TGU DO?",
    ],
)
def test_what_is_written_as_in_the_documents_or_nowhere_stays_as_it_is(question):
    assert written(question) == question


def test_a_form_that_stands_in_many_passages_is_left_as_it_is_unless_its_meaning_is_asked():
    texts = (*TEXTS, *["TGU repairs nothing. The tidal gauge unit sleeps."] * 5)
    assert written("Who runs TGU at sea?", texts) == "Who runs TGU at sea?"
    assert written("Who runs the tidal gauge unit?", texts) == "Who runs the tidal gauge unit?"
    assert written("What is TGU?", texts) == "What is TGU (Tidal Gauge Unit)?"


@pytest.mark.parametrize(
    ("short", "text", "long"),
    [
        ("WHO", "The World Health Organization (WHO) was founded.", "World Health Organization"),
        ("WHO", "WHO (World Health Organization) was founded.", "World Health Organization"),
        ("WHO", "Of old, WHO stands for the World Health Organization and no other.", "World Health Organization"),
        (
            "NASA",
            "NASA means National Aeronautics and Space Administration.",
            "National Aeronautics and Space Administration",
        ),
        ("DoD", "The Department of Defense (DoD) pays.", "Department of Defense"),
        ("TGU", "The unit was closed (TGU).", None),
        ("TGU", "TGU does not repair gauges.", None),
        ("BSE", "bovine spongiform encephalopathy, abbreviated BSE, spread", "bovine spongiform encephalopathy"),
    ],
)
def test_a_definition_is_told_by_its_letters(short, text, long):
    assert defined(short, text) == long


@given(st.text(max_size=200), st.lists(st.text(max_size=300), max_size=3))
def test_any_question_and_any_text_are_read(question, texts):
    assert isinstance(written(question, texts), str)
    assert defined("ABC", "".join(texts)) is None or "A" in "".join(texts).upper()


def test_a_library_is_asked_in_its_own_writing(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "lease.txt").write_text(TEXTS[1])
    (folder / "network.txt").write_text(TEXTS[0])
    library = open_library(tmp_path / "library")
    added(library, folder)
    assert library.spelled("What begins on 2021-05-01?") == "What begins on 1 May 2021?"
    assert library.spelled("What does TGU mean?") == "What does TGU (Tidal Gauge Unit) mean?"
    assert library.spelled("What does QZV mean?") == "What does QZV mean?"
    library.close()
