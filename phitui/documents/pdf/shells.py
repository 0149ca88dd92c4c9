"""PDFs whose content is not on their pages: XFA forms, and files that carry other files."""

import ctypes
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium

from phitui.text import one_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

XFA_BYTES = 20 * 2**20
XFA_PACKETS = 100
XFA_LINES = 5000
SHELL_CHARACTERS = 2000
"""A page that says that it should be opened otherwise says no more."""
NAMED_FILES = 5
NAME_CHARACTERS = 60
NAME_BYTES = 2000
MOST_FILES = 1000
MOST_READ = 100
"""Files of one PDF whose texts are read."""
FILE_BYTES = 50 * 2**20
ALL_BYTES = 200 * 2**20
"""Of the files of one PDF together."""
_SHELL = re.compile(r"please wait|adobe (?:acrobat )?reader|pdf viewer|acrobat", re.IGNORECASE)


def is_shell(text: str) -> bool:
    """Whether a page of an XFA form only asks for another program."""
    return len(text) < SHELL_CHARACTERS and (not text.strip() or bool(_SHELL.search(text)))


def xfa_text(pdf: Any) -> str:
    """The form's texts and values, a line each, in the order of its template; empty where none can be read."""
    packets: dict[str, bytes] = {}
    whole = b""
    for number in range(min(XFA_PACKETS, pdfium.FPDF_GetXFAPacketCount(pdf))):
        name, content = _packet(pdf, number)
        packets[name] = content
        whole += content
        if len(whole) > XFA_BYTES:
            return ""
    template = _parsed(packets.get("template", b""))
    datasets = _parsed(packets.get("datasets", b""))
    if datasets is None and template is None:
        root = _parsed(whole)  # all of it in one stream, or cut anywhere
        for each in root if root is not None else ():
            template = each if _local(each) == "template" else template
            datasets = each if _local(each) == "datasets" else datasets
    values: defaultdict[str, deque[str]] = defaultdict(deque)
    for name, value in _leaves(datasets) if datasets is not None else ():
        values[name].append(value)
    lines = list(_printed(template, values)) if template is not None else []
    lines += [f"{name}: {value}" for name, found in values.items() for value in found if value]
    return "\n".join(lines[:XFA_LINES])


def _packet(pdf: Any, number: int) -> tuple[str, bytes]:
    length = pdfium.FPDF_GetXFAPacketName(pdf, number, None, 0)
    name = ctypes.create_string_buffer(max(1, length))
    pdfium.FPDF_GetXFAPacketName(pdf, number, name, length)
    size = ctypes.c_ulong()
    if not pdfium.FPDF_GetXFAPacketContent(pdf, number, None, 0, size) or size.value > XFA_BYTES:
        return name.value.decode("utf-8", "replace"), b""
    content = ctypes.create_string_buffer(max(1, size.value))
    pdfium.FPDF_GetXFAPacketContent(pdf, number, content, size.value, size)
    return name.value.decode("utf-8", "replace"), content.raw[: size.value]


def _parsed(data: bytes) -> "Element | None":
    from xml.etree import ElementTree

    if not data.strip() or b"<!ENTITY" in data:
        return None
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return None


def _local(element: "Element") -> str:
    return element.tag.rpartition("}")[2]


def _leaves(datasets: "Element") -> Iterator[tuple[str, str]]:
    """(name, value) of every value that was filled in."""
    data = next((each for each in datasets.iter() if _local(each) == "data"), datasets)
    for element in data.iter():
        if len(element) == 0 and element is not data:
            yield _local(element), " ".join((element.text or "").split())


def _printed(template: "Element", values: defaultdict[str, deque[str]]) -> Iterator[str]:
    """What the form prints: its texts, and its fields with their values, which are taken out of `values`."""
    for element in template.iter():
        kind = _local(element)
        if kind == "draw":
            text = _text_in(element, "value")
        elif kind == "field":
            name = element.get("name", "")
            label = _text_in(element, "caption")
            found = values.get(name)
            value = found.popleft() if found else _text_in(element, "value")
            shown = label or (name if value else "")
            text = f"{shown.rstrip(': ')}: {value}" if value else shown
        else:
            continue
        if text:
            yield text


def _text_in(element: "Element", part: str) -> str:
    """The text of the caption or value of a field."""
    for child in element:
        if _local(child) == part:
            return " ".join(" ".join(child.itertext()).split())
    return ""


def carried_files(pdf: Any, noted: Sequence[Any] = ()) -> list[tuple[str, Any]]:
    """(name, handle) of every file that the PDF carries; `noted` are handles of those that hang on its pages."""
    handles = [pdfium.FPDFDoc_GetAttachment(pdf, at) for at in range(min(MOST_FILES, pdf.count_attachments()))]
    return [(_name(handle), handle) for handle in [*handles, *noted] if handle]


def file_data(handle: Any) -> bytes | None:
    """What is in a file that a PDF carries; None where it is empty, damaged or too long."""
    size = ctypes.c_ulong()
    if not pdfium.FPDFAttachment_GetFile(handle, None, 0, size) or not 0 < size.value <= FILE_BYTES:
        return None
    content = ctypes.create_string_buffer(size.value)
    read = pdfium.FPDFAttachment_GetFile(handle, content, size.value, size)
    return content.raw if read and size.value == len(content) else None


def carried_note(names: Sequence[str]) -> str:
    """Which files a PDF carries, in one sentence; empty where it carries none."""
    if not names:
        return ""
    shown = ", ".join(f'"{name}"' for name in names[:NAMED_FILES])
    more = f" and {len(names) - NAMED_FILES} more" if len(names) > NAMED_FILES else ""
    if len(names) == 1:
        return f"It carries a file that is no page of it, {shown}: what can be read of it follows its pages."
    return f"It carries {len(names)} files that are no pages of it, {shown}{more}: what can be read follows its pages."


def _name(handle: Any) -> str:
    length = min(NAME_BYTES, pdfium.FPDFAttachment_GetName(handle, None, 0))
    name = ctypes.create_string_buffer(max(2, length))
    pdfium.FPDFAttachment_GetName(handle, ctypes.cast(name, ctypes.POINTER(pdfium.FPDF_WCHAR)), length)
    text = one_line(name.raw.decode("utf-16-le", "replace").rstrip("\0").replace("\\", "/"))
    return text.rpartition("/")[2][-NAME_CHARACTERS:] or "without a name"
