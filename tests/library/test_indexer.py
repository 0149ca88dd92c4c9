import os
from threading import Event

import pytest

from phitui.errors import Cause, DocumentError, LibraryError
from phitui.events import DocumentAdded, FilesFound, IndexingFinished, PageRead, PassagesEmbedded
from tests.library.made import HashingEmbedder, PlainReaders, added, open_library, statuses, texts, vectors_missing


def rewrite(path, text):
    path.write_text(text, "utf-8")
    later = os.stat(path).st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


def test_events_tell_the_whole_story(library, folder):
    events = list(library.add([folder]))
    assert events[0] == FilesFound(3)
    assert sum(isinstance(each, PageRead) for each in events) == 4
    assert sum(isinstance(each, DocumentAdded) for each in events) == 3
    last = [each for each in events if isinstance(each, PassagesEmbedded)][-1]
    assert last.done == last.total > 0
    assert last.sentences_done == last.sentences_total > 0
    assert isinstance(events[-1], IndexingFinished)
    assert (events[-1].indexed, events[-1].failed, events[-1].cancelled) == (3, 0, False)


def test_what_was_added_is_listed_and_found(filled):
    assert [(each.title, each.status, each.passages == each.embedded) for each in filled.documents()] == [
        ("metals", "indexed", True),
        ("old trees", "indexed", True),
        ("whales", "indexed", True),
    ]
    assert "Krill" in texts(filled, "how large is krill?")[0]


def test_adding_again_reads_nothing(tmp_path, folder):
    readers = PlainReaders()
    library = open_library(tmp_path / "library", readers=readers)
    statuses(library, folder)
    assert len(readers.read_paths) == 3
    assert set(statuses(library, folder).values()) == {"unchanged"}
    assert len(readers.read_paths) == 3


def test_a_touched_file_is_unchanged(filled, folder):
    rewrite(folder / "whales.txt", (folder / "whales.txt").read_text())
    assert statuses(filled, folder / "whales.txt") == {"whales.txt": "unchanged"}


def test_a_changed_file_replaces_its_old_self(filled, folder):
    before = filled.find("whales")
    rewrite(folder / "whales.txt", "Dolphins jump. They play with waves.")
    assert statuses(filled, folder / "whales.txt") == {"whales.txt": "indexed"}
    after = filled.find("whales")
    assert after.document_id == before.document_id
    assert len(filled.documents()) == 3
    assert any("Dolphins" in text for text in texts(filled, "dolphins jump"))
    assert not any("Krill" in text for text in texts(filled, "krill", 50))


def test_the_same_content_elsewhere_is_a_duplicate(filled, folder):
    (folder / "zz.txt").write_text((folder / "whales.txt").read_text())
    event = added(filled, folder / "zz.txt")["zz.txt"]
    assert event.status == "duplicate"
    assert event.document_id == filled.find("whales").document_id
    assert "whales.txt" in event.reason
    assert len(filled.documents()) == 3


def test_a_moved_file_keeps_its_document(filled, folder):
    before = filled.find("whales").document_id
    (folder / "whales.txt").rename(folder / "cetaceans.txt")
    event = added(filled, folder)["cetaceans.txt"]
    assert (event.status, event.document_id) == ("unchanged", before)
    assert filled.find(str(folder / "cetaceans.txt")).document_id == before


def test_a_file_that_becomes_a_copy_leaves_one_document(filled, folder):
    rewrite(folder / "metals.txt", (folder / "whales.txt").read_text())
    assert statuses(filled, folder)["metals.txt"] == "duplicate"
    assert [each.title for each in filled.documents()] == ["old trees", "whales"]


def test_a_failure_is_remembered_and_not_tried_again(tmp_path, folder):
    readers = PlainReaders()
    library = open_library(tmp_path / "library", readers=readers)
    (folder / "bad.txt").write_text("BROKEN")
    first = added(library, folder)["bad.txt"]
    read = len(readers.read_paths)
    again = added(library, folder)["bad.txt"]
    assert (first.status, again.status, again.reason) == ("failed", "failed", "It is broken.")
    assert len(readers.read_paths) == read
    assert library.find("bad.txt").status == "failed"
    assert statuses(library, folder, retry_failed=True)["bad.txt"] == "failed"
    assert len(readers.read_paths) == read + 1


