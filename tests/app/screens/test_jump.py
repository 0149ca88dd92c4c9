"""Letters on everything that can be reached."""

import pytest

from phitui.app.screens.jump import Jump, labels
from tests.app.conftest import ask, opened, text_of, until


def test_no_label_begins_another():
    for count in (0, 3, 26, 27, 676):
        made = labels(count)
        assert len(set(made)) == count and len({len(each) for each in made}) <= 1


async def test_a_document_a_quote_and_the_editor_are_a_jump_away(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("alt+j")
        await until(pilot, lambda: isinstance(app.screen, Jump))
        named = dict(app.screen._named)
        lines = text_of(app).splitlines()
        assert all(lines[spot.y][spot.x :].startswith(label) for label, spot in named.items())
        assert all(spot.y for spot in named.values())
        rows = app.library.rows.region
        documents = [label for label, spot in named.items() if spot.x == rows.x and spot.y >= rows.y]
        await pilot.press(*documents[3])
        await until(pilot, lambda: app.library.rows.has_focus)
        assert app.library.rows.chosen == 3
        chat = app.chat.transcript.region
        quotes = [label for label, spot in named.items() if chat.contains(spot.x, spot.y)]
        await pilot.press("alt+j", *quotes[1])
        await until(pilot, lambda: app.chat.transcript.has_focus)
        assert app.chat.transcript.place is not None and app.chat.transcript.place[1] == 1
        await pilot.press("alt+j", "!")
        await until(pilot, lambda: not isinstance(app.screen, Jump))


@pytest.mark.parametrize("columns", [80, 34])
async def test_where_one_pane_is_in_view_the_others_are_a_jump_away(app, columns):
    async with app.run_test(size=(columns, 24)) as pilot:
        await opened(pilot)
        bar = text_of(app).splitlines()[1]
        await pilot.press("alt+j")
        await until(pilot, lambda: isinstance(app.screen, Jump))
        named = {label: spot for label, spot in app.screen._named.items() if spot.y == app.masthead.tabs.region.y}
        lettered = text_of(app).splitlines()[1]
        assert [lettered[spot.x :][: len(label) + 1] for label, spot in named.items()] == [
            f"{label}{number}" for label, number in zip(named, "234", strict=True)
        ]
        assert all(bar[spot.x] == " " for spot in named.values())
        await pilot.press(*list(named)[1])
        await until(pilot, lambda: app.view.pane == "passages" and not isinstance(app.screen, Jump))
