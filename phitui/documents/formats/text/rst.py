"""reStructuredText sources, Sphinx's too: read by their own rules, since docutils drops what it does not know."""

import re
from collections.abc import Iterator

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import decode
from phitui.documents.formats.inline import labelled
from phitui.documents.formats.pictures import without_pictures
from phitui.documents.formats.tables import row_blocks

_LINE = re.compile(r"([!-/:-@\[-`{-~])\1{1,}\s*$")
_DIRECTIVE = re.compile(r"^(\s*)\.\.\s+(?:\|[^|]+\|\s+)?([\w:+.-]+)::\s*(.*)$")
_NOTE = re.compile(r"^\s*\.\.\s+\[([^\]]{1,40})\]\s+(.*)$")
_COMMENT = re.compile(r"^\s*\.\.(?:\s|$)")
_FIELD = re.compile(r"^\s*:([^:\n`]{1,80}):(?:\s+(.*))?$")
_AUTHOR = re.compile(r"^:authors?:[ \t]+(\S.*)$", re.IGNORECASE | re.MULTILINE)
_SIMPLE_RULE = re.compile(r"^\s*=+(?:\s+=+)+\s*$")
_GRID_RULE = re.compile(r"^\s*\+(?:[-=]+\+)+\s*$")
_SAID = {"note", "warning", "tip", "important", "caution", "danger", "attention", "hint", "error", "seealso", "todo",
         "deprecated", "versionadded", "versionchanged", "admonition", "topic", "rubric", "sidebar"}  # fmt: skip
_LEFT_OUT = {"image", "toctree", "contents", "include", "raw", "highlight", "index", "only", "role", "default-role",
             "currentmodule", "meta", "sectnum", "target-notes"}  # fmt: skip
