"""Questions whose right passages are known: from a file, or from what was marked while reading."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.errors import UsageError
from phitui.library.terms.words import stems
from phitui.reading import read_given
from phitui.records import Hit
from phitui.text import one_line, system_reason

if TYPE_CHECKING:
    from phitui.library.store.conversations import Judgment

RUN = 4
"""Words of a run: passages that share half of their runs are the same, cut anew perhaps. Neighbours share a quarter."""
SAME = 0.5


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked and what is known of the right passage; an empty field excludes nothing."""

    question: str
    path: str | None = None
    pages: frozenset[int] = frozenset()
    answers: tuple[str, ...] = ()
    in_documents: bool = True
    """False: the documents do not answer it, and it should be refused."""
    section: str = ""
    passages: tuple[str, ...] = ()
    """Texts of right passages."""

    def is_right(self, hit: Hit) -> bool:
        """Whether a passage is what was asked for."""
        if not self.in_documents:
            return False
        if not self.is_about(hit.path):
            return False
        if self.pages and not self.pages & set(range(hit.span.page, hit.span.page_end + 1)):
            return False
        if self.section and self.section != hit.section:
            return False
        if self.passages and not any(_same_passage(each, hit.text) for each in self.passages):
            return False
        return not self.answers or self._holds(hit.text)

    def is_about(self, path: str) -> bool:
        """Whether that file may hold the right passage."""
        return not self.path or _same_file(self.path, path)

    def is_answered(self, path: str, text: str) -> bool:
        """Whether a quote from that file holds an answer."""
        return self.is_about(path) and self._holds(text)

    def _holds(self, text: str) -> bool:
        flat = _flat(text)
        return any(_flat(answer) in flat for answer in self.answers)


def read_questions(file: Path) -> list[Question]:
    """JSON lines `{"question","path"?,"page"?,"pages"?,"answer"?,"answers"?,"in_documents"?}`.

    Raises UsageError naming the line.
    """
    try:
        lines = read_given(file).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{one_line(str(file))} cannot be read: {system_reason(error)}.") from None
    questions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            questions.append(_question(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            raise UsageError(
                f'{one_line(str(file))}, line {number}: expected {{"question": …, "path": …, "page": …, "answer": …}}.'
            ) from None
    if not questions:
        raise UsageError(f"{one_line(str(file))} holds no question.")
    return questions


def _question(row: dict[str, Any]) -> Question:
    pages = row.get("pages") or ([row["page"]] if row.get("page") is not None else [])
    answers = row.get("answers") or ([row["answer"]] if row.get("answer") else [])
    return Question(
        str(row["question"]),
        str(row["path"]) if row.get("path") is not None else None,
        frozenset(map(int, pages)),
        tuple(map(str, answers)),
        row.get("in_documents") is not False,
    )


def judged(judgments: "Iterable[Judgment]", paths: dict[str, str]) -> list[Question]:
    """The questions of which a passage was marked as right and is still there. `paths`: content hash → path now."""
    found: dict[str, list[Judgment]] = {}
    for each in judgments:
        if each.content_hash in paths:
            found.setdefault(each.question, []).append(each)
    questions = []
    for question, marked in found.items():
        places = {paths[each.content_hash] for each in marked}
        path = places.pop() if len(places) == 1 else None
        questions.append(Question(question, path, passages=tuple(each.text for each in marked)))
    return questions


def _same_file(wanted: str, path: str) -> bool:
    return path == wanted or Path(path).name == Path(wanted).name


def _same_passage(one: str, other: str) -> bool:
    first, second = _runs(one), _runs(other)
    smaller = min(len(first), len(second))
    return one == other or (smaller > 0 and len(first & second) >= SAME * smaller)


@lru_cache(4096)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = stems(text, keep_stop_words=True)
    return frozenset(tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


@lru_cache(4096)
def _flat(text: str) -> str:
    return " " + " ".join(stems(text, keep_stop_words=True)) + " "


def answerable(questions: Sequence[Question]) -> list[Question]:
    """Those that the documents answer."""
    return [each for each in questions if each.in_documents]
