"""Labels on what is in view."""

from phitui.app.screens.jump import Jump, Label
from tests.app.conftest import ask, opened, text_of, until


def label_at(app, place):
    """What stands on the label at that place."""
    found = next(each for each in app.screen.query(Label) if (each.region.x, each.region.y) == place)
    return found.told


async def test_a_letter_leads_to_a_row_a_quote_a_pane(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        rows = app.passages.rows
        await pilot.press("alt+j")
        await until(pilot, lambda: len(app.screen.query(Label)) > 10)
        region, (index, line) = rows.region, list(rows.in_view())[2]
        assert "When did the 1973" in text_of(app)  # what is under the labels stays in view
        await pilot.press(*label_at(app, (region.x, region.y + line)))
        await until(pilot, lambda: rows.has_focus and rows.chosen == index == 2)
        exchange = app.chat.transcript.exchanges[0]
        await pilot.press("alt+j")
        await until(pilot, lambda: len(app.screen.query(Label)) > 10)
        place = app.chat.transcript.region.x, exchange.region.y + exchange.line_of(1)
        await pilot.press(*label_at(app, place))
        await until(pilot, lambda: app.chat.transcript.has_focus and exchange.chosen == 1)
        await pilot.press("alt+j")
        await until(pilot, lambda: isinstance(app.screen, Jump))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Jump))
