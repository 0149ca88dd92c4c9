"""The keys at the bottom."""

import pytest

from tests.app.conftest import opened, text_of


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)])
@pytest.mark.parametrize("pane", ["f2", "f3", "f4", "f5"])
async def test_quitting_help_and_commands_are_named_in_every_pane_at_every_size(app, size, pane):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        if pane != "f2":
            await pilot.press(pane)
            await pilot.pause()
        last = text_of(app).split("\n")[-1]
        assert last.rstrip().endswith("^p commands  esc stop / back  F1 help  ^q quit")


async def test_lines_fit_a_new_size_at_once(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.resize_terminal(80, 24)
        assert "1 Chat" in text_of(app) and "2 Library" in text_of(app)
        assert text_of(app).split("\n")[-1].rstrip().endswith("^q quit")
        await pilot.resize_terminal(120, 40)
        assert "2 Library" not in text_of(app)


@pytest.mark.parametrize(("columns", "model"), [(80, False), (120, True)])
async def test_the_model_in_the_title_yields_to_what_is_under_way(app, columns, model):
    async with app.run_test(size=(columns, 24)) as pilot:
        await opened(pilot)
        app.control.intake.work = "sentences by meaning: 1,904 of 2,165 · 17 s left"
        app.refresh_state()
        await pilot.pause()
        title = text_of(app).splitlines()[0]
        assert "◐ sentences by meaning: 1,904 of 2,165" in title and ("phi-2" in title) == model
        assert title.startswith(" phitui  default · 8 documents")
