"""Source code with the numbers of its lines."""

import re
from collections.abc import Iterator

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import decode

BLOCK_LINES = 40
"""A stretch without an empty line is parted after so many."""
LINE_CHARACTERS = 400
"""Longer lines are data or were packed by a program; the rest of each is cut off."""
_DECLARED = re.compile(rb"^[ \t\f]*(?:#|//|--|;|%|/?\*).*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_BEGINS = re.compile(
    r"(?:@|async\s+def|def|class|func|fn|pub|function|export|public|private|protected|static|struct|enum|interface|trait|"
    r"impl|module|namespace|type|CREATE|create|sub|\[)\b"
)


def read(source: Source) -> Flow:
    """The file's lines. Its encoding is what a comment at its beginning says, as Python and Emacs have it."""
    data = source.read()
    found = _DECLARED.search(b"\n".join(data[:1000].split(b"\n")[:2]))
    decoded = decode(data, found[1].decode("ascii", "replace") if found else None)
    flow = Flow(code_blocks(decoded.text))
    flow.note(decoded.note)
    cut = sum(len(line) > LINE_CHARACTERS for line in decoded.text.split("\n"))
    if cut:
        flow.note(f"{cut:,} {'line was' if cut == 1 else 'lines were'} cut after {LINE_CHARACTERS} characters.")
    return flow


def code_blocks(text: str) -> Iterator[Block]:
    """Stretches between empty lines, joined while what is defined goes on; each line begins with its number."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    width = len(str(len(lines)))
    pending: list[str] = []
    blank = False
    for number, line in enumerate(lines, 1):
        begins = blank and line[:1].strip() and _BEGINS.match(line)
        if pending and (begins or len(pending) >= BLOCK_LINES):
            yield Block("\n".join(pending).rstrip())
            pending = []
        blank = not line.strip()
        if not blank:
            pending.append(f"{number:>{width}}  {line.expandtabs(4)[:LINE_CHARACTERS].rstrip()}")
    if pending:
        yield Block("\n".join(pending).rstrip())
