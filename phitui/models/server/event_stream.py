"""Server-sent events: what a server streams, one JSON object an event (WHATWG HTML, "Server-sent events")."""

import json
from collections.abc import AsyncIterator
from typing import Any

LONGEST_EVENT = 1_000_000
"""Bytes of one event: a token with its likelihoods takes some thousands."""
DONE = b"[DONE]"


class BadEvent(Exception):
    """What is no event of an answer; the message says what it is."""


async def events(pieces: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """The objects, until the server says that it is done or the pieces end. Raises BadEvent.

    Ends with `{"done": True}` where the server said so: without it the connection was cut off, or it is one that
    never says so.
    """
    held, data = b"", b""
    async for piece in pieces:
        held += piece
        if b"\n" not in piece:
            if len(held) > LONGEST_EVENT:
                raise BadEvent(f"a line of more than {LONGEST_EVENT // 1_000_000} MB")
            continue
        *lines, held = held.split(b"\n")
        for line in lines:
            line = line.rstrip(b"\r")
            if line.startswith(b"data:"):
                data += line[5:].strip()
                if len(data) > LONGEST_EVENT:
                    raise BadEvent(f"an event of more than {LONGEST_EVENT // 1_000_000} MB")
                if data == DONE:
                    yield {"done": True}
                    return
                if (read := _object(data)) is not None:
                    data = b""
                    yield read
            elif not line and data:  # a blank line ends an event
                raise BadEvent("an event that is no JSON object")
            elif line and not line.startswith((b":", b"event:", b"id:", b"retry:")):
                raise BadEvent("a line that is no event")


def _object(data: bytes) -> dict[str, Any] | None:
    """None for what is not, or not yet, a JSON object."""
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None
