"""What is forgotten for good is nowhere in the data and cache folders any more."""

import shutil
import subprocess
import sys

import pytest

from phitui.answers.request import Request
from phitui.errors import LibraryError
from phitui.library.care.erasure import NOTE, unfinished
from phitui.places import Places
from phitui.settings import Settings
from phitui.workbench import Workbench
from tests.library.made import open_library, statuses, texts

SECRET = "The quagglefrint of Zumbovia was sold in secret for nineteen opals"
WORDS = ("quagglefrint", "zumbovia")
"""Words that stand in no other text; the word index stores their stems."""


def traces(*folders):
    """Files that hold the secret's words in any usual encoding."""
    found = []
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            content = path.read_bytes().lower()
            for word in WORDS:
                forms = [word[:8].encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
                if any(form in content for form in forms):
                    found.append(str(path.relative_to(folder)))
    return sorted(set(found))


def rarity(library, word):
    return library.rarity([word])[word]


@pytest.fixture
def told(library, folder, tmp_path):
    """A library that knows a secret in every place where it can."""
    secret = folder / "secret.txt"
    secret.write_text(f"An older one. {SECRET}, it says. The end of it.")
    statuses(library, folder)
    library.make_backup()
    secret.write_text(f"A newer one. {SECRET}, it still says. The very end.")
    (folder / "more.txt").write_text(" ".join(f"Word{n} stands beside word{n + 1}." for n in range(400)))
    statuses(library, folder)
    library.make_backup()
    hit = library.search(library.query("quagglefrint of Zumbovia"))[0]
    library.conversations.judge("What was sold?", hit.passage_id)
    return library


def test_nothing_of_it_stays_in_the_library_its_indexes_and_its_backups(told, tmp_path):
    data, cache = tmp_path / "library" / "data", tmp_path / "library" / "cache"
    told.close()
    assert any("backups" in name for name in traces(data)) and "library.db" in traces(data)
    library = open_library(tmp_path / "library")
    assert rarity(library, "quagglefrint") != rarity(library, "unheard")
    before = {path.name for path in (cache / "words").iterdir() if path.suffix not in (".json", ".lock")}
    assert library.forget([library.find("secret").document_id]) == []
    assert traces(data, cache) == []
    assert rarity(library, "quagglefrint") == rarity(library, "unheard")
    assert before and not before & {path.name for path in (cache / "words").iterdir()}, "the words' files are new"
    assert library._backups.newest() is not None
    assert "Krill" in texts(library, "krill")[0]
    assert not any("Zumbovia" in text for text in texts(library, "quagglefrint of Zumbovia", 50))
    assert library.conversations.judgments() == []
    library.close()
    assert traces(data, cache) == []


def test_a_document_in_the_bin_is_forgotten_too(told, tmp_path):
    document = told.find("secret").document_id
    told.remove([document])
    told.forget([document])
    assert told.bin.all() == []
    assert traces(tmp_path / "library") == []


def test_what_was_removed_and_emptied_earlier_goes_with_the_next_forgetting(told, tmp_path):
    told.remove([told.find("secret").document_id])
    told.bin.empty()
    told.conversations.judgments()
    with told._store.database.transaction() as connection:
        connection.execute("DELETE FROM judgments")
    told.forget([])
    assert traces(tmp_path / "library") == []


def test_a_forgetting_that_was_interrupted_is_ended_by_the_next_add(told, tmp_path, folder, monkeypatch):
    from phitui.library import library as module

    def stop(database):
        raise LibraryError("The disk is full.")

    with monkeypatch.context() as context:
        context.setattr(module, "wipe", stop)
        with pytest.raises(LibraryError, match="full"):
            told.forget([told.find("secret").document_id])
    assert unfinished(told._store.database)
    (folder / "secret.txt").unlink()
    statuses(told, folder)
    assert not unfinished(told._store.database)
    assert traces(tmp_path / "library") == []


def test_while_another_process_reads_the_old_state_the_user_is_told(told, tmp_path, monkeypatch):
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN');"
        "c.execute('SELECT count(*) FROM documents').fetchall(); print('reading', flush=True); sys.stdin.read()"
    )
    path = tmp_path / "library" / "data" / "library.db"
    told._store.database.row("PRAGMA busy_timeout = 50")
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "reading\n"
        with pytest.raises(LibraryError, match=r"another phitui is reading: close it|busy"):
            told.forget([told.find("secret").document_id])
    told.forget([])
    assert traces(tmp_path / "library") == []


def test_turns_keep_their_questions_and_lose_what_they_quoted(tmp_path, folder):
    (folder / "secret.md").write_text(f"# A note\n\n{SECRET}. Nobody was to know of it before the year of the end.")
    (folder / "whales.md").write_text("# Whales\n\nWhales sing in the deep sea. Their songs travel far and wide.")
    bench = Workbench(Settings(embedder="minilm"), Places.of(tmp_path / "all"))
    list(bench.library.add([folder / "secret.md", folder / "whales.md"], words_only=True))
    saved = list(bench.ask(Request("What was sold in secret for nineteen opals?", words_first=False)))[-1]
    other = list(bench.ask(Request("Where do whales sing?", words_first=False)))[-1]
    assert SECRET in bench.turns.of(saved.conversation_id)[0].answer
    kept = bench.turns.of(other.conversation_id)[0].answer
    bench.library.forget([bench.library.find("A note").document_id])
    (first,) = bench.turns.of(saved.conversation_id)
    assert (first.question, first.answer) == ("What was sold in secret for nineteen opals?", NOTE)
    assert all(quote.title == "Whales" for quote in first.quotes)
    (after,) = bench.turns.of(other.conversation_id)
    assert {hit.title for hit in after.hits} == {"Whales"} and kept == after.answer
    assert traces(tmp_path / "all") == []
    bench.close()
    assert traces(tmp_path / "all") == []


@pytest.mark.hostile
def test_forgetting_empties_no_folder_of_others_that_a_cache_leads_to(tmp_path, folder):
    library = open_library(tmp_path / "library")
    list(library.add([folder]))
    library.close()
    own = tmp_path / "own"
    (own / "papers").mkdir(parents=True)
    (own / "papers" / "thesis.txt").write_text("precious")
    (own / "letter.txt").write_text("precious")
    shutil.rmtree(tmp_path / "library" / "cache")
    (tmp_path / "library" / "cache").symlink_to(own)
    library = open_library(tmp_path / "library")
    assert library.forget([library.documents()[0].document_id]) == []
    library.close()
    assert (own / "letter.txt").exists() and (own / "papers" / "thesis.txt").exists()
