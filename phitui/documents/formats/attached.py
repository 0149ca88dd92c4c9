"""A file that another one carries: what is attached to a message, embedded in a PDF, packed into a portfolio."""

from collections.abc import Iterator
from dataclasses import replace

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.errors import DocumentError

DEEPEST = 4
"""Files within each other."""


def attached_blocks(name: str, data: bytes, flow: Flow, depth: int, *, labelled: bool = False) -> Iterator[Block]:
    """A chapter of that name, by the reader of the file's format; what is none that is read is only named.

    `depth`: how many files the one that carries it stands within. `labelled`: its pages are called by its name.
    """
    from phitui.documents.kinds import recognised

    yield Block(f"Attachment: {name}", 1, chapter=True, label=name if labelled else "")
    if depth >= DEEPEST:
        flow.note(f"The attachment {name} was not read: too many files stand within each other.")
        return
    source = Source(name, data=data, depth=depth + 1)
    try:
        inside = recognised(source).read(source)
        for block in inside.blocks:
            level = min(6, block.level + 1) if block.level else 0
            yield replace(block, level=level, label=name if labelled else "")
    except MemoryError:
        raise
    except DocumentError as error:
        flow.note(f"The attachment {name} was not read: {error.message}")
        return
    except Exception as error:
        flow.note(f"The attachment {name} is damaged ({type(error).__name__}).")
        return
    for note in inside.notes:
        flow.note(f"The attachment {name}: {note}")
