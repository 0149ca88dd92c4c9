"""One byte of the database or an index is not what it was: one sentence or the right answer, and a way back."""

import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from phitui.cli.main import main
from tests.library.made import open_library, statuses, texts

pytestmark = pytest.mark.hostile

SAMPLE = int(os.environ.get("PHITUI_TEST_BYTES", "12"))
"""Bytes that are flipped; 500 for the whole of it."""
INDEX_SAMPLE = int(os.environ.get("PHITUI_TEST_INDEXES", "8"))
"""Damages of the indexes; 200 for the whole of it."""


class Home:
    """A data folder with a small library and a backup of it, made anew before every damage."""

    def __init__(self, base: Path, capsys):
        self.base, self.capsys = base, capsys
        self.library = base / "home" / "data" / "libraries" / "default" / "library.db"

    def phitui(self, *command):
        """(exit code, what was printed, what was said)"""
        code = main([*command, "--data-dir", str(self.base / "home"), "--embedder", "minilm"])
        out, said = self.capsys.readouterr()
        assert "Traceback" not in said and "crash.log" not in said, said
        return code, out, said.strip()

    def renew(self):
        shutil.rmtree(self.base / "home")
        shutil.copytree(self.base / "kept", self.base / "home")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    base = tmp_path_factory.mktemp("damaged")
    (base / "files").mkdir()
    for name, text in (
        ("whales", "Whales sing in the deep sea."),
        ("metals", "Tungsten melts late. Gold does not rust."),
    ):
        (base / "files" / f"{name}.txt").write_text(text)
    assert main(["add", "--words-only", str(base / "files"), "--data-dir", str(base / "kept")]) == 0
    assert main(["library", "backup", "--data-dir", str(base / "kept")]) == 0
    return base


@pytest.fixture
def home(kept, capsys):
    shutil.copytree(kept / "kept", kept / "home")
    yield Home(kept, capsys)
    shutil.rmtree(kept / "home")


