"""`phitui check`: a draft against a small library, from the command line."""

import json

import pytest

from phitui.cli.main import main
from tests.answers.hand_claims import LIGHTHOUSE

DRAFT = """# The lighthouse

Its lamp burned whale oil until 1907. Its lamp burned whale oil until 1931.

Who built it?
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check")
    (folder / "alda.md").write_text(f"# Alda\n\n{LIGHTHOUSE}\n")
    assert main(["--data-dir", str(folder / "data"), "add", str(folder / "alda.md")]) == 0
    return folder


def run(shelf, capsys, *arguments):
    code = main(["--data-dir", str(shelf / "data"), "check", *arguments])
    printed = capsys.readouterr()
    return code, [json.loads(line) for line in printed.out.splitlines() if line.startswith("{")], printed.err


def test_each_sentence_of_a_draft_has_its_verdict_and_place(shelf, capsys):
    (shelf / "draft.md").write_text(DRAFT)
    code, rows, _ = run(shelf, capsys, str(shelf / "draft.md"), "--json")
    *sentences, sums = rows
    assert code == 0
    assert [row["verdict"] for row in sentences][0::3] == ["no claim", "no claim"]
    assert sentences[1]["verdict"] == "supported" and sentences[2]["verdict"] != "supported"
    assert sentences[1]["citations"][0]["path"].endswith("alda.md")
    assert DRAFT[sentences[1]["start"] : sentences[1]["end"]] == "Its lamp burned whale oil until 1907."
    assert sums["checked"] == 2 and sums["supported"] == 1 and sums["checker"] == "bundled"


def test_single_claims_may_name_their_question_and_their_document(shelf, capsys):
    claims = [
        {"id": "a", "claim": "1884.", "question": "When was the lighthouse of Alda built?", "document": "alda.md"},
        {"id": "b", "claim": "The answer is:", "question": "When was it built?"},
    ]
    (shelf / "claims.jsonl").write_text("\n".join(map(json.dumps, claims)))
    code, rows, _ = run(shelf, capsys, "--claims", str(shelf / "claims.jsonl"), "--json")
    assert code == 0 and [row["id"] for row in rows[:-1]] == ["a", "b"]
    assert rows[1]["verdict"] == "no claim" and rows[-1]["no claim"] == 1


def test_strict_fails_where_something_is_not_found(shelf, capsys):
    (shelf / "wrong.md").write_text("Quarterly dividends depend on the shareholders of the bank.\n")
    assert run(shelf, capsys, str(shelf / "wrong.md"), "--strict", "--json")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name a draft"),
        (["nowhere.md"], "There is no file nowhere.md"),
        (["--claims", "nowhere.jsonl"], "nowhere.jsonl cannot be read"),
    ],
)
def test_bad_usage_is_said_in_a_sentence(shelf, capsys, arguments, said):
    code, _, complaint = run(shelf, capsys, *arguments)
    assert code == 2 and said in complaint


def test_a_line_that_is_no_claim_is_named(shelf, capsys):
    (shelf / "bad.jsonl").write_text('{"claim": "It is tall."}\n{"text": 1}\n')
    code, _, complaint = run(shelf, capsys, "--claims", str(shelf / "bad.jsonl"))
    assert code == 2 and "line 2" in complaint
