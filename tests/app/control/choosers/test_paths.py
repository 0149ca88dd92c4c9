"""Completing paths."""

import pytest

from phitui.app.control.choosers.paths import completions


@pytest.fixture
def folder(tmp_path):
    for name in ("reports", "recipes", ".hidden"):
        (tmp_path / name).mkdir()
    for name in ("report.pdf", "readme.md", "photo.png"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_folders_come_first_then_files_that_can_be_read(folder):
    found = [choice.name for choice in completions(f"{folder}/")]
    assert found == ["recipes/", "reports/", "readme.md", "report.pdf"]


def test_what_is_typed_narrows_and_is_continued(folder):
    assert [choice.value for choice in completions(f"{folder}/rep")] == [f"{folder}/reports/", f"{folder}/report.pdf"]


def test_a_dot_shows_hidden_folders(folder):
    assert [choice.name for choice in completions(f"{folder}/.h")] == [".hidden/"]


def test_a_folder_that_is_not_there_completes_nothing(folder):
    assert completions(f"{folder}/nowhere/x") == []


def test_names_with_control_characters_are_left_out(folder):
    (folder / "re\x1b[31md.pdf").write_bytes(b"")
    assert all("\x1b" not in choice.name for choice in completions(f"{folder}/re"))
