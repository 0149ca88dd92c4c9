"""Reading a whole document, on the screen."""

from phitui.app.screens.page_reader import PageReader
from phitui.events import AnswerFinished, AnswerVerified, TurnSaved
from phitui.records import CheckedSentence
from tests.app.conftest import opened, text_of, until
from tests.app.fake import document, read_whole


async def begin(pilot, workbench):
    """Asks all of the chosen document."""
    workbench.stock = [document(1, "1973_oil_crisis")]
    await opened(pilot)
    await pilot.press("f3", "w")
    await until(pilot, lambda: "Ask all of 1973_oil_crisis" in text_of(pilot.app))
    await pilot.press("enter")
    await until(pilot, lambda: workbench.asked)


async def test_a_key_in_the_library_reads_the_whole_document_into_the_chat(app, workbench):
    workbench.script = read_whole
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot, workbench)
        await until(pilot, lambda: not app.control.conversation.busy)
        assert (workbench.asked[0].question, workbench.asked[0].options.whole) == ("Summarise this document", 1)
        screen = text_of(app)
        assert "all of 1973_oil_crisis · 5 pages in 3 parts" in screen
        assert "It began in October 1973. [1] p. 1" in screen
        assert "Aftermath · pp. 4-5" in screen and "It ended in 1974. [2] p. 4" in screen


async def test_notes_lead_to_their_pages_and_the_document_is_read_again_by_one_key(app, workbench):
    workbench.script = read_whole
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot, workbench)
        await until(pilot, lambda: not app.control.conversation.busy)
        await pilot.press("escape", "2")
        await until(pilot, lambda: isinstance(app.screen, PageReader))
        assert app.screen._number == 4
        await pilot.press("escape", "r")
        await until(pilot, lambda: len(workbench.asked) == 2 and not app.control.conversation.busy)
        assert workbench.asked[1].options.whole == 1


async def test_escape_stops_reading_and_keeps_what_was_noted(app, workbench):
    workbench.script, workbench.hold = lambda query: held(query), True
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot, workbench)
        await until(pilot, lambda: app.control.conversation.turn.notes and "reading part 2 of 3" in text_of(app))
        assert "The embargo · pp. 1-2" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: not app.control.conversation.busy)
        assert workbench.asked[0].cancel.is_set()
        assert "The embargo · pp. 1-2" in text_of(app)


async def test_a_list_of_a_thousand_items_is_cut_and_says_so(app, workbench):
    workbench.script = long_list
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot, workbench)
        await until(pilot, lambda: not app.control.conversation.busy)
        app.chat.transcript.scroll_end(animate=False)
        await until(pilot, lambda: "… and 700 more: y copies all" in text_of(app))


def long_list(query):
    """A list of 1,000 items."""
    items = tuple(CheckedSentence(f"Item {n}.", True, 1.0) for n in range(1000))
    return [*read_whole(query)[:2], AnswerFinished("…", "end", "quoting"), AnswerVerified(items), TurnSaved(1, 1)]


def held(query):
    """The first part, then nothing until it is stopped."""
    return [*read_whole(query)[:3], AnswerFinished("", "end", "phi-2")]


async def test_a_document_without_text_is_not_read(app, workbench):
    workbench.stock = [document(1, "scan", passages=0, status="no_text")]
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "w")
        await until(pilot, lambda: any("no text to read" in note.message for note in app._notifications))
