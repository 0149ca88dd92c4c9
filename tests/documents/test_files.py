"""Which files are read, and that nothing but files ever is."""

import hashlib
import os
import socket

import pytest

from phitui.documents.content import content_hash
from phitui.documents.files import find_files
from phitui.errors import DocumentError, UsageError


def names(paths):
    return [os.fsdecode(path.name) for path in find_files(paths)]


def test_folders_are_walked_in_order_and_only_documents_taken(tmp_path):
    for name in ("b.pdf", "a.PDF", "notes.md", "photo.png", ".hidden.pdf", "sub/c.txt", ".git/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names([tmp_path]) == ["a.PDF", "b.pdf", "notes.md", "c.txt"]


def test_a_named_file_is_taken_whatever_it_is_called(tmp_path):
    (tmp_path / "odd.xyz").write_text("x")
    assert names([tmp_path / "odd.xyz"]) == ["odd.xyz"]


def test_a_file_named_twice_is_read_once(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    assert names([tmp_path, tmp_path / "a.txt", tmp_path]) == ["a.txt"]


def test_a_symlink_loop_ends(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.pdf").symlink_to(tmp_path / "self.pdf")
    assert names([tmp_path]) == ["a.txt"]  # a link that leads nowhere is none of its files
    with pytest.raises(DocumentError):
        content_hash(tmp_path / "self.pdf")


def test_a_name_that_is_no_text_is_kept(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    try:
        with open(path, "w") as file:
            file.write("x")
    except OSError:
        pytest.skip("this file system wants UTF-8 names")
    assert [os.fsencode(found) for found in find_files([tmp_path])] == [path]


def test_a_missing_path_is_said_before_anything_is_read(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UsageError, match="nowhere does not exist"):
        next(find_files([tmp_path / "a.txt", tmp_path / "nowhere"]))


def test_a_folder_without_documents_is_said(tmp_path):
    with pytest.raises(UsageError, match="holds no document"):
        list(find_files([tmp_path]))


def test_the_hash_is_that_of_the_content(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"abc" * 700_000)
    assert content_hash(tmp_path / "a.txt") == hashlib.sha256(b"abc" * 700_000).hexdigest()


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device", "gone"])
def test_what_is_no_file_is_never_opened(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "it.pdf"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        socket.socket(socket.AF_UNIX).bind("it.pdf")
    elif kind == "device":
        path.symlink_to("/dev/zero")
    with pytest.raises(DocumentError) as caught:
        content_hash(path)
    assert caught.value.message.endswith(".")
