"""Text of documents, models, users and file names cannot command the terminal or the markup."""

import re
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from rich.cells import cell_len
from textual.screen import Screen

from phitui.app.screens.activity import Activity
from phitui.app.screens.pairs.two_passages import TwoPassages
from phitui.documents.document import Span
from phitui.events import DocumentAdded, FilesFound, IndexingFinished, PageRead, QueryReady
from phitui.library.store.marks.marks import Mark
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


ANY = (
    "[bold]b[/] [@click=app.leave]x[/] \x1b[31mred\x1b[0m 👩\u200d💻👨\u200d👩\u200d👧 "
    + "שלום עולם مرحبا 語日本語 e\u0301\u0301o\u0308 "
    + "ab" * 5_000
)
"""Markup, colours, joined emoji, both directions, wide letters, marks, ten thousand letters in one line."""


def assert_whole(app):
    """Nothing that commands, and every line as wide as the screen."""
    assert_harmless(app)
    lines = app.screen._compositor.render_strips()[: app.size.height]
    assert {sum(cell_len(segment.text) for segment in line) for line in lines} == {app.size.width}


@pytest.fixture
def any_text(workbench):
    hits = tuple(replace(hit, title=ANY, section=ANY, text=ANY + hit.text, page_label=ANY) for hit in HITS)
    quotes = tuple(replace(quote, title=ANY, text=ANY, page_label=ANY) for quote in QUOTES)
    numbers = count(1)

    def script(query):
        for event in answered(query, hits, quotes)[1:]:
            text = getattr(event, "text", None)
            yield replace(event, text=text + ANY) if text is not None else event

    workbench.script = lambda query: [QueryReady(query, turn_id=next(numbers), conversation_id=1), *script(query)]
    workbench.stock = [document(1, ANY, path=f"/tmp/{ANY}.pdf"), document(2, ANY, status="failed", reason=ANY)]
    workbench.page_text = ANY + "\n" + TEXT
    workbench.written = [ANY + "\nprint(1)\n", ANY[::-1]]
    workbench.marks = [Mark(1, 1, ANY, "/tmp/a.pdf", ANY, Span(1, 0, 1, 9), ANY, ANY, True, "2026-01-01T10:00:00Z")]
    return workbench


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.long)])
async def test_any_text_stands_in_every_widget_without_breaking_it(app, any_text, size):
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await ask(pilot, "What is it?")
        await pilot.press("escape", "b", *" and why", "enter")
        await until(pilot, lambda: len(any_text.asked) == 2 and not app.control.conversation.busy)
        app.say(ANY)
        app.say(ANY, trouble=True)
        steps = (
            ["f2"], ["f3"], ["f4"], ["f4", "j"], ["f4", "enter"], ["slash", "s"],
            ["escape", "escape", "f2", "escape", "d"], ["escape", "f9"], ["escape", "ctrl+p"], [*"theme"],
            ["escape", "ctrl+r"], ["escape", "f5"],
        )  # fmt: skip
        for keys in steps:
            await pilot.press(*keys)
            await pilot.pause()
            assert_whole(app)
        for code in ("x = 1\n", ANY):
            app.scratchpad.editor.load_text(code)
            app.scratchpad.instruction.focus()
            await pilot.press("x", "enter")
            await until(pilot, lambda: app.control.code.job is None)
            assert_whole(app)
            await pilot.press("escape")
        one, other = (replace(hit, title=ANY, text=ANY) for hit in HITS[:2])
        screens: list[Screen[Any]] = [TwoPassages(one, other, ANY), Activity()]
        for screen in screens:
            app.push_screen(screen)
            await pilot.pause()
            assert_whole(app)
            await pilot.press("escape")
        app.control.choosers["marks"]()
        await pilot.pause()
        assert_whole(app)
