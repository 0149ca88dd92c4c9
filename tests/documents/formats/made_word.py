"""Word files from parts."""

from tests.documents.formats.reading import packed

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
SPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relations(kind=KIND, **targets):
    """A part of relationships: id=(type, target)."""
    rows = "".join(
        f'<Relationship Id="{i}" Type="{kind}/{what}" Target="{target}"/>' for i, (what, target) in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def part(tag, inner, space=W):
    return f'<?xml version="1.0"?><w:{tag} xmlns:w="{space}" {SPACES}>{inner}</w:{tag}>'


def word(body, parts=None, main="word/document.xml", space=W, kind=KIND):
    """A DOCX with this body; `parts` beside it, by their names."""
    return packed(
        {
            "[Content_Types].xml": f'<Types><Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": relations(kind, a=("officeDocument", main)),
            main: part("document", f"<w:body>{body}</w:body>", space),
            **(parts or {}),
        }
    )


def r(text, properties=""):
    return f'<w:r>{f"<w:rPr>{properties}</w:rPr>" if properties else ""}<w:t xml:space="preserve">{text}</w:t></w:r>'


def p(text="", properties="", runs=""):
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{r(text) if text else ''}{runs}</w:p>"


def table(*rows):
    """Cells are texts or XML."""
    cells = [[cell if cell.startswith("<") else p(cell) for cell in row] for row in rows]
    return (
        "<w:tbl>"
        + "".join("<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in row) + "</w:tr>" for row in cells)
        + "</w:tbl>"
    )
