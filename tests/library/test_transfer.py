"""A library travels as one file and opens elsewhere as it was; a file from a stranger is looked through first."""

import json
import os
import shutil
import sqlite3
import stat

import pytest

from phitui.cli.main import main
from phitui.errors import LibraryError, UsageError
from phitui.library.care.transfer import import_library
from tests.library.made import open_library, statuses, texts, vectors_missing
from tests.library.test_killing import contents


@pytest.fixture
def exported(filled, tmp_path):
    """A file with three documents and a conversation in it."""
    conversation = filled.conversations.create("about whales")
    filled.conversations.begin_turn(conversation, "what is krill?")
    filled.remove([filled.find("metals").document_id])
    filled.export(tmp_path / "library.phitui")
    return tmp_path / "library.phitui"


def imported(file, base):
    for name in ("data", "cache"):
        (base / name).mkdir(parents=True, exist_ok=True)
    import_library(file, base / "data", "mine")
    return open_library(base)


def test_it_opens_elsewhere_with_all_vectors_and_finds_the_same(exported, filled, tmp_path):
    library = imported(exported, tmp_path / "elsewhere")
    assert vectors_missing(library) == 0
    assert contents(library) == contents(filled)
    assert [each.title for each in library.conversations.list()] == ["about whales"]
    assert library._store.library_id() != filled._store.library_id()
    library.close()


def test_the_bin_does_not_travel_and_conversations_need_not(exported, filled, tmp_path):
    filled.export(tmp_path / "documents.phitui", documents_only=True)
    library = imported(tmp_path / "documents.phitui", tmp_path / "elsewhere")
    assert library.bin.all() == [] and library.conversations.list() == []
    assert (
        b"Tungsten" not in exported.read_bytes()
        and b"what is krill" not in (tmp_path / "documents.phitui").read_bytes()
    )
    library.close()


def test_where_the_documents_lie_elsewhere_they_are_recognised_by_content(exported, tmp_path, folder):
    library = imported(exported, tmp_path / "elsewhere")
    folder.rename(tmp_path / "moved")
    assert statuses(library, tmp_path / "moved" / "whales.txt") == {"whales.txt": "unchanged"}
    assert library.find("whales").path == str(tmp_path / "moved" / "whales.txt")
    library.close()


def test_an_exported_file_is_one_file_of_its_owner_and_never_replaces_another(exported, filled):
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    assert [path.name for path in exported.parent.glob("library.phitui*")] == ["library.phitui"]
    with pytest.raises(UsageError, match="there already"):
        filled.export(exported)


def test_a_library_with_documents_is_not_overwritten(exported, filled, tmp_path):
    with pytest.raises(UsageError, match="holds documents already"):
        import_library(exported, tmp_path / "library" / "data", "default")


def harm_text(connection):
    connection.execute("UPDATE pages SET text = 'a\x1b[31mred'")


def harm_title(connection):
    connection.execute("UPDATE documents SET title = 'a\x9b31mred'")


def harm_with_a_trigger(connection):
    connection.execute("CREATE TRIGGER t AFTER INSERT ON pages BEGIN DELETE FROM documents; END")


def harm_with_a_view(connection):
    connection.execute("DROP TABLE judgments")
    connection.execute("CREATE VIEW judgments AS SELECT 1 AS id")


def harm_with_a_number(connection):
    connection.execute("UPDATE documents SET title = x'00ff'")


def newer(connection):
    connection.execute("PRAGMA user_version = 99")


def of_no_version(connection):
    connection.execute("PRAGMA user_version = 0")


@pytest.mark.parametrize(
    "harm", [harm_text, harm_title, harm_with_a_trigger, harm_with_a_view, harm_with_a_number, newer, of_no_version]
)
def test_a_file_that_phitui_has_not_written_is_refused_and_nothing_is_left_of_it(exported, tmp_path, harm):
    with sqlite3.connect(exported) as connection:
        harm(connection)
    connection.close()
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="cannot be imported"):
        import_library(exported, tmp_path / "empty", "mine")
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database" * 500, os.urandom(9000)], ids=["empty", "text", "noise"])
def test_what_is_no_library_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    (tmp_path / "empty").mkdir()
    with pytest.raises((UsageError, LibraryError), match="cannot be imported"):
        import_library(tmp_path / "file", tmp_path / "empty", "mine")


def test_a_truncated_file_is_refused(exported, tmp_path):
    exported.write_bytes(exported.read_bytes()[:-9000])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="damaged"):
        import_library(exported, tmp_path / "empty", "mine")


