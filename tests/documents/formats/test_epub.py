"""EPUBs of any version: chapters in order, whatever their namespaces, types and addresses."""

import pytest

from phitui.errors import DocumentError
from tests.documents.formats.reading import flow_of, lines_of, packed

CONTAINER = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="{}"/></rootfiles></container>'
CHAPTER = "<html><head><title/></head><body><h1>One</h1><p>The gauge.</p></body></html>"


def book(
    href="c.xhtml",
    member="OEBPS/c.xhtml",
    kind='media-type="application/xhtml+xml"',
    package="{}",
    opf="OEBPS/b.opf",
    **more,
):
    namespace = 'xmlns="http://www.idpf.org/2007/opf"'
    text = f'<package {namespace}><manifest><item id="a" href="{href}" {kind}/></manifest><spine><itemref idref="a"/></spine></package>'
    return packed({"META-INF/container.xml": CONTAINER.format(opf), opf: package.format(text), member: CHAPTER, **more})


@pytest.mark.parametrize(
    ("href", "member"),
    [
        ("c.xhtml", "OEBPS/C.XHTML"),
        ("Text/my%20chapter.xhtml", "OEBPS/Text/my chapter.xhtml"),
        ("my%20chapter.xhtml", "OEBPS/my%20chapter.xhtml"),
        ("../c.xhtml", "c.xhtml"),
        ("./c.xhtml#start", "OEBPS/c.xhtml"),
        ("/OEBPS/c.xhtml", "OEBPS/c.xhtml"),
        ("text\\c.xhtml", "OEBPS/text/c.xhtml"),
        ("kapitel-%C3%A4.xhtml", "OEBPS/kapitel-ä.xhtml"),
    ],
)
def test_chapters_are_found_whatever_the_case_and_coding_of_their_addresses(href, member):
    assert lines_of("a.epub", book(href, member)) == ["One", "The gauge."]


@pytest.mark.parametrize(
    "kind",
    [
        'media-type="text/html"',
        'media-type="application/xml"',
        'media-type="text/x-oeb1-document"',
        "",
        'media-type="wrong"',
    ],
)
def test_media_types_that_reading_systems_accept_are_accepted(kind):
    assert lines_of("a.epub", book(kind=kind)) == ["One", "The gauge."]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(' xmlns="http://www.idpf.org/2007/opf"', ""),
        lambda text: text.replace("http://www.idpf.org/2007/opf", "http://openebook.org/namespaces/oeb-package/1.0/"),
        lambda text: text.replace("<", "<opf:").replace("<opf:/", "</opf:").replace("xmlns=", "xmlns:opf="),
    ],
)
def test_packages_of_any_namespace_are_read(change):
    package = change(
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="c.xhtml" media-type="text/html"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    data = packed({"META-INF/container.xml": CONTAINER.format("b.opf"), "b.opf": package, "c.xhtml": CHAPTER})
    assert lines_of("a.epub", data) == ["One", "The gauge."]


def test_a_book_without_container_or_with_a_wrong_one_is_found_by_its_package():
    package = '<package><manifest><item id="a" href="c.html"/></manifest><spine><itemref idref="a"/></spine></package>'
    assert lines_of("a.epub", packed({"x/b.opf": package, "x/c.html": CHAPTER})) == ["One", "The gauge."]
    wrong: dict[str, str | bytes] = {
        "META-INF/container.xml": CONTAINER.format("gone.opf"),
        "x/b.opf": package,
        "x/c.html": CHAPTER,
    }
    assert lines_of("a.epub", packed(wrong)) == ["One", "The gauge."]


def test_a_missing_chapter_is_named_and_the_others_are_read():
    package = (
        '<package><manifest><item id="a" href="c.html"/><item id="b" href="gone.html"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="a"/><itemref idref="nowhere"/></spine></package>'
    )
    flow, blocks = flow_of(
        "a.epub", packed({"META-INF/container.xml": CONTAINER.format("b.opf"), "b.opf": package, "c.html": CHAPTER})
    )
    assert [block.text for block in blocks] == ["One", "The gauge."]
    assert flow.notes == ["2 chapters are missing from the EPUB: gone.html, nowhere."]


def test_a_book_of_missing_chapters_is_said():
    package = (
        '<package><manifest><item id="b" href="gone.html"/></manifest><spine><itemref idref="b"/></spine></package>'
    )
    with pytest.raises(DocumentError, match="none of its chapters"):
        flow_of("a.epub", packed({"META-INF/container.xml": CONTAINER.format("b.opf"), "b.opf": package}))


def test_what_stands_in_for_an_item_of_another_kind_is_read():
    package = (
        '<package><manifest><item id="a" href="c.dtb" media-type="image/x" fallback="b"/><item id="b" href="c.html" media-type="text/html"/>'
        '<item id="x" href="x" media-type="image/x" fallback="y"/><item id="y" href="y" media-type="image/x" fallback="x"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="x"/></spine></package>'
    )
    data = packed({"META-INF/container.xml": CONTAINER.format("b.opf"), "b.opf": package, "c.html": CHAPTER})
    assert lines_of("a.epub", data) == ["One", "The gauge."]


def test_the_list_of_contents_is_no_chapter():
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="c.html"/>'
        '<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="n"/><itemref idref="a"/></spine></package>'
    )
    nav = '<html><body><nav epub:type="toc"><h1>Table of contents</h1><ol><li><a href="c.html">One</a></ol></nav></body></html>'
    data = packed(
        {"META-INF/container.xml": CONTAINER.format("b.opf"), "b.opf": package, "c.html": CHAPTER, "nav.xhtml": nav}
    )
    assert lines_of("a.epub", data) == ["One", "The gauge."]
