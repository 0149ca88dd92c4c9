"""The Markdown that the handbook is written in: headings, paragraphs, lists, code, tables with two columns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

_NUMBERED = re.compile(r"(\d+)\. (.+)")
_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*")

Kind = Literal["plain", "code", "bold", "italic"]


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` counts from 1: a chapter."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list; `mark` is its bullet or number."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of two cells; the row above the rule is not kept."""

    rows: tuple[tuple[str, str], ...]


Block = Heading | Paragraph | Item | Code | Table


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a text in order. Raises ValueError for a table whose rows have not two cells."""
    pieces = text.split("```")
    for number, piece in enumerate(pieces):
        if number % 2:
            yield Code(tuple(piece.strip("\n").split("\n")[0 if piece.startswith("\n") else 1 :]))
            continue
        for filled, lines in groupby(piece.split("\n"), key=lambda line: bool(line.strip())):
            if filled:
                yield from _group(list(lines))


def _group(lines: list[str]) -> Iterator[Block]:
    """Lines that no empty line parts."""
    if lines[0].startswith("#"):
        sharps, _, text = lines[0].partition(" ")
        yield Heading(len(sharps), text)
    elif lines[0].startswith("|"):
        yield Table(tuple(_row(line) for line in lines[2:]))
    elif lines[0].startswith("- "):
        yield from (Item("\N{MIDDLE DOT}", line.removeprefix("- ")) for line in lines)
    elif _NUMBERED.fullmatch(lines[0]):
        yield from (Item(f"{found[1]}.", found[2]) for found in map(_NUMBERED.fullmatch, lines) if found)
    else:
        yield Paragraph(" ".join(lines))


def _row(line: str) -> tuple[str, str]:
    cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    if len(cells) != 2:
        raise ValueError(f"A table row needs two cells: {line}")
    return cells[0], cells[1]


def runs(text: str) -> Iterator[tuple[Kind, str]]:
    """The text in runs of one style."""
    end = 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            yield "plain", text[end : found.start()]
        kind: Kind = "code" if found[1] else "bold" if found[2] else "italic"
        yield kind, found[1] or found[2] or found[3]
        end = found.end()
    if end < len(text):
        yield "plain", text[end:]
