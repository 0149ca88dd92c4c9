"""Conversations as files."""

import json

from phitui.answers.past.export import export
from phitui.answers.turn import Turn
from phitui.documents.document import Span
from phitui.events import AnswerFinished
from phitui.records import CheckedSentence, Citation
from tests.app.fake import FIRST, HITS, QUOTES, TEXT


def answered() -> Turn:
    cited = Citation(101, 1, "/papers/1973_oil_crisis.pdf", "1973_oil_crisis", Span(1, 0, 1, FIRST), TEXT[:FIRST])
    sentences = (
        CheckedSentence("It began in *October*.", True, 1.0, (cited,)),
        CheckedSentence("It cost $99.", False, 0.0),
        CheckedSentence("Arab members did it.", True, 1.0, (cited,)),
    )
    text = " ".join(each.text for each in sentences)
    return Turn(
        "When? <b>", turn_id=1, hits=HITS, quotes=QUOTES, answer=text, sentences=sentences,
        finished=AnswerFinished(text, "end", "phi-2"),
    )  # fmt: skip


def test_markdown_carries_every_citation_once_as_a_footnote():
    text = export("Oil", "2026-01-01T10:00:00Z", [answered()], [], "markdown")
    assert "## When? \\<b\\>" in text
    assert "It began in \\*October\\*.[^1] It cost $99. *(no passage supports this)* Arab members did it.[^1]" in text
    assert text.count("[^1]:") == 1 and "[^1]: *1973\\_oil\\_crisis*, p. 1: “The 1973 oil crisis began" in text


def test_markdown_holds_the_branch_that_was_asked_last_and_json_all():
    turns = [answered(), Turn("Old?", turn_id=2, parent_id=1), Turn("New?", turn_id=3, parent_id=1, problem="stopped")]
    text = export("Oil", "2026-01-01", turns, [], "markdown")
    assert "New?" in text and "Old?" not in text and "*stopped*" in text
    rows = json.loads(export("Oil", "2026-01-01", turns, [], "json"))["turns"]
    assert [(each["question"], each["follows"]) for each in rows] == [("When? <b>", None), ("Old?", 1), ("New?", 1)]
    assert rows[0]["sources"][0]["page"] == "1" and rows[2]["problem"] == "stopped"
