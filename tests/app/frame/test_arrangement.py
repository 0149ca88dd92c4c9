"""Panes that a size has room for, and the way from one to another."""

import pytest

from tests.app.conftest import ask, opened, text_of


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (100, 16), (40, 12)])
async def test_every_pane_works_at_every_size(app, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await ask(pilot)
        for key, name in (("f3", "Library"), ("f4", "Passages"), ("f5", "Scratchpad"), ("f2", "Chat")):
            await pilot.press(key)
            await pilot.pause()
            assert name in text_of(app)
            assert getattr(app, name.lower()).display


async def test_a_terminal_that_is_too_small_says_so_and_recovers(app):
    async with app.run_test(size=(20, 5)) as pilot:
        await opened(pilot)
        assert "terminal too small" in text_of(app)
        assert "Library" not in text_of(app)
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "Library" in text_of(app)
        assert "too small" not in text_of(app)


async def test_the_same_key_again_fills_the_screen_and_escape_goes_back(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f4", "f4")
        assert not app.chat.display
        await pilot.press("escape")
        assert app.chat.display


async def test_tabs_name_the_other_panes_with_their_numbers(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await ask(pilot)
        screen = text_of(app)
        assert "2 Library 8 · 2 unread" in screen
        assert "3 Passages 3 in prompt" in screen


async def test_tab_walks_through_the_panes(app):
    async with app.run_test(size=(200, 60)) as pilot:
        await opened(pilot)
        seen = set()
        for _ in range(6):
            seen.add(app.view.pane)
            await pilot.press("tab")
            if app.focused is app.scratchpad.editor:
                break
        assert seen == {"library", "chat", "passages", "scratchpad"} or app.view.pane == "scratchpad"


async def test_tab_indents_in_the_editor(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.scratchpad.load("x", "python")
        await pilot.press("f5", "tab")
        assert app.scratchpad.text.startswith(" ")
        assert app.view.pane == "scratchpad"