def test_escapes_in_turns_are_cleaned(exported, tmp_path):
    with sqlite3.connect(exported) as connection:
        data = json.dumps({"prompt": "red\x1b[31m", "hits": ["\x9bx"]})
        connection.execute("UPDATE turns SET question = 'q\x1b[2J', data = ?", (data,))
    connection.close()
    library = imported(exported, tmp_path / "elsewhere")
    (turn,) = library.conversations.turns(library.conversations.list()[0].conversation_id)
    assert (turn.question, json.loads(turn.data)) == ("q[2J", {"prompt": "red[31m", "hits": ["x"]})
    library.close()


def test_an_interrupted_import_leaves_nothing_and_can_be_repeated(exported, tmp_path, monkeypatch):
    (tmp_path / "new").mkdir()
    with monkeypatch.context() as context:
        context.setattr(shutil, "copyfileobj", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            import_library(exported, tmp_path / "new", "mine")
    assert list((tmp_path / "new").iterdir()) == []
    assert import_library(exported, tmp_path / "new", "mine") == 2


def test_an_imported_library_is_searched_at_once(exported, tmp_path):
    library = imported(exported, tmp_path / "elsewhere")
    assert "Krill" in texts(library, "krill")[0]
    library.close()


@pytest.mark.hostile
def test_what_a_strangers_library_says_about_its_machine_counts_for_nothing(exported, tmp_path):
    with sqlite3.connect(exported) as file:
        file.execute("UPDATE embedders SET name = '/tmp/evil'")
        file.execute("INSERT INTO watched VALUES (?, ?)", (b"/etc", "/etc"))
        file.execute("INSERT INTO meta VALUES ('scope', '[\"x\"]')")
    (tmp_path / "new").mkdir()
    import_library(exported, tmp_path / "new", "mine")
    with sqlite3.connect(tmp_path / "new" / "library.db") as made:
        assert "/tmp/evil" not in [row[0] for row in made.execute("SELECT name FROM embedders")]
        assert made.execute("SELECT count(*) FROM watched").fetchone() == (0,)
        assert [row[0] for row in made.execute("SELECT key FROM meta ORDER BY key")] == [
            "documents",
            "library",
            "vectors",
        ]


@pytest.mark.hostile
def test_an_embedder_that_a_database_names_is_opened_only_where_it_was_named_here(tmp_path, monkeypatch):
    from phitui.errors import ModelError
    from phitui.models.host import ModelHost
    from phitui.settings import Settings

    asked = []

    def made(name, *_, **__):
        asked.append(name)
        return type("Made", (), {"name": name})

    monkeypatch.setattr("phitui.models.embed.embedder.embedder_for", made)
    host = ModelHost(Settings(), tmp_path / "data" / "models")
    for name in ("/tmp/evil", "evil/folder", "hidden:/tmp/evil", "../evil"):
        with pytest.raises(ModelError, match="never named here"):
            host.known_embedder(name)
    assert asked == []
    host.known_embedder("minilm")
    host.embedder("/mine")
    ModelHost(Settings(), tmp_path / "data" / "models").known_embedder("/mine")
    assert asked == ["minilm", "/mine", "/mine"]


@pytest.mark.hostile
def test_turns_of_any_content_are_imported_without_it(filled, tmp_path, capsys):
    talk = filled.conversations.create("talk")
    deep, wide = '{"a":' * 50_000 + "1" + "}" * 50_000, '{"hits": [' + "[" * 900 + "]" * 900 + "]}"
    odd = '{"sentences": [{"text": 1e999}], "quotes": null, "answer": {"x": []}}'
    for data in (deep, wide, odd, '{"hits": ' + "9" * 5000 + "}"):
        turn = filled.conversations.begin_turn(talk, "what?\x1b]0;x\x07")
        filled.conversations.update_turn(turn, "an answer\x1b[31m", "{}", "done")
        with filled._store.database.transaction() as connection:
            connection.execute("UPDATE turns SET data = ? WHERE id = ?", (data, turn))
    filled.export(tmp_path / "out.phitui")
    home = str(tmp_path / "home")
    assert main(["--data-dir", home, "import", str(tmp_path / "out.phitui")]) == 0
    for command in (["cite", "--list"], ["cite"], ["export-conversation"], ["export-conversation", "--format", "json"]):
        code = main(["--data-dir", home, *command])
        out, err = capsys.readouterr()
        assert code in (0, 1) and "This failed" not in err and "\x1b" not in out + err, (command, err)
