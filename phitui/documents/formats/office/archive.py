"""Zip archives that are safe to unpack, and the XML in them."""

import re
import zipfile
import zlib
from xml.etree import ElementTree

from phitui.documents.formats.blocks import Source
from phitui.documents.formats.charset import declared_charset, decode
from phitui.errors import Cause, DocumentError

UNPACKED_BYTES = 200 * 2**20
"""What an archive unpacks to of text; more is taken for a bomb."""
RATIO = 200
"""So is a member over RATIO_FROM_BYTES that shrank by more."""
RATIO_FROM_BYTES = 2**20
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f]);|0*(?:[0-8]|1[124-9]|2\\d|3[01]);)",
    re.IGNORECASE,
)
_TOO_MUCH = "The archive unpacks to more than 200 MB and was not opened."


class Archive:
    """An open archive. Names are found whatever their case, as Windows and reading systems do."""

    def __init__(self, source: Source) -> None:
        """Raises DocumentError."""
        try:
            self._zip = zipfile.ZipFile(source.open())
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError):
            raise DocumentError("The file is damaged: its zip archive cannot be opened.", Cause.DAMAGED) from None
        if sum(info.file_size for info in infos if _is_text(info.filename)) > UNPACKED_BYTES:
            raise DocumentError(_TOO_MUCH, Cause.TOO_LARGE)
        for info in infos:
            if info.file_size > RATIO_FROM_BYTES and info.file_size > RATIO * max(1, info.compress_size):
                raise DocumentError(
                    "The archive holds a part that unpacks to over 200 times its size; it was not opened.",
                    Cause.TOO_LARGE,
                )
        self.names = [info.filename for info in infos]
        self._by_case = {name.lower().replace("\\", "/"): name for name in reversed(self.names)}
        self._spent = 0

    def find(self, name: str) -> str | None:
        """The member's true name, None where there is none."""
        name = name.removeprefix("/")
        return name if name in self._zip.NameToInfo else self._by_case.get(name.lower())

    def read(self, name: str) -> bytes:
        """A member. Raises DocumentError."""
        true = self.find(name)
        if true is None:
            raise DocumentError("The file is damaged: a part of its archive is missing.", Cause.DAMAGED)
        left = UNPACKED_BYTES - self._spent
        try:
            with self._zip.open(true) as member:
                data = member.read(left + 1)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, zlib.error, OSError) as error:
            raise DocumentError(
                "The file is damaged: a part of its archive cannot be unpacked.", Cause.DAMAGED
            ) from error
        except RuntimeError as error:
            raise DocumentError(
                "The archive is encrypted; phitui reads encrypted PDFs only.", Cause.PROTECTED
            ) from error
        self._spent += len(data)
        if len(data) > left:
            raise DocumentError(_TOO_MUCH, Cause.TOO_LARGE)
        return data

    def xml(self, name: str) -> ElementTree.Element:
        """A member as a tree. Raises DocumentError for one that is not well-formed."""
        return parsed(self.read(name))

    def xml_or_none(self, name: str | None) -> ElementTree.Element | None:
        """A member that the document can be read without."""
        if name is None or self.find(name) is None:
            return None
        try:
            return self.xml(name)
        except DocumentError:
            return None


def parsed(data: bytes) -> ElementTree.Element:
    """XML as a tree; a byte or character that XML forbids is left out of it. Raises DocumentError.

    Entities that multiply are refused by expat.
    """
    try:
        return ElementTree.fromstring(data.strip(b" \t\r\n"))
    except (ElementTree.ParseError, LookupError, ValueError):
        pass
    try:
        text = decode(data, declared_charset(data)).text
        return ElementTree.fromstring(_DECLARATION.sub("", _FORBIDDEN.sub("", text), count=1).strip())
    except (ElementTree.ParseError, LookupError, ValueError):
        raise DocumentError("The file is damaged: a part of it is not well-formed XML.", Cause.DAMAGED) from None


def local(element: ElementTree.Element) -> str:
    """The name without its namespace: transitional, strict and missing ones name the same things."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: ElementTree.Element, name: str) -> str | None:
    """An attribute by its name without a namespace."""
    value = element.get(name)
    if value is not None:
        return value
    for key, value in element.items():
        if key.endswith("}" + name):
            return value
    return None


def child(element: ElementTree.Element | None, *path: str) -> ElementTree.Element | None:
    """The first element under it along these names, namespaces aside."""
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if local(each) == name), None)
    return element


def _is_text(name: str) -> bool:
    """Whether a member may be read; pictures and films never are."""
    return not name.lower().endswith(
        (
            ".png",
            ".jpg",
            ".jpeg",
            ".gif",
            ".tif",
            ".tiff",
            ".bmp",
            ".emf",
            ".wmf",
            ".mp4",
            ".mp3",
            ".m4a",
            ".wav",
            ".ttf",
            ".otf",
            ".woff",
            ".woff2",
            ".webp",
            ".svg",
            ".mov",
            ".avi",
            ".odttf",
        )
    )
