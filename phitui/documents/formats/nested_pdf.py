"""A PDF inside another file (an attachment, a gzip archive) as blocks: a chapter a page."""

import io
from collections.abc import Iterator

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.pdf.pdfium import Pdfium
from phitui.documents.pdf.reader import Refused
from phitui.documents.repair.pages import repaired
from phitui.errors import Cause, DocumentError


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    try:
        pdf = Pdfium(io.BytesIO(source.read()), None)
    except Refused as refusal:
        raise DocumentError(f"The PDF is damaged: it cannot be opened ({refusal}).", Cause.DAMAGED) from None
    flow = Flow(title=pdf.title(), author=pdf.author())
    flow.blocks = _blocks(pdf, flow, source.depth)
    return flow


def _blocks(pdf: Pdfium, flow: Flow, depth: int) -> Iterator[Block]:
    pages = [pdf.page(index) for index in range(pdf.count)]
    found = repaired([page.text for page in pages], [page.label for page in pages])
    scans = sum(page.scan or at in found.nameless for at, page in enumerate(pages))
    for text in found.texts:
        if text.strip():
            yield Block(text, chapter=True)
    if scans:
        flow.note(f"{scans} of its pages {'is a scan' if scans == 1 else 'are scans'}, without text.")
    yield from pdf.attached(flow, depth)
