"""Plain text as paragraphs."""

import re
from collections.abc import Iterator

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import decode
from phitui.documents.formats.pictures import without_pictures
from phitui.documents.repair.hyphens import without_breaks

_BLANK = re.compile(r"\n[ \t]*\n")


def read(source: Source) -> Flow:
    """Paragraphs: what blank lines separate. Words that were divided at a line's end are whole."""
    decoded = decode(source.read())
    flow = Flow(text_blocks(without_breaks([decoded.text])[0]))
    flow.note(decoded.note)
    return flow


def text_blocks(text: str) -> Iterator[Block]:
    """Paragraphs, without pictures that were written as text."""
    for paragraph in _BLANK.split(without_pictures(text).replace("\r\n", "\n")):
        if paragraph.strip():
            yield Block(paragraph)
