"""The scratchpad: going on at the cursor, filling what is selected, explaining; its texts and their files."""

from typing import Any

from textual.widgets.text_area import Selection

from phitui.app.widgets.dialog import Confirm
from tests.app.conftest import opened, text_of, until


async def _proposed(pilot):
    app = pilot.app
    await until(
        pilot, lambda: app.control.code.job is None and app.scratchpad.proposed and app.scratchpad.proposal.whole
    )


async def test_the_model_goes_on_at_the_cursor_as_a_proposal(app, workbench):
    workbench.written = ["b = 2\n"]
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("f5", "alt+n")
        assert "no text to go on with" in text_of(app)
        app.scratchpad.load("a = 1\nc = 3\n", "python")
        app.scratchpad.editor.move_cursor((1, 0))
        await pilot.press("alt+n")
        await _proposed(pilot)
        assert app.scratchpad.text == "a = 1\nc = 3\n" and "+ b = 2" in text_of(app)
        await pilot.press("a")
        assert app.scratchpad.text == "a = 1\nb = 2\nc = 3\n"


async def test_what_is_selected_is_written_anew_and_nothing_else(app, workbench):
    workbench.written = ["two = 2"]
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.scratchpad.load("a = 1\nb = 1\nc = 3\n", "python")
        await pilot.press("f5", "alt+f")
        assert "Select with Shift" in text_of(app)
        app.scratchpad.editor.selection = Selection((1, 5), (1, 0))
        await pilot.press("alt+f")
        assert "What should stand there?" in text_of(app)
        await pilot.press(*"two", "enter")
        await _proposed(pilot)
        assert workbench.instructions[-1][0] == "two"
        await pilot.press("a")
        assert app.scratchpad.text == "a = 1\ntwo = 2\nc = 3\n"


async def test_an_explanation_is_a_text_of_its_own(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.scratchpad.load("print(1)\n", "python")
        await pilot.press("f5", "alt+e")
        await until(pilot, lambda: app.scratchpad.text == "It prints one: print(1)\n" and app.control.code.job is None)
        assert (app.control.code.buffers.name, app.scratchpad.language) == ("about scratchpad", "text")
        app.control.code.buffers.switch("scratchpad")
        assert app.scratchpad.text == "print(1)\n"


async def test_a_text_is_deleted_and_brought_back_with_its_versions(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        buffers = app.control.code.buffers
        buffers.begin("sort", "c")
        app.scratchpad.load("int x;\n", "c")
        buffers.versions.keep("int w;\n", "c")
        await pilot.press("f5", "alt+o", *"sort", "ctrl+x")
        await until(pilot, lambda: "sort" not in buffers.named)
        assert buffers.name == "scratchpad" and app.scratchpad.text == ""
        await pilot.press("ctrl+u", "enter")
        await until(pilot, lambda: app.scratchpad.text == "int x;\n")
        assert [each.text for each in buffers.versions.kept] == ["int w;\n"]
        await until(
            pilot, lambda: {"scratchpad: sort", "scratchpad: sort version 0"} <= {n for *_, n in workbench.saved}
        )


async def test_a_file_is_opened_saved_to_its_place_and_saved_as_another(app, tmp_path):
    (tmp_path / "one.c").write_text("int x;\n", "utf-8")
    (tmp_path / "picture").write_bytes(b"\xff\xfe\x00")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        for name in ("picture", "one.c"):
            await pilot.press("f5", "alt+l")
            app.screen.field.value = str(tmp_path / name)
            await pilot.press("enter")
            await pilot.pause()
            assert name == "one.c" or "no text in UTF-8" in app.scratchpad.state._left.plain
        assert (app.scratchpad.text, app.scratchpad.language, app.control.code.buffers.name) == (
            "int x;\n",
            "c",
            "one.c",
        )
        app.scratchpad.editor.insert("int y;\n", (0, 0))
        await pilot.press("f10", "enter")  # its own file is offered, and named before it is replaced
        assert isinstance(app.screen, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: (tmp_path / "one.c").read_text() == "int y;\nint x;\n")
        await pilot.press("f10")
        prompt: Any = app.screen
        prompt.field.value = str(tmp_path / "two.c")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "two.c").exists())


async def test_a_text_goes_to_the_chat_with_the_next_question(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.chat.composer.load_text("my draft")
        app.scratchpad.load("print(1)\nprint(2)\n", "python")
        app.scratchpad.editor.selection = Selection((0, 0), (0, 8))
        await pilot.press("f5", "alt+s")
        assert app.chat.composer.has_focus and app.chat.composer.text == "my draft"
        await pilot.press("enter")
        await until(pilot, lambda: workbench.asked and not app.control.conversation.busy)
        (given,) = workbench.asked[0].options.context
        assert (given.title, given.text) == ("scratchpad", "print(1)")
