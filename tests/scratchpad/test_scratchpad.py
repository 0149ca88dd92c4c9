"""Code out of what a model wrote."""

from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.app.panes.scratchpad import SUFFIXES
from phitui.errors import UsageError
from phitui.events import CodeGenerated
from phitui.models.engine import Sampling
from phitui.scratchpad import explain_code, generate_code
from phitui.scratchpad.fences import extract_code
from phitui.scratchpad.languages import language_named
from phitui.scratchpad.region import Region
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


def written(text: str, buffer: str, region: Region, instruction: str = "Go on.", language: str = "python", window=2048):
    engine = WordEngine(text, window=window)
    *_, last = generate_code(engine, instruction, language, Sampling(), Event(), buffer, region=region)
    return engine.prompts[0], last.code


def test_a_model_goes_on_where_the_cursor_stands_with_its_answer_begun():
    prompt, code = written("2\nb = 3\n```\nThat was it.", "a = \nc = 4\n", Region(4, 4))
    assert prompt.endswith("```python\na =") and "It is followed by:" in prompt
    assert code == "a = 2\nb = 3\nc = 4\n"
    for indented in ("return 1", "    return 1"):
        assert written(f"{indented}\n```", "def f():\n    ", Region(13, 13))[1] == "def f():\n    return 1"


def test_a_model_that_goes_on_with_what_follows_is_cut_there():
    _, made = written(
        "x = 1\n\ndef multiply(a):\n    return 3\n", "x = 0\n\ndef multiply(a):\n    pass\n", Region(0, 6)
    )
    assert made == "x = 1\n\ndef multiply(a):\n    pass\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("b = 2\nc = 4\nd = 5\ne = 6\n", "a = 1\nb = 2\nc = 4\nd = 5\n"),  # it went on with what stands there
        ("```python\na = 1\nb = 2\n```", "a = 1\nb = 2\nc = 4\nd = 5\n"),  # it began anew
        ("  \n", "a = 1\nb = 0\nc = 4\nd = 5\n"),  # nothing: what stood there stays
    ],
)
def test_a_part_is_written_anew_and_what_stands_around_it_stays(text, code):
    buffer = "a = 1\nb = 0\nc = 4\nd = 5\n"
    prompt, made = written(text, buffer, Region(6, 12), "b is 2")
    assert made == code and "b is 2" in prompt and "only:\nb = 0" in prompt


def test_of_a_long_text_what_is_near_the_region_is_kept():
    lines = [f"line_{number} = {number}\n" for number in range(400)]
    start = len("".join(lines[:200]))
    prompt, code = written("x = 1\n", "".join(lines), Region(start, start), window=300)
    assert "line_199" in prompt and "line_200" in prompt and "line_0 " not in prompt and "line_399" not in prompt
    assert code == "".join([*lines[:200], "x = 1\n", *lines[200:]])


def test_code_is_explained_in_plain_words():
    engine = WordEngine("It adds one.")
    *_, last = explain_code(engine, "x += 1", "python", Sampling(), Event())
    assert (last.code, last.language) == ("It adds one.\n", "text") and "x += 1" in engine.prompts[0]
