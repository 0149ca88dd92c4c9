"""What went wrong, and what to do about it: every error that a user is meant to read.

The message is one sentence or two for the user, free of control characters; both faces print it as it is.
"""

import errno
import re
from enum import StrEnum


class Cause(StrEnum):
    """What is the matter with a document: what is decided about it is decided by this, never by a sentence.

    The values are stored in libraries and printed by `--json`: more may be added, none is renamed.
    """

    LOCKED = "locked"
    """Encrypted, and its password was not given."""
    WRONG_PASSWORD = "wrong password"
    PROTECTED = "protected"
    """Encrypted or under digital rights management in a way that no password opens here."""
    DAMAGED = "damaged"
    INCOMPLETE = "incomplete"
    """It was read, but some of its pages were lost."""
    SCAN = "scan"
    """Pictures of pages, without text: OCR may find it."""
    NO_TEXT = "no text"
    EMPTY = "empty"
    """A file without bytes, a document without pages."""
    TOO_LARGE = "too large"
    """It takes more memory, or holds more pages, than a document may."""
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    """Its reader ended or went wrong."""
    UNKNOWN_KIND = "unknown kind"
    """No reader for what it is."""
    NO_FILE = "no file"
    """A folder, a device, a socket or a pipe."""
    GONE = "gone"
    """The file is not there any more."""
    FORBIDDEN = "forbidden"
    """The file's permissions forbid reading it."""
    UNREADABLE = "unreadable"
    """The disk or the system refused to read it."""
    UNEXPECTED = "unexpected"
    """A fault of phitui's that this file brought out."""

    @classmethod
    def of(cls, value: object) -> "Cause | None":
        """The cause of that value; None for anything else, for a file or a reader may say what it likes."""
        return cls(value) if isinstance(value, str) and value in set(cls) else None

    @property
    def locked(self) -> bool:
        """Whether the right password would open it."""
        return self in (Cause.LOCKED, Cause.WRONG_PASSWORD)


NO_MEMORY = re.compile(
    "cannot allocate|can't allocate|failed to map segment|out of memory|bad_alloc|can't start new thread|"
    "memory allocation",
    re.IGNORECASE,
)
"""What libraries of C say where memory ends."""


def is_memory_full(error: BaseException | None) -> bool:
    """Whether the error, or one that it came of, is that memory ended."""
    for _ in range(20):
        if error is None or isinstance(error, PhituiError):
            return False
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        if isinstance(error, ImportError | RuntimeError | OSError | SystemError) and NO_MEMORY.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


class PhituiError(Exception):
    """Work that failed. `exit_code` is what the command line ends with."""

    exit_code = 1

    @property
    def message(self) -> str:
        return str(self)


class UsageError(PhituiError):
    """What was asked for makes no sense: an unknown document, a bad option, an empty question."""

    exit_code = 2


class DocumentError(PhituiError):
    """A document that cannot be read; the message is the reason shown beside it, which says what is, not what to do."""

    def __init__(self, message: str, cause: Cause = Cause.UNREADABLE):
        super().__init__(message)
        self.cause = cause


class PasswordNeeded(DocumentError):
    """An encrypted document whose password was not given, or is wrong."""

    def __init__(self, message: str, cause: Cause = Cause.LOCKED):
        super().__init__(message, cause)


class ModelError(PhituiError):
    """A model that cannot be found, loaded or run."""


class DeviceLost(ModelError):
    """A graphics card that this process cannot use any more: it has to be started anew."""


class LibraryError(PhituiError):
    """A library that cannot be opened or written."""


class DamagedLibrary(LibraryError):
    """A library whose database is broken; the message says whether there is a backup."""


class Cancelled(PhituiError):
    """The user stopped it."""

    exit_code = 130
