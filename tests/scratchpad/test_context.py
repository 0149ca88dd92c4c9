"""Code from passages of the library, and proposals as diffs."""

from dataclasses import replace
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.documents.document import Span
from phitui.events import CodeGenerated, PassagesRetrieved, PromptPacked, RunFinished
from phitui.models.engine import Sampling
from phitui.scratchpad import generate_code
from phitui.scratchpad.context import Source, pack, passages_for, sections
from phitui.scratchpad.diff import hunks, lines, merged
from phitui.scratchpad.fixing import fix_instruction
from phitui.scratchpad.languages import guessed
from tests.answers.shelf import MadeShelf, WordEngine


class SectionedShelf(MadeShelf):
    def __init__(self):
        super().__init__("Learn merges. Count pairs.", "Encode greedily. Apply merges in order.", "Thanks to all.")
        names = ("3 Method › 3.2 Byte pairs", "3 Method › 3.3 Encoding", "4 Thanks")
        for hit, name in zip(self.hits, names, strict=True):
            object.__setattr__(hit, "section", name)
            object.__setattr__(hit, "document_id", 1)

    def sentences(self, hit):
        """Each passage stands on a page of its own."""
        page = hit.passage_id
        return [replace(each, span=Span(page, each.span.start, page, each.span.end)) for each in super().sentences(hit)]


def test_a_section_with_those_inside_it_is_what_code_is_written_from():
    shelf = SectionedShelf()
    assert sections(shelf.hits)[:2] == ["3 Method", "3 Method › 3.2 Byte pairs"]
    assert [hit.passage_id for hit in passages_for([Source(1, "3 Method")], "do it", shelf)] == [1, 2]
    assert [hit.passage_id for hit in passages_for([Source(1)], "implement what § 3.3 describes", shelf)] == [2]
    assert [hit.rank for hit in passages_for([Source(1)], "encode with merges", shelf)] == [1, 2, 3]


def test_what_becomes_of_each_passage_is_said_before_the_code_comes():
    shelf, engine = SectionedShelf(), WordEngine("x = 1", window=300)
    hits = passages_for([Source(1, "3 Method")], "", shelf)
    found, packed, *_, last = generate_code(engine, "do it", "python", Sampling(), Event(), "y = 2", hits, shelf)
    assert isinstance(found, PassagesRetrieved) and isinstance(packed, PromptPacked) and isinstance(last, CodeGenerated)
    assert engine.prompts == [packed.prompt] and "Count pairs." in packed.prompt and "y = 2" in packed.prompt
    assert sum(packed.parts.values()) - packed.parts["answer"] == len(packed.prompt.split())


def test_passages_that_do_not_fit_are_cut_at_a_sentence_or_left_out_and_none_is_said_twice():
    shelf = SectionedShelf()
    hits = [*shelf.hits[:2], shelf.hits[0]]
    made = (pack(hits, shelf, room, lambda text: len(text.split())) for room in range(10, 60))
    text, packed = next(each for each in made if [one.state for one in each[1]] == ["in", "trimmed", "out"])
    assert [(each.state, each.reason) for each in packed] == [
        ("in", None),
        ("trimmed", "budget"),
        ("out", "said already"),
    ]
    assert text.endswith("Encode greedily.")


TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=8).map("\n".join)


@given(TEXTS, TEXTS)
def test_all_hunks_make_the_proposal_and_none_leave_the_text(before, after):
    changes = hunks(before, after)
    assert merged(before, changes, range(len(changes))).splitlines() == after.splitlines()
    assert merged(before, changes, ()).splitlines() == before.splitlines()
    shown = lines(before, changes)
    assert [each.text for each in shown if each.sign == "+"] == [each for hunk in changes for each in hunk.after]
    assert {each.hunk for each in shown} - {None} == set(range(len(changes)))


@pytest.mark.parametrize(
    ("instruction", "language"),
    [
        ("Write a program in C that implements a BPE-based tokenizer", "c"),
        ("sort a list in C++", "cpp"),
        ("a Python script that reads JSON", "python"),
        ("An R script for plots", "r"),
        ("a node function", "javascript"),
        ("an HTML page", "html"),
        ("go to the next text and print it", None),
        ("in C# please", None),
    ],
)
def test_the_language_that_an_instruction_names_is_told(instruction, language):
    found = guessed(instruction)
    assert (found.name if found else None) == language


def test_of_a_long_output_the_model_is_told_both_ends():
    told = fix_instruction("first" + "x" * 9_999 + "last", RunFinished(1, None, 0.1))
    assert "first" in told and "last" in told and "exit code 1" in told and len(told) < 2_000
