"""Colours."""

import pytest

from tests.app.conftest import ask, opened, text_of


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


def inks(app) -> set[str]:
    """Every colour that a letter on the screen has."""
    found = set()
    for line in app.screen._compositor.render_strips():
        for segment in line:
            if segment.text.strip() and segment.style and segment.style.color:
                found.add(segment.style.color.name)
    return found


@pytest.mark.parametrize("keys", [(), ("f5",), ("f1",), ("f9",), ("escape", "j", "enter")])
async def test_a_change_of_theme_leaves_no_letter_in_the_old_ink(app, keys):
    async with app.run_test(size=(200, 60)) as pilot:
        await opened(pilot)
        await ask(pilot)
        app.library.say_work("adding 3 of 12")
        app.scratchpad.say("saved")
        await pilot.press(*keys)
        await pilot.pause()
        old = {getattr(app.ink, name).foreground for name in ("text", "soft", "line", "accent", "trouble")}
        app.theme = "phitui-light"
        await pilot.pause()
        await pilot.pause()
        assert inks(app).isdisjoint({color.hex.lower() for color in old if color})
