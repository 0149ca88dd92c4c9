"""One web page or file that the user asked for by its address, kept as a file: nothing that it names is fetched."""

import mimetypes
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from phitui.documents.formats.charset import declared_charset, decode
from phitui.errors import UsageError
from phitui.library.atomic import replace_file
from phitui.places import private_folder
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.library.intake.web_request import Answer

FOLDER = "fetched"
"""Inside the library's folder."""
NAME_CHARACTERS = 60
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/epub+zip": ".epub",
    "application/rtf": ".rtf",
    "message/rfc822": ".eml",
}
_UNTOLD = ("", "application/octet-stream", "binary/octet-stream")
"""A server that says so does not know: the ending of the address does."""


def is_address(text: str) -> bool:
    """Whether it names something on a network rather than a file."""
    return bool(_ADDRESS.match(text))


def fetched(address: str, folder: Path, stopped: Callable[[], bool] = lambda: False) -> Path:
    """Fetches what the address names into a file of `folder`, the same one each time.

    A web page is kept in UTF-8, with its address and the day in a comment. Raises UsageError for an address that is not
    fetched, DocumentError where fetching fails, Cancelled, LibraryError, OSError.
    """
    from phitui.library.intake.web_request import asked

    checked = _checked(address)
    answer = asked(checked, stopped)
    ending = _ending(answer)
    content = _page(answer, checked) if ending == ".html" else answer.content
    target = private_folder(folder) / (_name(checked) + ending)
    replace_file(target, content)
    return target


def sweep(folder: Path, kept: Iterable[str]) -> None:
    """Deletes the fetched files that no document comes from any more; `kept` are the documents' paths."""
    wanted = set(kept)
    with suppress(OSError):
        for file in folder.iterdir():
            if str(file) not in wanted and file.is_file():
                file.unlink(missing_ok=True)


def _checked(address: str) -> str:
    """The address without its fragment, its letters encoded. Raises UsageError."""
    shown = one_line(address, 100)
    try:
        parts = urlsplit(address)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise UsageError(f"{shown!r} is no address: give one such as https://example.org/page.") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise UsageError(f"{shown!r} is not fetched: addresses begin with https:// or http://.")
    if not host:
        raise UsageError(f"{shown!r} names no host: give an address such as https://example.org/page.")
    if parts.username is not None or parts.password is not None:
        raise UsageError("The address holds a name or a password, which would be kept with the page: leave them out.")
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port else ""
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    return f"{parts.scheme.lower()}://{place}{path}{query}"


def _ending(answer: "Answer") -> str:
    own = Path(unquote(urlsplit(answer.address).path)).suffix.lower()[:8]
    if answer.kind not in _UNTOLD:
        return _ENDINGS.get(answer.kind) or mimetypes.guess_extension(answer.kind) or own
    return own or (".html" if answer.content.lstrip()[:1] == b"<" else ".txt")


def _page(answer: "Answer", address: str) -> bytes:
    """A web page whose charset needs no header any more, and that says where it is from, as browsers write it."""
    text = decode(answer.content, answer.charset or declared_charset(answer.content)).text
    shown = address.replace("--", "-%2D")
    comment = f"<!-- saved from url=({len(shown):04d}){shown} -->\n<!-- on {date.today().isoformat()} -->\n"
    return b"\xef\xbb\xbf" + (comment + text).encode("utf-8", "replace")


def _name(address: str) -> str:
    """A file's name that tells a person where it is from; the digest keeps two addresses apart."""
    parts = urlsplit(address)
    told = f"{parts.hostname}-{unquote(parts.path).strip('/')}"
    bare = re.sub(r"\.\w{1,5}$", "", told) if "/" in unquote(parts.path).strip() else told
    plain = re.sub(r"[^\w.-]+", "-", bare)[:NAME_CHARACTERS].strip("-.")
    return f"{plain}-{blake2b(address.encode(), digest_size=4).hexdigest()}"
