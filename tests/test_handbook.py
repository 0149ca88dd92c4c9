"""The handbook: the PDF in the package is what its Markdown says, and it is a document worth asking."""

import re
from dataclasses import fields

import pypdfium2
import pytest

from phitui.app.keys import KEYS, NUMBERED
from phitui.handbook import EXAMPLE_QUESTIONS, HANDBOOK
from phitui.library.intake.made_vectors import key_of, shipped_vectors
from phitui.settings import AT_ONCE, ON_LOADING, ON_STARTING, Settings, holds
from phitui.workshop.handbook import build, chapters
from phitui.workshop.handbook_markdown import Code, Heading, Item, Paragraph, Table, blocks, runs
from phitui.workshop.handbook_vectors import texts as vector_texts


@pytest.fixture(scope="module")
def pdf():
    document = pypdfium2.PdfDocument(HANDBOOK)
    yield document
    document.close()


def texts(document):
    return [page.get_textpage().get_text_bounded() for page in document]


@pytest.fixture(scope="module")
def words(pdf):
    return " ".join(" ".join(texts(pdf)).split())


@pytest.fixture(scope="module")
def anew(tmp_path_factory):
    file = tmp_path_factory.mktemp("handbook") / "anew.pdf"
    build(file)
    return file


def test_the_committed_pdf_is_what_the_markdown_builds(pdf, anew):
    assert texts(pypdfium2.PdfDocument(anew)) == texts(pdf), "run python -m phitui.workshop.handbook"


def test_building_twice_gives_the_same_bytes(anew, tmp_path):
    build(tmp_path / "again.pdf")

    assert (tmp_path / "again.pdf").read_bytes() == anew.read_bytes()


def test_it_is_a_real_manual(pdf):
    assert len(pdf) >= 12
    assert pdf.get_metadata_dict()["Title"] == "phitui handbook"


def test_pages_are_labelled_with_roman_front_matter(pdf):
    labels = [pdf.get_page_label(page) for page in range(len(pdf))]

    assert labels[:5] == ["i", "ii", "iii", "1", "2"]
    assert labels[-1] == str(len(pdf) - 3)


def test_every_heading_is_in_the_outline_and_on_its_page(pdf):
    outline = [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in pdf.get_toc()]
    headings = [block for chapter in chapters() for block in chapter if isinstance(block, Heading)]

    assert [(level + 1, title) for level, title, _ in outline] == [(each.level, each.text) for each in headings]
    pages = texts(pdf)
    assert [title for _, title, page in outline if title not in pages[page]] == []


def test_the_contents_name_the_page_labels_of_the_chapters(pdf):
    contents = texts(pdf)[2]

    for mark in pdf.get_toc():
        if mark.level == 0:
            assert f"{mark.get_title()} {pdf.get_page_label(mark.get_dest().get_index())}" in contents


def test_no_word_is_cut_in_two(words):
    written = " ".join(
        " ".join(text for _, text in runs(block.text))
        for chapter in chapters()
        for block in chapter
        if isinstance(block, Paragraph | Item)
    )

    assert set(re.findall(r"\w{4,}", written)) - set(re.findall(r"\w+", words)) == set()


def test_every_key_that_can_be_changed_is_named_with_its_id():
    code = " ".join(line for block in chapter_named("Keys") if isinstance(block, Code) for line in block.lines)

    fixed = set(NUMBERED)  # several keys of one id, which no setting could tell apart
    assert {key.id for key in KEYS} - set(code.split()) == fixed


def test_every_function_and_control_key_is_in_the_chapter_of_keys():
    rows = " ".join(row[0] for block in chapter_named("Keys") if isinstance(block, Table) for row in block.rows).lower()

    pressed = {key for each in KEYS for key in each.keys.split(",") if re.fullmatch(r"f\d+|ctrl\+\w", key)}
    assert [key for key in sorted(pressed) if key not in rows] == []


def test_every_setting_is_described_with_its_default():
    rows = {row[0]: row[1] for block in chapter_named("Settings") if isinstance(block, Table) for row in block.rows}

    assert set(Settings.__dataclass_fields__) <= set(rows)
    for name in ("passages", "max_tokens", "temperature", "top_p", "seed"):
        assert f"Default: {getattr(Settings(), name)}" in rows[name]


