"""The scratchpad."""

from phitui.app.widgets.dialog import Confirm
from phitui.errors import ModelError
from phitui.events import TokensArrived
from phitui.library.store.conversations import Buffer
from phitui.scratchpad.context import Source
from tests.app.conftest import opened, text_of, until


async def _written(pilot):
    app = pilot.app
    await pilot.press("f5")
    app.scratchpad.instruction.focus()
    await pilot.press(*"print one", "enter")
    await until(pilot, lambda: app.scratchpad.text == "print(1)\n" and app.control.code.job is None)


async def test_code_streams_into_the_editor_without_fences(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)


async def test_escape_stops_writing_code(app, workbench):
    workbench.hold = True
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5", *"print", "enter")
        await until(pilot, lambda: "print(1)" in app.scratchpad.text)
        await pilot.press("escape")
        await until(pilot, lambda: app.control.code.job is None)
        assert "stopped" in str(app.scratchpad.state._left)


async def test_code_is_saved_to_a_file_and_replacing_one_is_asked(app, tmp_path):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)
        for times in (1, 2):
            await pilot.press("f10")
            app.screen.field.value = str(tmp_path / "one.py")
            await pilot.press("enter")
            if times == 2:
                assert isinstance(app.screen, Confirm)
                await pilot.press("y")
        assert (tmp_path / "one.py").read_text() == "print(1)\n"


async def test_what_is_accepted_whole_or_copied_as_it_was_written_is_kept_to_be_learnt_from(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)
        workbench.written = ["print(2)\n"]
        await pilot.press("f8")
        await until(pilot, lambda: len(workbench.pairs.kept) == 1)
        await pilot.press("f8")
        app.control.code.write("print two")
        await until(pilot, lambda: app.control.code.job is None and app.scratchpad.proposed)
        await pilot.press("a")
        await until(pilot, lambda: len(workbench.pairs.kept) == 2)
        first, second = workbench.pairs.kept
        assert first.response == "print(1)\n" and "The code so far" not in first.prompt
        assert second.prompt.endswith("print two\n\nThe code so far:\nprint(1)") and second.response == "print(2)\n"


async def test_a_file_that_cannot_be_written_is_said(app, tmp_path):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)
        await pilot.press("f10")
        app.screen.field.value = str(tmp_path / "no" / "one.py")
        await pilot.press("enter")
        await pilot.pause()
        assert "cannot be written" in str(app.scratchpad.state._left)


