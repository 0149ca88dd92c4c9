"""What went wrong, and what to do about it: every error that a user is meant to read.

The message is one sentence or two for the user, free of control characters; both faces print it as it is.
"""


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
    """A document that cannot be read; the message is the reason shown beside it."""


class PasswordNeeded(DocumentError):
    """An encrypted document whose password was not given, or is wrong."""


class ModelError(PhituiError):
    """A model that cannot be found, loaded or run."""


class LibraryError(PhituiError):
    """A library that cannot be opened or written."""


class DamagedLibrary(LibraryError):
    """A library whose database is broken; the message says whether there is a backup."""


class Cancelled(PhituiError):
    """The user stopped it."""

    exit_code = 130
