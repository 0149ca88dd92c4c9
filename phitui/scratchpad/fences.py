"""The code in what a model wrote: without fences, without the prose and exercises that base models run on into."""

import re

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*([^\n`]*)$", re.MULTILINE)
_PREAMBLE = re.compile(r"\s*(?:Here|Sure|Certainly|Of course|The following|Below)\b[^\n]*[:.!]\n")
_RUN_ON = re.compile(
    r"^(?:#+ (?:Exercise|Example|Explanation|Solution|Question|Task|Problem)s?\b|Exercises?\b|"
    r"(?:Instruct|Output|Question|Answer|Solution|Explanation):|Now,? (?:let|write)|In this (?:code|example)|"
    r"(?:This|The|Your) (?:above )?(?:code|function|program|script)s? )",
    re.MULTILINE,
)
_WHOLE = re.compile(r"```(?:markdown|md|text|txt)?[ \t]*\n(.*?)(?:\n```)?", re.DOTALL)
_QUOTES = ('"""', "'''")


def extract_code(text: str, prose: bool = False) -> str:
    """The first fenced block, or else the text up to where prose begins; ends with one newline, may be empty.

    `prose`: the language is itself prose (Markdown, plain text), of which nothing is cut but a fence around all of it.
    """
    fence = _FENCE.search(text)
    if prose:
        whole = _WHOLE.fullmatch(text.strip())
        code = whole.group(1) if whole else text
    elif fence is None:
        code = _unfenced(text)
    elif not fence.group(1) and text[: fence.start()].strip() and _FENCE.search(text, fence.end()) is None:
        code = _unfenced(text[: fence.start()])  # a lone fence: the end of a block whose beginning was not written
    else:
        end = _FENCE.search(text, fence.end())
        code = text[fence.end() : end.start() if end else len(text)]
    code = code.strip("\n").rstrip()
    return code + "\n" if code else ""


def _unfenced(text: str) -> str:
    preamble = _PREAMBLE.match(text)
    text = text[preamble.end() :] if preamble else text
    cut = next((found.start() for found in _RUN_ON.finditer(text) if _is_prose(text[: found.start()])), len(text))
    return text[:cut]


def _is_prose(before: str) -> bool:
    """Whether what follows `before` stands outside of strings and block comments, and is not all there is."""
    inside = any(before.count(quote) % 2 for quote in _QUOTES) or before.rfind("/*") > before.rfind("*/")
    return bool(before.strip()) and not inside
