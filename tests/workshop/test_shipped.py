"""Files that a program made: none is there without its command, and none is older than what it was made from."""

import pytest

from phitui.workshop.shipped import PACKAGE, SHIPPED, hashes, recorded

MADE = {".pdf", ".gz", ".npy", ".npz", ".safetensors"}
"""Endings of files that nobody writes by hand."""


def test_every_made_file_of_the_package_is_listed_with_its_command():
    found = {str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*") if file.suffix in MADE}

    assert found == {each.file for each in SHIPPED}
    assert all(each.command.startswith("python -m phitui.workshop.") and each.sources for each in SHIPPED)


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.file)
def test_a_made_file_is_what_was_made_of_sources_as_they_are_now(shipped):
    kept, now = recorded()[shipped.file], hashes(shipped)

    assert kept.keys() == {shipped.file, *shipped.sources}
    assert {name: kept[name] for name in now} == now, f"run {shipped.command}, then python -m phitui.workshop.shipped"
