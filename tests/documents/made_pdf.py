"""PDFs with texts at places, fields of forms, notes, stamps and attachments, made on the spot."""

from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String

SIZE = (595, 842)


class MadePdf:
    """One that is drawn upon page by page."""

    def __init__(self):
        self.pdf = pikepdf.new()
        self.font = self.pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        )
        self.fields = []

    def page(self, texts):
        """`texts`: (x, y, text) or (x, y, text, size), in the order in which they are drawn."""
        page = self.pdf.add_blank_page(page_size=SIZE)
        page.Resources = Dictionary(Font=Dictionary(F1=self.font))
        page.Contents = self.pdf.make_stream(_shown(texts))
        page.Annots = Array()
        return page

    def put(self, page, subtype, rect, **keys):
        """An annotation."""
        annotation = self.pdf.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name("/" + subtype), Rect=Array(rect), F=4, **keys)
        )
        page.Annots.append(annotation)
        return annotation

    def field(self, page, name, rect, kind="Tx", **keys):
        """A field of a form with its widget in one."""
        self.fields.append(self.put(page, "Widget", rect, FT=Name("/" + kind), T=String(name), **keys))
        return self.fields[-1]

    def box(self, page, name, rect, checked, **keys):
        """A check box."""
        looks = Dictionary(N=Dictionary(Yes=self.appearance(rect, "4"), Off=self.appearance(rect, "")))
        state = Name.Yes if checked else Name.Off
        return self.field(page, name, rect, "Btn", V=state, AS=state, AP=looks, **keys)

    def appearance(self, rect, text):
        """A picture of an annotation that shows a text."""
        width, height = rect[2] - rect[0], rect[3] - rect[1]
        stream = self.pdf.make_stream(_shown([(2, 4, text)]))
        stream.Type, stream.Subtype = Name.XObject, Name.Form
        stream.BBox = Array([0, 0, width, height])
        stream.Resources = Dictionary(Font=Dictionary(F1=self.font))
        return stream

    def save(self, path: Path, **form) -> Path:
        if self.fields or form:
            resources = Dictionary(Font=Dictionary(Helv=self.font))
            self.pdf.Root.AcroForm = Dictionary(
                Fields=Array(self.fields), DR=resources, DA=String("/Helv 11 Tf 0 g"), **form
            )
        self.pdf.save(path, deterministic_id=True)
        return path


def _shown(texts):
    parts = []
    for x, y, text, *size in texts:
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        parts.append(f"BT /F1 {size[0] if size else 11} Tf {x} {y} Td ({escaped}) Tj ET".encode("cp1252"))
    return b"\n".join(parts)
