"""Questions made of the documents themselves, for a first estimate where nobody has judged anything yet.

Of each document: what it defines ("X is a …", "X means …"), what its headings announce, what it is about. They share
words with what they ask for, as people's questions often do not: search looks better on them than it is.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Protocol

from phitui.evaluation.questions import Question
from phitui.records import Hit, StoredDocument
from phitui.text import one_line, sentences

MOST_DOCUMENTS = 300
"""Of larger libraries so many, chosen by chance, are looked at."""
LONGEST_NAME = 80
"""Characters of a title or a heading that people would name."""
SEED = 1

_SUBJECT = r"(?P<article>(?:An?|The) )?(?P<name>[A-Z0-9a-z][\w'’-]*(?: [\w'’()-]+){0,4}?)"
_DEFINED = re.compile(
    rf"{_SUBJECT},? (?:(?P<verb>is|are|was|were) (?:an?|the|defined as|any|one of) |(?:means?|refers? to) )\w+ \w+"
)
_NO_SUBJECT = re.compile(
    r"(?i)(it|this|that|these|those|he|she|they|we|i|you|there|here|which|what|who|one|another|some|such|each|his|her|"
    r"its|their|our|my|if|when|while|although|because|since|as|in|on|at|by|for|from|to|with|of|and|but|or|nor|so|not|"
    r"also|however|thus|then|today|now|example|result|reason|following|first|second|third|latter|former|other|only|"
    r"table|figure|all|both|most|many|among|after|before|under|part)\b"
)
_UNNAMED = re.compile(
    r"\b(is|are|was|were|be|been|has|have|had|that|which|who|and|or|but|this|these|its|his|her|their|itself)\b"
)
_GENERAL = re.compile(
    r"(?i)[\W\d]*(introduction|abstract|summary|overview|references|bibliography|contents|table of contents|index|"
    r"notes|see also|external links|further reading|appendix|acknowledge?ments|conclusions?|preface|history|background|"
    r"untitled|chapter|section|part|page)[\W\dIVX]*"
)


class QuestionSource(Protocol):
    """What questions are made of."""

    def documents(self) -> list[StoredDocument]: ...

    def whole(self, document_id: int) -> list[Hit]: ...


def synthetic(shelf: QuestionSource, count: int, among: Sequence[int] | None = None) -> list[Question]:
    """At most `count`, spread over the documents; the same ones for the same library. Raises LibraryError.

    `among` are the ids of the documents that they are made of; None for all.
    """
    documents = [each for each in shelf.documents() if each.passages and (among is None or each.document_id in among)]
    random.Random(SEED).shuffle(documents)
    queues = [_of_document(each, shelf.whole(each.document_id)) for each in documents[:MOST_DOCUMENTS]]
    found: dict[str, Question] = {}
    for each in chain.from_iterable(zip_longest(*queues)):
        if each is None:
            continue
        if each.question in found:  # two documents say it: either is right
            found[each.question] = replace(each, path=None, answers=found[each.question].answers + each.answers)
        elif len(found) < count:
            found[each.question] = each
    return list(found.values())


def _of_document(document: StoredDocument, hits: Sequence[Hit]) -> list[Question]:
    """Definitions and headings in turn, mixed by chance; the title last."""
    made = random.Random(document.content_hash)
    defined, headed = list(_definitions(document, hits)), list(_headings(document, hits))
    made.shuffle(defined)
    made.shuffle(headed)
    mixed = [each for pair in zip_longest(defined, headed) for each in pair if each is not None]
    title = one_line(document.title)
    about = [Question(f"What is {title} about?", document.path)] if len(title) <= LONGEST_NAME else []
    return mixed + about


def _definitions(document: StoredDocument, hits: Sequence[Hit]) -> Iterator[Question]:
    seen: set[str] = set()
    for hit in hits:
        for start, end in sentences(hit.text):
            text = " ".join(hit.text[start:end].split())
            found = _DEFINED.match(text)
            if found is None or text in seen:
                continue
            name = found["name"]
            if _NO_SUBJECT.match(name) or _UNNAMED.search(name) or not re.search(r"[^\W\d]{3}", name):
                continue
            article = (found["article"] or "").lower()
            if article == "the " and name.islower():
                continue  # "the station": which one, only what stands before could tell
            seen.add(text)
            question = f"What {found['verb']} {article}{name}?" if found["verb"] else f"What does {article}{name} mean?"
            yield Question(question, document.path, answers=(text,))


def _headings(document: StoredDocument, hits: Sequence[Hit]) -> Iterator[Question]:
    for section in dict.fromkeys(hit.section for hit in hits):
        name = one_line(section.rsplit(" › ", 1)[-1])
        if 3 < len(name) <= LONGEST_NAME and not _GENERAL.fullmatch(name) and name.lower() != document.title.lower():
            yield Question(f"What does {one_line(document.title, LONGEST_NAME)} say about {name}?", document.path,
                           section=section)  # fmt: skip
