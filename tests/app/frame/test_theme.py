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
