"""Beginnings of questions: built in, and the user's own, which are files in the folder of settings."""

from collections.abc import Callable
from pathlib import Path

from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.reading import read_regular
from phitui.text import clean, one_line

FOLDER = "templates"
"""In the folder of settings: a file each, NAME.txt or NAME.md."""
GAP = "{}"
"""Where the words of the question go."""
BUILT_IN = {
    "summarise": "Summarise what is said about {}.",
    "explain": "Explain {} in plain words.",
    "table": "List {} as a table, one line each, with | between the columns.",
    "translate": "Translate into English what is said about {}.",
    "quiz": "Write five questions about {}, each with its answer.",
    "haiku": "Write a haiku about {}.",
    "story": "Tell a short story about {}.",
}
LONGEST = 4_000
"""Characters of a template; more is no question."""


def templates(folder: Path) -> dict[str, str]:
    """Name → text, sorted; a file takes the place of what is built in under its name."""
    own = {}
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        if file.suffix.lower() in (".txt", ".md"):
            try:
                text = clean(read_regular(file, 4 * LONGEST).decode("utf-8", "replace")).strip()
            except OSError:
                continue
            if text:
                own[one_line(file.stem, 40)] = text[:LONGEST]
    return dict(sorted({**BUILT_IN, **own}.items()))


def filled(template: str, words: str) -> tuple[str, int]:
    """The template with the words in its gap, or behind it where it has none; and where they end."""
    before, gap, behind = template.partition(GAP)
    if not gap:
        before, behind = (f"{template} " if words else template), ""
    return before + words + behind, len(before) + len(words)


def choose_template(desk: Desk, then: Callable[[str], object], otherwise: Callable[[], object]) -> None:
    """Lists them; `then` gets the chosen one's text."""
    found = templates(desk.places.config / FOLDER)
    entries = [Entry(name, name, "" if BUILT_IN.get(name) == text else "own", text) for name, text in found.items()]
    hint = f"your own: NAME.txt in {desk.places.config / FOLDER}; {GAP} is where the words go"

    def chosen(name: str | None) -> None:
        if name is None:
            otherwise()
        else:
            then(found[name])

    desk.put_over(Chooser("Templates", lambda text: matching(entries, text), hint=hint), chosen)
