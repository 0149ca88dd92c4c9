"""Misspelt words of a question are read as the library spells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.library.terms.spelling import corrected, word_like
from phitui.library.terms.words import stems
from tests.library.made import added, open_library

TEXT = "The government concentrated its efforts near Khwarezmid. Antimicrobial peptides and squirrels were measured."
FREQUENCIES = dict.fromkeys(stems(TEXT), 1)


def read(question):
    return corrected(
        question,
        lambda found: {stem: FREQUENCIES.get(stem, 0) for stem in found},
        lambda word, stem: word_like(word, stem, [TEXT]),
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what did the goverment do?", "what did the government do?"),
        ("Where were anitmicrobial peptides found?", "Where were antimicrobial peptides found?"),
        ("Who ruled Kharezmid?", "Who ruled Khwarezmid?"),
        ("conncentrated efforts", "concentrated efforts"),
        ("the goverments", "the governments"),
        ("how to mesaure", "how to measure"),
    ],
)
def test_one_slip_is_read_as_the_word_of_the_library(typed, meant):
    assert read(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "what did the government do?",
        "Who is Gavermnent?",
        'who said "goverment"?',
        "in:goverment efforts",
        "cat",
        "Salmon measured teachers",
        "what does a quarrel concenter on?",
        "Who was Khwarezmidos?",
        "Was it Doctor Mesaured?",
        "qwxyz zzzzzzz kkkkkkkk ppppppq",
    ],
)
def test_what_is_known_common_quoted_or_far_off_stays(typed):
    assert read(typed) == typed


@given(st.text(max_size=60))
def test_any_text_can_be_read(text):
    assert isinstance(read(text), str)


def test_the_library_spells_and_shows_it(tmp_path):
    (tmp_path / "krill.txt").write_text("Crustaceans such as krill feed the whales.")
    library = open_library(tmp_path / "library")
    added(library, tmp_path / "krill.txt")
    assert library.spelled("Which crustaceens feed whales?") == "Which crustaceans feed whales?"
    assert library.spelled("Which crustaceans feed whales?") == "Which crustaceans feed whales?"
    library.close()
