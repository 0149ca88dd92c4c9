"""Passages of the library that code is written from: a section of a document, or what of it speaks of the task."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from phitui.documents.splitter import SECTION_SEPARATOR
from phitui.library.search.ranking import Query
from phitui.records import Hit, PackedPassage, StoredSentence

MOST_FOUND = 8
"""Passages of a document of which no section is named."""
_NAMED = re.compile(r"(?:(?<!§)§++|\b(?:section|chapter|sec\.))\s*(\d+(?:\.\d+)*)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:section|chapter|§)?\s*(\d+(?:\.\d+)*)\.?\s", re.IGNORECASE)


class Shelf(Protocol):
    """What is asked of the library."""

    def whole(self, document_id: int) -> list[Hit]: ...

    def query(self, text: str) -> Query: ...

    def search(self, query: Query, k: int) -> list[Hit]: ...

    def sentences(self, hit: Hit) -> list[StoredSentence]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A document that code is written from, or one of its sections with those inside it."""

    document_id: int
    section: str = ""


def sections(passages: Sequence[Hit]) -> list[str]:
    """The sections of a document's passages, in their order, with those that only hold others."""
    found: dict[str, None] = {}
    for hit in passages:
        parts = hit.section.split(SECTION_SEPARATOR) if hit.section else []
        for depth in range(1, len(parts) + 1):
            found[SECTION_SEPARATOR.join(parts[:depth])] = None
    return list(found)


def first_in(passages: Sequence[Hit], section: str) -> Hit:
    """The passage that a section of theirs begins with."""
    return next(hit for hit in passages if _inside(hit.section, section))


def passages_for(sources: Sequence[Source], instruction: str, shelf: Shelf) -> tuple[Hit, ...]:
    """The passages of each source, a section's in their order, with ranks from 1.

    Where the source is a document and the instruction names a section by its number, it is that section.
    """
    found: dict[int, Hit] = {}
    for source in sources:
        whole = shelf.whole(source.document_id)
        names = [source.section] if source.section else _sections_named(instruction, sections(whole))
        chosen = [hit for hit in whole if any(_inside(hit.section, name) for name in names)]
        if not names:
            query = shelf.query(instruction)
            query = replace(query, filters=replace(query.filters, ids=(source.document_id,)))
            chosen = shelf.search(query, MOST_FOUND)
        found |= {hit.passage_id: hit for hit in chosen}
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(found.values(), 1))


def _inside(section: str, name: str) -> bool:
    return section == name or section.startswith(name + SECTION_SEPARATOR)


def _sections_named(instruction: str, known: Sequence[str]) -> list[str]:
    wanted = set(_NAMED.findall(instruction))
    numbered = ((name, _NUMBER.match(name.split(SECTION_SEPARATOR)[-1] + " ")) for name in known)
    return [name for name, number in numbered if number and number[1] in wanted]


def pack(
    hits: Sequence[Hit], shelf: Shelf, room: int, count: Callable[[str], int]
) -> tuple[str, tuple[PackedPassage, ...]]:
    """The passages as they stand in a prompt, in at most `room` tokens, and what became of each.

    Passages overlap: each sentence is given once. The one that is cut loses sentences at its end.
    """
    blocks: list[str] = []
    packed: list[PackedPassage] = []
    given: set[tuple[int, int, int]] = set()
    for hit in hits:
        places = [(hit.document_id, each.span.page, each.span.start) for each in shelf.sentences(hit)]
        texts = [" ".join(each.text.split()) for each in shelf.sentences(hit)]
        new = [number for number, place in enumerate(places) if place not in given]
        head = f"[{len(blocks) + 1}] {hit.cited_header}, p. {hit.page_label or hit.span.page}"
        kept, cost = list(new), 0
        while kept:
            block = head + "\n" + " ".join(texts[number] for number in kept)
            cost = count(block + "\n\n")
            if cost <= room:
                break
            kept.pop()
        if not kept:
            reason = "budget" if new else "said already"
            packed.append(PackedPassage(hit.passage_id, "out", reason, count(hit.text), ""))
            continue
        room -= cost
        blocks.append(block)
        given.update(places[number] for number in kept)
        whole = len(kept) == len(new)
        text = " ".join(texts[number] for number in kept)
        state, reason_cut = ("in", None) if whole else ("trimmed", "budget")
        packed.append(PackedPassage(hit.passage_id, state, reason_cut, cost, text, len(blocks)))
    return "\n\n".join(blocks), tuple(packed)
