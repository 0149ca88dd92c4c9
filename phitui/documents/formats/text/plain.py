"""Plain text as paragraphs."""

import re
from collections.abc import Iterator

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import decode
from phitui.documents.formats.pictures import without_pictures

_BLANK = re.compile(r"\n[ \t]*\n")


def read(source: Source) -> Flow:
    """Paragraphs: what blank lines separate."""
    decoded = decode(source.read())
    flow = Flow(text_blocks(decoded.text))
    flow.note(decoded.note)
    return flow


def text_blocks(text: str) -> Iterator[Block]:
    """Paragraphs, without pictures that were written as text."""
    for paragraph in _BLANK.split(without_pictures(text).replace("\r\n", "\n")):
        if paragraph.strip():
            yield Block(paragraph)