def pages_of_the_schema(file):
    """The first page, and the pages that hold the schema's text if it is longer than that: every offset in them."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'sqlite_schema' OR name = 'sqlite_master' ORDER BY pageno"
        ).fetchall()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    numbers = {1, *(row[0] for row in found)}
    return [offset for number in sorted(numbers) for offset in range((number - 1) * size, number * size)]


def damaged(home, offset, value):
    content = bytearray(home.library.read_bytes())
    content[offset] = value
    home.library.write_bytes(content)


def told_or_right(home, what):
    for command in (("list",), ("search", "whales", "--arm", "lexical"), ("export", str(home.base / "out.phitui"))):
        code, out, said = home.phitui(*command)
        (home.base / "out.phitui").unlink(missing_ok=True)
        if code:
            assert said.startswith("phitui: ") and "\n" not in said, (what, command, said)
            assert "phitui library restore" in said or "newer phitui" in said, (what, command, said)
        else:
            assert "whales" in out or command[0] == "export", (what, command, said)


def restored(home, what):
    code, _, said = home.phitui("library", "restore")
    assert code == 0 or "The library is sound" in said, (what, said)
    code, out, said = home.phitui("list")
    assert code == 0 and "whales" in out and "metals" in out, (what, said)


def test_every_byte_of_the_first_pages_is_noticed_or_does_not_matter(home):
    draw = random.Random(14)
    offsets = pages_of_the_schema(home.library)
    header = draw.sample(range(100), min(100, SAMPLE // 2))
    sample = [(at, draw.randrange(256)) for at in header + draw.sample(offsets, SAMPLE - len(header))]
    for at, value in sample:
        damaged(home, at, value)
        told_or_right(home, (at, value))
        restored(home, (at, value))
        home.renew()


@pytest.mark.parametrize(
    ("offset", "value"), [(60, 0xFF), (60, 0x7F), (63, 0), (63, 4), (63, 7), (18, 9), (59, 2), (55, 1)]
)
def test_bytes_of_the_header_that_mean_something_else(home, offset, value):
    damaged(home, offset, value)
    told_or_right(home, (offset, value))
    restored(home, (offset, value))


def test_a_byte_in_the_text_of_the_schema(home):
    content = home.library.read_bytes()
    damaged(home, content.index(b"CREATE TABLE documents") + 9, 0xC3)
    code, _, said = home.phitui("list")
    assert code == 1 and "is damaged" in said and "phitui library restore" in said
    code, out, said = home.phitui("doctor")
    assert "damaged" in out and "library restore" in out
    restored(home, "schema")


def test_a_damaged_copy_is_no_sound_backup(home):
    for backup in home.library.parent.glob("backups/*.db"):
        content = backup.read_bytes()
        at = content.index(b"Whales sing in")
        backup.write_bytes(content[:at] + b"\xc3\x28" + content[at + 2 :])
    damaged(home, 60, 0xFF)
    code, _, said = home.phitui("library", "restore")
    assert code == 1 and "no sound backup" in said


def test_rows_that_were_changed_by_hand_are_left_out_and_counted(tmp_path, folder):
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    heard = []
    conversation = library.conversations.create("a talk")
    library.conversations.update_turn(
        library.conversations.begin_turn(conversation, "what?"), "", '{"hits": 3}', "done"
    )
    library.close()
    with closing(sqlite3.connect(tmp_path / "library" / "data" / "library.db")) as connection, connection:
        connection.execute("UPDATE passage_vectors SET vector = x'00' WHERE passage_id = 1")
        connection.execute("UPDATE sentence_vectors SET vector = 'text' WHERE ordinal = 0")
        connection.execute("UPDATE passages SET text = x'ff00ff' WHERE id = 2")
        connection.execute("UPDATE pages SET text = x'ff00ff' WHERE document_id = 2")
        connection.execute("INSERT INTO turns (conversation_id, created, question) VALUES (1, '', x'ff')")
        connection.execute("UPDATE meta SET value = value + 1 WHERE key IN ('documents', 'vectors')")
        connection.execute("UPDATE documents SET version = version + 1")
    shutil.rmtree(tmp_path / "library" / "cache")
    library = open_library(tmp_path / "library")
    library.notice = heard.append
    assert texts(library, "krill")
    assert len(library.conversations.turns(conversation)) == 1
    library.close()
    assert "cannot be used" in heard[-1] and library.left_out >= 4


@pytest.fixture
def indexed(tmp_path, folder):
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    assert "Krill" in texts(library, "krill")[0]
    library.close()
    return tmp_path / "library"


def spoil(draw, cache, other):
    """One random damage: a file that is gone, cut, emptied, changed, of another library, or a folder."""
    file = draw.choice(sorted(each for each in cache.rglob("*") if each.is_file() and each.suffix != ".lock"))
    how = draw.choice(["gone", "cut", "empty", "bytes", "garbage", "foreign", "folder"])
    content = bytearray(file.read_bytes())
    if how == "gone":
        file.unlink()
    elif how == "cut":
        file.write_bytes(content[: draw.randrange(len(content) or 1)])
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "bytes" and content:
        for _ in range(8):
            content[draw.randrange(len(content))] ^= 1 + draw.randrange(255)
        file.write_bytes(content)
    elif how == "garbage":
        file.write_bytes(draw.randbytes(len(content)))
    elif how == "foreign":
        same = [each for each in other.rglob("*") if each.is_file() and each.suffix == file.suffix]
        file.write_bytes(draw.choice(same).read_bytes() if same else b"")
    elif how == "folder":
        file.unlink()
        file.mkdir()
    return how, file.name


def test_damaged_and_foreign_files_of_the_indexes_are_made_anew(indexed, tmp_path):
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "bees.txt").write_text("Bees dance. They show the way.")
    other = open_library(tmp_path / "other")
    statuses(other, tmp_path / "others")
    other.close()
    shutil.copytree(indexed, tmp_path / "kept")
    draw = random.Random(14)
    for number in range(INDEX_SAMPLE):
        what = spoil(draw, indexed / "cache", tmp_path / "other" / "cache")
        library = open_library(indexed)
        heard = []
        library.notice = heard.append
        for _ in range(2):
            assert "Krill" in texts(library, "krill")[0], (number, what)
            assert any("Tungsten" in text for text in texts(library, "when does tungsten melt?")), (number, what)
        assert len(heard) <= 2 and len(set(heard)) == len(heard), (number, what, heard)
        library.close()
        shutil.rmtree(indexed)
        shutil.copytree(tmp_path / "kept", indexed)


def test_an_index_of_many_documents_is_not_taken_for_a_damaged_one(tmp_path):
    (tmp_path / "many").mkdir()
    for number in range(12):
        (tmp_path / "many" / f"{number}.txt").write_text(f"Whale {number} sings. It is heard far away.")
    library = open_library(tmp_path / "library")
    statuses(library, tmp_path / "many")
    library.close()
    before = {path.name for path in (tmp_path / "library" / "cache" / "words").glob("*.pos")}
    library = open_library(tmp_path / "library")
    heard = []
    library.notice = heard.append
    assert texts(library, "whale sings")
    library.close()
    assert heard == [] and before == {path.name for path in (tmp_path / "library" / "cache" / "words").glob("*.pos")}
