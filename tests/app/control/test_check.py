"""The scratchpad's text checked against the documents."""

import pytest

from phitui.app.screens.page_reader import PageReader
from phitui.errors import UsageError
from tests.app.conftest import opened, text_of, until

DRAFT = """# Oil

The crisis began in October 1973. It ended in 1974. Prices rose fourfold in a year.
Nobody was prepared for it. Members cut production, and [bold]ships[/bold] waited.
"""


async def _checked(pilot, text=DRAFT):
    app = pilot.app
    await pilot.press("f5")
    app.scratchpad.editor.load_text(text)
    await pilot.press("f11")
    await until(pilot, lambda: app.control.check.job is None)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_each_sentence_has_its_verdict_in_the_margin_and_in_words_below(app, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await _checked(pilot)
        shown = text_of(app)
        for mark, sentence in (("+", "The crisis began"), ("!", "It ended"), ("-", "Prices"), ("?", "Nobody")):
            assert f"{mark} {sentence}" in shown
        assert "[bold]ships[/bold]" in shown
        assert "5 claims: 1 contradicted, 1 not found, 1 only related" in shown
        await pilot.press("j", "j")
        shown = text_of(app)
        assert "contradicted" in shown and "says 1974, the passage 1973" in shown


async def test_enter_opens_the_span_that_decides_and_escape_leads_back_to_the_text(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _checked(pilot)
        await pilot.press("j", "enter")
        assert isinstance(app.screen, PageReader)
        await pilot.press("escape", "escape")
        assert app.focused is app.scratchpad.editor and app.scratchpad.text == DRAFT
        await pilot.press("f11")
        await until(pilot, lambda: app.control.check.job is None and app.scratchpad.checked)


async def test_escape_stops_the_check_and_keeps_what_is_known(app, workbench):
    workbench.hold = True
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5")
        app.scratchpad.editor.load_text(DRAFT)
        await pilot.press("f11")
        await until(pilot, lambda: "checking 2 of 6" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.control.check.job is None)
        assert "stopped, 4 not checked" in text_of(app) and "+ The crisis began" in text_of(app)


async def test_a_text_that_changes_is_no_longer_the_one_that_was_checked(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _checked(pilot)
        app.scratchpad.replace("Another text.")
        await until(pilot, lambda: not app.scratchpad.checked)


async def test_why_nothing_can_be_checked_is_said_in_the_pane(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5", "f11")
        assert "There is no text to check yet" in text_of(app)
        workbench.problem = UsageError("Checking needs a reader of claims.")
        await _checked(pilot)
        assert "! Checking needs a reader of claims." in text_of(app)


async def test_the_check_stands_in_footer_palette_and_help(app):
    async with app.run_test(size=(160, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5")
        assert "F11 check" in text_of(app)
        await pilot.press("f1")
        assert "F11 · ^t k" in text_of(app)
        await pilot.press("escape", "ctrl+p", *"check")
        assert "against the documents" in text_of(app)
