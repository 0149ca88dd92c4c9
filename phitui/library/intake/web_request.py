"""One request over HTTP or HTTPS: bounded in size and time, redirected to other pages of the web only."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from time import monotonic
from typing import Any
from urllib import error, request

from phitui import __version__
from phitui.documents.formats.charset import header_charset
from phitui.errors import Cancelled, Cause, DocumentError
from phitui.text import one_line

MOST_BYTES = 50 * 2**20
SECONDS, SILENT_SECONDS = 120.0, 20.0
"""For all of it, and between two of its pieces."""
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came."""

    address: str
    """Where redirections led."""
    kind: str
    charset: str | None
    content: bytes


class _Redirects(request.HTTPRedirectHandler):
    """To other pages of the web only, and not from an encrypted one to a plain one."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        secure = req.full_url.startswith("https:")
        if not newurl.lower().startswith("https://" if secure else ("http://", "https://")):
            raise DocumentError(f"It leads to {one_line(newurl, 80)!r}, which is not followed.", Cause.UNREADABLE)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def asked(address: str, stopped: Callable[[], bool]) -> Answer:
    """One request. Raises DocumentError where no whole answer comes, Cancelled."""
    headers = {"User-Agent": f"phitui/{__version__}", "Accept-Encoding": "identity", "Accept": "*/*"}
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(context=ssl.create_default_context()),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    begun = monotonic()
    try:
        with opener.open(request.Request(address, headers=headers), timeout=SILENT_SECONDS) as reply:
            pieces, size = [], 0
            while piece := reply.read1(PIECE):
                pieces.append(piece)
                size += len(piece)
                if stopped():
                    raise Cancelled("Fetching was stopped.")
                if size > MOST_BYTES:
                    raise DocumentError(f"It is larger than {MOST_BYTES >> 20} MB.", Cause.TOO_LARGE)
                if monotonic() - begun > SECONDS:
                    raise DocumentError(f"It was not here after {SECONDS:.0f} seconds.", Cause.TIMED_OUT)
            told = str(reply.headers.get("Content-Type") or "")
            promised = reply.headers.get("Content-Length")
            packed = str(reply.headers.get("Content-Encoding") or "identity")
            final = reply.geturl()
    except error.HTTPError as failure:
        raise DocumentError(f"The server answered {failure.code} {one_line(str(failure.reason), 60)}.") from None
    except TimeoutError:
        raise DocumentError(f"The server was silent for {SILENT_SECONDS:.0f} seconds.", Cause.TIMED_OUT) from None
    except (error.URLError, HTTPException, OSError, ValueError) as failure:
        why = one_line(str(getattr(failure, "reason", None) or failure) or type(failure).__name__, 120)
        raise DocumentError(f"It could not be fetched: {why}.") from None
    if promised and promised.isdigit() and size < int(promised):
        raise DocumentError(f"Only {size:,} of its {int(promised):,} bytes came.")
    if packed.lower() != "identity":
        raise DocumentError(f"The server packed it as {one_line(packed, 20)}, although it was asked not to.")
    if not size:
        raise DocumentError("The server answered with nothing.", Cause.EMPTY)
    return Answer(final, told.partition(";")[0].strip().lower(), header_charset(told), b"".join(pieces))
