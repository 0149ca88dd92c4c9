"""`phitui marks`: listed, searched, exported; and conversations that are put away."""

import os
from pathlib import Path

from phitui.documents.document import Span
from phitui.places import Places
from phitui.settings import Settings
from phitui.workbench import Workbench
from tests.cli.test_cli import library, notes, run

__all__ = ["library", "notes"]


def marked(*places: tuple[str, str]) -> None:
    """Marks words of the one document, each with its note."""
    bench = Workbench(Settings(), Places.of(Path(os.environ["PHITUI_DATA_DIR"])))
    (document,) = bench.library.documents()
    text = bench.library.page(document.document_id, 1).text
    for words, note in places:
        start = text.index(words)
        bench.library.marks.add(document.document_id, Span(1, start, 1, start + len(words)), note)
    bench.library.conversations.archive(bench.library.conversations.create("About the keepers"))
    bench.library.conversations.create("About the lamp")
    bench.close()


def test_marks_are_listed_searched_and_exported_with_their_citations(capsys, library, tmp_path):
    code, out, err = run(capsys, "marks")
    assert (code, out) == (0, "") and "Nothing is marked" in err
    marked(("whale oil until 1907", "*dear*"), ("Eleven keepers", ""))
    code, rows, _ = run(capsys, "marks", "--json")
    assert code == 0 and [(row["text"], row["note"], row["page"], row["placed"]) for row in rows] == [
        ("whale oil until 1907", "*dear*", 1, True),
        ("Eleven keepers", "", 1, True),
    ]
    _, out, _ = run(capsys, "marks", "oil", "DEAR")
    assert "“whale oil until 1907” (The lighthouse of Alda, p. 1)\n       *dear*\n" in out and "Eleven" not in out
    _, out, _ = run(capsys, "marks", "--document", "alda", "--format", "bibtex")
    assert "@misc{" in out and "p. 1: “whale oil until 1907” (*dear*); p. 1: “Eleven keepers”" in out
    file = tmp_path / "notes.md"
    code, out, err = run(capsys, "marks", "-o", file)
    assert code == 0 and f"2 marks written to {file}" in err
    assert "> whale oil until 1907\n>\n> — *The lighthouse of Alda*, p. 1\n\n\\*dear\\*\n" in file.read_text("utf-8")
    code, _, err = run(capsys, "marks", "-o", file)
    assert code == 2 and "is there already" in err


def test_conversations_that_are_put_away_are_listed_apart(capsys, library):
    marked()
    _, out, _ = run(capsys, "cite", "--list")
    assert "About the lamp" in out and "keepers" not in out
    _, out, _ = run(capsys, "cite", "--archived")
    assert "About the keepers" in out and "lamp" not in out
