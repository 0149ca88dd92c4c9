"""Code out of what a model wrote."""

from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.app.panes.scratchpad import SUFFIXES
from phitui.errors import UsageError
from phitui.events import CodeGenerated
from phitui.models.engine import Sampling
from phitui.scratchpad import generate_code
from phitui.scratchpad.fences import extract_code
from phitui.scratchpad.languages import language_named
from tests.answers.shelf import WordEngine


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Here it is:\n```python\nx = 1\n```\nIt sets x.", "x = 1\n"),
        ("```\nx = 1\n", "x = 1\n"),
        ("\ndef f():\n    return 1\n\nExercise 2: write g.", "def f():\n    return 1\n"),
        ("    x = 1\n    y = 2\nThis code sets x.", "    x = 1\n    y = 2\n"),
        ("import os\n# This function adds.\ndef f(): ...\n", "import os\n# This function adds.\ndef f(): ...\n"),
        ('"""\nThis program adds.\n"""\nx = 1\n\nThis code sets x.', '"""\nThis program adds.\n"""\nx = 1\n'),
        ("/*\nThe program adds.\n*/\nint x;\n", "/*\nThe program adds.\n*/\nint x;\n"),
        ("Here is the code:\nx = 1\n", "x = 1\n"),
        ("x = 1\n```\nThat was it.", "x = 1\n"),
        ("## load\nx <- 1\n", "## load\nx <- 1\n"),
        ("", ""),
    ],
)
def test_fences_prose_and_exercises_are_left_out(text, code):
    assert extract_code(text) == code


@pytest.mark.parametrize("text", ["# Title\n\nThis program is new.\n\n```sh\nls\n```\n\nEnd.\n"])
def test_of_prose_only_a_fence_around_all_of_it_is_cut(text):
    assert extract_code(text, prose=True) == text
    assert extract_code("```markdown\n" + text + "```", prose=True) == text


@given(st.text("`~\n #\"'*/ax:"))
def test_code_is_found_in_any_text(text):
    for prose in (False, True):
        code = extract_code(text, prose)
        assert code == "" or (code.endswith("\n") and code.strip("\n") in text)


@pytest.mark.parametrize("name", SUFFIXES)
def test_every_language_that_the_screen_offers_is_known(name):
    assert language_named(name).suffix == "." + SUFFIXES[name]


def test_code_is_generated_for_the_language_and_the_buffer():
    engine = WordEngine("```sql\nSELECT 1;\n```")
    *_, last = generate_code(engine, "select one", "SQL", Sampling(), Event(), "-- begin")
    assert isinstance(last, CodeGenerated)
    assert (last.code, last.language) == ("SELECT 1;\n", "sql")
    assert "sql" in engine.prompts[0]
    assert "-- begin" in engine.prompts[0]


def test_a_buffer_too_long_for_the_window_keeps_its_end():
    engine = WordEngine("x", window=200)
    list(generate_code(engine, "go on", "python", Sampling(), Event(), "\n".join(f"line {n}" for n in range(500))))
    assert len(engine.prompts[0].split()) < 100
    assert "line 499" in engine.prompts[0]


def test_an_unknown_language_is_said():
    with pytest.raises(UsageError, match="no language 'klingon'"):
        list(generate_code(WordEngine(), "x", "klingon", Sampling(), Event()))
