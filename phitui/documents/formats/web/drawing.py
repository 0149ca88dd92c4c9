"""The words in a drawing (SVG) that stands in a page."""

from collections.abc import Iterator
from typing import Any

_PLACED = ("x", "y", "dx", "dy")


def drawn_text(svg: Any) -> Iterator[str]:
    """A line for each text that is drawn; its parts are set apart where they have places of their own."""
    for text in svg.css("text"):
        parts = []
        for node in text.traverse(include_text=True):
            if node.tag == "-text":
                parts.append(node.text_content or "")
            elif node.tag == "tspan" and any(name in node.attributes for name in _PLACED):
                parts.append(" ")
        line = " ".join("".join(parts).split())
        if line:
            yield line
