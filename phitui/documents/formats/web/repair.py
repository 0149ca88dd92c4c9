"""HTML whose elements were left open, so that what they would swallow stays: one pass over its tags."""

import re
from collections import Counter

_TAG = re.compile(
    r"<!--|<!\[CDATA\[|<(?P<close>/?)(?P<name>script|style|title|textarea|iframe|xmp|noembed|noframes|noscript|template|"
    r"nav|svg|math|select|object|video|audio|canvas|plaintext|datalist|menu|rt|rp)(?=[\s/>])"
    r"(?:(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>|[^>]*+>)",
    re.IGNORECASE,
)
_RAW = frozenset("script style title textarea iframe xmp noembed noframes".split())
"""Nothing ends them but their own end tag."""
_TEXT_BEGINS = re.compile(
    r"<(?:p|div|h[1-6]|body|table|ul|ol|dl|article|section|main|header|footer|blockquote|pre|span|link|meta|script|"
    r"style|title|/head|/html|/body)\b",
    re.IGNORECASE,
)


_OPENED = re.compile(r"=\s*([\"'])([^\"'<>]*+)>")
_TAG_CHARACTERS = 2000
"""Looked back for the tag in which a quotation mark stands."""


def repaired(html: str) -> str:
    """The same page, without the start tags of skipped elements that nothing ends; comments and scripts that nothing
    ends are closed before the next element of text, quotation marks at the end of their tag. CDATA sections become
    text."""
    return _closed(_quoted(html))


def _quoted(html: str) -> str:
    """An attribute's value that goes on beyond its tag, to the next quotation mark wherever that is, is ended."""
    edits: list[tuple[int, int, str]] = []
    gone: set[str] = set()
    for found in _OPENED.finditer(html):
        before = html[max(0, found.start() - _TAG_CHARACTERS) : found.start()]
        if before.rfind("<") <= before.rfind(">"):
            continue
        end = _find(html, found[1], found.end(), gone)
        goes_on = end >= 0 and (html[end + 1 : end + 2] in " \t\r\n/>" or "<" not in html[found.end() : end])
        if not goes_on:
            edits.append((found.end() - 1, found.end() - 1, found[1]))
    return _edited(html, edits) if edits else html


def _closed(html: str) -> str:
    edits: list[tuple[int, int, str]] = []
    open_tags: list[tuple[str, int, int]] = []
    unclosed: Counter[str] = Counter()
    # each is looked for once where it is missing, or a page of a thousand open ones takes a thousand passes
    gone: set[str] = set()
    lower = html.lower()
    at = 0
    while found := _TAG.search(html, at):
        at = found.end()
        start = found.start()
        if html.startswith("<!--", start):
            end = _find(lower, "-->", start + 2, gone)
            if end < 0 and (end := _find(lower, "--!>", at, gone)) < 0:
                at = _next_text(html, at)
                edits.append((start, at, ""))
            else:
                at = end + 3
            continue
        if html.startswith("<![cdata[", start) or html.startswith("<![CDATA[", start):
            end = _find(lower, "]]>", at, gone)
            if end >= 0:
                text = html[at:end].replace("&", "&amp;").replace("<", "&lt;")
                edits.append((start, end + 3, text))
                at = end + 3
            continue
        name = found["name"].lower()
        if found["close"]:
            while unclosed[name]:
                each, a, b = open_tags.pop()
                unclosed[each] -= 1
                if each == name:
                    break
                edits.append((a, b, ""))
            continue
        if name == "plaintext":
            edits.append((start, at, ""))
        elif found.group().endswith("/>"):
            if _closes_later(lower, name, at, gone):
                open_tags.append((name, start, at))
                unclosed[name] += 1
            else:
                edits.append((start, at, ""))
        elif name in _RAW:
            end = _find(lower, f"</{name}", at, gone)
            if end >= 0:
                at = end + len(name) + 2
                if name in ("script", "style") and "math/" not in found.group():
                    at = html.find(">", at) + 1 or len(html)
                    edits.append((start, at, ""))  # what stands in quotes in a script can confuse a parser
            elif name in ("script", "style"):
                at = _next_text(html, at)
                edits.append((start, at, ""))
            else:
                edits.append((at, at, ""))
                after = html.find("<", at)
                edits.append((after, after, f"</{name}>") if after >= 0 else (start, at, ""))
        else:
            open_tags.append((name, start, at))
            unclosed[name] += 1
    edits += [(a, b, "") for name, a, b in open_tags if name not in ("rt", "rp")]
    return _edited(html, edits)


def _closes_later(lower: str, name: str, at: int, gone: set[str]) -> bool:
    """Whether a self-closing tag was meant as a start tag: its end comes before the next start."""
    end = _find(lower, f"</{name}", at, gone)
    following = lower.find(f"<{name}", at, end if end >= 0 else None)
    return name not in _RAW and end >= 0 and following < 0


def _find(text: str, wanted: str, at: int, gone: set[str]) -> int:
    if wanted in gone:
        return -1
    found = text.find(wanted, at)
    if found < 0:
        gone.add(wanted)
    return found


def _next_text(html: str, at: int) -> int:
    found = _TEXT_BEGINS.search(html, at)
    return found.start() if found else len(html)


def _edited(html: str, edits: list[tuple[int, int, str]]) -> str:
    parts = []
    at = 0
    for start, end, text in sorted(edits):
        if start >= at:
            parts += [html[at:start], text]
            at = end
    return "".join([*parts, html[at:]])
