"""Footnotes, endnotes and comments of a Word document, numbered in the order of their marks."""

from xml.etree.ElementTree import Element

from phitui.documents.formats.numerals import roman
from phitui.documents.formats.office.archive import attribute, local

_APART = frozenset("separator continuationSeparator continuationNotice".split())


class Notes:
    """The notes of one kind (footnote, endnote or comment)."""

    def __init__(self, kind: str, root: Element | None) -> None:
        self._kind = kind
        self.elements = {
            attribute(each, "id") or "": each
            for each in (root if root is not None else ())
            if local(each) == kind and attribute(each, "type") not in _APART
        }
        self._numbers: dict[str, int] = {}
        self.told: set[str] = set()

    def mark(self, identity: str) -> str:
        """[1] for footnotes, [i] for endnotes, nothing for comments, whose words stand beside the text."""
        if identity not in self.elements or self._kind == "comment":
            return ""
        number = self._numbers.setdefault(identity, len(self._numbers) + 1)
        return f"[{number}]" if self._kind == "footnote" else f"[{roman(number)}]"

    def opening(self, identity: str) -> str:
        """What its text begins with."""
        if self._kind == "comment":
            author = attribute(self.elements[identity], "author") or ""
            return f"Comment by {author}:" if author.strip() else "Comment:"
        return self.mark(identity)

    def untold(self) -> list[str]:
        """Those that no mark led to yet."""
        return [identity for identity in self.elements if identity not in self.told]
