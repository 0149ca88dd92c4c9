"""Marks: made on a page, in the chat and among passages; gone to, noted, taken out, listed and exported."""

from phitui.app.screens.page_reader import PageReader
from phitui.documents.document import Span
from tests.app.conftest import ask, opened, text_of, until
from tests.app.fake import FIRST, TEXT


async def test_sentences_of_a_page_are_chosen_marked_noted_gone_to_and_unmarked(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.push_screen(PageReader(1, 3, None, 5))
        await until(pilot, lambda: "p. 3 of 5" in text_of(app))
        await pilot.press("m")
        await until(pilot, lambda: any("Choose what to mark" in each for each in app.messages))
        await pilot.press("right_parenthesis", "m")
        await until(pilot, lambda: "Mark this" in text_of(app))
        await pilot.press(*"why?", "enter")
        await until(pilot, lambda: "│ › why?" in text_of(app).replace("▌", "│") and "1 mark here" in text_of(app))
        underlined = [
            "".join(segment.text for segment in line if segment.style and segment.style.underline)
            for line in app.screen._compositor.render_strips()
        ]
        assert " ".join(filter(None, underlined)).startswith("The 1973 oil crisis began")
        (made,) = workbench.marks
        assert (made.text, made.span) == (TEXT[:FIRST], Span(3, 0, 3, FIRST))
        await pilot.press("right_parenthesis", "right_curly_bracket", "m")
        await until(pilot, lambda: "Mark this" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(workbench.marks) == 2 and "2 marks here" in text_of(app))
        assert workbench.marks[1].text == workbench.page_text[FIRST + 1 :]
        await pilot.press("n")
        await until(pilot, lambda: "p. 4 of 5" in text_of(app))
        await pilot.press("comma")
        await until(pilot, lambda: "p. 3 of 5" in text_of(app))
        await pilot.press("comma")
        await until(pilot, lambda: app.screen.text.span == (0, FIRST))
        await pilot.press("e")
        await until(pilot, lambda: "The note of this mark" in text_of(app))
        await pilot.press("backspace", "enter")
        await until(pilot, lambda: "› why" in text_of(app) and "why?" not in text_of(app))
        await pilot.press("d")
        await until(pilot, lambda: "1 mark here" in text_of(app))
        await pilot.press("u")
        await until(pilot, lambda: "2 marks here" in text_of(app))


async def test_a_quote_and_a_passage_are_marked_where_they_are_shown(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("escape", "j", "m")
        await until(pilot, lambda: "Mark this" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(workbench.marks) == 1)
        assert workbench.marks[0].span == Span(1, 0, 1, FIRST)
        await pilot.press("f4", "m")
        await until(pilot, lambda: "Mark this" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(workbench.marks) == 2)
        assert workbench.marks[1].span == Span(1, 0, 1, len(TEXT))


async def test_marks_are_listed_searched_exported_deleted_and_opened(app, workbench, tmp_path):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        marks = workbench.library.marks
        marks.add(1, Span(3, 0, 3, FIRST), "the beginning")
        marks.add(2, Span(2, FIRST + 1, 2, len(TEXT)), "prices")
        await pilot.press("alt+m")
        await until(pilot, lambda: "the beginning" in text_of(app))
        await pilot.press(*"prices", "ctrl+x")
        await until(pilot, lambda: len(workbench.marks) == 1)
        await pilot.press("ctrl+u")
        await until(pilot, lambda: len(workbench.marks) == 2 and "By the end" in text_of(app))
        await pilot.press(*["backspace"] * 6, "ctrl+e")
        await until(pilot, lambda: "Export 2 marks to" in text_of(app))
        app.screen.field.value = str(tmp_path / "marks.md")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "marks.md").exists())
        written = (tmp_path / "marks.md").read_text("utf-8")
        assert "> — *1973\\_oil\\_crisis*, p. 3\n\nthe beginning\n" in written and written.index("prices") > 0
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PageReader) and "place 1 of 2" in text_of(app))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "p. 2 of 4 · place 2 of 2" in text_of(app))


async def test_two_passages_stand_beside_each_other(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f4", "d", "j", "d")
        await until(pilot, lambda: "Two passages" in text_of(app))
        assert any("1 1973_oil_crisis" in line and "│ 2 Amazon" in line for line in text_of(app).splitlines())
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, PageReader) and "place 2 of 2" in text_of(app))


async def test_what_a_list_says_without_rows_goes_on_in_the_next_line(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("alt+m")
        await until(pilot, lambda: "none yet" in text_of(app))
        lines = [line.strip(" ▌") for line in text_of(app).splitlines()]
        assert lines[lines.index("passages") - 1].endswith("in the chat or among the")
