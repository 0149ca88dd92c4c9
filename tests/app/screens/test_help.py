"""Help."""

from phitui.app.screens.help import Help
from tests.app.conftest import opened, text_of


async def test_help_shows_the_keys_of_the_pane_in_use(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f4", "question_mark")
        assert isinstance(app.screen, Help)
        await pilot.pause()
        assert "Pin: always among the passages" in text_of(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, Help)
