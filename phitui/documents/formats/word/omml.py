"""Word's equations as one line: x = (-b ± √(b^2-4ac))/(2a)."""

from xml.etree.ElementTree import Element

from phitui.documents.formats.inline import grouped, operand
from phitui.documents.formats.office.archive import attribute, child, local

DEPTH = 60
"""Equations nested deeper are cut off."""


def linear(element: Element | None, depth: int = 0) -> str:
    """The equation under an element of Office's mathematical markup."""
    if element is None or depth > DEPTH:
        return ""
    name = local(element)
    if name == "t":
        return element.text or ""

    def part(which: str) -> str:
        return linear(child(element, which), depth + 1).strip()

    if name == "f":
        return f"{operand(part('num'))}/{operand(part('den'))}"
    if name == "sSup":
        return f"{_base(part('e'))}^{grouped(part('sup'))}"
    if name == "sSub":
        return f"{_base(part('e'))}_{grouped(part('sub'))}"
    if name in ("sSubSup", "sPre"):
        return f"{_base(part('e'))}_{grouped(part('sub'))}^{grouped(part('sup'))}"
    if name == "rad":
        degree = part("deg")
        return f"({part('e')})^(1/{degree})" if degree else f"√({part('e')})"
    if name == "nary":
        sign = _property(element, "naryPr", "chr", "∫")
        low, high = part("sub"), part("sup")
        return sign + (f"_{grouped(low)}" if low else "") + (f"^{grouped(high)}" if high else "") + f" {part('e')}"
    if name == "d":
        between = _property(element, "dPr", "sepChr", "|")
        inside = between.join(linear(each, depth + 1).strip() for each in element if local(each) == "e")
        return _property(element, "dPr", "begChr", "(") + inside + _property(element, "dPr", "endChr", ")")
    if name == "func":
        inner = part("e")
        return part("fName") + (inner if inner.startswith("(") else f" {inner}")
    if name == "limLow":
        return f"{part('e')}_{grouped(part('lim'))}"
    if name == "limUpp":
        return f"{part('e')}^{grouped(part('lim'))}"
    if name in ("eqArr", "m"):
        rows = [linear(each, depth + 1).strip() for each in element if local(each) in ("e", "mr")]
        return "; ".join(rows) if name == "eqArr" else f"[{'; '.join(rows)}]"
    if name == "mr":
        return ", ".join(linear(each, depth + 1).strip() for each in element if local(each) == "e")
    if name.endswith("Pr") or name in ("del", "moveFrom", "instrText"):
        return ""
    return "".join(linear(each, depth + 1) for each in element)


def _base(text: str) -> str:
    return operand(text) if len(text) > 1 and not text.isalnum() else text


def _property(element: Element, properties: str, name: str, default: str) -> str:
    found = child(element, properties, name)
    if found is None:
        return default
    value = attribute(found, "val")
    return default if value is None and name == "chr" else value or ""
