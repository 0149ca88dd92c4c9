"""XML of any kind, such as the invoice that a PDF carries for machines: values under the names of their elements."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import declared_charset, decode
from phitui.documents.formats.inline import labelled
from phitui.documents.formats.office.archive import local, parsed
from phitui.documents.formats.tables import cell_text
from phitui.documents.formats.text.plain import text_blocks
from phitui.errors import DocumentError

_TAG = re.compile(r"<[^<>]*>?")
MOST_BLOCKS = 100_000
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_.-]+")


def read(source: Source) -> Flow:
    """Values with their names; of what is not well-formed the text alone."""
    data = source.read()
    try:
        return Flow(_blocks(parsed(data)))
    except DocumentError:
        text = decode(data, declared_charset(data)).text
        return Flow(text_blocks(_TAG.sub(" ", text)), notes=["It is not well-formed: its text was read without names."])


def _blocks(root: Element) -> Iterator[Block]:
    """In the order of the file, without recursion: elements nest as deep as they like."""
    told = 0
    waiting = [root]
    while waiting and told < MOST_BLOCKS:
        element = waiting.pop()
        children = [each for each in element if isinstance(each.tag, str)]
        prose = bool((element.text or "").strip()) or any((each.tail or "").strip() for each in children)
        if children and not prose:
            waiting += reversed(children)
            continue
        text = cell_text("".join(element.itertext()))
        if not text and not children:
            text = "; ".join(f"{_words(key.rpartition('}')[2])} {value}" for key, value in element.items())
        if text:
            told += 1
            yield Block(text if children else labelled(_words(local(element)), text))


def _words(name: str) -> str:
    """The words of which a name is made: DuePayableAmount."""
    return " ".join(_WORDS.sub(" ", name).split())
