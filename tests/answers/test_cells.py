"""Claims that a cell of a table says: row, column and unit together."""

import pytest

from phitui.answers.check.claim import Claim
from phitui.answers.check.judge import Judge
from phitui.answers.check.source import Passage
from phitui.answers.evidence.cells import supporting
from phitui.answers.evidence.word_judge import WordJudge
from phitui.documents.document import Span
from phitui.records import Hit, StoredSentence

HEADS = "(Millions)\t2018\t2017\t2016"
ROWS = (
    "Depreciation and amortization\t1,488\t1,544\t1,474",
    "Purchases of ships and gear (S&G)\t$\t(1,577)\t$\t(1,373)\t$\t(1,420)",
    "Proceeds from sale of harbours, net of cash sold\t846\t1,065\t142",
    "Share of the northern trade\t12.5\t%\t11.0\t%\t—",
    "Earnings per share\t$\t8.89\t$\t7.93\t$\t8.16",
    "Cash at end of year\t2,853\t3,053\t2,398",
    "Cash at beginning of year\t3,053\t2,398\t1,798",
)
SEGMENTS = ("(in thousands)\tNorth\tSouth\tTotal", "Net sales\t6,021\t4,500\t10,521", "Keepers\t12\t9\t21")


def passage(*rows, section="Statement of Cash Flows", title="Harbour Company"):
    text, sentences = "\n".join(rows), []
    at = 0
    for row in rows:
        sentences.append(StoredSentence(row, Span(1, at, 1, at + len(row))))
        at += len(row) + 1
    return Passage(
        Hit(1, 1, title, "/harbour.pdf", section, None, Span(1, 0, 1, len(text)), text, 0, len(rows) - 1), 1, sentences
    )


def said(text, *rows, question=None, **where):
    claim = Claim(text, lambda stems: dict.fromkeys(stems, 1.0), question=question)
    found = supporting(claim, [passage(*rows, **where)])
    return found.text if found else None


@pytest.mark.parametrize(
    ("claim", "row"),
    [
        ("Depreciation and amortization was $1,488 million in 2018.", 0),
        ("Depreciation and amortization amounted to 1.5 billion dollars in 2017.", 0),
        ("In 2017 purchases of ships and gear were $1,373 million.", 1),
        (
            "Harbour Company's purchases of ships and gear rose from $1,373 million in 2017 to 1,577 million in 2018.",
            1,
        ),
        ("Purchases of ships and gear fell to $1,373 million in 2017.", 1),
        ("Proceeds from the sale of harbours were $1,065 million in 2017.", 2),
        ("The share of the northern trade was 12.5% in 2018.", 3),
        ("Earnings per share were $8.89 in fiscal 2018.", 4),
        ("Cash at the end of 2018 was $2,853 million.", 5),
    ],
)
def test_a_cell_says_what_its_row_its_column_and_its_unit_say_together(claim, row):
    assert said(claim, HEADS, *ROWS) == " ".join(ROWS[row].split())
    heads = f"Statement of Cash Flows › {HEADS}".replace("\t", " | ")
    assert said(claim, *ROWS[row:], section=heads) == " ".join(ROWS[row].split())


@pytest.mark.parametrize(
    "claim",
    [
        "Depreciation and amortization was $1,544 million in 2018.",  # another column
        "Depreciation and amortization was $1,488 in 2018.",  # another unit
        "Depreciation and amortization was $1,488 million.",  # of which year?
        "Depreciation and amortization was $1,577 million in 2018.",  # another row
        "Depreciation and amortization of the southern fleet was $1,488 million in 2018.",  # of something else
        "Amortization was $1,488 million in 2018.",  # less than the row
        "Depreciation and amortization rose to $1,488 million in 2018.",  # it fell
        "Purchases of ships and gear rose from $1,577 million in 2017 to $1,373 million in 2018.",
        "The share of the northern trade was $12.5 million in 2018.",
        "The share of the northern trade was 0% in 2016.",
        "Cash at the end of 2018 was $3,053 million.",
        "Cash at the beginning of 2018 was $2,853 million.",
        "3M depreciation and amortization was $1,488 million in 2018.",  # a name that stands nowhere
    ],
)
def test_and_nothing_else(claim):
    assert said(claim, HEADS, *ROWS) is None


def test_columns_are_told_by_what_they_are_called_too():
    north = "Net sales of the North were $6,021 thousand."
    assert said(north, *SEGMENTS) == "Net sales 6,021 4,500 10,521"
    assert said("Net sales of the South were $6,021 thousand.", *SEGMENTS) is None
    assert said("Net sales were $6,021 thousand.", *SEGMENTS) is None
    assert said("The South's net sales were 4.5 million.", *SEGMENTS) is not None


def test_a_short_answer_is_read_with_its_question():
    question = "What were purchases of ships and gear in 2017?"
    assert said("$1,373 million", HEADS, *ROWS, question=question) is not None
    assert said("$1,577 million", HEADS, *ROWS, question=question) is None
    assert said("$1,373 million", HEADS, *ROWS, question="What were purchases of gear by pilots in 2017?") is None


def test_prose_above_a_table_gives_it_no_unit():
    rows = ("The pilots paid one million for the tower.", HEADS.replace("(Millions)", ""), ROWS[0])
    assert said("Depreciation and amortization was $1,488 million in 2018.", *rows) is None
    assert said("Depreciation and amortization was 1,488 in 2018.", *rows) is not None


@pytest.mark.parametrize("judge", [WordJudge(), Judge(lambda pairs: pytest.fail("it is read"))])
def test_whoever_judges_calls_it_supported_and_cites_the_row(judge):
    claim = Claim("Cash at the end of 2018 was $2,853 million.", lambda stems: dict.fromkeys(stems, 1.0))
    (told,) = judge.judge([claim], [[passage(HEADS, *ROWS)]])
    assert told.verdict == "supported"
    assert [each.citation.quote for each in told.sources] == [ROWS[5]]