def test_it_says_when_a_change_of_each_setting_holds():
    said = next(
        each.text for each in chapter_named("Settings") if isinstance(each, Paragraph) and "hold at once" in each.text
    )
    loaded, started = re.findall(r": ([a-z_, ]+)\.", said)[-2:]
    names = {each: [] for each in (AT_ONCE, ON_LOADING, ON_STARTING)}
    for each in fields(Settings):
        names[holds(each.name)].append(each.name)

    assert sorted(names[ON_LOADING]) == loaded.split(", ")
    assert sorted(set(names[ON_STARTING]) - {"keys"}) == started.split(", ")


def test_every_command_has_a_section():
    from phitui.cli.registry import commands

    headings = [each.text for each in chapter_named("The command line") if isinstance(each, Heading)]
    assert [name for name in commands() if not any(each.startswith(f"phitui {name}:") for each in headings)] == []


def test_the_markdown_is_read_into_blocks():
    text = "# Title\n\nOne\nline.\n\n1. first\n2. second\n\n| a | b |\n|---|---|\n| x | does y. |\n\n```\ncode\n```\n"

    assert list(blocks(text)) == [
        Heading(1, "Title"),
        Paragraph("One line."),
        Item("1.", "first"),
        Item("2.", "second"),
        Table((("x", "does y."),)),
        Code(("code",)),
    ]
    assert list(runs("press `p` *now*")) == [("plain", "press "), ("code", "p"), ("plain", " "), ("italic", "now")]


ANSWERS = {
    "How do I pin a passage?": "press p",
    "Where does phitui keep my files?": "four folders",
    "What do I do with an encrypted PDF?": "type its password",
    "How do I stop an answer?": "press Esc",
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    from phitui.places import Places
    from phitui.workbench import Workbench

    bench = Workbench(Settings(), Places.of(tmp_path_factory.mktemp("demo")))
    for _ in bench.add([HANDBOOK]):
        pass
    assert not bench.library.embedder_ready, "something was read: run python -m phitui.workshop.handbook_vectors"
    yield bench
    bench.close()


def test_its_vectors_ship_with_phitui(bench):
    shipped = shipped_vectors(bench.library.embedders()[0].identity)

    assert shipped.keys() == {key_of(text) for text in vector_texts(bench.library)}, (
        "run python -m phitui.workshop.handbook_vectors"
    )


@pytest.mark.parametrize("question", ANSWERS)
def test_the_first_quotes_answer_the_questions_that_newcomers_ask(bench, question):
    from phitui.answers.request import Request
    from phitui.events import QuotesFound

    found = [event for event in bench.ask(Request(question, save=False)) if isinstance(event, QuotesFound)]

    assert ANSWERS[question] in " ".join(" ".join(quote.text for quote in found[-1].quotes[:2]).split())


def test_a_page_is_called_the_same_by_whatever_stands_on_it(bench):
    from phitui.answers.request import Request
    from phitui.events import AnswerVerified, QuotesFound
    from phitui.wording import cited_pages, page_name

    (document,) = bench.library.documents()
    labels = {each: bench.library.page(1, each).page_label for each in range(1, document.pages + 1)}
    hits = bench.library.search(bench.library.query("pin a passage and keep files"), 100)
    assert any(hit.span.page != hit.span.page_end for hit in hits)
    for hit in hits:
        assert [hit.label_of(page) for page in (hit.span.page, hit.span.page_end)] == [
            labels[page] for page in (hit.span.page, hit.span.page_end)
        ]
    found = list(bench.ask(Request("How do I pin a passage?", save=False)))
    (quotes,) = [event.quotes for event in found[-40:] if isinstance(event, QuotesFound)][-1:]
    (checked,) = [event.sentences for event in found if isinstance(event, AnswerVerified)]
    names = [page_name(each.span.page, each.page_label) for each in quotes]
    assert [name for each in checked for name in cited_pages(each)] == names
    assert all(re.fullmatch(r"p\. \d+ \(\d+\)", name) for name in names)


def test_a_page_is_found_by_the_label_that_is_printed_there(bench):
    from phitui.cli.commands.documents import _labelled
    from phitui.errors import UsageError

    (document,) = bench.library.documents()
    assert _labelled(bench.library, document, "II").page == 2
    with pytest.raises(UsageError, match="has no page xl"):
        _labelled(bench.library, document, "xl")


def test_the_examples_are_among_the_questions_that_are_checked():
    assert set(EXAMPLE_QUESTIONS) <= set(ANSWERS)


def chapter_named(title):
    return next(chapter for chapter in chapters() if chapter[0] == Heading(1, title))
