"""Every kind of file is recognised, and what is none that is read is named."""

import pytest

from phitui.documents.files import find_files
from phitui.documents.formats.blocks import Source
from phitui.documents.formats.registry import FORMATS, format_named
from phitui.documents.kinds import recognised
from phitui.errors import DocumentError
from tests.documents.formats.reading import packed
from tests.documents.formats.samples import EMAIL, SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_recognised_by_its_name_and_most_by_their_content(name):
    wanted = recognised(Source(name, data=SAMPLES[name])).name
    suffix = "." + name.partition(".")[2]
    # XML is read where it is named or carried, but no folder is searched for it.
    content_alone = {".gz": "gzip", ".xml": "xml"}
    assert (
        wanted == content_alone[suffix[suffix.rindex(".") :]]
        if suffix.endswith(tuple(content_alone))
        else suffix in format_named(wanted).suffixes
    )
    if SAMPLES[name].startswith((b"PK", b"\x1f", b"{\\rtf", b"<!doctype", b"MIME", b"From ")):
        assert recognised(Source("file", data=SAMPLES[name])).name == wanted


def test_every_module_of_the_list_is_there_and_reads():
    from importlib import import_module

    for each in FORMATS:
        assert callable(import_module(f"phitui.documents.formats.{each.module}").read)
    assert len({each.name for each in FORMATS}) == len(FORMATS)
    suffixes = [suffix for each in FORMATS for suffix in each.suffixes]
    assert len(set(suffixes)) == len(suffixes)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.docx", b"hello", "not the zip archive that a .docx file is"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "old or encrypted Office file"),
        ("a.zip", packed({"a.txt": "x"}), "zip archive of other files"),
        ("a.pages", packed({"Index/Document.iwa": "x"}), "Apple"),
        ("a.txt", b"\x00\x01\x02\x03" * 50, "binary"),
        ("a.txt", bytes(300), "binary"),
        ("a.tar", b"x" + bytes(256) + b"ustar" + bytes(300), "tar archive"),
        ("a.docx", b"PK\x03\x04 nothing", "damaged"),
        ("a.pst", b"!BDN" + bytes(50), "Outlook"),
        ("a.md", b"\x89PNG" + bytes(50), "PNG picture named .md"),
    ],
)
def test_what_is_not_read_is_named(name, data, reason):
    with pytest.raises(DocumentError, match=reason):
        recognised(Source(name, data=data))


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", "<!-- saved --><!DOCTYPE html><p>x", "html"),
        ("a.md", "From: Ann\nDate: today\nSubject: x\n\ntext", "markdown"),
        ("a.txt", EMAIL, "mail"),
        ("a.eml", "no headers at all", "mail"),
        ("a.py", "<html>", "code"),
        ("noname", "Some words.", "text"),
        ("a.PDF", "no pdf", "pdf"),
    ],
)
def test_names_decide_only_between_kinds_of_text(name, data, kind):
    assert recognised(Source(name, data=data.encode())).name == kind


def test_packed_documents_are_found_in_folders_and_programs_of_others_are_not(tmp_path):
    for name in ("a.csv.gz", "b.tar.gz", "c.gz", "node_modules/d.md", "src/e.py", "f.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [path.name for path in find_files([tmp_path])] == ["a.csv.gz", "e.py"]
