"""RTF: its text with tables, footnotes, text boxes and the numbers of lists."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import codec_of
from phitui.documents.formats.inline import subscript, superscript
from phitui.documents.formats.tables import row_blocks, split_heads

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n\x00]+|([^\\{}\r\n\x00]+)|\\"
)
DEEPEST = 400
"""Groups nested deeper are not followed."""
_IGNORED = frozenset(
    "colortbl stylesheet pict objdata themedata datastore listtable listoverridetable rsidtbl generator xmlnstbl "
    "filetbl revtbl bkmkstart bkmkend latentstyles mmathPr fldinst nonshppict operator creatim revtim "
    "printim company sn sv sp xe tc pgdsctbl atnid atrfstart atrfend atndate atnref template background blipuid "
    "defchp defpap wgrffmtfilter private colorschememapping passwordhash userprops doccomm keywords subject "
    "category comment ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn datafield formfield shpgrp".split()
)
_FURNITURE = frozenset("header headerl headerr headerf footer footerl footerr footerf".split())
_SIGNS = {
    "tab": "\t", "line": "\n", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emdash": "—",
    "endash": "–", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "ltrmark": "", "rtlmark": "",
    "zwj": "", "zwnj": "", "softline": "\n",
}  # fmt: skip
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030",
    136: "big5hkscs",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874",
    238: "cp1250", 255: "cp437",
}  # fmt: skip
_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}


@dataclass(frozen=True, slots=True)
class _State:
    codec: str = "cp1252"
    skipped: int = 1
    """Characters that follow each \\u for readers that know no Unicode."""
    where: str = ""
    """The destination: empty for the text, "title", "font", "note", "comment", "furniture", "off"."""
    raised: str = ""
    hidden: bool = False


def read(source: Source) -> Flow:
    """Raises DocumentError for nothing of its own: RTF is read as far as it goes."""
    flow = Flow()
    reader = _Reader(flow)
    flow.blocks = reader.blocks(source.read().decode("latin-1"))
    return flow


class _Reader:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._state = _State()
        self._stack: list[_State] = []
        self._too_deep = 0
        self._default = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._bytes = bytearray()
        self._to_skip = 0
        self._parts: list[str] = []
        self._outer: list[tuple[str, list[str], bool]] = []
        """Of each destination that is read aside: its name, the text around it, whether that was in a table."""
        self._known: dict[str, list[str]] = {"title": [], "author": []}
        """What its head says of it."""
        self._done: list[Block] = []
        self._after: list[Block] = []
        self._told: set[str] = set()
        self._level = 0
        self._in_table = False
        self._cells: list[str] = []
        self._cell: list[str] = []
        self._rows: list[list[str]] = []
        self._notes = 0
        self._starred = False

    def blocks(self, text: str) -> Iterator[Block]:
        """Paragraphs as they end."""
        at = 0
        while found := _TOKEN.match(text, at):
            at = found.end()
            word, number, byte, sign, brace, plain = found.groups()
            if brace:
                self._brace(brace)
            elif word:
                value = int(number) if number else None
                if word == "bin" and value and value > 0:
                    at += value
                else:
                    self._word(word, value)
            elif byte:
                self._raw(bytes((int(byte, 16),)))
            elif sign:
                self._sign(sign)
            elif plain:
                self._plain(plain)
            if self._done:
                done, self._done = self._done, []
                yield from done
        self._paragraph()
        self._table()
        yield from self._done
        self._flow.title, self._flow.author = ("".join(said).strip() for said in self._known.values())

    def _brace(self, brace: str) -> None:
        self._flush()
        self._starred = False
        if brace == "{":
            if len(self._stack) >= DEEPEST:
                self._too_deep += 1
                return
            self._stack.append(self._state)
            return
        if self._too_deep:
            self._too_deep -= 1
        elif self._stack:
            before = self._stack.pop()
            if self._state.where != before.where:
                self._leave(before)
            self._state = before

    def _enter(self, where: str) -> None:
        """Begins a destination that is read aside."""
        self._outer.append((where, self._parts, self._in_table))
        self._parts, self._in_table = [], False
        self._state = replace(self._state, where=where, raised="")

    def _leave(self, before: _State) -> None:
        if not self._outer or self._outer[-1][0] != self._state.where or self._state.where == before.where:
            return
        where = self._outer[-1][0]
        text = "".join(self._parts).strip()
        _, self._parts, self._in_table = self._outer.pop()
        if not text:
            return
        if where == "furniture":
            if text not in self._told and sum(char.isalpha() for char in text) > 6:
                self._told.add(text)
                self._done.append(Block(text))
        elif where == "note":
            text = text.removeprefix("*").strip()
            self._after.append(Block(f"[{self._notes}] {text}"))
        elif where == "comment":
            self._after.append(Block(f"Comment: {text}"))
        else:
            self._after.append(Block(text))

    def _word(self, word: str, value: int | None) -> None:
        starred, self._starred = self._starred, False
        if word == "u":
            self._flush()
            self._text(chr((value or 0) % 0x10000) if (value or 0) % 0x10000 else "")
            self._to_skip = self._state.skipped
            return
        self._flush()
        if word == "uc":
            self._state = replace(self._state, skipped=min(value if value is not None else 1, 20))
        elif word == "ansicpg":
            self._default = codec_of(f"cp{value}") or "cp1252"
            self._state = replace(self._state, codec=self._default)
        elif word in _PAGES:
            self._default = _PAGES[word]
            self._state = replace(self._state, codec=self._default)
        elif word == "fonttbl":
            self._state = replace(self._state, where="font")
        elif self._state.where == "font":
            if word == "f":
                self._font = value or 0
            elif word == "fcharset" and value in _CHARSETS and value:
                self._fonts[self._font] = _CHARSETS[value]
            elif word == "cpg":
                self._fonts[self._font] = codec_of(f"cp{value}") or self._default
        elif word == "f":
            self._state = replace(self._state, codec=self._fonts.get(value or 0, self._default))
        elif word in _IGNORED:
            self._state = replace(self._state, where="off")
        elif self._state.where == "off":
            if word == "shptxt":
                self._enter("box")
        elif word in _FURNITURE:
            self._enter("furniture")
        elif word == "footnote":
            self._notes += 1
            self._text(f"[{self._notes}]")
            self._enter("note")
        elif word == "annotation":
            self._enter("comment")
        elif word == "shptxt":
            self._enter("box")
        elif word == "info":
            self._state = replace(self._state, where="info")
        elif word in self._known and self._state.where == "info":
            self._state = replace(self._state, where=word)
        elif word in ("super", "sub", "nosupersub", "up", "dn", "v", "deleted", "plain"):
            self._format(word, value)
        elif starred and word not in ("shpinst", "fldrslt", "shptxt", "listtext", "pntext", "cs"):
            self._state = replace(self._state, where="off")
        else:
            self._layout(word, value)

    def _format(self, word: str, value: int | None) -> None:
        if word in ("super", "up"):
            self._state = replace(self._state, raised="super" if value != 0 else "")
        elif word in ("sub", "dn"):
            self._state = replace(self._state, raised="sub" if value != 0 else "")
        elif word == "nosupersub":
            self._state = replace(self._state, raised="")
        elif word == "plain":
            self._state = replace(self._state, raised="", hidden=False)
        else:
            self._state = replace(self._state, hidden=value != 0)

    def _layout(self, word: str, value: int | None) -> None:
        if word in ("par", "sect", "page"):
            if self._in_table or self._outer:
                self._text("\n")
            else:
                self._paragraph()
        elif word == "pard":
            self._in_table = False
            self._level = 0
        elif word == "intbl":
            self._in_table = True
        elif word == "outlinelevel" and value is not None and 0 <= value < 6:
            self._level = value + 1
        elif word in ("cell", "nestcell"):
            self._cells.append(" ".join("".join([*self._cell, *self._parts]).split()))
            self._cell, self._parts = [], []
        elif word in ("row", "nestrow"):
            if self._cells:
                self._rows.append(self._cells)
            self._cells = []
        elif word in _SIGNS:
            self._text(_SIGNS[word])

    def _sign(self, sign: str) -> None:
        self._starred = False
        if sign == "*":
            self._starred = True
        elif sign in "\\{}":
            self._plain(sign)
        elif sign == "~":
            self._flush()
            self._text(" ")
        elif sign == "_":
            self._flush()
            self._text("-")
        elif sign in "\r\n":
            self._layout("par", None)

    def _raw(self, byte: bytes) -> None:
        if self._to_skip:
            self._to_skip -= 1
        else:
            self._bytes += byte

    def _plain(self, text: str) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text[skipped:]
        if text.isascii():
            self._flush()
            self._text(text)
        else:
            self._bytes += text.encode("latin-1")

    def _flush(self) -> None:
        if self._bytes:
            data = bytes(self._bytes)
            self._bytes.clear()
            try:
                self._text(codecs.decode(data, self._state.codec, "replace"))
            except (LookupError, UnicodeError):
                self._text(data.decode("cp1252", "replace"))

    def _text(self, text: str) -> None:
        where = self._state.where
        if where in self._known:
            self._known[where].append(text)
        elif where not in ("off", "font", "info") and not self._state.hidden and text:
            if self._state.raised and text.strip():
                make = superscript if self._state.raised == "super" else subscript
                text = make("".join(self._parts[-4:]), text)
            self._parts.append(text)

    def _paragraph(self) -> None:
        text = "".join(self._parts)
        self._parts = []
        if text.strip() or not self._in_table:
            self._table()
        if text.strip():
            # surrogates come as two numbers
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            self._done.append(Block(text.strip("\n"), self._level))
        self._done += self._after
        self._after = []

    def _table(self) -> None:
        if self._cells:
            self._rows.append(self._cells)
            self._cells = []
        if self._rows:
            heads, rows = split_heads(self._rows)
            self._rows = []
            self._done += row_blocks(rows, heads)
