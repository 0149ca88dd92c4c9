"""What goes wrong with a server, as one sentence that names it."""

import json
import ssl
from typing import Any

from phitui.errors import ModelError
from phitui.models.server.address import ServerAddress
from phitui.text import duration, one_line

LONGEST = 300
"""Characters of a server's own words."""
BUSY = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
"""Answers after which the same request may succeed."""


class ServerFault(ModelError):
    """One server failed."""

    def __init__(self, message: str, *, again: bool = False, wait: float | None = None, status: int | None = None):
        """`again`: the same request may succeed, after `wait` seconds where the server said so."""
        super().__init__(message)
        self.again, self.wait, self.status = again, wait, status


def unreachable(address: ServerAddress, error: BaseException, seconds: float) -> ServerFault:
    """No answer came: nobody listens, the name is unknown, the certificate is wrong, or it takes too long."""
    where = f"The server at {address.host}"
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    words = " ".join(str(each) for each in chain)
    if any(isinstance(each, ssl.SSLError) for each in chain) or "CERTIFICATE_VERIFY_FAILED" in words:
        why = one_line(next((str(each) for each in chain if isinstance(each, ssl.SSLError)), words), 160)
        return ServerFault(
            f"{where} cannot be trusted ({why}), so nothing was sent: "
            "give it a certificate that this machine knows, or name its authority in SSL_CERT_FILE."
        )
    if any("timeout" in type(each).__name__.lower() or isinstance(each, TimeoutError) for each in chain):
        return ServerFault(
            f"{where} said nothing for {duration(seconds)}: it may be busy or hang; "
            "the setting server_timeout says how long to wait.",
            again=True,
        )
    why = one_line(str(chain[-1]), 160) or type(chain[-1]).__name__
    return ServerFault(f"{where} cannot be reached ({why}): is it running, and is its address right?", again=True)


def refused(
    address: ServerAddress, status: int, body: bytes, kind: str, keyed: bool, wait: float | None
) -> ServerFault:
    """An HTTP error, with the server's own words. `kind` is the content type of the body."""
    said = words_of(body, kind)
    told = f" ({status}: {said})" if said else f" ({status})"
    where = f"The server at {address.host}"
    if status in (401, 403):
        advice = "check the key in PHITUI_SERVER_KEY" if keyed else "set the environment variable PHITUI_SERVER_KEY"
        if not keyed and not (address.encrypted or address.local):
            advice += " (OPENAI_API_KEY is not sent over a connection that is not encrypted)"
        return ServerFault(f"{where} refuses the key{told}: {advice}.", status=status)
    if status == 429:
        asked = f" and asks to wait {duration(wait)}" if wait else ""
        return ServerFault(f"{where} has too much to do{asked}{told}.", again=True, wait=wait, status=status)
    if 300 <= status < 400:
        return ServerFault(
            f"{where} sends phitui elsewhere{told}, where nothing is sent unasked: name that server instead.",
            status=status,
        )
    if status in (404, 405):
        return ServerFault(f"{where} does not know what it was asked{told}: check its address.", status=status)
    verb = "failed" if status >= 500 else "refuses the request"
    return ServerFault(f"{where} {verb}{told}.", again=status in BUSY, wait=wait, status=status)


def wrong_kind(address: ServerAddress, kind: str, wanted: str) -> ServerFault:
    """An answer of another content type."""
    came = one_line(kind.partition(";")[0], 60) or "something without a type"
    return ServerFault(
        f"The server at {address.host} answered with {came} instead of {wanted}: "
        "is it an OpenAI-compatible server, and is its address right?"
    )


def rubbish(address: ServerAddress, what: str) -> ServerFault:
    """An answer that cannot be read; `what` says what it is."""
    return ServerFault(f"The server at {address.host} sent what is no answer: {what}.", again=True)


def cut_off(address: ServerAddress, begun: bool) -> ServerFault:
    """The connection ended before the answer did."""
    kept = "; what had come is kept" if begun else ""
    return ServerFault(
        f"The server at {address.host} ended the connection in the middle of the answer{kept}.", again=True
    )


def told(address: ServerAddress, error: Any) -> ServerFault:
    """An error that came as an event, after the answer had begun with a status of 200."""
    return ServerFault(f"The server at {address.host} failed ({_said(error) or 'it does not say why'}).", again=True)


def words_of(body: bytes, kind: str) -> str:
    """The server's message in the body of an error, in one line; empty where there is none."""
    text = body[: 64 * LONGEST].decode("utf-8", "replace")
    try:
        return _said(json.loads(text))
    except (ValueError, RecursionError):
        pass
    if "html" in kind or text.lstrip().startswith("<"):
        return "a web page"
    return one_line(text, LONGEST)


def _said(error: Any) -> str:
    """The message somewhere in `{"error": {"message": …}}`, `{"error": …}`, `{"message": …}`, `{"detail": …}`."""
    for _ in range(4):
        if isinstance(error, list) and error:
            error = error[0]
        elif isinstance(error, dict):
            error = next((error[key] for key in ("error", "message", "detail", "msg") if error.get(key)), "")
    return one_line(error, LONGEST).rstrip(".") if isinstance(error, str) else ""
