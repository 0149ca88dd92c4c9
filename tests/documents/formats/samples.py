"""A small file of each format, to be damaged."""

import gzip
import json

from tests.documents.formats.made_word import p, part, r, relations, table, word
from tests.documents.formats.reading import packed

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(rows, *, strings=(), styles="", more=None, state=""):
    """A workbook of one sheet; `rows` is XML."""
    return packed(
        {
            "_rels/.rels": relations(a=("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{TYPES}"><sheets><sheet name="Ports" sheetId="1" r:id="s"/><sheet name="Secret" state="{state or "hidden"}" r:id="t"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                s=("worksheet", "worksheets/sheet1.xml"), t=("worksheet", "worksheets/sheet2.xml")
            ),
            "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}">'
            + "".join(f"<si><t>{each}</t></si>" for each in strings)
            + "</sst>",
            "xl/styles.xml": f'<styleSheet xmlns="{SHEET}">{styles}</styleSheet>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>',
            "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{SHEET}"><sheetData/></worksheet>',
            **(more or {}),
        }
    )


def shape(text, kind=""):
    """A shape of paragraphs of a slide."""
    place = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>' if kind else "<p:nvPr/>"
    body = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return f"<p:sp><p:nvSpPr>{place}</p:nvSpPr><p:txBody>{body}</p:txBody></p:sp>"


def slide(inner, tag="sld", attributes=""):
    return f'<p:{tag} xmlns:p="{SLIDE}" xmlns:a="{DRAWING}" xmlns:r="{TYPES}" {attributes}><p:cSld><p:spTree>{inner}</p:spTree></p:cSld></p:{tag}>'


def pptx(*slides, more=None):
    """A presentation of these slides."""
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="s{n}"/>' for n in range(len(slides)))
    return packed(
        {
            "_rels/.rels": relations(a=("officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{SLIDE}" xmlns:r="{TYPES}"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations(
                **{f"s{n}": ("slide", f"slides/slide{n}.xml") for n in range(len(slides))}
            ),
            **{f"ppt/slides/slide{n}.xml": each for n, each in enumerate(slides)},
            **(more or {}),
        }
    )


ODF = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in [
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("style", "style"),
            ("draw", "drawing"),
            ("presentation", "presentation"),
        ]
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def opendocument(body, styles="", kind="text", more=None):
    """An OpenDocument file with this body."""
    content = f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    return packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content, **(more or {})})


EMAIL = """From: =?utf-8?q?Ann_M=C3=BCller?= <ann@example.org>
To: ben@example.org
Date: Mon, 4 Mar 2024 10:00:00 +0000
Subject: =?koi8-r?B?8NLJ18XU?= there
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

The caf=E9 opens at nine.
--b
Content-Type: text/csv; name="ports.csv"
Content-Disposition: attachment; filename="ports.csv"

Port,Depth
Ostend,8.5
--b--
"""

RTF = (
    r"{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fnil\fcharset204 Arial;}{\f1\fcharset238 Times;}}{\info{\title My title}}"
    r"{\header Authority HA-7731\par}\pard\f0 \'cc\'e0\'ff\'ea \u233?t\u233? 10{\super 6} x{\sub i}\par"
    r"{\f1 \'9elu\'9d}{\super\chftn{\footnote\pard\plain{\super\chftn} The lamp.}}\par{\listtext 4.2\tab}Clause text\par"
    r"\trowd\cellx1\cellx2\intbl Port\cell Depth (m)\cell\row\trowd\intbl Ostend\cell 8.5\cell\row\trowd\intbl Ghent\cell 9\cell\row"
    r"\pard After.{\deleted gone}{\v hidden}{\*\unknown lost}\par{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt Box text\par}}}End\par}"
)

NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "source": ["# Tides\n", "The *gauge*."], "attachments": {"a.png": {"image/png": "iVBOR"}}},
            {"cell_type": "code", "source": "print(1)", "outputs": [
                {"output_type": "stream", "text": ["one\n"]},
                {"output_type": "execute_result", "data": {"text/html": "<table><tr><th>a<th>b<tr><td>x<td>1</table>", "text/plain": "a b"}},
                {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 50, "text/plain": "<Figure size 640x480>"}},
                {"output_type": "error", "ename": "ValueError", "evalue": "no"},
            ]},
        ],
        "metadata": {}, "nbformat": 4,
    }
)  # fmt: skip

