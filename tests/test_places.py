"""Where phitui keeps things."""

import os
import stat

import pytest

from phitui.errors import LibraryError, UsageError
from phitui.places import Places


def test_folders_are_private_to_their_owner(tmp_path):
    places = Places.of(tmp_path / "deep" / "down")
    folder = places.library_folder("default")
    while folder != tmp_path:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        folder = folder.parent


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 65, "nul\0"])
def test_a_library_name_cannot_leave_its_folder(tmp_path, name):
    with pytest.raises(UsageError, match="no name for a library"):
        Places.of(tmp_path).library_folder(name)


def test_a_file_in_the_way_is_said_in_one_sentence(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(LibraryError, match="--data-dir|another place"):
        Places.of(tmp_path).library_folder("default")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_place_is_said_in_one_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(LibraryError, match="cannot be created"):
        Places.of(tmp_path).library_folder("default")
