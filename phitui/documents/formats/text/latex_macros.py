"""Commands that a LaTeX file defines for itself, put in where it uses them."""

import re

MOST_MACROS = 300
MOST_ARGUMENTS = 4
BODY_CHARACTERS = 500
"""A longer definition lays out pages."""
PASSES = 4
"""Macros may use each other so deep."""
GROWTH = 100_000
"""Characters by which a text may grow: definitions can double it again and again."""
_DEFINED = re.compile(
    r"\\(?:newcommand|renewcommand|providecommand|DeclareRobustCommand)\*?\s*(?:\{\s*\\([A-Za-z]+)\s*\}|\\([A-Za-z]+))"
    r"\s*(?:\[(\d)\])?(\[[^\]]*\])?\s*(?=\{)|\\def\s*\\([A-Za-z]+)((?:#\d)*)\s*(?=\{)"
)
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)


def expanded(text: str) -> str:
    """The text without its short definitions, and with what they stand for."""
    macros: dict[str, tuple[int, str]] = {}
    parts, at = [], 0
    for found in _DEFINED.finditer(text):
        if found.start() < at or len(macros) >= MOST_MACROS:
            continue
        body, end = _group(text, found.end())
        count = int(found[3] or 0) if found[5] is None else len(found[6]) // 2
        if end and not found[4] and count <= MOST_ARGUMENTS and "\\begin" not in body:
            macros[found[1] or found[2] or found[5]] = (count, body)
            parts.append(text[at : found.start()])
            at = end
    text = "".join([*parts, text[at:]])
    most = len(text) + GROWTH
    for _ in range(PASSES if macros else 0):
        put = _put_in(text, macros)
        if put == text or len(put) > most:
            break
        text = put
    return text


def _put_in(text: str, macros: dict[str, tuple[int, str]]) -> str:
    """Every macro that is used replaced once."""
    pattern = re.compile(rf"\\({'|'.join(map(re.escape, macros))})(?![A-Za-z])(\s*\{{\}})?")
    parts, at = [], 0
    for found in pattern.finditer(text):
        if found.start() < at:
            continue
        count, body = macros[found[1]]
        end = found.end() if not count else found.end(1)
        given = []
        for _ in range(count):
            argument, stop = _group(text, end)
            if not stop:
                break
            given.append(argument)
            end = stop
        if len(given) < count:
            continue
        parts += [text[at : found.start()], _filled(body, given)]
        # A command swallows the space behind it, and a word must not run into the next.
        parts.append(" " if not count and not found[2] and text[end : end + 1].isspace() else "")
        at = end
    return "".join([*parts, text[at:]])


def _filled(body: str, given: list[str]) -> str:
    """The body with the arguments at their numbers."""
    pieces = re.split(r"#(\d)", body)
    for at in range(1, len(pieces), 2):
        number = int(pieces[at])
        pieces[at] = given[number - 1] if 0 < number <= len(given) else ""
    return "".join(pieces)


def _group(text: str, at: int) -> tuple[str, int]:
    """What stands in the braces that open at `at`, and where they end; 0 where they do not, or hold too much."""
    if text[at : at + 1] != "{":
        return "", 0
    depth = 0
    for found in _BRACES.finditer(text, at, at + BODY_CHARACTERS):
        if found.group() in "{}":
            depth += 1 if found.group() == "{" else -1
        if not depth:
            return text[at + 1 : found.start()], found.end()
    return "", 0
