"""Asking, on the screen."""

from itertools import count
from pathlib import Path

import pytest

from phitui.answers.turn import Turn
from phitui.app.panes import chat
from phitui.app.screens.page_reader import PageReader
from phitui.errors import UsageError
from phitui.events import Failed, QueryReady
from phitui.records import STOPPED
from tests.answers.shelf import WordEngine
from tests.app.conftest import ask, opened, text_of, until
from tests.app.fake import ANSWER, QUOTES, FakeWorkbench, answered, missed, quoted


async def test_an_answer_stands_with_quotes_citations_and_what_is_unsupported(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        screen = text_of(app)
        assert "› When did the 1973 oil crisis begin?" in screen
        assert "1 of 2 sentences supported" in screen
        assert "producers proclaimed an embargo. [1]" in screen
        assert "! not in the" in screen
        assert app.chat.composer.text == ""


async def test_without_a_model_the_quotes_are_the_answer(app, workbench):
    workbench.engine.name, workbench.engine.writes, workbench.script = "quoting", False, quoted
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        assert "answered by quotation: no language model loaded" in text_of(app)
        assert "2 quotes, word for word" in text_of(app)


async def test_what_is_not_in_the_documents_can_be_asked_anyway(app, workbench):
    workbench.script = missed
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        assert "Not in your documents" in text_of(app)
        assert "0.21, needed 0.62" in text_of(app)
        await pilot.press("f6")
        await until(pilot, lambda: len(workbench.asked) == 2 and not app.control.conversation.busy)
        assert workbench.asked[1].options.use_documents is False
        assert "without documents" in text_of(app)


async def test_control_j_makes_a_new_line_and_enter_sends(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("a", "ctrl+j", "b", "enter")
        await until(pilot, lambda: workbench.asked)
        assert workbench.asked[0].question == "a\nb"


async def test_escape_stops_an_answer_from_every_pane(app, workbench):
    async with app.run_test(size=(200, 60)) as pilot:
        await opened(pilot)
        for key in ("f2", "f3", "f4", "f5"):
            workbench.hold = True
            asked = len(workbench.asked)
            app.control.conversation.ask("When?")
            await until(
                pilot, lambda asked=asked: len(workbench.asked) > asked and app.control.conversation.turn.answer
            )
            if app.view.pane != {"f2": "chat", "f3": "library", "f4": "passages", "f5": "scratchpad"}[key]:
                await pilot.press(key)
            await pilot.press("escape")
            await until(pilot, lambda: not app.control.conversation.busy)
            assert workbench.asked[-1].cancel.is_set()
        assert app.is_running


async def test_escape_before_the_first_token_stops_at_once(app, workbench):
    workbench.script = lambda query: iter_forever(workbench)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.control.conversation.ask("When?")
        await until(pilot, lambda: workbench.asked)
        await pilot.press("escape")
        assert not app.control.conversation.busy
        assert "stopped" in text_of(app)


async def test_one_key_undoes_what_was_made_of_a_follow_up(app, workbench):
    workbench.script = lambda query: answered(query if "(" in query else f"{query} (oil crisis)")
    async with app.run_test(size=(200, 60)) as pilot:
        await opened(pilot)
        await ask(pilot, "And when did it end?")
        assert "searched for: And when did it end? (oil crisis)" in text_of(app)
        assert "u as typed" in text_of(app)
        await pilot.press("escape", "u")
        await until(pilot, lambda: len(workbench.asked) == 2 and not app.control.conversation.busy)
        assert workbench.asked[1].options.query == workbench.asked[1].question == "And when did it end?"


async def test_the_model_may_propose_a_query_but_only_an_accepted_one_is_searched_for(app, workbench):
    workbench.engine = Proposing()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot, "When did it end?")
        await pilot.press("escape", "E")
        await until(pilot, lambda: "Proposed by the model" in text_of(app))
        assert len(workbench.asked) == 1
        await pilot.press("enter")
        await until(pilot, lambda: len(workbench.asked) == 2 and not app.control.conversation.busy)
        assert workbench.asked[1].options.query == "When did the crisis end?"
        assert workbench.asked[1].question == "When did it end?"


class Proposing(WordEngine):
    """An engine that proposes one query."""

    def __init__(self):
        super().__init__("When did the crisis end?")
        self.path = ""


def iter_forever(workbench: FakeWorkbench):
    """Searching that takes its time."""
    yield QueryReady("When?", turn_id=1, conversation_id=1)
    workbench.asked[-1].cancel.wait(20)


async def test_a_second_question_waits_for_the_first_and_keeps_its_text(app, workbench):
    workbench.hold = True
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.control.conversation.ask("first")
        app.chat.composer.load_text("second")
        await pilot.press("enter")
        assert app.chat.composer.text == "second"
        await until(pilot, lambda: app.control.conversation.turn.answer)
        await pilot.press("escape")
        await until(pilot, lambda: not app.control.conversation.busy)


async def test_a_failure_stands_under_its_question(app, workbench):
    workbench.script = lambda query: [QueryReady(query), Failed("The disk is full: make room.")]
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        assert "! The disk is full: make room." in text_of(app)


async def test_an_error_raised_by_the_workbench_stands_there_too(app, workbench):
    def refuse(query):
        raise UsageError("The question is far too long.")

    workbench.script = refuse
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        assert "! The question is far too long." in text_of(app)


async def test_a_bug_is_said_and_logged_not_fatal(app, workbench):
    workbench.script = lambda query: 1 / 0
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        assert "ZeroDivisionError" in text_of(app)
        assert app.is_running


async def test_up_brings_examples_into_the_composer(workbench, tmp_path):
    from phitui.app.app import PhituiApp
    from phitui.places import Places
    from phitui.settings import Settings

    app = PhituiApp(Settings(), Places.of(tmp_path), (), ("One?", "Two?", "Three?"), make=lambda: workbench)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert "Two?" in text_of(app)
        await pilot.press("up", "up")
        assert app.chat.composer.text == "Two?"
        await pilot.press("enter")
        await until(pilot, lambda: workbench.asked)
        assert workbench.asked[0].question == "Two?"
        assert not app.chat.examples.display


async def test_pageup_scrolls_the_chat_while_composing_and_answers_do_not_move_it(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        for _ in range(3):
            await ask(pilot)
        transcript = app.chat.transcript
        await until(pilot, lambda: transcript.follows)
        await pilot.press("pageup")
        await pilot.pause()
        place = transcript.scroll_y
        assert not transcript.follows
        assert "more lines" in text_of(app)
        transcript.exchanges[-1].note(problem="more")
        transcript.grown(transcript.exchanges[-1])
        await pilot.pause()
        assert transcript.scroll_y == place


async def test_a_long_conversation_keeps_few_exchanges_mounted(app, monkeypatch):
    monkeypatch.setattr(chat, "MOUNTED", 5)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        for _ in range(8):
            await ask(pilot)
        transcript = app.chat.transcript
        await until(pilot, lambda: len(transcript.exchanges) == 5)
        assert len(transcript.older) == 3
        transcript.scroll_home(animate=False)
        await until(pilot, lambda: not transcript.older)


async def test_one_key_leads_to_the_first_question_and_the_next_one_follows_the_last(app, workbench, monkeypatch):
    monkeypatch.setattr(chat, "MOUNTED", 3)
    numbers = count(1)
    workbench.script = lambda query: [QueryReady(query, turn_id=next(numbers), conversation_id=1), *answered(query)[1:]]
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        for number in range(8):
            await ask(pilot, f"Question {number}?")
        transcript = app.chat.transcript
        await pilot.press("escape", "g")
        await until(pilot, lambda: len(transcript.newer) == 5)
        assert [each.turn.question for each in transcript.exchanges] == ["Question 0?", "Question 1?", "Question 2?"]
        await until(pilot, lambda: "5 more questions · G" in text_of(app))
        await pilot.press("i")
        await ask(pilot, "Question 8?")
        assert not transcript.newer and workbench.asked[-1].options.parent_id == 8
        assert [each.turn.question for each in transcript.exchanges][-2:] == ["Question 7?", "Question 8?"]


async def test_j_and_enter_lead_from_a_quote_to_its_page(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("escape", "j", "enter")
        await until(pilot, lambda: isinstance(app.screen, PageReader) and "The next line." in text_of(app))
        assert "▌ The 1973 oil crisis began" in text_of(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, PageReader)


async def test_a_digit_opens_the_citation_with_that_number(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("escape", "1")
        await until(pilot, lambda: isinstance(app.screen, PageReader))


async def test_follow_ups_belong_to_the_conversation(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await ask(pilot, "And how did it end?")
        assert workbench.asked[1].options.conversation_id == 1
        assert workbench.asked[1].options.parent_id == 1
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.control.conversation.conversation_id is None)
        await ask(pilot, "Something else?")
        assert workbench.asked[2].options.conversation_id is None


async def test_a_conversation_can_be_found_and_reopened(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        workbench.past = [app.control.conversation.turn]
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not app.chat.transcript.exchanges)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "When did the oil crisis begin?" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.chat.transcript.exchanges)
        assert app.control.conversation.conversation_id == 1
        assert ANSWER[0].split(",")[0] in text_of(app)


async def test_a_question_that_is_too_long_stays_in_the_composer_and_out_of_the_chat(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.chat.composer.load_text("why " * 1200)
        await pilot.press("enter")
        await until(pilot, lambda: "4,000 are read at most" in text_of(app))
        await pilot.press("escape")
        assert app.chat.composer.text == "why " * 1200
        assert not app.chat.transcript.exchanges and not workbench.asked


async def test_a_question_that_is_too_long_can_be_kept_as_a_text_of_the_conversation(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.chat.composer.load_text("The treaty was signed in Lyon. " * 200)
        await pilot.press("enter")
        await until(pilot, lambda: "Keep it as a text of this conversation" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: not app.chat.composer.text)
        await ask(pilot, "Where was it signed?")
        assert [given.text[:31] for given in workbench.asked[0].options.context] == ["The treaty was signed in Lyon. "]
        assert "also asked of: Pasted text (6,199 characters)" in text_of(app)


async def test_a_question_that_is_too_long_can_become_a_document(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.chat.composer.load_text("The treaty was signed in Lyon. " * 200)
        await pilot.press("enter")
        await until(pilot, lambda: "as a document" in text_of(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: workbench.added)
        assert Path(workbench.added[0]["paths"][0]).read_text() == "The treaty was signed in Lyon. " * 200
        assert not app.chat.composer.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_question_best_quote_and_its_page_are_in_view_without_a_key(app, workbench, size):
    workbench.script = lambda query: answered(query, quotes=QUOTES * 4)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        for number in range(3):
            await ask(pilot, f"Question {number}: when did the oil crisis begin?")
        await until(pilot, lambda: "› Question 2" in text_of(app))
        assert "“The 1973 oil crisis began in October" in text_of(app)
        assert "1973_oil_crisis · p. 1" in text_of(app)
        if size == (80, 24):
            assert "more lines · pgdn" in text_of(app)
            await pilot.press("escape", "G")
            await pilot.pause()
            assert "more lines" not in text_of(app) and "↑ pgup" in text_of(app)


async def test_a_failed_turn_says_so_when_it_is_reopened(app, workbench):
    failed = Turn("When?", problem="The model phi-2 cannot be loaded: its folder is gone.")
    workbench.past = [failed, Turn("Who?", problem=STOPPED)]
    async with app.run_test(size=(200, 60)) as pilot:
        await opened(pilot)
        await app.control.conversation.show(1, workbench.past)
        await pilot.pause()
        assert "! The model phi-2 cannot be loaded" in text_of(app)
        assert " stopped" in text_of(app)


async def test_the_last_messages_are_one_key_away(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        for number in range(60):
            app.say(f"message {number}", trouble=number == 59)
        await pilot.press("f9")
        await until(pilot, lambda: "! message 59" in text_of(app))
        assert len(app.messages) == 50
