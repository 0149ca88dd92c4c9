"""MathML as one line: E = mc^2, (a+b)/(2c), √(x)."""

from collections.abc import Callable
from typing import Any

from phitui.documents.formats.inline import grouped, operand

DEPTH = 60
"""Formulas nested deeper are cut off."""
_SPACED = frozenset("= < > ≤ ≥ ≠ ≈ ≡ ∼ → ⇒ ⇔ ± ∈ ⊂ ⊆".split())


def linear(node: Any, depth: int = 0) -> str:
    """The formula of a MathML element (a tree node with `tag`, `attributes` and `first_child`, as selectolax has)."""
    if depth > DEPTH:
        return ""
    children = [child for child in _children(node) if child.tag not in ("annotation", "annotation-xml", "none")]
    if node.tag == "semantics":
        return linear(children[0], depth + 1) if children else ""
    if node.tag == "-text":
        return " ".join((node.text_content or "").split())
    parts = [linear(child, depth + 1) for child in children if child.tag != "-text" or _is_token(node.tag)]
    make = _SHAPES.get(node.tag)
    if make and len(parts) >= make[0]:
        return make[1](parts)
    if node.tag == "mfenced":
        attributes = node.attributes
        between = (attributes.get("separators") or ",")[0] + " "
        return (attributes.get("open") or "(") + between.join(parts) + (attributes.get("close") or ")")
    if node.tag == "mtable":
        return "[" + "; ".join(parts) + "]"
    if node.tag == "mtr":
        return ", ".join(parts)
    if node.tag in ("mphantom", "maligngroup", "malignmark", "mglyph"):
        return ""
    if node.tag == "mspace":
        return " "
    text = "".join(parts)
    if node.tag == "mo":
        text = text.translate({0x2061: None, 0x2062: None, 0x2063: None, 0x2064: None})
        return f" {text} " if text in _SPACED else text
    return text


def formula(node: Any) -> str:
    """A <math> element's text; where it has no content of its own, its alttext or its TeX."""
    text = " ".join(linear(node).split())
    if text:
        return text
    alternative = (node.attributes.get("alttext") or "").strip()
    if alternative:
        return alternative
    found = node.css_first("annotation")
    return " ".join((found.text() or "").split()) if found is not None else ""


def _is_token(tag: str) -> bool:
    return tag in ("mi", "mn", "mo", "mtext", "ms", "math", "mrow", "mstyle", "mtd")


def _children(node: Any) -> list[Any]:
    found, child = [], node.first_child
    while child is not None:
        if child.tag != "-comment":
            found.append(child)
        child = child.next
    return found


def _script(parts: list[str]) -> str:
    base = parts[0]
    return f"{operand(base) if len(base) > 1 and not base.isalnum() else base}^{grouped(parts[1])}"


_SHAPES: dict[str, tuple[int, Callable[[list[str]], str]]] = {
    "mfrac": (2, lambda parts: f"{operand(parts[0])}/{operand(parts[1])}"),
    "msup": (2, _script),
    "mover": (2, lambda parts: parts[0] if parts[1] in "¯ˉ‾→^˙~^" else f"{parts[0]}^{grouped(parts[1])}"),
    "msub": (2, lambda parts: f"{parts[0]}_{grouped(parts[1])}"),
    "munder": (2, lambda parts: f"{parts[0]}_{grouped(parts[1])}"),
    "msubsup": (3, lambda parts: f"{parts[0]}_{grouped(parts[1])}^{grouped(parts[2])}"),
    "munderover": (3, lambda parts: f"{parts[0]}_{grouped(parts[1])}^{grouped(parts[2])} "),
    "msqrt": (1, lambda parts: f"√({''.join(parts)})"),
    "mroot": (2, lambda parts: f"({parts[0]})^(1/{parts[1]})"),
    "mmultiscripts": (2, lambda parts: parts[0] + "".join(f"_{grouped(each)}" for each in parts[1:] if each)),
}
