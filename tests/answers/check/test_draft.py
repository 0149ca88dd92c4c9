"""A draft is cut into sentences that stand where they say, and what is no prose is known as such."""

from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.check.draft import LATEX, MARKDOWN, PLAIN, parts

REPORT = """---
title: Report
---
# The bridge

The bridge was built in **1884**. It is [41 m](https://example.org/a.b) long[^1].

- Lorries may not use it.
- It was painted white.

| year | cost |
|------|------|
| 1884 | 3,200 |

```
x = 1. Not prose.
```

Costs
-----
It cost 3,200 crowns.
"""
PAPER = r"""\documentclass{article}
\begin{document}
\section{The bridge}
The bridge was built in 1884~\cite{vance}. It carries 5\% of the traffic. % a note
\begin{equation} a = b \end{equation}
\begin{itemize}\item It was \emph{painted} white.\end{itemize}
\end{document}
"""


def claims(text, kind):
    return [part.text for part in parts(text, kind) if not part.reason]


def test_markdown_is_read_without_its_marks():
    assert claims(REPORT, MARKDOWN) == [
        "The bridge was built in 1884.",
        "It is 41 m long.",
        "Lorries may not use it.",
        "It was painted white.",
        "It cost 3,200 crowns.",
    ]


def test_headings_code_and_rows_of_tables_claim_nothing():
    reasons = {part.reason for part in parts(REPORT, MARKDOWN) if part.reason}
    assert reasons == {"a heading", "code", "a table's row"}


def test_latex_is_read_without_its_commands():
    assert claims(PAPER, LATEX) == [
        "The bridge was built in 1884.",
        "It carries 5% of the traffic.",
        "It was painted white.",
    ]


@given(st.text(alphabet="ab. \n#-*|`>1)[]{}\\%", max_size=200), st.sampled_from([PLAIN, MARKDOWN, LATEX]))
def test_parts_of_any_text_stand_in_it_in_order_and_never_overlap(text, kind):
    last = 0
    for part in parts(text, kind):
        assert last <= part.start < part.end <= len(text)
        assert part.text and text[part.start : part.end].strip()
        last = part.end


def test_a_sentence_ends_before_the_mark_of_a_source_or_a_footnote_and_holds_it():
    text = "Prices rose.[^1] Members cut production.[3][4] Nobody had expected it."
    found = parts(text, MARKDOWN)
    assert [text[each.start : each.end] for each in found] == [
        "Prices rose.[^1]",
        "Members cut production.[3][4]",
        "Nobody had expected it.",
    ]
