"""Text of documents, models, users and file names cannot command the terminal or the markup."""

import re
from dataclasses import replace

import pytest

from phitui.events import DocumentAdded, FilesFound, IndexingFinished, PageRead
from tests.app.conftest import ask, opened, text_of, until
from tests.app.fake import DOCUMENTS, HITS, QUOTES, TEXT, answered, document

EVIL = "a\x1b]0;owned\x07b[/INST][bold red]c[/]\u202egnp.exe\x9b31md\x00\x85[@click=app.leave]e[/]"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def evil(workbench):
    hits = tuple(replace(hit, title=EVIL, section=EVIL, text=EVIL + hit.text, page_label=EVIL) for hit in HITS)
    quotes = tuple(replace(quote, title=EVIL, text=EVIL, page_label=EVIL) for quote in QUOTES)
    workbench.stock = [*DOCUMENTS, document(9, EVIL, path=f"/tmp/{EVIL}.pdf"),
                   document(10, EVIL + "2", status="failed", reason=EVIL)]  # fmt: skip
    workbench.page_text = EVIL + "\n" + TEXT
    workbench.engine.name = EVIL

    def script(query):
        for event in answered(query, hits, quotes):
            text = getattr(event, "text", None)
            yield replace(event, text=text + EVIL) if text is not None else event

    workbench.script = script
    return workbench


def assert_harmless(app):
    for line in text_of(app).split("\n"):
        assert not CONTROL.search(line), repr(line)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_nothing_hostile_reaches_the_screen(app, evil, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await ask(pilot, f"What is {EVIL}?")
        for keys in (["f2"], ["f3"], ["f4"], ["f4", "enter"], ["escape", "f5"], ["ctrl+r"], ["escape", "ctrl+l"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert_harmless(app)
        await pilot.press("escape")
        app.say(EVIL, trouble=True)
        await pilot.pause()
        assert_harmless(app)


async def test_markup_in_text_is_shown_as_it_is(app, evil):
    async with app.run_test(size=(200, 60)) as pilot:
        await opened(pilot)
        await ask(pilot, "Is [bold]this[/bold] [/INST] markup?")
        assert "Is [bold]this[/bold] [/INST] markup?" in text_of(app)


async def test_hostile_names_of_files_being_read_are_harmless(app, workbench):
    def add(paths, **options):
        yield FilesFound(1)
        yield PageRead(EVIL, 1, None)
        yield DocumentAdded(EVIL, "failed", None, 0, 0, 0, EVIL, 0.1)
        options["cancel"].wait(20)
        yield IndexingFinished(0, 1, 0.1)

    workbench.add = add
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.control.intake.add([])
        await until(pilot, lambda: app.control.intake.work.startswith("adding"))
        assert_harmless(app)
        app.control.intake.stop()
        await until(pilot, lambda: not app.control.intake.busy)


async def test_code_with_control_characters_is_cleaned_in_the_editor(app, workbench):
    from phitui.events import CodeGenerated, TokensArrived

    workbench.generate = lambda *arguments: iter([TokensArrived(EVIL), CodeGenerated(EVIL, "python", EVIL, None)])
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5", "x", "enter")
        await until(pilot, lambda: app.scratchpad.text and app.control.code.job is None)
        assert not CONTROL.search(app.scratchpad.text)
        assert_harmless(app)
