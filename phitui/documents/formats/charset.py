"""Bytes as text: by the mark they begin with, by what they declare, as UTF-8, or by a guess that is said."""

import codecs
import re
from dataclasses import dataclass

from phitui.documents.formats.guess import guess

DECLARED_BYTES = 4096
"""A declaration stands within so many bytes of a page's beginning; the standard says 1024, and pages exceed it."""
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "iso8859-8": "cp1255",
}  # fmt: skip
"""What a declared charset means in practice (the Encoding Standard's labels): the wider set that contains it."""
_LABELS = {
    "x-sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "windows-949": "cp949", "x-euc-jp": "euc_jp", "dos-874": "cp874",
    "windows-874": "cp874", "x-mac-cyrillic": "mac_cyrillic", "x-mac-roman": "mac_roman", "macintosh": "mac_roman",
    "iso-8859-8-i": "cp1255", "x-cp1251": "cp1251", "x-cp1252": "cp1252", "x-cp1250": "cp1250", "unicode": "utf-8",
    "unicode-1-1-utf-8": "utf-8", "x-big5": "big5hkscs", "big5-hkscs": "big5hkscs", "koi": "koi8_r", "koi8": "koi8_r",
    "ansi": "cp1252", "ansinew": "cp1252", "applemac": "mac_roman",
}  # fmt: skip
_DECLARATIONS = (
    re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE),
    re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE),
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASCII = bytes([9, 10, 13, *range(0x20, 0x7F)])
_NAMES = {
    "cp932": "Shift JIS", "euc_jp": "EUC-JP", "iso2022_jp": "ISO-2022-JP", "gb18030": "GB 18030", "big5hkscs": "Big5",
    "cp949": "EUC-KR", "koi8_r": "KOI8-R", "koi8_u": "KOI8-U", "cp866": "DOS (866)", "cp850": "DOS (850)",
    "mac_roman": "Mac Roman", "mac_cyrillic": "Mac Cyrillic", "cp874": "Windows-874",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and what has to be said of how it was had."""

    text: str
    note: str = ""
    """One sentence where the encoding was guessed or bytes did not fit it."""


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of bytes. A mark at the beginning wins, then UTF-8 that cannot be chance, then `declared` (a label as
    files write it), then what `guess` says. NULs are left out; a byte that does not fit spoils one character."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    wide = wide_encoding(data)
    if wide:
        return _decoded(data, wide)
    codec = codec_of(declared)
    if codec and codec.startswith(("utf-16", "utf-32")):
        codec = "utf-8"  # what was read of the declaration was not written so
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if codec in (None, "utf-8") or (not text.isascii() and len(_MULTIBYTE.findall(data)) > 1):
            return Decoded(_without_nul(text))
        if text.isascii() and not codec.startswith(("iso2022", "utf_7", "hz")):
            return Decoded(_without_nul(text))
    if codec and codec != "utf-8":
        return _decoded(data, codec)
    if mostly_utf8(data):
        return _decoded(data, "utf-8")
    encoding = guess(data)
    text = _lenient(data, encoding)
    return Decoded(_without_nul(text), f"Its letters were taken for {name_of(encoding)}: the file does not say.")


def declared_charset(head: bytes) -> str | None:
    """The charset that an XML declaration or a meta element near the beginning names."""
    head = head[:DECLARED_BYTES].replace(b"\x00", b"")
    for pattern in _DECLARATIONS:
        found = pattern.search(head)
        if found:
            return found.group(1).decode("ascii", "replace")
    return None


def header_charset(value: str) -> str | None:
    """The charset of a Content-Type header."""
    found = _HEADER.search(value)
    return found.group(1) if found else None


def codec_of(label: str | None) -> str | None:
    """Python's codec for a label; None where there is none."""
    if not label:
        return None
    label = label.strip().lower()
    if label in _LABELS:
        return _LABELS[label]
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if not info._is_text_encoding or info.name in (
        "idna",
        "punycode",
        "raw-unicode-escape",
        "unicode-escape",
        "undefined",
    ):
        return None
    return _WIDER.get(info.name, info.name)


def mostly_utf8(data: bytes) -> bool:
    """Whether more characters beyond ASCII are whole in UTF-8 than bytes are not: other encodings are never so."""
    whole = _MULTIBYTE.sub(b"", data)
    fitting = len(_MULTIBYTE.findall(data))
    return fitting > len(whole.translate(None, bytes(range(0x80))))


def wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, recognised by where zeros, or bytes of few values, stand."""
    sample = data[: 1 << 14]
    sample = sample[: len(sample) // 4 * 4] or data
    if len(sample) < 4 or (len(data) % 2 and len(data) < 64):
        return None
    quads = [sample[at::4] for at in range(4)]
    empty = [quad.count(0) / max(1, len(quad)) for quad in quads]
    if empty[2] > 0.9 and empty[3] > 0.9 and empty[0] < 0.1:
        return "utf-32-le"
    if empty[0] > 0.9 and empty[1] > 0.9 and empty[3] < 0.1:
        return "utf-32-be"
    if sample.count(0) < 0.25 * len(sample) and len(sample.translate(None, _ASCII)) < 0.1 * len(sample):
        return None  # stray zeros in a text of one byte a character
    for encoding, high, low in (("utf-16-le", sample[1::2], sample[0::2]), ("utf-16-be", sample[0::2], sample[1::2])):
        spaces = sum(1 for a, b in zip(high, low, strict=False) if a == 0 and b in b" \n\r\t.,0123456789")
        zeros = high.count(0)
        if zeros > 3 * low.count(0) and (zeros > 0.7 * len(high) or spaces > 0.03 * len(high)) and spaces:
            text = sample.decode(encoding, "replace")
            odd = sum(1 for char in text if char == "\ufffd" or (char < " " and char not in "\t\n\r\f\x00"))
            if odd <= 0.02 * len(text) + 1:
                return encoding
    return None


def name_of(encoding: str) -> str:
    """As people call it: Windows-1251, KOI8-R."""
    if encoding in _NAMES:
        return _NAMES[encoding]
    if encoding.startswith("cp12"):
        return f"Windows-{encoding[2:]}"
    return encoding.replace("iso8859", "ISO 8859").replace("_", "-").upper()


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = _lenient(data, encoding)
    lost = text.count("\ufffd")
    if encoding == "utf-8":
        lost -= data.count(b"\xef\xbf\xbd")
    note = (
        f"{lost:,} {'byte does' if lost == 1 else 'bytes do'} not fit its encoding, {name_of(encoding)}."
        if lost > 0
        else ""
    )
    return Decoded(_without_nul(text), note)


def _lenient(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except (UnicodeError, ValueError):
        return data.decode("cp1252", "replace")


def _without_nul(text: str) -> str:
    return text.replace("\x00", "")
