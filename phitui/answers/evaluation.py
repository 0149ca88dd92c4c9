"""Recall and MRR of a library on questions whose right passages are known."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from phitui.answers import quoting
from phitui.answers.asking import Shelf
from phitui.errors import UsageError
from phitui.events import Quote
from phitui.library.ranking import Query
from phitui.library.records import Hit
from phitui.library.search import Arm
from phitui.library.words import stems
from phitui.text import one_line

CUTS = (1, 3, 5, 10)
ARMS: tuple[Arm, ...] = ("lexical", "dense", "fused")


class ArmedShelf(Shelf, Protocol):
    """A library that can be searched by one arm alone."""

    def search(self, query: Query, k: int, arm: Arm = "fused") -> list[Hit]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked and what is known of the right passage; an empty field excludes nothing."""

    question: str
    path: str | None
    pages: frozenset[int]
    answers: tuple[str, ...]


def read_questions(file: Path) -> list[Question]:
    """JSON lines `{"question","path"?,"page"?,"pages"?,"answer"?,"answers"?}`. Raises UsageError naming the line."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{one_line(str(file))} cannot be read: {one_line(str(error))}.") from None
    questions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            questions.append(_question(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UsageError(
                f'{one_line(str(file))}, line {number}: expected {{"question": …, "path": …, "page": …, "answer": …}}.'
            ) from None
    if not questions:
        raise UsageError(f"{one_line(str(file))} holds no question.")
    return questions


def _question(row: dict[str, Any]) -> Question:
    pages = row.get("pages") or ([row["page"]] if row.get("page") is not None else [])
    answers = row.get("answers") or ([row["answer"]] if row.get("answer") else [])
    return Question(str(row["question"]), row.get("path"), frozenset(map(int, pages)), tuple(map(str, answers)))


def evaluate(shelf: ArmedShelf, questions: Sequence[Question]) -> Iterator[dict[str, Any]]:
    """One row an arm: questions, recall@1/3/5/10, mrr@10, answer_in_quotes (None where no answers are known)."""
    for arm in ARMS:
        ranks: list[int | None] = []
        quoted: list[bool] = []
        for question in questions:
            query = shelf.query(question.question, by_words=arm == "lexical")
            hits = shelf.search(query, max(CUTS), arm)
            ranks.append(next((hit.rank for hit in hits if _is_right(question, hit)), None))
            if question.answers:
                found = quoting.quotes(query, hits, shelf.sentences)
                quoted.append(any(_holds_answer(question, quote) for quote in found))
        total = len(questions)
        row: dict[str, Any] = {"arm": arm, "questions": total}
        row |= {f"recall@{cut}": sum(r is not None and r <= cut for r in ranks) / total for cut in CUTS}
        row["mrr@10"] = sum(1 / r for r in ranks if r) / total
        row["answer_in_quotes"] = sum(quoted) / len(quoted) if quoted else None
        yield row


def _is_right(question: Question, hit: Hit) -> bool:
    if question.path and not _same_file(question.path, hit.path):
        return False
    if question.pages and not question.pages & set(range(hit.span.page, hit.span.page_end + 1)):
        return False
    return not question.answers or _holds(question.answers, hit.text)


def _holds_answer(question: Question, quote: Quote) -> bool:
    return (not question.path or _same_file(question.path, quote.path)) and _holds(question.answers, quote.text)


def _same_file(wanted: str, path: str) -> bool:
    return path == wanted or Path(path).name == Path(wanted).name


def _holds(answers: Sequence[str], text: str) -> bool:
    flat = " " + " ".join(stems(text, keep_stop_words=True)) + " "
    return any(" " + " ".join(stems(answer, keep_stop_words=True)) + " " in flat for answer in answers)
