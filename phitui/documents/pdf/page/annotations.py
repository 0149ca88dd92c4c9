"""What lies upon a page: fields of forms with their values, texts and stamps, comments."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pypdfium2.raw as pdfium

from phitui.documents.pdf.page.boxes import Rect
from phitui.documents.pdf.page.fields import decoded, field_of

MOST_ANNOTATIONS = 5000
HIDDEN = 0x02 | 0x20
"""Flags: hidden, and not to be seen on a screen."""
_MARKED = frozenset(
    (
        pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE,
        pdfium.FPDF_ANNOT_POLYGON, pdfium.FPDF_ANNOT_POLYLINE, pdfium.FPDF_ANNOT_HIGHLIGHT,
        pdfium.FPDF_ANNOT_UNDERLINE, pdfium.FPDF_ANNOT_SQUIGGLY, pdfium.FPDF_ANNOT_STRIKEOUT,
        pdfium.FPDF_ANNOT_CARET, pdfium.FPDF_ANNOT_INK, pdfium.FPDF_ANNOT_FILEATTACHMENT,
    )
)  # fmt: skip
"""Kinds whose text is a comment, which is not drawn."""
_PAINTED = frozenset((pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_WATERMARK))
"""Kinds whose text is drawn."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text that is drawn upon the page. `label` says what it is where nothing beside it does."""

    text: str
    place: Rect
    label: str = ""
    mark: bool = False
    """A check box, whose words may stand on either side."""


def annotations_of(
    pdf: Any, page: Any, textpage: Any, index: int, text: str, files: list[Any]
) -> tuple[list[Drawn], list[str]]:
    """What is drawn upon the page and its comments, but for what its own text says already.

    `files` takes the handles of files that hang on the page.
    """
    drawn: list[Drawn] = []
    notes: list[str] = []
    painted: list[tuple[Rect, str]] = []
    count = min(MOST_ANNOTATIONS, pdfium.FPDFPage_GetAnnotCount(page))
    said = _folded(text) if count else ""
    for number in range(count):
        with _annotation(page, number) as annotation:
            if annotation is None or pdfium.FPDFAnnot_GetFlags(annotation) & HIDDEN:
                continue
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            if kind == pdfium.FPDF_ANNOT_WIDGET:
                field = field_of(pdf.formenv, annotation) if pdf.formenv else None
                if field and field.value:
                    drawn.append(Drawn(field.value, _place(annotation), field.label, field.mark))
                elif field is None:
                    painted.append((_place(annotation), ""))
            elif kind in _PAINTED:
                painted.append((_place(annotation), string_of(annotation, b"Contents")))
            elif kind in _MARKED:
                if kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
                    files.append(pdfium.FPDFAnnot_GetFileAttachment(annotation))
                comment = string_of(annotation, b"Contents").strip()
                if comment and _folded(comment) not in said:
                    author = " ".join(string_of(annotation, b"T").split())[:80]
                    notes.append(f"Note by {author}: {comment}" if author else f"Note: {comment}")
    for place, shown in _with_appearances(pdf, textpage, index, text, painted):
        if shown.strip() and _folded(shown) not in said:
            drawn.append(Drawn(shown.strip(), place))
    return drawn, list(dict.fromkeys(notes))


def _with_appearances(
    pdf: Any, textpage: Any, index: int, text: str, painted: list[tuple[Rect, str]]
) -> list[tuple[Rect, str]]:
    """The texts of what is drawn; where an annotation does not say what it shows, its picture is read."""
    if all(contents.strip() for _, contents in painted):
        return painted
    copy = pdf[index]
    try:
        if pdfium.FPDFPage_Flatten(copy, pdfium.FLAT_NORMALDISPLAY) != pdfium.FLATTEN_SUCCESS:
            return painted
    finally:
        copy.close()
    flat = pdf[index]
    try:
        both = flat.get_textpage()
        try:
            if len(both.get_text_bounded()) <= len(text):
                return painted
            return [(place, contents or _added(textpage, both, place)) for place, contents in painted]
        finally:
            both.close()
    finally:
        flat.close()


def _added(before: Any, after: Any, place: Rect) -> str:
    """What the place says now and did not say before."""
    old, new = before.get_text_bounded(*place), after.get_text_bounded(*place)
    if old.strip() and new.startswith(old):
        new = new[len(old) :]
    return str(new)


@contextmanager
def _annotation(page: Any, number: int) -> Iterator[Any]:
    annotation = pdfium.FPDFPage_GetAnnot(page, number)
    try:
        yield annotation or None
    finally:
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _place(annotation: Any) -> Rect:
    box = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, box)
    return min(box.left, box.right), min(box.bottom, box.top), max(box.left, box.right), max(box.bottom, box.top)


def string_of(annotation: Any, key: bytes) -> str:
    """A text of an annotation's dictionary; empty where it has none."""
    return decoded(partial(pdfium.FPDFAnnot_GetStringValue, annotation, key))


def _folded(text: str) -> str:
    """Without white space and case, to compare by."""
    return "".join(text.split()).casefold()
