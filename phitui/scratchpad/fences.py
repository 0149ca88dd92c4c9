"""The code in what a model wrote: without fences, without the prose and exercises that base models run on into."""

import re

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n`]*\n(.*?)(?:^[ \t]*(?:```|~~~)[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_RUN_ON = re.compile(
    r"^(?:#+ )?(?:Exercises?\b|Instruct:|Output:|Question:|Explanation:|Now,? (?:let|write)|In this (?:code|example)|"
    r"This (?:code|function|program|script)|The (?:code|function|program) )",
    re.MULTILINE,
)


def extract_code(text: str) -> str:
    """The first fenced block, or else the text up to where prose begins; ends with one newline, may be empty."""
    fenced = _FENCE.search(text)
    code = fenced.group(1) if fenced else _unfenced(text)
    code = code.strip("\n").rstrip()
    return code + "\n" if code else ""


def _unfenced(text: str) -> str:
    cut = next((found.start() for found in _RUN_ON.finditer(text) if text[: found.start()].strip()), len(text))
    return text[:cut]
