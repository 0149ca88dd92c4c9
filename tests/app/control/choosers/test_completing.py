"""Signs that complete a question: templates, documents, commands."""

from phitui.answers.turn import Turn
from tests.app.conftest import opened, text_of, until


async def test_a_template_takes_the_question_into_its_gap_and_own_ones_are_files(app):
    folder = app.places.config / "templates"
    folder.mkdir(parents=True)
    (folder / "deadlines.txt").write_text("List the deadlines of \x1b[31m{}, with pages.\n", "utf-8")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        composer = app.chat.composer
        await pilot.press("number_sign")
        await until(pilot, lambda: "Templates" in text_of(app) and "deadlines" in text_of(app))
        await pilot.press(*"haiku", "enter", *"oil")
        assert composer.text == "Write a haiku about oil."
        composer.load_text("the lease")
        composer.move_cursor((0, 0))
        await pilot.press("number_sign", *"dead", "enter", "!")
        assert composer.text == "List the deadlines of [31mthe lease!, with pages."


async def test_a_document_is_named_and_asked_alone(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press(*"what", "space", "at", *"steam", "enter", *"says")
        assert app.chat.composer.text == "what Steam_engine says"
        assert app.control.scope.ticked == {8}
        await pilot.press("at", *"x")
        assert app.chat.composer.text == "what Steam_engine says@x"


async def test_up_brings_back_what_was_asked_in_earlier_sessions_and_only_what_begins_as_typed(app, workbench):
    workbench.past = [Turn("Who built it?"), Turn("When was it lit?"), Turn("Who left?"), Turn("When was it lit?")]
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        composer = app.chat.composer
        await until(pilot, lambda: composer._earlier)
        brought = []
        for _ in range(4):
            await pilot.press("up")
            brought.append(composer.text)
        assert brought == ["When was it lit?", "Who left?", "Who built it?", "Who built it?"]
        await pilot.press("down", "down", "down")
        assert composer.text == ""
        await pilot.press(*"who", "up")
        assert composer.text == "Who left?"
        await pilot.press("up", "down", "down")
        assert composer.text == "who"


async def test_a_slash_alone_lists_the_commands_and_is_a_letter_after_escape(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("slash")
        await until(pilot, lambda: "Commands" in text_of(app))
        await pilot.press("escape")
        assert app.chat.composer.text == "/"
        await pilot.press("slash")
        assert app.chat.composer.text == "//"
