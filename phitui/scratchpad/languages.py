"""The languages of the scratchpad."""

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


def language_named(name: str) -> Language:
    """By name, alias or suffix, whatever the case. Raises UsageError."""
    wanted = name.strip().lower()
    for language in LANGUAGES:
        if wanted in (language.name, language.suffix, language.suffix[1:], *language.aliases):
            return language
    names = ", ".join(language.name for language in LANGUAGES)
    raise UsageError(f"There is no language {one_line(name, 40)!r}; there are {names}.")
