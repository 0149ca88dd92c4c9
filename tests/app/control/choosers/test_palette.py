"""Commands by name, and by the key after ctrl+t."""

import pytest

from phitui.app.widgets.dialog import Leader
from tests.app.conftest import opened


@pytest.mark.parametrize(("number", "pane"), [("1", "chat"), ("2", "library"), ("3", "passages"), ("4", "scratchpad")])
async def test_control_t_and_a_number_reach_every_pane(app, number, pane):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3" if pane != "library" else "f4", "ctrl+t")
        assert isinstance(app.screen, Leader)
        await pilot.press(number)
        await pilot.pause()
        assert app.view.pane == pane


async def test_the_palette_runs_commands_by_name(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+p")
        await pilot.press(*"library", "enter")
        await pilot.pause()
        assert app.view.pane == "library"
