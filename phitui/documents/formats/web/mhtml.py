"""Pages saved whole (MHTML): a message whose parts are a page and its pictures."""

import email
import email.policy
from collections.abc import Iterator
from email.message import Message

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import declared_charset, header_charset
from phitui.documents.formats.mail.message import header
from phitui.documents.formats.web.html import html_flow
from phitui.errors import Cause, DocumentError


def read(source: Source) -> Flow:
    """The first part that is a page; frames that were saved with it follow."""
    message = email.message_from_bytes(source.read(), policy=email.policy.compat32)
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = (message.get_param("start") or "") if message.is_multipart() else ""
    pages.sort(key=lambda part: (part.get("Content-ID") or "-").strip() != start)
    if not pages:
        pages = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    if not pages:
        raise DocumentError("It is a saved web page without a page in it.", Cause.UNKNOWN_KIND)
    flow = Flow(title=header(message, "Subject"))
    flow.blocks = _blocks([_page(part) for part in pages], flow)
    return flow


def _blocks(pages: list[Flow], flow: Flow) -> Iterator[Block]:
    for number, page in enumerate(pages):
        yield from page.blocks
        if number == 0:
            flow.title, flow.author = page.title or flow.title, page.author
        for note in page.notes:
            flow.note(note)


def _page(part: Message) -> Flow:
    data = part.get_payload(decode=True)
    data = data if isinstance(data, bytes) else b""
    return html_flow(data, header_charset(str(part.get("Content-Type", ""))) or declared_charset(data))
