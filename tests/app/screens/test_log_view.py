"""The log."""

from tests.app.conftest import opened, text_of


async def test_the_log_can_be_read(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f9")
        await pilot.pause()
        assert "Nothing was written." in text_of(app)
        await pilot.press("escape")
