"""Where a server is, and whether that is this machine."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from phitui.errors import UsageError
from phitui.settings import SERVER_ADDRESS
from phitui.text import one_line

VERSION = "/v1"
"""Where the interface lies on a server whose address names no path."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """One server's."""

    base: str
    """What the paths of the OpenAI interface stand behind, without a slash at its end."""
    host: str
    """Host and port, as a person reads them."""
    local: bool
    """Whether it is this machine: what is sent there does not leave it."""
    encrypted: bool

    @property
    def root(self) -> str:
        """What the server's own paths stand behind."""
        return self.base.removesuffix(VERSION)

    @property
    def shown(self) -> str:
        """For a status line."""
        return f"this machine, {self.host}" if self.local else f"sent to {self.host}"


def server_address(given: str) -> ServerAddress:
    """Reads http(s)://HOST[:PORT][/PATH]. Raises UsageError, which does not repeat what may hold a password."""
    parts = None
    if SERVER_ADDRESS.fullmatch(given):
        try:
            parts = urlsplit(given)
            port = parts.port
        except ValueError:
            parts = None
    if parts is None or not parts.hostname:
        raise UsageError(
            "A server's address reads http://HOST:PORT or https://HOST/v1, with no name, key or question mark in it; "
            "a key belongs in the environment variable PHITUI_SERVER_KEY."
        )
    name = parts.hostname
    path = parts.path.rstrip("/") or VERSION
    bracketed = f"[{name}]" if ":" in name else name
    host = one_line(bracketed if port is None else f"{bracketed}:{port}", 100)
    return ServerAddress(
        f"{parts.scheme.lower()}://{bracketed}{'' if port is None else f':{port}'}{path}",
        host,
        _is_local(name),
        parts.scheme.lower() == "https",
    )


def _is_local(name: str) -> bool:
    try:
        number = ip_address(name)
    except ValueError:
        return name == "localhost"
    return number.is_loopback or number.is_unspecified
