"""What a chart of an Office file shows: its title, and its numbers as rows."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from phitui.documents.formats.blocks import Block
from phitui.documents.formats.office.archive import attribute, child, local
from phitui.documents.formats.tables import row_blocks

MOST_SERIES = 30
MOST_POINTS = 2000
"""Of a series."""


def chart_blocks(root: Element) -> Iterator[Block]:
    """Its texts, then a row for each of its categories, with the names of its series as heads."""
    for paragraph in root.iter():
        if local(paragraph) == "p":
            text = "".join(each.text or "" for each in paragraph.iter() if local(each) == "t")
            if text.strip():
                yield Block(text)
    series = [each for each in root.iter() if local(each) == "ser"][:MOST_SERIES]
    names = [" ".join(_points(child(each, "tx")).values()) for each in series]
    columns = [_points(_first(each, "val", "yVal")) for each in series]
    labels: dict[int, str] = {}
    for each in series:
        labels = labels or _points(_first(each, "cat", "xVal"))
    places = sorted({place for column in columns for place in column})
    rows = [[labels.get(place, ""), *(column.get(place, "") for column in columns)] for place in places]
    if any(map(any, rows)):
        yield from row_blocks(rows, ["", *names] if any(names) else None)


def _first(series: Element, *names: str) -> Element | None:
    return next((found for found in (child(series, name) for name in names) if found is not None), None)


def _points(element: Element | None) -> dict[int, str]:
    """The cached values by their places."""
    found: dict[int, str] = {}
    for each in element.iter() if element is not None else ():
        if local(each) == "pt" and len(found) < MOST_POINTS:
            place = attribute(each, "idx") or ""
            value = child(each, "v")
            if value is not None and (value.text or "").strip() and place.isdigit() and len(place) < 7:
                found.setdefault(int(place), (value.text or "").strip())
    if not found and element is not None:
        value = child(element, "v")
        found = {0: (value.text or "").strip()} if value is not None and value.text else {}
    return found
