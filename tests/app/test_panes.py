"""Panes, sizes, dialogs."""

import pytest

from phitui.app.screens.help import Help
from phitui.app.widgets.dialog import Leader
from tests.app.conftest import ask, opened, text_of, until


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
        assert "2 Library 8 2!" in screen
        assert "3 Passages 3 in prompt" in screen


@pytest.mark.parametrize(("number", "pane"), [("1", "chat"), ("2", "library"), ("3", "passages"), ("4", "scratchpad")])
async def test_control_t_and_a_number_reach_every_pane(app, number, pane):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3" if pane != "library" else "f4", "ctrl+t")
        assert isinstance(app.screen, Leader)
        await pilot.press(number)
        await pilot.pause()
        assert app.view.pane == pane


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


async def test_help_shows_the_keys_of_the_pane_in_use(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f4", "question_mark")
        assert isinstance(app.screen, Help)
        await pilot.pause()
        assert "Pin: always in the prompt" in text_of(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, Help)


async def test_the_palette_runs_commands_by_name(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+p")
        await pilot.press(*"library", "enter")
        await pilot.pause()
        assert app.view.pane == "library"


async def test_a_model_is_chosen_and_loaded(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "tiny-phi" in text_of(app))
        await pilot.press(*"tiny", "enter")
        await until(pilot, lambda: workbench.engine.name.endswith("tiny-phi"))
        await until(pilot, lambda: "tiny-phi · cpu" in text_of(app))


async def test_the_log_can_be_read(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f9")
        await pilot.pause()
        assert "Nothing was written." in text_of(app)
        await pilot.press("escape")


@pytest.mark.parametrize("theme", ["phitui", "phitui-light", "phitui-16", "nord", "no-such-theme"])
async def test_every_theme_draws(workbench, tmp_path, theme):
    from phitui.app.app import PhituiApp
    from phitui.places import Places
    from phitui.settings import Settings

    app = PhituiApp(Settings(theme=theme), Places.of(tmp_path), make=lambda: workbench)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        assert "sentences supported" in text_of(app)


async def test_the_theme_can_be_changed_while_it_runs(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        before = app.ink
        app.theme = "phitui-light"
        await pilot.pause()
        assert app.ink != before
        assert "sentences supported" in text_of(app)
