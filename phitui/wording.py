"""What both faces say in the same words."""

from collections.abc import Sequence

from phitui.answers.writing.repetition import words_of
from phitui.events import SentenceRevised
from phitui.records import CheckedSentence
from phitui.text import one_line

ENDS = {
    "length": "cut at the longest answer allowed",
    "window": "cut: the window is full",
    "cancelled": "stopped",
    "repeated": "stopped: it began to repeat itself",
    "unsupported": "stopped: the passages say no more of it",
}
"""How an answer ended, where it did not end by itself."""


def ended(reason: str) -> str:
    """How an answer ended; empty where it ended by itself."""
    return ENDS.get(reason, "")


def claims(sentences: Sequence[CheckedSentence]) -> tuple[int, int]:
    """(supported, all) of the different claims among them: what is said twice counts once, what claims nothing not."""
    found: dict[str, bool] = {}
    for each in sentences:
        if each.claims:
            found.setdefault(words_of(each.text), each.supported)
    return sum(found.values()), len(found)


def revised(revisions: Sequence[SentenceRevised]) -> str:
    """How many sentences of an answer were replaced, written anew or left out; empty where none was."""
    counts = {"replaced": 0, "written anew": 0, "left out": 0}
    tried: str | None = None
    for each in revisions:
        if each.step in ("replaced", "dropped"):
            counts["replaced" if each.step == "replaced" else "left out"] += 1
            tried = None
        else:
            counts["written anew"] += tried is not None and each.answer != tried
            tried = each.answer if each.step == "resampled" else None
    counts["written anew"] += tried is not None
    told = [(count, done) for done, count in counts.items() if count]
    if not told:
        return ""
    (first, done), rest = told[0], told[1:]
    one = f"{first} sentence was {done}" if first == 1 else f"{first} sentences were {done}"
    return ", ".join([one, *(f"{count} {done}" for count, done in rest)])


def remark(sentence: CheckedSentence) -> str:
    """What is wrong with a sentence of an answer, in a few words; empty where it is supported."""
    if sentence.supported:
        return ""
    if not sentence.claims:
        return f"no claim: {sentence.reason}" if sentence.reason else "no claim"
    if sentence.verdict == "contradicted" and not sentence.conflicts:
        return "the passage says otherwise"
    if sentence.verdict == "related":
        lacking = f": not said of it: {', '.join(sentence.unsupported_words)}" if sentence.unsupported_words else ""
        return f"the passage is only about the same{lacking}"
    if sentence.conflicts:
        said, source = sentence.conflicts[0]
        return f"says {said}, the passage {source}"
    lacking = f"not in the passages: {', '.join(sentence.unsupported_words)}" if sentence.unsupported_words else ""
    return f"partly: {lacking}" if lacking and sentence.citations else lacking or sentence.verdict


def cited(text: str, title: str, page: str, *, quoted: bool = True) -> str:
    """“text” (Title, p. 14); without the marks where the words are not the document's own."""
    said = one_line(text)
    return f"{f'“{said}”' if quoted else said} ({one_line(title)}, p. {one_line(page)})"


def with_advice(reason: str | None, advice: str | None) -> str:
    """Why a document is not as it should be, and what to do about it, which depends on who says it."""
    return ". ".join(each.rstrip(".") for each in (reason, advice) if each) + "." if advice else reason or ""
