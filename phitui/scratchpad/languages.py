"""The languages of the scratchpad."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from phitui.errors import UsageError
from phitui.text import one_line


@dataclass(frozen=True, slots=True)
class Language:
    """A programming language: its name, file suffix and how a line comment begins."""

    name: str
    suffix: str
    comment: str
    aliases: tuple[str, ...] = ()
    prose: bool = False
    """Written for people: what a model writes in it is not searched for code."""


LANGUAGES = (
    Language("python", ".py", "#", ("py", "python3")),
    Language("bash", ".sh", "#", ("sh", "shell", "zsh")),
    Language("javascript", ".js", "//", ("js", "node")),
    Language("typescript", ".ts", "//", ("ts",)),
    Language("c", ".c", "//"),
    Language("cpp", ".cpp", "//", ("c++", "cc", "cxx")),
    Language("rust", ".rs", "//", ("rs",)),
    Language("go", ".go", "//", ("golang",)),
    Language("java", ".java", "//"),
    Language("sql", ".sql", "--"),
    Language("r", ".r", "#"),
    Language("julia", ".jl", "#", ("jl",)),
    Language("html", ".html", "", ("htm",)),
    Language("css", ".css", ""),
    Language("json", ".json", ""),
    Language("markdown", ".md", "", ("md",), True),
    Language("text", ".txt", "", ("plain",), True),
)


def only(language: Language, instruction: str) -> str:
    """How a prompt for code begins."""
    kind = language.name if language.prose else f"{language.name} code"
    return f"Write {kind} only, without explanation. {instruction}"


def language_named(name: str) -> Language:
    """By name, alias or suffix, whatever the case. Raises UsageError."""
    wanted = name.strip().lower()
    for language in LANGUAGES:
        if wanted in (language.name, language.suffix, language.suffix[1:], *language.aliases):
            return language
    names = ", ".join(language.name for language in LANGUAGES)
    raise UsageError(f"There is no language {one_line(name, 40)!r}; there are {names}.")


_KINDS = "program|script|function|code|class|module|query|queries|tool|library|header|one-liner"
_UNSURE = ("c", "r", "go", "node", "shell", "julia")
"""Words of ordinary English, or single letters: they name a language only where the phrase says so."""
_NEVER = ("text", "json")
"""What a program reads and writes, far more often than what it is written in."""


def guessed(instruction: str) -> Language | None:
    """The language that an instruction names: "in C", "a Python script", "an HTML page"; None where it names none."""
    names = {name: each for each in LANGUAGES if each.name not in _NEVER for name in (each.name, *each.aliases)}
    coded = {name: each for name, each in names.items() if not each.prose and each.name not in ("html", "css")}

    def first(before: str, known: Mapping[str, Language], after: str) -> Language | None:
        either = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        found = re.search(rf"{before}(?<![\w.])({either})(?![\w+#]){after}", instruction, re.IGNORECASE)
        return known[found[1].lower()] if found else None

    plain = {name: each for name, each in coded.items() if name not in _UNSURE and len(name) > 2}
    return (
        first(r"\b(?:in|using|to)\s+(?:plain |pure |modern |standard |ansi )?", coded, "")
        or first("", coded, rf"[\s-]+(?:{_KINDS})s?\b")
        or first("", plain, "")
        or first(r"\bin\s+", names, "")
        or first("", names, r"\s+(?:page|stylesheet|document)\b")
    )
