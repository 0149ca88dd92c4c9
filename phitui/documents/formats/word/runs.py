"""The text of a Word paragraph, with what hangs on it: notes, comments, text boxes, equations."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from phitui.documents.formats.inline import subscript, superscript
from phitui.documents.formats.office.archive import attribute, child, local
from phitui.documents.formats.word.omml import linear
from phitui.documents.formats.word.styles import on
from phitui.documents.formats.word.symbols import symbol, without_private

DEPTH = 100
"""Elements nested deeper are not looked into."""
_SKIPPED = frozenset(
    "del moveFrom delText instrText delInstrText pPr rPr tblPr sectPr sdtPr sdtEndPr rt rubyPr smartTagPr customXmlPr "
    "proofErr bookmarkStart bookmarkEnd".split()
)
_COUNTERS = re.compile(r"^\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)\b", re.IGNORECASE)


@dataclass(slots=True)
class Hanging:
    """What stands beside a paragraph and is read after it."""

    boxes: list[Element] = field(default_factory=list)
    """Contents of text boxes."""
    graphics: list[str] = field(default_factory=list)
    """Relationships to diagrams and charts."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """("footnote", "endnote" or "comment", id) in the order of their marks."""


class ParagraphText:
    """Reads one paragraph. `mark(kind, id)` gives the sign of a note, in brackets, and may be empty."""

    def __init__(self, mark: Callable[[str, str], str], *, counters: bool = True) -> None:
        self._mark = mark
        self._counters = counters
        """Whether the numbers of pages are part of it."""
        self._parts: list[str] = []
        self._raised: tuple[str, list[str]] | None = None
        self._fields: list[str] = []
        """Of each field that is open: its instruction, ended by a newline where its result has begun."""
        self.hanging = Hanging()
        self.had_counter = False

    def read(self, paragraph: Element) -> str:
        """Its text; `hanging` holds the rest."""
        self._walk(paragraph, 0)
        self._lower()
        return "".join(self._parts)

    def _walk(self, element: Element, depth: int) -> None:
        if depth < DEPTH:
            for each in element:
                self._read(each, depth + 1)

    def _read(self, element: Element, depth: int) -> None:
        name = local(element)
        if name == "r":
            self._run(element, depth)
        elif name in ("oMath", "oMathPara"):
            self._add(" ".join(linear(element).split()))
        elif name == "AlternateContent":
            self._alternative(element, depth)
        elif name == "txbxContent":
            self.hanging.boxes.append(element)
        elif name in ("relIds", "chart"):
            target = attribute(element, "dm") or attribute(element, "id")
            if target:
                self.hanging.graphics.append(target)
        elif name == "commentRangeEnd":
            self._note("comment", element)
        elif name == "fldSimple":
            if _COUNTERS.match(attribute(element, "instr") or ""):
                self.had_counter = True
                if not self._counters:
                    return
            self._walk(element, depth)
        elif name not in _SKIPPED:
            self._walk(element, depth)

    def _run(self, run: Element, depth: int) -> None:
        properties = child(run, "rPr")
        if on(child(properties, "vanish")) and properties is not None:
            for each in run:
                if local(each) in ("fldChar", "instrText"):
                    self._field(each)
            return
        raised = child(properties, "vertAlign")
        position = (attribute(raised, "val") or "") if raised is not None else ""
        if position not in ("superscript", "subscript"):
            position = ""
        font = child(properties, "rFonts")
        face = ""
        if font is not None:
            face = attribute(font, "ascii") or attribute(font, "hAnsi") or ""
        if self._raised and self._raised[0] != position:
            self._lower()
        if position and not self._raised:
            self._raised = (position, [])
        for each in run:
            self._run_part(each, face, depth + 1)

    def _run_part(self, element: Element, face: str, depth: int) -> None:
        name = local(element)
        if name == "t":
            self._add(without_private(element.text or "", face))
        elif name in ("tab", "ptab"):
            self._add("\t")
        elif name in ("br", "cr"):
            self._add("\n")
        elif name == "noBreakHyphen":
            self._add("-")
        elif name == "softHyphen":
            pass
        elif name == "sym":
            code = attribute(element, "char") or ""
            if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code):
                self._add(symbol(attribute(element, "font") or face, int(code, 16)))
        elif name in ("footnoteReference", "endnoteReference", "commentReference"):
            self._note(name.removesuffix("Reference"), element)
        elif name in ("fldChar", "instrText"):
            self._field(element)
        elif name == "ruby":
            base = child(element, "rubyBase")
            if base is not None:
                self._walk(base, depth)
        elif name == "r":
            self._run(element, depth)
        else:
            self._read(element, depth)

    def _add(self, text: str) -> None:
        if any(not each.endswith("\n") for each in self._fields):
            return  # part of a field's instruction
        if not self._counters and any(_COUNTERS.match(each) for each in self._fields):
            return
        (self._raised[1] if self._raised else self._parts).append(text)

    def _lower(self) -> None:
        if self._raised:
            position, parts = self._raised
            self._raised = None
            before, text = "".join(self._parts[-4:]), "".join(parts)
            written = (superscript if position == "superscript" else subscript)(before, text)
            self._parts.append(written + " " * (text != text.rstrip()))

    def _field(self, element: Element) -> None:
        if local(element) == "instrText":
            if self._fields and not self._fields[-1].endswith("\n"):
                self._fields[-1] += (element.text or "").replace("\n", " ")
            return
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            self._fields.append("")
            self._form_field(element)
        elif kind == "separate" and self._fields:
            self._fields[-1] += "\n"
            self.had_counter = self.had_counter or _COUNTERS.match(self._fields[-1]) is not None
        elif kind == "end" and self._fields:
            self.had_counter = self.had_counter or _COUNTERS.match(self._fields[-1]) is not None
            self._fields.pop()

    def _form_field(self, element: Element) -> None:
        """Check boxes and lists of old forms show what their data says."""
        box = child(element, "ffData", "checkBox")
        if box is not None:
            checked = child(box, "checked")
            state = on(checked) if checked is not None else on(child(box, "default"))
            self._parts.append("☑" if state else "☐")
        chosen = child(element, "ffData", "ddList")
        if chosen is not None:
            entries = [attribute(each, "val") or "" for each in chosen if local(each) == "listEntry"]
            result = child(chosen, "result")
            index = (attribute(result, "val") or "0") if result is not None else "0"
            if index.isdigit() and int(index) < len(entries):
                self._parts.append(entries[int(index)])

    def _alternative(self, element: Element, depth: int) -> None:
        """The first way in which something is given, or the next one where that has no text."""
        for each in element:
            before = (len(self._parts), len(self.hanging.boxes), len(self.hanging.graphics))
            self._walk(each, depth)
            if (len(self._parts), len(self.hanging.boxes), len(self.hanging.graphics)) != before:
                return

    def _note(self, kind: str, element: Element) -> None:
        identity = attribute(element, "id") or ""
        if (kind, identity) in self.hanging.notes:
            return
        self._lower()
        custom = attribute(element, "customMarkFollows") in ("1", "true", "on")
        mark = self._mark(kind, identity)
        if mark and not custom:
            self._parts.append(mark)
        self.hanging.notes.append((kind, identity))
