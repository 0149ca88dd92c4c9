"""A library as the program wrote it when the database was in format 4: it opens, lists and answers as it did then.

`library_of_format_4.db.xz` holds four documents that could be read, five that could not (one of them in the bin) and
a conversation; what was listed and answered then stands in `library_of_format_4.json`.
"""

import json
import lzma
import re
from pathlib import Path

import pytest

from phitui.cli.main import main
from phitui.errors import Cause
from phitui.library.library import Library
from phitui.library.store.documents import DATABASE_FILE
from phitui.places import Places

HERE = Path(__file__).parent
THEN = json.loads((HERE / "library_of_format_4.json").read_text("utf-8"))


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Folders that hold the old library alone."""
    monkeypatch.setenv("PHITUI_DATA_DIR", str(tmp_path))
    found = Places.of(tmp_path)
    database = lzma.decompress((HERE / "library_of_format_4.db.xz").read_bytes())
    (found.library_folder("default") / DATABASE_FILE).write_bytes(database)
    return found


@pytest.fixture
def library(places):
    opened = Library(places.library_folder("default"), places.index_folder("default"), None)
    yield opened
    opened.close()


def printed(capsys, *arguments: str) -> list[dict]:
    assert main([*arguments, "--json", "--model", "none"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_lists_the_same_documents(places, capsys):
    keys = ("title", "path", "status", "pages", "passages", "embedded", "tags")
    rows = printed(capsys, "list")
    assert [{key: row[key] for key in keys} for row in rows] == [
        {key: each[key] for key in keys} for each in THEN["documents"]
    ]
    for row, then in zip(rows, THEN["documents"], strict=True):
        # The same words, cut into sentences otherwise.
        # What is to be done about a lock is told otherwise now.
        assert row["cause"] == "locked" or words(row["reason"]) == words(then["reason"])


def words(sentence: str | None) -> list[str]:
    return re.findall(r"[\w()-]+", (sentence or "").lower().replace("(o here, or ", "").replace("`)", "`"))


def test_what_its_documents_ail_from_is_told_from_the_old_sentences(places, capsys):
    causes = {Path(row["path"]).name: row["cause"] for row in printed(capsys, "list")}
    assert causes == {
        "bees.txt": None,
        "binary.txt": "unknown kind",
        "broken.pdf": "damaged",
        "empty.txt": "empty",
        "harbour.md": None,
        "locked.pdf": "locked",
        "metals.pdf": None,
        "scan.pdf": "scan",
    }


def test_so_is_what_ails_a_document_that_comes_back_from_its_bin(library):
    library.bring_back([each.document_id for each in library.bin.all()])
    torn = library.find("torn.pdf")
    assert (torn.status, torn.cause) == ("failed", Cause.DAMAGED)


def test_it_answers_the_same_questions_with_the_same_quotes(places, capsys, tmp_path):
    queries = tmp_path / "queries.jsonl"
    queries.write_text("".join(json.dumps({"id": each, "query": each}) + "\n" for each in THEN["questions"]))
    answers = printed(capsys, "ask", "--queries", str(queries))
    assert [row["query_id"] for row in answers] == list(THEN["questions"])
    for row in answers:
        then = THEN["questions"][row["query_id"]]
        assert row["in_documents"] == then["in_documents"]
        assert [each["passage_id"] for each in row["passages"]] == then["passages"]
        if then["in_documents"]:
            quotes = [[each[key] for key in ("text", "path", "page", "passage_id")] for each in row["quotes"]]
            assert quotes == then["quotes"]


def test_its_conversation_reads_as_it_did(library):
    (conversation,) = library.conversations.list()
    turns = library.conversations.turns(conversation.conversation_id)
    assert [[turn.question, turn.answer] for turn in turns] == THEN["turns"]
    assert turns[1].parent_id == turns[0].turn_id
    assert all(json.loads(turn.data)["hits"] for turn in turns)
    (judged,) = library.conversations.judgments()
    assert judged.question in THEN["questions"]
