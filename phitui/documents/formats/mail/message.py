"""A message: its headers as lines, its text, and its attachments as chapters of their own."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

from phitui.documents.formats.attached import DEEPEST, attached_blocks
from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import codec_of, declared_charset, decode, header_charset
from phitui.documents.formats.text.plain import text_blocks
from phitui.documents.formats.web.html import html_flow

MOST_PARTS = 500
_SHOWN = ("From", "To", "Cc", "Date", "Subject")


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    message = email.message_from_bytes(source.read(), policy=email.policy.compat32)
    flow = Flow(title=header(message, "Subject"), author=_sender(header(message, "From")))
    flow.blocks = message_blocks(message, flow, source.depth)
    return flow


def message_blocks(message: Message, flow: Flow, depth: int) -> Iterator[Block]:
    """The subject as a heading, the other headers, the text, and what is attached."""
    subject = header(message, "Subject")
    yield Block(subject or "Message without a subject", 1, chapter=True)
    lines = [f"{name}: {value}" for name in _SHOWN if (value := header(message, name)) and name != "Subject"]
    for line in lines:
        yield Block(line)
    attached: list[Message] = []
    for part in _texts(message, attached, 0):
        yield from _body(part, flow)
    for part in attached[:MOST_PARTS]:
        yield from _attachment(part, flow, depth)


def header(message: Message, name: str) -> str:
    """A header as it reads, encoded words decoded, in one line; several of one name joined."""
    return ", ".join(filter(None, (_decoded(str(value)) for value in message.get_all(name, [])[:20])))


def _sender(address: str) -> str:
    """The name in an address, or the address where it has none."""
    name, plain = parseaddr(address)
    return name or plain


def _decoded(raw: str) -> str:
    raw = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if "=?" not in raw else raw
    try:
        pieces = decode_header(re.sub(r"\?=\s+=\?", "?==?", raw))
    except (ValueError, LookupError):
        return " ".join(raw.split())
    text = ""
    for piece, charset in pieces:
        if isinstance(piece, str):
            text += piece
        else:
            text += decode(piece, charset if codec_of(charset) else None).text
    return " ".join(text.split())


def _texts(message: Message, attached: list[Message], depth: int) -> Iterator[Message]:
    """The parts that are read as the message; the others are put into `attached`."""
    if message.is_multipart() and message.get_content_type() != "message/rfc822" and depth < 20:
        parts = [part for part in message.get_payload() if isinstance(part, Message)]
        if message.get_content_subtype() == "alternative":
            parts = _best(parts)
        for part in parts:
            yield from _texts(part, attached, depth + 1)
        return
    kind = message.get_content_type()
    named = message.get_filename() or message.get_content_disposition() == "attachment"
    if kind in ("text/plain", "text/html", "text/enriched", "text/richtext") and not (named and depth):
        yield message
    elif kind not in (
        "message/delivery-status",
        "text/rfc822-headers",
        "application/pgp-signature",
        "application/pkcs7-signature",
    ):
        attached.append(message)


def _best(parts: list[Message]) -> list[Message]:
    """Of several forms of one text: the plain one, unless it is a stub beside the page."""
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    rich = [part for part in parts if part.get_content_type() == "text/html" or part.is_multipart()]
    if plain and rich:
        page = next(
            (each for part in rich[-1:] for each in part.walk() if each.get_content_type() == "text/html"), None
        )
        words = len(re.sub(rb"<(?:style|script)[\s\S]*?</|<[^>]*>", b" ", _payload(page)).split()) if page else 0
        return plain[-1:] if 2 * len(_payload(plain[-1]).split()) > words else rich[-1:]
    return (plain or rich or parts)[-1:]


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _body(part: Message, flow: Flow) -> Iterator[Block]:
    data = _payload(part)
    charset = header_charset(str(part.get("Content-Type", "")))
    if part.get_content_type() == "text/html":
        page = html_flow(data, charset or declared_charset(data))
        yield from (replace(block, level=min(6, block.level + 1) if block.level else 0) for block in page.blocks)
        for note in page.notes:
            flow.note(note)
        return
    decoded = decode(data, charset)
    flow.note(decoded.note)
    text = re.sub(r"(?<![ \t])[ \t]++$", "", decoded.text.replace("\r\n", "\n"), flags=re.MULTILINE)
    if "flowed" in str(part.get("Content-Type", "")).lower():
        text = re.sub(r"(?<=\S) \n(?=[^\s>-])", " ", decoded.text.replace("\r\n", "\n"))
    yield from text_blocks(text)


def _attachment(part: Message, flow: Flow, depth: int) -> Iterator[Block]:
    """An attachment by the reader of its format; what is none that is read is named."""
    name = _decoded(part.get_filename() or "") or "without a name"
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        message = inner[0] if isinstance(inner, list) and inner else None
        if isinstance(message, Message) and depth < DEEPEST:
            yield from message_blocks(message, flow, depth + 1)
        return
    data = _payload(part)
    pictured = part.get_content_maintype() in ("image", "audio", "video")
    if data and not (pictured and part.get_content_disposition() != "attachment"):
        yield from attached_blocks(name, data, flow, depth)
