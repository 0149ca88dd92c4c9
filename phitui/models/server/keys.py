"""The key that a server wants: from the environment or the system's keyring, never from a file or an option."""

import os
from collections.abc import Mapping

from phitui.errors import ModelError
from phitui.models.server.address import ServerAddress

OWN, COMMON = "PHITUI_SERVER_KEY", "OPENAI_API_KEY"
SERVICE = "phitui"
"""Under this name the keyring holds keys, each under its server's host and port."""
HIDDEN = "…"


def key_for(address: ServerAddress, environment: Mapping[str, str] = os.environ) -> str:
    """PHITUI_SERVER_KEY, the keyring's entry for this server, or OPENAI_API_KEY; empty where there is none.

    The last one, which was not set for phitui, goes over encrypted connections and to this machine alone.
    Raises ModelError for a key that cannot be sent.
    """
    key = environment.get(OWN, "").strip() or _of_keyring(address.host)
    name = OWN
    if not key and (address.encrypted or address.local):
        key, name = environment.get(COMMON, "").strip(), COMMON
    if not (key.isascii() and key.isprintable()):
        raise ModelError(f"The key in {name} holds characters that no key has: set it anew.")
    return key


def _of_keyring(host: str) -> str:
    try:
        import keyring
    except ImportError:
        return ""
    try:
        return str(keyring.get_password(SERVICE, host) or "").strip()
    except Exception:  # a keyring that is locked or has no desktop to ask on: as if it held nothing
        return ""


def without_key(text: str, key: str) -> str:
    """The text with the key covered: servers repeat it in their errors."""
    return text.replace(key, HIDDEN) if key else text