_INLINE = (
    (re.compile(r":[\w:+.-]{1,80}:`([^`<]{1,300}?)\s{0,20}<[^`>]*>`"), r"\1"),
    (re.compile(r":[\w:+.-]{1,80}:`~?([^`]{1,500})`"), r"\1"),
    (re.compile(r"`([^`<]{1,300}?)\s{0,20}<[^`>]*>`__?"), r"\1"),
    (re.compile(r"``([^`]+)``"), r"\1"),
    (re.compile(r"`([^`]+)`__?"), r"\1"),
    (re.compile(r"`([^`]+)`"), r"\1"),
    (re.compile(r"\[([#\w*.-]{1,40})\]_"), r"[\1]"),
    (re.compile(r"(?<![\w*])\*\*(?=\S)([^*\n]{1,500}?)\*\*(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"\|([\w -]{1,60})\|_?"), r"\1"),
    (re.compile(r"\b([A-Za-z][\w-]{0,80})_\b(?=[\s.,;:)]|$)"), r"\1"),
    (re.compile(r"\\([^\w\s])|\\\s"), r"\1"),
)


def read(source: Source) -> Flow:
    """The blocks of a file."""
    decoded = decode(source.read())
    flow = Flow(rst_blocks(decoded.text))
    flow.author = ", ".join(" ".join(found.split()) for found in _AUTHOR.findall(decoded.text[:5000]))
    flow.note(decoded.note)
    return flow


def rst_blocks(text: str) -> Iterator[Block]:
    """Headings by their underlines, paragraphs, items, "label: value" fields, rows of tables, code."""
    lines = [line.expandtabs(8).rstrip() for line in without_pictures(text).replace("\r\n", "\n").split("\n")]
    return _Reader(lines).blocks()


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._styles: list[str] = []

    def blocks(self) -> Iterator[Block]:
        lines = self._lines
        while self._at < len(lines):
            line = lines[self._at]
            if not line.strip():
                self._at += 1
            elif self._is_heading():
                yield self._heading()
            elif _GRID_RULE.match(line):
                yield from self._grid()
            elif _SIMPLE_RULE.match(line):
                yield from self._simple_table()
            elif _LINE.match(line) and len(line.strip()) >= 4:
                self._at += 1
            elif found := _NOTE.match(line):
                self._at += 1
                yield Block(_plain(f"[{found[1]}] {' '.join([found[2], *self._indented(1)])}"))
            elif found := _DIRECTIVE.match(line):
                yield from self._directive(found[2].lower(), found[3], len(found[1]))
            elif _COMMENT.match(line):
                self._at += 1
                self._indented(len(line) - len(line.lstrip()) + 1)
            elif found := _FIELD.match(line):
                self._at += 1
                value = " ".join([found[2] or "", *self._indented(len(line) - len(line.lstrip()) + 1)])
                yield Block(labelled(_plain(found[1]), _plain(value)))
            else:
                yield from self._paragraph()

    def _is_heading(self) -> bool:
        lines, at = self._lines, self._at
        if _LINE.match(lines[at]) and at + 2 < len(lines):
            return lines[at + 2].strip() == lines[at].strip() and bool(lines[at + 1].strip())
        if at + 1 >= len(lines) or lines[at][:1].isspace() or not _LINE.match(lines[at + 1]):
            return False
        under = lines[at + 1].strip()
        return len(under) >= min(4, len(lines[at])) and len(under) >= 0.8 * len(lines[at])

    def _heading(self) -> Block:
        over = _LINE.match(self._lines[self._at]) is not None
        title = self._lines[self._at + over].strip()
        style = self._lines[self._at + over + 1].strip()[0] + ("-" if over else "")
        self._at += 2 + over
        if style not in self._styles:
            self._styles.append(style)
        return Block(_plain(title), min(6, self._styles.index(style) + 1))

    def _indented(self, least: int) -> list[str]:
        """The lines that follow and are indented by so much, without empty ones at the end."""
        taken = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and len(line) - len(line.lstrip()) < least:
                break
            taken.append(line)
            self._at += 1
        while taken and not taken[-1].strip():
            taken.pop()
        return [line.strip() for line in taken if line.strip()]

    def _raw_indented(self, least: int) -> list[str]:
        start = self._at
        self._indented(least)
        lines = self._lines[start : self._at]
        indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
        cut = min(indents, default=0)
        return [line[cut:] for line in lines]

    def _directive(self, name: str, argument: str, indent: int) -> Iterator[Block]:
        self._at += 1
        body = self._raw_indented(indent + 1)
        while body and _FIELD.match(body[0]):
            body.pop(0)
        text = "\n".join(body).strip("\n")
        if name in _LEFT_OUT:
            return
        if name in (
            "code-block",
            "code",
            "sourcecode",
            "literalinclude",
            "parsed-literal",
            "math",
            "doctest",
            "prompt",
        ):
            if argument and name == "math":
                text = f"{argument}\n{text}".strip()
            if text.strip():
                yield Block(text)
            return
        if name in ("csv-table",):
            from phitui.documents.formats.text.csv import csv_blocks

            yield from [Block(_plain(argument))] if argument else []
            yield from csv_blocks(text)
            return
        if name == "list-table":
            yield from [Block(_plain(argument))] if argument else []
            yield from _list_table(body)
            return
        if (
            name in _SAID
            and argument
            and not name.startswith(("version", "deprecated", "admonition", "topic", "rubric", "sidebar"))
        ):
            text, argument = f"{argument}\n{text}", ""
        inner = list(rst_blocks(text)) if text.strip() else []
        if argument and name in ("figure", "image"):
            argument = ""
        if name in _SAID or name in (
            "option",
            "function",
            "class",
            "method",
            "data",
            "attribute",
            "envvar",
            "glossary",
            "math",
        ):
            opening = name.replace("versionadded", "Added in version").replace("versionchanged", "Changed in version")
            if name in (
                "rubric",
                "topic",
                "sidebar",
                "admonition",
                "option",
                "function",
                "class",
                "method",
                "data",
                "attribute",
                "envvar",
                "glossary",
            ):
                opening = ""
            said = " ".join(part for part in (opening.capitalize() if opening else "", _plain(argument)) if part)
            if (
                name in ("versionadded", "versionchanged", "deprecated", "admonition", "topic", "rubric", "sidebar")
                or not inner
            ):
                yield from [Block(said)] if said.strip() else []
            elif said and inner:
                inner[0] = Block(labelled(said, inner[0].text))
        elif argument.strip():
            yield Block(_plain(argument))
        yield from (Block(block.text) for block in inner)

    def _paragraph(self) -> Iterator[Block]:
        """Lines to the next empty one; items of lists begin blocks of their own; what `::` leads to is code."""
        lines: list[str] = []
        indent = len(self._lines[self._at]) - len(self._lines[self._at].lstrip())
        while self._at < len(self._lines) and self._lines[self._at].strip():
            line = self._lines[self._at]
            if lines and re.match(r"\s*(?:[-*+•]|\(?(?:\d{1,4}|#|[a-zA-Z])[.)])\s", line):
                break
            if (
                lines
                and len(lines) == 1
                and len(line) - len(line.lstrip()) > indent
                and not re.match(r"\s*(?:[-*+•]|\(?\w{1,4}[.)])\s", lines[0])
            ):
                value = " ".join(self._indented(indent + 1))
                yield Block(labelled(_plain(lines[0].strip()), _plain(value)))  # a definition
                return
            if lines and (_GRID_RULE.match(line) or _COMMENT.match(line)):
                break
            lines.append(line.strip())
            self._at += 1
        text = " ".join(lines)
        text = re.sub(r"^[-*+](?=\s)", "•", text)
        code = text.endswith("::")
        if code:
            text = text[:-2].rstrip() + ("" if text[-3:-2].isspace() or text == "::" else ":")
        if text.strip():
            yield Block(_plain(text))
        if code:
            while self._at < len(self._lines) and not self._lines[self._at].strip():
                self._at += 1
            body = "\n".join(self._raw_indented(indent + 1)).strip("\n")
            if body:
                yield Block(body)

    def _grid(self) -> Iterator[Block]:
        rows: list[list[str]] = []
        heads: list[str] | None = None
        cells: list[list[str]] = []
        while self._at < len(self._lines) and self._lines[self._at].lstrip()[:1] in ("+", "|"):
            line = self._lines[self._at].strip()
            self._at += 1
            if line.startswith("+"):
                if cells:
                    rows.append([_plain(" ".join(part for part in cell if part)) for cell in cells])
                    cells = []
                if "=" in line and rows and heads is None:
                    heads, rows = rows[-1], rows[:-1]
                continue
            parts = [part.strip() for part in line.strip("|").split("|")]
            cells += [[] for _ in range(len(parts) - len(cells))]
            for cell, part in zip(cells, parts, strict=False):
                cell.append(part)
        yield from row_blocks(rows, heads)

    def _simple_table(self) -> Iterator[Block]:
        rule = self._lines[self._at]
        edges = [(found.start(), found.end()) for found in re.finditer(r"=+", rule)]
        self._at += 1
        parts: list[list[list[str]]] = [[]]
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if _SIMPLE_RULE.match(line):
                parts.append([])
                following = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""
                self._at += 1
                if len(parts) > 2 or not following.strip():
                    break
                continue
            self._at += 1
            if not line.strip():
                continue
            row = [
                line[start : edges[n + 1][0] if n + 1 < len(edges) else None].strip()
                for n, (start, _) in enumerate(edges)
            ]
            if not row[0] and parts[-1]:
                parts[-1][-1] = [f"{a} {b}".strip() for a, b in zip(parts[-1][-1], row, strict=True)]
            elif not re.fullmatch(r"\s*-+(?:\s+-+)*\s*", line):
                parts[-1].append(row)
        full = [part for part in parts if part]
        heads = [_plain(cell) for cell in full[0][-1]] if len(full) > 1 else None
        yield from row_blocks(
            [[_plain(cell) for cell in row] for part in full[1 if heads else 0 :] for row in part], heads
        )


def _list_table(body: list[str]) -> Iterator[Block]:
    rows: list[list[str]] = []
    for line in body:
        found = re.match(r"\s*(\*\s+)?-\s*(.*)$", line)
        if found and (found[1] or rows):
            if found[1]:
                rows.append([])
            rows[-1].append(_plain(found[2]))
        elif rows and rows[-1] and line.strip():
            rows[-1][-1] += " " + _plain(line.strip())
    if len(rows) > 1:
        yield from row_blocks(rows[1:], rows[0])
    else:
        yield from row_blocks(rows)


def _plain(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text.strip()
