"""A mailbox of many messages, read one by one."""

import email
import email.policy
import re
from collections.abc import Iterator

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.mail.message import message_blocks

MESSAGE_BYTES = 100 * 2**20
"""A longer message is cut off."""
_BORDER = re.compile(rb"From \S*.*\d{4}\s*$")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def read(source: Source) -> Flow:
    """Each message a chapter."""
    flow = Flow()
    flow.blocks = _blocks(source, flow)
    return flow


def _blocks(source: Source, flow: Flow) -> Iterator[Block]:
    for data in _messages(source):
        message = email.message_from_bytes(_QUOTED.sub(rb"\1", data), policy=email.policy.compat32)
        yield from message_blocks(message, flow, source.depth)


def _messages(source: Source) -> Iterator[bytes]:
    """The bytes of each; a message begins after an empty line with "From "."""
    pending: list[bytes] = []
    size, blank = 0, True
    with source.open() as file:
        for line in file:
            if blank and line.startswith(b"From ") and _BORDER.match(line):
                if pending:
                    yield b"".join(pending)
                pending, size = [], 0
                continue
            blank = not line.strip()
            if size < MESSAGE_BYTES:
                pending.append(line)
            size += len(line)
    if pending:
        yield b"".join(pending)