LATEX = r"""\documentclass{article} % a comment
\usepackage[utf8]{inputenc}
\title{On \emph{Tides}}
\begin{document}
\maketitle
\section{Gauge}\label{sec:g}
The caf\'e of M\"uller --- ``quoted''\footnote{It used oil.} has $10^{6}$ units~\cite{a,b}, 100\%.
\begin{itemize}\item one \item[Two] second \begin{enumerate}\item x\item y\end{enumerate}\end{itemize}
\begin{tabular}{lr}\hline Port & Depth (m) \\ \hline Ostend & 8.5 \\ \end{tabular}
\begin{equation}E=mc^2\label{e}\end{equation}
\begin{verbatim}
x = {1} % kept
\end{verbatim}
\input{other}
\end{document}
"""

RST = """Tides
=====

:Author: Ann

The *gauge* of :ref:`Porth <p>` [1]_ says::

    code here

- one
- two
  goes on

term
    Its meaning.

.. note:: Take care
   of it.

.. toctree::
   other

.. [1] It used oil.

====== =====
Port   Depth
====== =====
Ostend 8.5
====== =====

+------+-----+
| a    | b   |
+======+=====+
| x    | 1   |
+------+-----+
"""

CELLS = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Depth (m)</t></is></c></row><row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>8.5</v></c></row><row r="3"><c r="A3" t="str"><v>Ghent</v></c><c r="B3"><v>9</v></c></row>'
TITLED = '<text:h text:outline-level="1">Tides</text:h><text:p>The lamp<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>It used oil.</text:p></text:note-body></text:note> lit.</text:p>'
CONTAINER = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
BOOK = '<package><metadata><title>A book</title></metadata><manifest><item id="a" href="c.html"/></manifest><spine><itemref idref="a"/></spine></package>'
PAGE = "<!doctype html><html><head><title>Tides</title></head><body><nav><a>x</a></nav><h1>Tides</h1><p>10<sup>6</sup><table><tr><th>a<th>b<tr><td>x<td>1</table><dl><dt>A<dd>b</dl><math><msup><mi>x</mi><mn>2</mn></msup></math>"

SAMPLES: dict[str, bytes] = {
    "a.xml": b'<?xml version="1.0" encoding="utf-8"?><Doc><ID>F-20</ID><Sum cur="EUR">314.50</Sum><p>Pay <b>soon</b>.</p></Doc>',
    "a.docx": word(
        p("Title", '<w:pStyle w:val="Heading1"/>')
        + p("Lamp", runs='<w:r><w:footnoteReference w:id="1"/></w:r>' + r("6", '<w:vertAlign w:val="superscript"/>'))
        + table(["Port", "Depth (m)"], ["Ostend", "8.5"], ["Ghent", "9"]),
        {"word/footnotes.xml": part("footnotes", f'<w:footnote w:id="1">{p("Oil.")}</w:footnote>')},
    ),
    "a.xlsx": xlsx(CELLS, strings=["Port", "Ostend"]),
    "a.pptx": pptx(slide(shape("Tides", "title") + shape("One\nTwo"))),
    "a.odt": opendocument(TITLED),
    "a.epub": packed({"META-INF/container.xml": CONTAINER, "b.opf": BOOK, "c.html": PAGE}),
    "a.html": PAGE.encode(),
    "a.mht": b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<p>caf=C3=A9</p>\n--x--\n',
    "a.md": b"# Tides\n\n10<sup>6</sup> *x* [a][b] `c`\n\n- one\n\n| a | b |\n|--|--|\n| x | 1 |\n\n```\ncode\n```\n\n[b]: http://x\n",
    "a.txt": "Café Zoë\n\nThe lamp was lit.\n".encode(),
    "a.csv": b'Port;Depth\nOstend;8,5\n"Gh""ent";9\n',
    "a.eml": EMAIL.encode(),
    "a.mbox": (
        "From ann Mon Mar  4 10:00:00 2024\n"
        + EMAIL
        + "\nFrom ben Mon Mar  4 11:00:00 2024\nFrom: b\nSubject: Two\n\n>From the left.\n"
    ).encode(),
    "a.rtf": RTF.encode(),
    "a.tex": LATEX.encode(),
    "a.rst": RST.encode(),
    "a.ipynb": NOTEBOOK.encode(),
    "a.py": b"# -*- coding: latin-1 -*-\nimport os\n\n\ndef f(x):\n    return 'caf\xe9'\n",
    "a.csv.gz": gzip.compress(b"Port,Depth\nOstend,8.5\n", mtime=0),
}
