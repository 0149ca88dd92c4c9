"""Pictures written as text (data URIs, base64): they say nothing, and would be searched as words."""

import re

_LINES = (
    r"(?:(?:\r?\n[ \t>]*+[A-Za-z0-9+/=]{40,}+)++"
    r"(?:\r?\n[ \t>]*+(?=[A-Za-z]*+(?:[0-9+/=]|(?<=[a-z])[A-Z]))[A-Za-z0-9+/]++={0,2}+[ \t]*+(?=[\r\n\"')>]|\Z))?+)?+"
)
"""The lines on which base64 goes on, and a last one that is no word."""
_DATA = re.compile(
    r"data:[\w.+-]*+/?[\w.+*-]*+(?:;[\w.=+-]++)*+,\s*+(?:[A-Za-z0-9+/=_%-]{48,}+" + _LINES + r"|"
    r"%3C[^\s\"')>]++|<svg[^)]{0,100000}?</svg>)",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"(?<![A-Za-z0-9+/])(?:iVBORw0KGgo|/9j/[24]|R0lGOD|UklGR|PHN2Zy|PD94bWwg|Qk0[A-Za-z0-9]|JVBERi0)[A-Za-z0-9+/=]{30,}+"
    + _LINES
)
_LONG = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/]{60,}+(?=\r?\n[ \t>]*+[A-Za-z0-9+/]{60})"
    + _LINES
    + r"|[A-Za-z0-9+/]{600,}+={0,2}+)"
)
FEWEST_CHARACTERS = 200
"""Shorter ones are examples."""
FEWEST_OF_ANY = 600
"""Base64 of what is not known to be a picture may be a key."""


def without_pictures(text: str) -> str:
    """The text without data URIs and base64 of pictures, and without long base64 of anything else."""
    if "data:" in text:
        text = _DATA.sub("", text)
    text = _PICTURE.sub(lambda found: "" if len(found.group()) >= FEWEST_CHARACTERS else found.group(), text)
    return _LONG.sub(_unless_word, text)


def _unless_word(found: re.Match[str]) -> str:
    """Letters of one case are no base64: a long word, a DNA sequence, a row of a drawing."""
    run = found.group()
    kinds = any(map(str.islower, run)) and any(map(str.isupper, run)) and any(map(str.isdigit, run))
    return "" if kinds and len(run) >= FEWEST_OF_ANY else run
