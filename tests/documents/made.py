"""Small documents made on the spot."""

import zipfile
import zlib
from pathlib import Path

from phitui.documents.document import Document, Heading, Page


def made_pdf(path: Path, pages: list[list[str]], title: str = "") -> Path:
    """A PDF of lines of ASCII text, twelve points apart."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = "\n".join(
            f"({line.replace(chr(92), '').replace('(', '[').replace(')', ']')}) Tj 0 -12 Td" for line in lines
        )
        stream = f"BT /F1 10 Tf 40 780 Td\n{shown}\nET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< /Title ({title}) >>")
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    data += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n".encode()
    path.write_bytes(data + f"startxref\n{start}\n%%EOF\n".encode())
    return path


def made_docx(path: Path, body: str, **parts: str) -> Path:
    """A DOCX with this XML inside its body."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return path


def made_epub(path: Path, chapters: list[str], title: str = "A Book", encryption: str = "") -> Path:
    """An EPUB of XHTML chapters."""
    items = "".join(
        f'<item id="c{n}" href="text/c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        archive.writestr(
            "OEBPS/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata><dc:title>{title}</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine>"
            "</package>",
        )
        if encryption:
            archive.writestr("META-INF/encryption.xml", encryption)
        for number, chapter in enumerate(chapters):
            archive.writestr(f"OEBPS/text/c{number}.xhtml", chapter)
    return path


def made_document(*texts: str, headings: tuple[Heading, ...] = (), title: str = "Made") -> Document:
    """A document with these pages."""
    pages = tuple(Page(number, text) for number, text in enumerate(texts, 1))
    return Document(Path("/made.pdf"), title, pages, headings)


def made_scan(path: Path, pages: list[list[str]], dots: int = 30) -> Path:
    """A PDF of pictures of those pages, at so many dots an inch; a page without lines is a plain page of text."""
    import pypdfium2

    with_text = made_pdf(path, [lines or ["This page was typed on a machine."] for lines in pages])
    source = pypdfium2.PdfDocument(with_text.read_bytes())
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for number, lines in enumerate(pages):
        if lines:
            bitmap = source[number].render(scale=dots / 72, grayscale=True)
            rows = [bytes(bitmap.buffer)[y * bitmap.stride :][: bitmap.width] for y in range(bitmap.height)]
            packed = zlib.compress(b"".join(rows))
            objects.append(
                b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
                b"/Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
                % (bitmap.width, bitmap.height, len(packed), packed)
            )
            content = b"600 0 0 800 0 0 cm /Picture Do"
            used = b"/XObject << /Picture %d 0 R >>" % len(objects)
        else:
            content = b"BT /F1 10 Tf 40 700 Td (This page was typed on a machine.) Tj ET"
            used = b"/Font << /F1 3 0 R >>"
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << %b >> /Contents %d 0 R >>"
            % (used, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b" ".join(kids), len(kids))
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    path.write_bytes(b"%PDF-1.4\n" + body + b"trailer << /Size %d /Root 1 0 R >>\n%%%%EOF\n" % (len(objects) + 1))
    return path