def test_a_password_makes_a_locked_file_be_tried_again(library, folder):
    (folder / "safe.txt").write_text("LOCKED in here. The treasure is gold.")
    assert added(library, folder)["safe.txt"].cause is Cause.LOCKED
    assert statuses(library, folder, password="wrong")["safe.txt"] == "failed"
    assert statuses(library, folder, password="sesame")["safe.txt"] == "indexed"
    assert statuses(library, folder)["safe.txt"] == "unchanged"


def test_a_file_without_text_is_listed_as_such(library, folder):
    (folder / "blank.txt").write_text(" \f ")
    event = added(library, folder)["blank.txt"]
    assert (event.status, event.pages, event.empty_pages, event.passages) == ("no_text", 2, 2, 0)
    assert (event.reason, event.cause) == ("No text on any page.", Cause.NO_TEXT)
    assert statuses(library, folder)["blank.txt"] == "no_text"


def test_a_file_that_vanishes_fails_and_keeps_what_the_library_holds(filled, folder):
    path = folder / "whales.txt"
    path.unlink()
    event = added(filled, path)["whales.txt"]
    assert event.status == "failed"
    assert "gone" in event.reason
    assert filled.find("whales").status == "indexed"


def test_a_file_that_vanishes_under_the_reader_is_not_remembered_as_broken(tmp_path, folder):
    class Vanishing(PlainReaders):
        def read(self, path, **options):
            path.unlink()
            raise DocumentError("The file is gone.")

    library = open_library(tmp_path / "library", readers=Vanishing())
    assert statuses(library, folder / "whales.txt") == {"whales.txt": "failed"}
    assert library.documents() == []


def test_a_fault_of_the_program_costs_one_file_only(tmp_path, folder):
    class Faulty(PlainReaders):
        def read(self, path, **options):
            if path.name == "whales.txt":
                raise ZeroDivisionError("by \x1b[31mzero")
            return super().read(path, **options)

    library = open_library(tmp_path / "library", readers=Faulty())
    events = added(library, folder)
    assert [event.status for event in events.values()] == ["indexed", "indexed", "failed"]
    assert events["whales.txt"].reason == (
        "Reading it failed unexpectedly (ZeroDivisionError: by [31mzero): please report it."
    )


def test_names_that_are_no_text_are_kept_apart(library, tmp_path):
    odd = tmp_path / "odd"
    odd.mkdir()
    for name in (b"a\xff.txt", b"a\xfe.txt", b"a\x1b[31m.txt"):
        with open(os.path.join(os.fsencode(odd), name), "w") as file:
            file.write(f"The name of this file is {name!r}.")
    events = [each for each in library.add([odd]) if isinstance(each, DocumentAdded)]
    assert [each.status for each in events] == ["indexed"] * 3
    assert all("\x1b" not in each.path and each.path.encode() for each in events)
    assert all("\x1b" not in each.title for each in library.documents())


def test_words_only_embeds_nothing_and_is_searchable(tmp_path, folder):
    embedder = HashingEmbedder()
    library = open_library(tmp_path / "library", embedder)
    statuses(library, folder, words_only=True)
    assert embedder.texts == []
    assert "Krill" in texts(library, "krill")[0]
    assert vectors_missing(library) > 0
    list(library.embed_missing())
    assert vectors_missing(library) == 0


def test_a_cancelled_run_is_taken_up_where_it_ended(tmp_path, folder):
    embedder = HashingEmbedder()
    library = open_library(tmp_path / "library", embedder)
    cancel = Event()
    seen = []
    for event in library.add([folder], cancel=cancel):
        seen.append(event)
        if isinstance(event, DocumentAdded):
            cancel.set()
    assert seen[-1].cancelled
    assert sum(isinstance(each, DocumentAdded) for each in seen) == 1
    assert sorted(statuses(library, folder).values()) == ["indexed", "indexed", "unchanged"]
    assert vectors_missing(library) == 0


def test_embedding_is_resumed_without_doing_anything_twice(tmp_path, folder):
    embedder = HashingEmbedder()
    library = open_library(tmp_path / "library", embedder)
    cancel = Event()
    for event in library.add([folder], cancel=cancel):
        if isinstance(event, PassagesEmbedded):
            cancel.set()
    assert vectors_missing(library) > 0
    list(library.embed_missing())
    assert vectors_missing(library) == 0
    assert len(embedder.texts) == len(set(embedder.texts))


