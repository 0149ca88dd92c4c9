"""Pictures written as text (data URIs, base64): they say nothing, and would be searched as words."""

import re

_DATA = re.compile(
    r"data:[\w.+-]*+/?[\w.+*-]*+(?:;[\w.=+-]++)*+,\s*+(?:[A-Za-z0-9+/=_%-]{48,}+(?:[\r\n]++[ \t>]*+[A-Za-z0-9+/=]{20,}+)*+"
    r"(?:[\r\n]++[ \t>]*+[A-Za-z0-9+/]++={0,2}+(?=[\s\"')>]|$))?|%3C[^\s\"')>]++|<svg[^)]{0,100000}?</svg>)",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"(?<![A-Za-z0-9+/])(?:iVBORw0KGgo|/9j/[24]|R0lGOD|UklGR|PHN2Zy|PD94bWwg|Qk0[A-Za-z0-9]|JVBERi0|AAAA[A-Za-z0-9]{4}Z0eX)"
    r"[A-Za-z0-9+/=]{30,}+(?:[\r\n]++[ \t>]*+[A-Za-z0-9+/=]{20,}+)*+(?:[\r\n]++[ \t>]*+[A-Za-z0-9+/]++={0,2}+(?=\s|$))?"
)
_LONG = re.compile(r"(?<![A-Za-z0-9+/_-])(?=[A-Za-z]*+[0-9+/])[A-Za-z0-9+/]{60,}+(?:\r?\n[ \t>]*+[A-Za-z0-9+/]{60,}+){7,}+(?:\r?\n[ \t>]*+[A-Za-z0-9+/]*+={0,2})?|"
                   r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/]{600,}+={0,2}")  # fmt: skip


def without_pictures(text: str) -> str:
    """The text without data URIs, base64 of pictures, and base64 of anything that fills ten lines or 600 characters."""
    if "base64" in text or "data:" in text:
        text = _DATA.sub("", text)
    text = _PICTURE.sub(_shorter, text)
    return _LONG.sub(_unless_word, text)


def _shorter(found: re.Match[str]) -> str:
    return "" if len(found.group()) > 200 else found.group()


def _unless_word(found: re.Match[str]) -> str:
    """Letters of one case are no base64: a long word, a DNA sequence, a row of a drawing."""
    run = found.group()
    mixed = any(char.islower() for char in run) and any(char.isupper() for char in run) and any(c.isdigit() for c in run)
    return "" if mixed else run
