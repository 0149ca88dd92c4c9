"""File systems without flock: phitui says so and locks by a file that names host and process."""

import errno
import fcntl
import logging
import socket

import pytest

from phitui.errors import LibraryError
from phitui.library import lock as module
from phitui.library.lock import LOCKED, FileLock

pytestmark = pytest.mark.hostile


@pytest.fixture
def no_flock(monkeypatch):
    def refuse(handle, how):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(module, "_said", set())


def test_one_holds_it_and_the_other_is_refused_until_it_is_free(no_flock, tmp_path, caplog):
    one, other = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    with caplog.at_level(logging.WARNING):
        assert one.acquire() and not other.acquire()
    assert len([each for each in caplog.records if "no flock" in each.getMessage()]) == 1
    one.release()
    assert other.acquire()
    other.release()
    assert [each.name for each in tmp_path.iterdir()] == ["a.lock"]


def test_a_lock_of_a_killed_process_is_taken_over_and_one_of_another_host_is_named(no_flock, tmp_path, monkeypatch):
    held = tmp_path / "a.lock.held"
    held.write_text(f"{socket.gethostname()} {2**22 + 1}")
    lock = FileLock(tmp_path / "a.lock")
    assert lock.acquire()
    lock.release()
    held.write_text("elsewhere 17")
    refusal = r"process 17 on elsewhere; if that one is gone, delete .*a\.lock\.held"
    with pytest.raises(LibraryError, match=refusal), lock.held(LOCKED):
        pass