def test_identical_texts_are_embedded_once(tmp_path, folder):
    embedder = HashingEmbedder()
    library = open_library(tmp_path / "library", embedder)
    (folder / "twice.txt").write_text("Say it again. Say it again. Say it again.")
    statuses(library, folder / "twice.txt")
    assert embedder.texts.count("Say it again.") == 1
    assert vectors_missing(library) == 0


def test_passages_are_embedded_with_their_header_and_sentences_alone(tmp_path, folder):
    embedder = HashingEmbedder()
    library = open_library(tmp_path / "library", embedder)
    statuses(library, folder / "old-trees.txt")
    assert "old trees\nOaks grow slowly. Birches grow in poor soil." in embedder.texts
    assert "Oaks grow slowly." in embedder.texts


def test_another_embedder_builds_its_vectors_beside_the_old_ones(tmp_path, folder, filled):
    filled.close()
    other = open_library(tmp_path / "library", HashingEmbedder("another one"))
    assert vectors_missing(other) > 0
    assert texts(other, "krill")
    list(other.embed_missing())
    assert vectors_missing(other) == 0
    other.close()
    assert vectors_missing(open_library(tmp_path / "library")) == 0


def test_leaving_early_stops_the_reader_and_frees_the_lock(library, folder):
    run = library.add([folder])
    next(run)
    next(run)
    run.close()
    assert set(statuses(library, folder).values()) <= {"indexed", "unchanged"}


def test_a_full_disk_is_one_sentence_and_loses_only_the_document_in_hand(library, folder):
    statuses(library, folder / "whales.txt")
    database = library._store.database
    (folder / "large.txt").write_text("\f".join(f"Page {n} is full of words. " * 40 for n in range(40)))
    pages = database.row("PRAGMA page_count")[0]
    real = database.transaction

    def on_a_small_disk():
        database.row(f"PRAGMA max_page_count = {pages + 2}")
        return real()

    database.transaction = on_a_small_disk
    with pytest.raises(LibraryError, match="is full: make room"):
        list(library.add([folder / "large.txt"]))
    database.transaction = real
    database.row("PRAGMA max_page_count = 1000000")
    assert [each.title for each in library.documents()] == ["whales"]
    assert statuses(library, folder / "large.txt") == {"large.txt": "indexed"}


def test_a_second_thread_may_add_while_the_first_embeds(library, folder, tmp_path):
    other = tmp_path / "bees.txt"
    other.write_text("Bees dance. They show the way.")
    run = library.add([folder])
    for event in run:
        if isinstance(event, PassagesEmbedded):
            break
    assert statuses(library, other, words_only=True) == {"bees.txt": "indexed"}
    assert texts(library, "bees")[0].startswith("Bees")
    list(run)
    list(library.embed_missing())
    assert vectors_missing(library) == 0


def test_files_from_the_future_and_from_before_the_epoch_are_as_good_as_others(library, folder):
    for name, moment in (("whales", 10**19), ("metals", -(10**18)), ("old-trees", 4 * 10**18)):
        os.utime(folder / f"{name}.txt", ns=(moment, moment))
    assert set(statuses(library, folder).values()) == {"indexed"}
    assert set(statuses(library, folder).values()) == {"unchanged"}
    (folder / "whales.txt").write_text("Dolphins jump.", "utf-8")
    assert statuses(library, folder)["whales.txt"] == "indexed", "the time has gone back, and differs"


def test_a_document_that_cannot_be_stored_keeps_no_other_from_it(library, folder, monkeypatch):
    real = library._store.put_document

    def put(file, *others):
        return real(file, *others) if file.path.stem != "metals" else 1 // 0

    monkeypatch.setattr(library._store, "put_document", put)
    done = added(library, folder)
    assert {name: event.status for name, event in done.items()} == {
        "whales.txt": "indexed",
        "metals.txt": "failed",
        "old-trees.txt": "indexed",
    }
    assert "ZeroDivisionError" in done["metals.txt"].reason and "report" in done["metals.txt"].reason


def test_a_reader_that_cannot_be_started_is_no_lasting_fault_of_a_document(tmp_path, folder, monkeypatch):
    library = open_library(tmp_path / "library", real=True)
    with monkeypatch.context() as broken:
        broken.setattr("sys.executable", str(tmp_path / "no-python"))
        done = added(library, folder, words_only=True)
    assert {event.status for event in done.values()} == {"failed"}
    assert all("its reader cannot be started: no such file" in event.reason for event in done.values())
    assert set(statuses(library, folder, words_only=True).values()) == {"indexed"}
    library.close()
