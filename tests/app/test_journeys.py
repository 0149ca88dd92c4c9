"""What a person comes for, by keyboard alone, at a small and a usual size. Keys are counted; typed text is not."""

from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from phitui.app.app import PhituiApp
from phitui.app.screens.page_reader import PageReader
from phitui.app.screens.pairs.two_answers import TwoAnswers
from phitui.app.terminal.model_choice import remembered
from phitui.events import QueryReady
from phitui.scratchpad.context import Source
from phitui.settings import Settings
from tests.app.conftest import opened, text_of, until
from tests.app.fake import QUOTES, FakeWorkbench, answered

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


class Hands:
    """Presses keys and counts them."""

    def __init__(self, pilot, journey: str):
        self.pilot, self.journey, self.keys = pilot, journey, 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Text is not counted."""
        await self.pilot.press(*("space" if letter == " " else letter for letter in text))
        await self.pilot.pause()

    def done(self, most: int) -> None:
        print(f"journey {self.journey}: {self.keys} keys at {self.pilot.app.size.width} columns")
        assert self.keys <= most


def idle(app) -> bool:
    return not app.control.conversation.busy


@SIZES
async def test_journey_1_first_question(app, workbench, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        hands = Hands(pilot, "1, first question")
        await hands.type("When did it begin")
        await hands.press("enter")
        await until(pilot, lambda: workbench.asked and idle(app))
        assert "“The 1973 oil crisis began in October" in text_of(app)
        assert "1973_oil_crisis · p. 1" in text_of(app)
        hands.done(1)


@SIZES
async def test_journey_2_add_a_folder_and_ask_while_it_is_read(app, workbench, tmp_path, size):
    workbench.stop_adding = Event()
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "one.pdf").write_bytes(b"%PDF")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        hands = Hands(pilot, "2, add a folder and ask meanwhile")
        await hands.press("ctrl+o")
        app.screen.field.value = str(tmp_path / "papers")
        await pilot.pause()
        await hands.press("enter")
        await until(pilot, lambda: workbench.added)
        await hands.press("f2")
        await hands.type("When")
        await hands.press("enter")
        await until(pilot, lambda: workbench.asked and idle(app))
        assert app.control.intake.work
        workbench.stop_adding.set()
        hands.done(5)


@SIZES
async def test_journey_3_check_a_citation_on_its_page(app, workbench, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        app.control.conversation.ask("When did it begin?")
        await until(pilot, lambda: workbench.asked and idle(app))
        hands = Hands(pilot, "3, check a citation on its page")
        await hands.press("escape", "1")
        await until(pilot, lambda: isinstance(app.screen, PageReader) and "The next line." in text_of(app))
        await hands.press("escape")
        assert not isinstance(app.screen, PageReader)
        hands.done(5)


@SIZES
async def test_journey_4_pin_exclude_see_the_budget_ask_again_and_see_what_changed(app, workbench, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        app.control.conversation.ask("When did it begin?")
        await until(pilot, lambda: workbench.asked and idle(app))
        assert "passages 497" in text_of(app)
        hands = Hands(pilot, "4, pin, exclude, ask again")
        await hands.press("f4", "x")
        await until(pilot, lambda: "out: excluded" in text_of(app) and "passages 200" in text_of(app))
        await hands.press("j", "p")
        await until(pilot, lambda: "★" in text_of(app))
        assert len(workbench.asked) == 1
        workbench.script = lambda query: answered(query, quotes=QUOTES[1:])
        await hands.press("r")
        await until(pilot, lambda: len(workbench.asked) == 2 and idle(app))
        assert workbench.asked[1].options.excluded == {101} and workbench.asked[1].options.pinned == {102}
        await until(pilot, lambda: "asked with 1 pinned, 1 excluded" in text_of(app))
        await until(pilot, lambda: "What changed since" in text_of(app) and " - “The 1973" in text_of(app))
        hands.done(5)


@SIZES
async def test_journey_5_only_from_this_document(app, workbench, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        hands = Hands(pilot, "5, only from this document")
        names = [getattr(each, "title", "") for each in app.library.rows.items]
        app.library.rows.choose(names.index("Amazon_rainforest"))
        await hands.press("f3", "o", "f2")
        assert "asking 1 of 8 documents" in text_of(app)
        await hands.type("When")
        await hands.press("enter")
        await until(pilot, lambda: workbench.asked and idle(app))
        assert workbench.asked[0].options.documents == {2}
        assert "only from Amazon_rainforest" in text_of(app)
        hands.done(5)


@SIZES
async def test_journey_6_find_a_conversation_of_last_week_and_export_it(app, workbench, tmp_path, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        app.control.conversation.ask("When did the oil crisis begin?")
        await until(pilot, lambda: workbench.asked and idle(app))
        workbench.past = [app.control.conversation.turn]
        hands = Hands(pilot, "6, find a conversation and export it")
        await hands.press("ctrl+r")
        await hands.type("oil")
        await until(pilot, lambda: "1 turn" in text_of(app))
        await hands.press("ctrl+e")
        await until(pilot, lambda: app.screen.field.value == "~/when-did-the-oil-crisis-begin.md")
        app.screen.field.value = str(tmp_path / "oil.md")
        await hands.press("enter")
        await until(pilot, lambda: (tmp_path / "oil.md").exists())
        assert "[^1]: *1973" in (tmp_path / "oil.md").read_text("utf-8")
        hands.done(5)


@SIZES
async def test_journey_7_change_an_earlier_question_and_compare_both_answers(app, workbench, size):
    numbers = iter(range(1, 9))

    def script(query):
        quotes = [*QUOTES[:1], replace(QUOTES[1], text="Passage 3 is another.")] if "Why" in query else QUOTES
        events = answered(query, quotes=tuple(quotes))
        return [QueryReady(query, turn_id=next(numbers), conversation_id=1), *events[1:]]

    workbench.script = script
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        for number in range(2):
            app.control.conversation.ask(f"Question {number}?")
            await until(pilot, lambda number=number: len(workbench.asked) == number + 1 and idle(app))
        hands = Hands(pilot, "7, change an earlier question and compare")
        await hands.press("escape", "b")
        await until(pilot, lambda: app.chat.composer.text == "Question 1?")
        await hands.type(" Why")
        await hands.press("enter")
        await until(pilot, lambda: len(workbench.asked) == 3 and idle(app))
        assert workbench.asked[2].options.parent_id == 1
        assert [each.turn.question for each in app.chat.transcript.exchanges] == ["Question 0?", "Question 1? Why"]
        await hands.press("escape", "left")
        await until(pilot, lambda: "wording 1 of 2" in text_of(app))
        assert [each.turn.question for each in app.chat.transcript.exchanges] == ["Question 0?", "Question 1?"]
        await hands.press("right")
        await until(pilot, lambda: "wording 2 of 2" in text_of(app))
        await hands.press("d")
        assert isinstance(app.screen, TwoAnswers)
        assert "› Question 1?" in text_of(app) and "≠ “Passage 2" in text_of(app)
        assert "› Question 1? Why" in text_of(app) and "≠ “Passage 3 is another.”" in text_of(app)
        await hands.press("escape")
        assert not isinstance(app.screen, TwoAnswers)
        hands.done(9)


@SIZES
async def test_journey_8_code_from_a_section_run_fix_accept_save(app, workbench, tmp_path, size):
    workbench.written = ["print(broken)\n", "print(1)\n"]
    code = app.control.code
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        hands = Hands(pilot, "8, code from a section: run, fix, accept, save")
        await hands.press("f5")
        await hands.type("implement @1973")
        await hands.press("enter")
        await until(pilot, lambda: "All of it, or a section" in text_of(app))
        await hands.type("merges")
        await hands.press("enter", "enter")
        await until(pilot, lambda: code.job is None and app.scratchpad.text == "print(broken)\n")
        assert workbench.instructions[0][3] == (Source(1, "3 Method › 3.2 Merges"),)
        await hands.press("alt+r", "y")
        await until(pilot, lambda: code.run.finished is not None and "NameError" in text_of(app))
        await hands.press("f")
        await until(pilot, lambda: code.job is None and app.scratchpad.proposal.whole)
        assert "- print(broken)" in text_of(app) and "+ print(1)" in text_of(app)
        await hands.press("a", "alt+r")
        await until(pilot, lambda: len(workbench.ran) == 2 and code.run.job is None)
        assert "ran to its end" in text_of(app)
        await hands.press("f10")
        app.screen.field.value = str(tmp_path / "merges.py")
        await hands.press("enter")
        assert (tmp_path / "merges.py").read_text("utf-8") == "print(1)\n"
        hands.done(11)


@SIZES
async def test_journey_9_change_the_model_and_have_it_again_after_a_restart(app, workbench, tmp_path, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        hands = Hands(pilot, "9, change the model")
        await hands.press("ctrl+l")
        await until(pilot, lambda: "tiny-phi" in text_of(app))
        await hands.type("tiny")
        await hands.press("enter")
        await until(pilot, lambda: "tiny-phi · cpu" in text_of(app))
        await until(pilot, lambda: remembered(Settings(), app.places).model == "tiny-phi")
        hands.done(2)
    again: Any = FakeWorkbench(model="tiny-phi")
    chosen = remembered(Settings(), app.places)
    restarted = PhituiApp(chosen, app.places, make=lambda: again)
    async with restarted.run_test(size=size) as pilot:
        await opened(pilot)
        assert restarted.settings.model == "tiny-phi" and "tiny-phi" in text_of(restarted)


@SIZES
async def test_journey_10_copy_a_quote_with_its_citation_inside_tmux(app, workbench, monkeypatch, size):
    piped = []
    monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
    monkeypatch.setattr("phitui.app.terminal.clipboard._to_tmux", lambda text: piped.append(text) or True)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        app.control.conversation.ask("When did it begin?")
        await until(pilot, lambda: workbench.asked and idle(app))
        hands = Hands(pilot, "10, copy a quote with its citation")
        await hands.press("escape", "j", "j", "y")
        assert piped == ["“Passage 2 speaks of oil prices after the crisis.” (Amazon_rainforest, p. ii)"]
        assert any("copied through tmux" in each for each in app.messages)
        hands.done(5)
