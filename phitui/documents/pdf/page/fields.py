"""Fields of forms: what is filled in, and what the field is called."""

import ctypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pypdfium2.raw as pdfium

VALUE_BYTES = 2**17
PASSWORD_FLAG = 1 << 13
MOST_OPTIONS = 2000
CHECKED, UNCHECKED = "☑", "☐"
_NAME = re.compile(r"(?:[^\W\d_][\w' -]*)?[^\W\d_]")
_MADE_UP = re.compile(
    r"(?:text|field|check ?box|feld|untitled|undefined|textfield|radio|group|button|fill|f|p|c|tf)\W*\d*", re.I
)


@dataclass(frozen=True, slots=True)
class Field:
    """`value` is empty where nothing is filled in."""

    value: str
    label: str
    mark: bool = False
    """A check box or a radio button."""


def field_of(form: Any, annotation: Any) -> Field | None:
    """The field of a widget; None of buttons and signatures, of which only their picture says anything."""
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    label = _label(form, annotation)
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        return Field(CHECKED if pdfium.FPDFAnnot_IsChecked(form, annotation) else UNCHECKED, label, mark=True)
    if kind in (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
        return Field(", ".join(_chosen(form, annotation)) or _value(form, annotation), label)
    if kind == pdfium.FPDF_FORMFIELD_TEXTFIELD:
        secret = pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & PASSWORD_FLAG
        return Field("" if secret else _value(form, annotation), label)
    return None


def _chosen(form: Any, annotation: Any) -> Iterator[str]:
    """The options that are chosen, as the list shows them."""
    for number in range(min(MOST_OPTIONS, pdfium.FPDFAnnot_GetOptionCount(form, annotation))):
        if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, number):
            yield decoded(partial(pdfium.FPDFAnnot_GetOptionLabel, form, annotation, number))


def _value(form: Any, annotation: Any) -> str:
    value = decoded(partial(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation))
    return re.sub(r"\r\n?", "\n", value).strip()


def _label(form: Any, annotation: Any) -> str:
    """The field's description, else its name where that is made of words and was not made up by a program."""
    said = decoded(partial(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation))
    if said.strip():
        return " ".join(said.split())[:200]
    name = decoded(partial(pdfium.FPDFAnnot_GetFormFieldName, form, annotation))
    last = re.sub(r"\[\d+\]$", "", name.rpartition(".")[2]).replace("_", " ").strip()
    return last if _NAME.fullmatch(last) and len(last) > 2 and not _MADE_UP.fullmatch(last) else ""


def decoded(read: Callable[[Any, int], int]) -> str:
    """The text that a function of pdfium's writes as UTF-16 into a buffer, whose length it returns."""
    length = read(None, 0)
    if not 2 < length <= VALUE_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(length)
    read(ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").rstrip("\0")
