"""The numbers that Word computes before paragraphs: 4.2, (a), iii."""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from phitui.documents.formats.numerals import letters, roman
from phitui.documents.formats.office.archive import attribute, child, local

LEVELS = 9
MOST = 100_000
_PLACE = re.compile(r"%([1-9])")


@dataclass(slots=True)
class Level:
    """How one level of a list is numbered."""

    start: int = 1
    kind: str = "decimal"
    text: str = ""
    restart: int | None = None
    """The level (from 1) after which it begins anew; 0 never, None after any higher one."""
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    levels: dict[int, Level]
    counter: str
    """Lists of one counter go on counting where another left off."""
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts paragraphs as they come."""

    def __init__(self, root: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is not None:
            self._read(root)

    def _read(self, root: Element) -> None:
        abstract: dict[str, dict[int, Level]] = {}
        links: dict[str, str] = {}
        styles: dict[str, str] = {}
        for element in root:
            if local(element) == "abstractNum":
                name = attribute(element, "abstractNumId") or ""
                abstract[name] = {
                    _number(attribute(each, "ilvl"), 0): _level(each) for each in element if local(each) == "lvl"
                }
                link, own = child(element, "numStyleLink"), child(element, "styleLink")
                if link is not None:
                    links[name] = attribute(link, "val") or ""
                if own is not None:
                    styles[attribute(own, "val") or ""] = name
        for element in root:
            if local(element) != "num":
                continue
            target = child(element, "abstractNumId")
            name = (attribute(target, "val") or "") if target is not None else ""
            name = styles.get(links.get(name, ""), name)
            made = _List(dict(abstract.get(name, {})), name)
            for override in element:
                if local(override) != "lvlOverride":
                    continue
                number = _number(attribute(override, "ilvl"), 0)
                whole, start = child(override, "lvl"), child(override, "startOverride")
                if whole is not None:
                    made.levels[number] = _level(whole)
                if start is not None:
                    made.starts[number] = _number(attribute(start, "val"), 1)
            self._lists[attribute(element, "numId") or ""] = made

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """The level that the list ties to a paragraph style."""
        if list_id not in self._lists:
            return None
        return next((number for number, each in self._lists[list_id].levels.items() if each.style == style), None)

    def label(self, list_id: str, number: int) -> str:
        """Counts a paragraph and returns what stands before it: "4.2", "•", or nothing."""
        made = self._lists.get(list_id)
        if made is None or not 0 <= number < LEVELS:
            return ""
        counts = self._counts.setdefault(made.counter, [None] * LEVELS)
        level = made.levels.get(number, Level(text=f"%{number + 1}."))
        if number in made.starts and (list_id, number) not in self._started:
            self._started.add((list_id, number))
            counts[number] = made.starts[number]
        else:
            before = counts[number]
            counts[number] = level.start if before is None else min(before + 1, MOST)
        for deeper in range(number + 1, LEVELS):
            restart = made.levels.get(deeper, Level()).restart
            if restart is None or (restart and number < restart):
                counts[deeper] = None
        if level.kind == "bullet":
            return "•"
        if level.kind == "none":
            return _PLACE.sub("", level.text).strip()

        def shown(place: re.Match[str]) -> str:
            which = int(place[1]) - 1
            other = made.levels.get(which, Level())
            if counts[which] is None:
                counts[which] = made.starts.get(which, other.start)
            return _written(counts[which] or 0, "decimal" if level.legal else other.kind)

        return _PLACE.sub(shown, level.text).strip()


def _level(element: Element) -> Level:
    values = {local(each): attribute(each, "val") for each in element}
    kind = values.get("numFmt")
    if kind is None and child(element, "AlternateContent", "Choice", "numFmt") is not None:
        kind = "decimalZero"
    legal = child(element, "isLgl")
    return Level(
        _number(values.get("start"), 0 if "start" not in values else 1),
        kind or "decimal",
        values.get("lvlText") or "",
        _number(values.get("lvlRestart"), 0) if "lvlRestart" in values else None,
        legal is not None and (attribute(legal, "val") or "1") not in ("0", "false", "off"),
        values.get("pStyle") or "",
    )


def _written(number: int, kind: str) -> str:
    if kind == "lowerLetter":
        return letters(number)
    if kind == "upperLetter":
        return letters(number).upper()
    if kind == "lowerRoman":
        return roman(number)
    if kind == "upperRoman":
        return roman(number).upper()
    if kind == "decimalZero":
        return f"{number:02}"
    if kind == "ordinal":
        tens = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{tens}"
    if kind in ("bullet", "none"):
        return ""
    if kind == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x245F + number)
    return str(number)


def _number(value: str | None, default: int) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,6}", value) else default
