"""A PDF inside another file (an attachment, a gzip archive) as blocks: a chapter a page."""

import io
from collections.abc import Iterator

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.pdf.pdfium import Pdfium
from phitui.documents.pdf.reader import Refused
from phitui.errors import Cause, DocumentError


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    try:
        pdf = Pdfium(io.BytesIO(source.read()), None)
    except Refused as refusal:
        raise DocumentError(f"The PDF is damaged: it cannot be opened ({refusal}).", Cause.DAMAGED) from None
    flow = Flow(title=pdf.title())
    flow.blocks = _blocks(pdf, flow)
    return flow


def _blocks(pdf: Pdfium, flow: Flow) -> Iterator[Block]:
    scans = 0
    for index in range(pdf.count):
        page = pdf.page(index)
        scans += page.scan
        if page.text.strip():
            yield Block(page.text, chapter=True)
    if scans:
        flow.note(f"{scans} of its pages {'is a scan' if scans == 1 else 'are scans'}, without text.")
