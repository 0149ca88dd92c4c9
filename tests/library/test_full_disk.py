"""Disks that fill up while phitui writes: said in a sentence, nothing lost, and it goes on later."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from phitui.cli.main import main
from phitui.errors import LibraryError
from phitui.library.care import backups
from tests.library.made import open_library, statuses, texts, vectors_missing

LONG = " ".join(f"Sentence {number} of the filling speaks of nothing at all." for number in range(400))


@pytest.fixture
def disk(tmp_path):
    """Mounts small file systems; skipped where that is not allowed."""
    mounted = []

    def mount(name, megabytes):
        place = tmp_path / name
        place.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            pytest.skip("needs the mount command")
        if done.returncode:
            pytest.skip("needs the right to mount a small file system")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=False)


def fill(place, leave=0):
    """Takes all the room but `leave` bytes; returns what to delete to have it back."""
    ballast = place / "ballast"
    with ballast.open("wb") as file:
        file.write(b"\0" * max(0, shutil.disk_usage(place).free - leave))
    return ballast


def sound(library):
    return library._store.database.rows("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("leave", [0, 40_000, 400_000, 1_500_000])
def test_a_full_data_disk_stops_an_add_and_the_next_one_goes_on(tmp_path, folder, disk, leave):
    disk("library/data", 12)
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    before = {each.path for each in library.documents()}
    for number in range(30):
        (folder / f"more{number}.txt").write_text(f"{number}. {LONG}")
    ballast = fill(tmp_path / "library" / "data", leave)
    with pytest.raises(LibraryError, match=r"disk of .* (is full: make room and repeat|failed to read or write)"):
        statuses(library, folder)
    assert before <= {each.path for each in library.documents()}
    assert "Krill" in texts(library, "krill")[0]
    library.close()
    ballast.unlink()
    for number in range(10, 30):
        (folder / f"more{number}.txt").unlink()
    library = open_library(tmp_path / "library")
    assert sound(library)
    assert set(statuses(library, folder).values()) <= {"indexed", "unchanged"}
    assert vectors_missing(library) == 0 and len(library.documents()) >= 13
    library.close()


def test_a_question_asked_on_a_full_disk_is_refused_by_the_store_and_nothing_else_breaks(tmp_path, folder, disk):
    disk("library/data", 4)
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    conversation = library.conversations.create("before")
    ballast = fill(tmp_path / "library" / "data")
    with pytest.raises(LibraryError, match="full|failed to read or write"):
        library.conversations.begin_turn(conversation, LONG * 50)
    assert "Krill" in texts(library, "krill")[0]
    ballast.unlink()
    turns = len(library.conversations.turns(conversation))
    library.conversations.begin_turn(conversation, "after")
    assert len(library.conversations.turns(conversation)) == turns + 1 and sound(library)
    library.close()


def test_a_full_cache_disk_is_said_and_no_answer_pretends_to_have_searched_everything(tmp_path, folder, disk):
    cache = disk("library/cache", 4)
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    ballast = fill(cache)
    (folder / "bees.txt").write_text("Bees dance. They show the way.")
    with pytest.raises(LibraryError, match="index folder .* cannot be written .*make room"):
        statuses(library, folder)
    fill(cache)
    assert "Krill" in texts(library, "krill")[0]
    assert "cannot be written" in library.problem
    ballast.unlink()
    assert "Bees" in texts(library, "bees")[0]
    assert library.problem is None
    library.close()


def test_without_any_index_a_full_cache_disk_fails_the_search(tmp_path, folder, disk):
    cache = disk("library/cache", 4)
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    library.close()
    for path in cache.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    ballast = fill(cache)
    library = open_library(tmp_path / "library")
    with pytest.raises(LibraryError, match="index folder .* cannot be written"):
        texts(library, "krill")
    ballast.unlink()
    assert "Krill" in texts(library, "krill")[0]
    library.close()


def test_a_backup_that_does_not_fit_leaves_the_old_ones(tmp_path, folder, disk, monkeypatch):
    monkeypatch.setattr(backups, "SPARE_BYTES", -(10**9))
    data = disk("library/data", 6)
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    fill(data, 20_000)
    with pytest.raises(LibraryError, match="full|cannot be written|failed to read or write"):
        library.make_backup()
    assert [each.number for each in library._backups.all()] == [1]
    assert not list((data / "backups").glob("*.new"))
    library.close()


def held(library):
    """What is in the library and its bin."""
    return {each.title for each in library.documents()}, {each.title for each in library.bin.all()}


@pytest.mark.hostile
@pytest.mark.parametrize("leave", [0, 20_000, 200_000])
@pytest.mark.parametrize("what", ["remove", "empty-bin", "forget"])
def test_on_a_full_disk_what_makes_room_works_or_changes_nothing(tmp_path, folder, disk, what, leave):
    place = disk("library/data", 6)
    for number in range(8):
        (folder / f"more{number}.txt").write_text(f"{number}. {LONG}")
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    (whales,) = (each.document_id for each in library.documents() if each.title == "whales")
    if what == "empty-bin":
        library.remove([whales])
    before = held(library)
    ballast = fill(place, leave)
    do = {
        "remove": lambda: library.remove([whales]),
        "empty-bin": lambda: library.bin.empty(),
        "forget": lambda: library.forget([whales]),
    }[what]
    problem = ""
    try:
        do()
    except LibraryError as error:
        problem = error.message
    assert not problem or ("make room" in problem and held(library) == before), problem
    assert sound(library)
    ballast.unlink()
    if problem:
        assert texts(library, "krill") or what == "empty-bin"
        do()
    documents, binned = held(library)
    assert "whales" not in documents and ("whales" in binned) == (what == "remove") and sound(library)
    assert len(documents) == 10 and not any("Krill" in text for text in texts(library, "krill"))
    library.close()


def fill_and_go_on(capsys, tmp_path, disk, megabytes, files):
    """`phitui add` of more than fits, with database and indexes on one disk that is then made larger."""
    place = disk("all", megabytes)
    (tmp_path / "texts").mkdir()
    for number in range(files):
        (tmp_path / "texts" / f"{number:04}.txt").write_text(f"Text {number} is about whales. {LONG}")

    def phitui(*command):
        code = main([*command, "--json", "--data-dir", str(place / "data")])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err.strip()

    add = ("add", "--words-only", str(tmp_path / "texts"))
    code, rows, said = phitui(*add)
    assert code == 1 and 0 < len(rows) < files
    assert "is full: make room" in said and "\n" not in said
    code, found, said = phitui("search", "whales", "--arm", "lexical")
    # Without a first index there is none to search, and no room for one.
    assert (code == 0 and found) or (code == 1 and "make room" in said and "\n" not in said)
    assert len(phitui("list")[1]) == len(rows)
    assert "is full" in phitui(*add)[2]
    grow = ["mount", "-o", f"remount,size={files}m", str(place)]
    subprocess.run(grow, check=True)
    code, rows, said = phitui(*add)
    assert (code, len(rows), said) == (0, files, "")
    listed = phitui("list")[1]
    assert len(listed) == len({row["path"] for row in listed}) == files
    with closing(sqlite3.connect(next(place.rglob("library.db")))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_an_add_goes_on_where_a_full_disk_stopped_it(capsys, tmp_path, disk):
    fill_and_go_on(capsys, tmp_path, disk, 3, 80)


@pytest.mark.long
def test_an_add_goes_on_where_a_full_disk_of_thirty_megabytes_stopped_it(capsys, tmp_path, disk):
    fill_and_go_on(capsys, tmp_path, disk, 30, 800)
