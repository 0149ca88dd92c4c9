"""Help."""

from phitui.app.screens.help import Help
from tests.app.conftest import ask, opened, text_of


async def test_help_shows_the_keys_of_the_pane_in_use(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f4", "question_mark")
        assert isinstance(app.screen, Help)
        await pilot.pause()
        assert "Pin: always among the passages" in text_of(app)
        await pilot.press("G")
        await pilot.pause()
        assert "Quit; everything is saved" in text_of(app)
        await pilot.press("g", "pagedown", "k")
        await pilot.pause()
        assert "Pin: always among the passages" not in text_of(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, Help)


async def test_the_last_line_of_every_panel_is_in_view(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await ask(pilot)
        missing = []
        for key in ("f1", "f9", "alt+a", "ctrl+p", "ctrl+l", "ctrl+r", "ctrl+o", "alt+m", "f12", "alt+c"):
            await pilot.press(key)
            await pilot.pause()
            panel = app.screen.query_one(".panel")
            whole = panel.virtual_size.height <= panel.size.height and panel.region.bottom <= app.size.height
            missing += [] if whole and sum(each.size.height for each in panel.children) <= panel.size.height else [key]
            while app.screen_stack[1:]:
                await pilot.press("escape")
                await pilot.pause()
        assert missing == []
