"""The passages pane."""

from phitui.app.panes.passages import words_share
from phitui.app.screens.page_reader import PageReader
from phitui.app.widgets.texts import stacked
from tests.app.conftest import ask, opened, text_of, until
from tests.app.fake import hit


async def test_every_candidate_shows_rank_score_fate_and_tokens(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        screen = text_of(app)
        assert "12 found · 3 in prompt" in screen
        assert "trimmed: budget" in screen
        assert "out: overlaps" in screen
        assert "█ words 14.2  ▒ meaning .81  fused .97" in screen
        assert "212 t" in screen


async def test_pin_drop_and_ask_again(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f4", "p", "j", "x", "r")
        await until(pilot, lambda: len(workbench.asked) == 2 and not app.control.conversation.busy)
        assert workbench.asked[1].options.pinned == {101}
        assert workbench.asked[1].options.excluded == {102}
        assert workbench.asked[1].question == workbench.asked[0].question
        assert "★" in text_of(app)


async def test_only_this_asks_from_one_passage(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f4", "j", "o")
        await until(pilot, lambda: "1 now, r asks" in text_of(app))
        assert "not asked" in text_of(app) and len(workbench.asked) == 1
        await pilot.press("r")
        await until(pilot, lambda: len(workbench.asked) == 2 and not app.control.conversation.busy)
        assert workbench.asked[1].options.only == {102}


async def test_the_query_can_be_edited(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f4", "e")
        await pilot.press("end", "!", "enter")
        await until(pilot, lambda: len(workbench.asked) == 2 and not app.control.conversation.busy)
        assert workbench.asked[1].options.query == "When did the 1973 oil crisis begin?!"
        assert "searched for:" in text_of(app)


async def test_a_passage_can_be_marked_as_right(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f4", "R")
        await until(pilot, lambda: "[1]✓" in text_of(app))
        assert workbench.judged == [("When did the 1973 oil crisis begin?", 101)]
        await pilot.press("R")
        await until(pilot, lambda: "✓" not in text_of(app))
        assert workbench.judged == []


async def test_enter_opens_the_page_and_n_turns_it(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f4", "enter")
        await until(pilot, lambda: isinstance(app.screen, PageReader) and "p. 1 of 5" in text_of(app))
        await pilot.press("n")
        await until(pilot, lambda: "p. 2 of 5" in text_of(app))
        await pilot.press("q")
        assert not isinstance(app.screen, PageReader)


async def test_copying_says_which_route_was_taken_and_keeps_a_file(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f4", "y")
        await pilot.pause()
        assert (app.places.data / "copied.txt").read_text("utf-8").startswith("“The 1973 oil crisis")
        assert any("OSC 52" in note.message for note in app._notifications)


async def test_at_the_end_of_the_list_everything_that_was_weighed_follows_and_can_be_pinned(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f4", "G")
        await until(pilot, lambda: len(app.passages.rows.items) == 50)
        assert app.passages.header.note.startswith("50 weighed · 3 in prompt")
        await pilot.press("j", "p")
        await until(pilot, lambda: app.control.conversation.selection.preview is not None)
        assert app.control.conversation.selection.pinned == {113} and "out: ranks lower" in text_of(app)


def test_a_bar_is_stacked_of_what_words_and_meaning_make_of_the_score():
    assert words_share(hit(1)) == 0.5
    assert words_share(hit(1, signals={"words": 1.0, "pairs": 1.0})) == 1.0
    assert 0.3 < words_share(hit(1, signals={"words": 0.5, "meaning": 0.6, "closest": 0.7})) < 0.5
    assert stacked(0.5, 0.5, 8) == "██▒▒▁▁▁▁" and stacked(0.0, 0.0, 3) == "▒▁▁"