async def test_the_language_can_be_chosen(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5", "f7", *"rust", "enter")
        assert app.scratchpad.language == "rust"


async def test_the_text_is_kept_between_sessions(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)
        app.control.session.save_now()
    assert workbench.saved[-1][0] == "print(1)\n"


async def test_a_generation_takes_nothing_away_for_good(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.scratchpad.load("my own = 1\n", "python")
        app.control.code.write("print one")
        await until(pilot, lambda: app.scratchpad.proposal.whole and app.control.code.job is None)
        await pilot.press("f5", "a", "ctrl+z")
        assert app.scratchpad.text == "my own = 1\n"
        await pilot.press("ctrl+y")
        assert app.scratchpad.text == "print(1)\n"
        await pilot.press("ctrl+pageup")
        assert app.scratchpad.text == "my own = 1\n"
        await pilot.press("x", "ctrl+t", "o")
        await until(pilot, lambda: app.scratchpad.text == "print(1)\n")
        await pilot.press("ctrl+pagedown", "ctrl+pagedown")
        assert "my own" in app.scratchpad.text and "x" in app.scratchpad.text
    texts = [text for text, _, name in workbench.saved if name.startswith("scratchpad version")]
    assert texts[:2] == ["my own = 1\n", "print(1)\n"] and "x" in texts[2]


async def test_a_generation_that_breaks_off_leaves_what_stood_there_one_step_away(app, workbench):
    def breaks(*_):
        yield TokensArrived("half")
        raise ModelError("The device is full.")

    workbench.generate = breaks
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.scratchpad.load("mine", "python")
        app.control.code.generate("more")
        await until(pilot, lambda: app.control.code.job is None and "full" in str(app.scratchpad.state._left))
        assert app.scratchpad.text == "mine" and app.scratchpad.proposed
        await pilot.press("f5", "a")
        assert app.scratchpad.text == "half\n" and not app.scratchpad.editor.read_only


async def test_versions_are_there_again_in_the_next_session(app, workbench):
    workbench.kept = [Buffer(7, "scratchpad version 0", "c", "int old;", "2026-01-01T10:00:00+00:00")]
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: app.control.code.buffers.versions.kept)
        await _written(pilot)
        await pilot.press("ctrl+pageup")
        assert (app.scratchpad.text, app.scratchpad.language) == ("int old;", "c")


async def _ran(pilot):
    """Runs what stands in the editor, and says yes where it is asked."""
    app = pilot.app
    await pilot.press("alt+r")
    if isinstance(app.screen, Confirm):
        await pilot.press("y")
    await until(pilot, lambda: app.control.run.job is None and app.control.run.finished is not None)


async def test_a_proposal_changes_nothing_before_it_is_accepted_change_by_change(app, workbench):
    workbench.written = ["import os\na = 1\nb = 3\n"]
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.scratchpad.load("a = 1\nb = 2\n", "python")
        await pilot.press("f5")
        app.control.code.write("import os, b is 3")
        await until(pilot, lambda: app.control.code.job is None and app.scratchpad.proposal.whole)
        assert app.scratchpad.text == "a = 1\nb = 2\n"
        shown = text_of(app)
        assert "+ import os" in shown and "- b = 2" in shown and "+ b = 3" in shown and "2 changes proposed" in shown
        await pilot.press("space", "enter")
        assert app.scratchpad.text == "a = 1\nb = 3\n" and not app.scratchpad.proposed
        await pilot.press("ctrl+z")
        assert app.scratchpad.text == "a = 1\nb = 2\n"


async def test_a_rejected_proposal_is_a_version(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.scratchpad.load("mine\n", "python")
        await pilot.press("f5")
        app.control.code.write("print one")
        await until(pilot, lambda: app.control.code.job is None and app.scratchpad.proposed)
        await pilot.press("x")
        assert app.scratchpad.text == "mine\n" and not app.scratchpad.proposed
        await pilot.press("ctrl+pagedown")
        assert app.scratchpad.text == "print(1)\n"
        await pilot.press("ctrl+pageup")
        assert app.scratchpad.text == "mine\n"


async def test_code_runs_after_one_question_and_its_error_goes_back_by_one_key(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("f5", "alt+r")
        assert "There is no code yet" in text_of(app)
        app.scratchpad.load("broken\n", "python")
        await pilot.press("alt+r")
        assert "-I -B -u main.py" in text_of(app) and "without network" in text_of(app)
        await pilot.press("n")
        assert not workbench.ran
        await _ran(pilot)
        assert "NameError" in text_of(app) and "no home folder (namespaces)" in text_of(app)
        await pilot.press("f")
        await until(pilot, lambda: app.scratchpad.proposal.whole and app.control.code.job is None)
        instruction, _, buffer, _ = workbench.instructions[-1]
        assert "NameError" in instruction and buffer == "broken\n"
        await pilot.press("a", "alt+r")
        await until(pilot, lambda: len(workbench.ran) == 2 and app.control.run.job is None)
        assert workbench.ran[-1] == ("print(1)\n", "python", True)
        assert "ran to its end" in app.scratchpad.state._left.plain
        await pilot.press("escape")
        assert app.scratchpad.editor.has_focus


async def test_a_run_is_stopped_and_one_without_walls_is_asked_for_by_name(app, workbench):
    workbench.no_walls = workbench.hold = True
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.scratchpad.load("print(1)\n", "python")
        await pilot.press("f5", "alt+r", "y")
        await until(pilot, lambda: "Run it without protection?" in text_of(app))
        await pilot.press("y")
        await until(pilot, lambda: app.scratchpad.output.text == "one\n")
        await pilot.press("escape")
        await until(pilot, lambda: app.control.run.job is None)
        assert "stopped" in text_of(app) and [walled for _, _, walled in workbench.ran] == [True, False]


async def test_the_language_is_the_one_that_the_instruction_names_in_a_text_of_its_own(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)
        app.control.code.write("the same in C")
        await until(pilot, lambda: app.control.code.job is None and len(workbench.instructions) == 2)
        assert workbench.instructions[-1][1:3] == ("c", "") and app.scratchpad.header.note == "c · c"
        await pilot.press("f5", "alt+o", "down", "up", "enter")
        assert app.scratchpad.text == "print(1)\n" and app.scratchpad.language == "python"
        await pilot.press("alt+o", *"notes", "enter")
        assert app.scratchpad.text == "" and app.control.code.buffers.name == "notes"
        assert [name for _, _, name in workbench.saved if name == "scratchpad: c"]


async def test_texts_are_there_again_in_the_next_session_each_with_its_versions(app, workbench):
    workbench.kept = [
        Buffer(1, "scratchpad", "python", "first", "1"),
        Buffer(2, "scratchpad: sort", "c", "int x;", "2"),
        Buffer(3, "scratchpad: sort version 4", "c", "int w;", "1"),
    ]
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: app.scratchpad.text == "first")
        app.control.code.buffers.switch("sort")
        assert (app.scratchpad.text, app.scratchpad.language) == ("int x;", "c")
        assert [each.text for each in app.control.code.buffers.versions.kept] == ["int w;"]


async def test_code_is_written_from_a_section_whose_use_is_shown_in_the_passages(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5", *"do", "space", "@", *"1973", "enter")
        await until(pilot, lambda: "All of it, or a section" in text_of(app))
        await pilot.press(*"merges", "enter")
        assert app.scratchpad.instruction.value == "do @[1973_oil_crisis 3 Method › 3.2 Merges] "
        await pilot.press("enter")
        await until(pilot, lambda: app.control.code.job is None and workbench.instructions)
        instruction, _, _, sources = workbench.instructions[-1]
        assert instruction == "do 1973_oil_crisis 3 Method › 3.2 Merges" and sources == (
            Source(1, "3 Method › 3.2 Merges"),
        )
        await pilot.press("f4", "p", "r", "x")
        assert "scratchpad · 2 of 2 used" in app.passages.header.note and not workbench.asked
