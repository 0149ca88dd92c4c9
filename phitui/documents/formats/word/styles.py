"""Word's paragraph styles: which are headings, and which number their paragraphs."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from phitui.documents.formats.office.archive import attribute, child, local

DEEPEST = 20
"""Styles are based on each other; longer chains are cycles."""


@dataclass(frozen=True, slots=True)
class Style:
    """What of a style matters to the text."""

    base: str = ""
    level: int = 0
    """1 to 6 for a heading."""
    list_id: str | None = None
    list_level: int | None = None
    hidden: bool = False


class Styles:
    """By their ids, which Word translates; their names and outline levels it does not."""

    def __init__(self, root: Element | None) -> None:
        self._styles = {f"Heading{n}": Style(level=n) for n in range(1, 7)} | {"Title": Style(level=1)}
        for element in root if root is not None else ():
            if local(element) == "style":
                self._styles[attribute(element, "styleId") or ""] = _style(element)

    def level(self, style: str) -> int:
        """1 to 6 for headings, its own or those that it is based on; 0 for others."""
        return next((each.level for each in self._chain(style) if each.level), 0)

    def numbering(self, style: str) -> tuple[str | None, int | None]:
        """(list, level), each None where no style says."""
        chain = self._chain(style)
        lists = (each.list_id for each in chain if each.list_id is not None)
        levels = (each.list_level for each in chain if each.list_level is not None)
        return next(lists, None), next(levels, None)

    def hidden(self, style: str) -> bool:
        """Whether its text is not shown."""
        return any(each.hidden for each in self._chain(style))

    def _chain(self, style: str) -> list[Style]:
        found = []
        for _ in range(DEEPEST):
            if style not in self._styles:
                break
            found.append(self._styles[style])
            style = found[-1].base
        return found


def _style(element: Element) -> Style:
    base, name = child(element, "basedOn"), child(element, "name")
    title = ((attribute(name, "val") if name is not None else "") or "").lower()
    found = re.fullmatch(r"heading (\d)", title)
    outline = child(element, "pPr", "outlineLvl")
    level = int(found[1]) if found else outline_level(attribute(outline, "val") if outline is not None else None)
    list_id, list_level = numbering_of(child(element, "pPr"))
    return Style(
        (attribute(base, "val") or "") if base is not None else "",
        1 if title == "title" else level if level <= 6 else 0,
        list_id,
        list_level,
        on(child(element, "rPr", "vanish")),
    )


def numbering_of(properties: Element | None) -> tuple[str | None, int | None]:
    """(list, level) that paragraph properties name."""
    numbers = child(properties, "numPr")
    if numbers is None:
        return None, None
    list_id, level = child(numbers, "numId"), child(numbers, "ilvl")
    value = attribute(level, "val") if level is not None else None
    return (
        attribute(list_id, "val") if list_id is not None else None,
        int(value) if value and value.isdigit() and len(value) < 3 else None,
    )


def outline_level(value: str | None) -> int:
    """1 to 6 of Word's 0 to 5; 0 for body text."""
    return int(value) + 1 if value and value.isdigit() and int(value) < 6 else 0


def on(element: Element | None) -> bool:
    """Whether a switch is there and not turned off."""
    return element is not None and (attribute(element, "val") or "1") not in ("0", "false", "off", "none")
