"""Markdown: the words of the page that it stands for."""

import pytest

from tests.documents.formats.reading import flow_of, lines_of

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAUA" + "eUK98iEG8IR3YvDzy0" * 200


def test_marks_go_and_words_stay():
    source = 'The *quick* **brown** fox, see [the site](http://x.y "t") and [a][b].\n\n[b]: http://z\n\n> Quoted.\n'
    assert lines_of("a.md", source) == ["The quick brown fox, see the site and a.", "Quoted."]


def test_lines_of_one_paragraph_stay_lines():
    assert lines_of("a.md", "Opens: 2 January\nCloses: 31 March\n") == ["Opens: 2 January\nCloses: 31 March"]


def test_html_in_markdown_is_html_and_what_only_looks_like_it_is_text():
    source = "10<sup>6</sup> units of List<String> &amp; <name>\n\n<details>\n\nHidden text.\n\n</details>\n\n<table><tr><th>Port<th>Depth<tr><td>Ostend<td>8</table>\n"
    assert lines_of("a.md", source) == [
        "10^6 units of List<String> & <name>",
        "Hidden text.",
        "Port | Depth: Ostend\t8",
    ]


def test_tables_carry_their_heads():
    assert (
        lines_of("a.md", "| Port | Depth |\n|:--|--:|\n| Ostend | 8.5 |\n| `a|b` | 9 |\n")[0]
        == "Port | Depth: Ostend\t8.5"
    )


def test_code_is_left_as_it_is():
    source = "```c\n[^a-z] **x** <b>\n# no heading\n```\n\n    four *spaces*\n"
    assert lines_of("a.md", source) == ["[^a-z] **x** <b>\n# no heading", "four *spaces*"]


def test_notes_keep_their_marks():
    assert lines_of("a.md", "The lamp[^1] burned.\n\n[^1]: It used colza oil.\n") == [
        "The lamp[1] burned.",
        "[1] It used colza oil.",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "![figure one](data:image/png;base64,{})",
        "![figure one][image1]\n\n[image1]: <data:image/png;base64,{}>",
        "![figure one][image1]\n\n[image1]: data:image/png;base64,{}",
        '<img alt="x" src="data:image/png;base64,{}">\n\nfigure one',
        "figure one\n\ndata:image/png;base64,{}",
        "figure one\n\n{}",
        "[figure one](data:application/pdf;base64,{})",
        "![figure one](data:image/svg+xml;utf8,%3Csvg%20xmlns='http://x'%3E{}%3C/svg%3E)",
        "figure one <a href='data:image/png;base64,{}'></a>",
    ],
)
@pytest.mark.parametrize("width", [0, 76])
def test_pictures_as_text_are_no_text(source, width):
    picture = "\n".join(PICTURE[at : at + width] for at in range(0, len(PICTURE), width)) if width else PICTURE
    if width and ("](" in source or "src=" in source or "href=" in source or "]:" in source):
        pytest.skip("no writer breaks those")
    lines = lines_of("a.md", f"# Survey\n\nBefore.\n\n{source.format(picture)}\n\nAfter 42 metres.\n")
    assert lines == ["Survey", "Before.", "figure one", "After 42 metres."]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_sums_keys_and_short_examples_stay(name):
    words = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ZmFrZSBrZXkgZm9yIGEgdGVzdA=="
    address = "data:image/png;base64,iVBORw0KGgo="
    assert lines_of(
        name,
        f"<p>The sum is {words}, write {address} there."
        if name == "a.html"
        else f"The sum is {words}, write {address} there.",
    ) == [f"The sum is {words}, write {address} there."]


def test_a_long_word_is_no_picture():
    dna = "ACGT" * 300
    assert lines_of("a.txt", f"Sequence {dna} ends.") == [f"Sequence {dna} ends."]


def test_front_matter_is_no_text_and_headings_have_levels():
    _flow, blocks = flow_of("a.md", "---\ntitle: x\n---\n# One\n\nTwo\n---\n\n### Three ###\n")
    assert [(block.text, block.level) for block in blocks] == [("One", 1), ("Two", 2), ("Three", 3)]


def test_a_long_file_is_read_in_pieces_with_all_its_links():
    source = (
        "[far][x] begins.\n\n"
        + "Words of a paragraph that goes on.\n\n" * 4000
        + "```\n# code\n\nmore\n```\n\n[far][x] ends.\n\n[x]: http://y\n"
    )
    lines = lines_of("a.md", source)
    assert lines[0] == "far begins." and lines[-2:] == ["# code\n\nmore", "far ends."] and len(lines) == 4003
