"""Every command by name, and the second key after ctrl+t."""

from collections.abc import Callable, Mapping

from phitui.app import keys
from phitui.app.desk import Desk, Run
from phitui.app.theme import THEMES
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.dialog import Leader

MORE = (
    Entry("choose('embedders')", "Search models of the library"),
    Entry("choose('tags')", "Ask only documents with a tag, or all again", "t"),
    Entry("choose('settings')", "Settings: each with its reason and when a change holds"),
    Entry("choose('tour')", "Tour: five things to do on phitui's handbook"),
    Entry("choose('export')", "Export this conversation: Markdown with footnotes, or JSON", "^r ^e"),
    Entry("choose('scans')", "Recognise the text in all scans (OCR)"),
    Entry("stop_adding", "Stop adding documents", "x"),
    Entry("pause_adding", "Pause adding documents, or go on", "P"),
)
"""Commands that have no key of their own everywhere."""


ACTED_IN = ("chat", "library", "passages")
"""Panes whose own actions are listed as well."""
UNNAMED = tuple(keys.NUMBERED)
"""Actions that make no sense without the key that was pressed."""


def _sign(key: keys.Key, remapped: Mapping[str, str]) -> str:
    return keys.shown(remapped.get(key.id, key.keys))


def choose_command(desk: Desk, run: Run, otherwise: Callable[[], object] = lambda: None) -> None:
    """Lists them, each with its key; `otherwise` is called after escape."""
    remapped = desk.settings.keys
    everywhere = [key for key in keys.KEYS if key.palette or key.where == "scratchpad"]
    inside = [key for key in keys.KEYS if key.where in ACTED_IN and key.id not in UNNAMED]
    entries = [Entry(key.action, key.help.split(";")[0], _sign(key, remapped)) for key in everywhere]
    entries += [
        Entry(f"act('{key.id}')", f"{key.where.capitalize()}: {key.help.split(';')[0]}", _sign(key, remapped))
        for key in inside
    ]
    entries += [Entry(f"theme('{theme.name}')", f"Theme: {theme.name}") for theme in THEMES]
    entries += MORE

    def then(action: str | None) -> None:
        if action:
            run(action)
        else:
            otherwise()

    desk.put_over(Chooser("Commands", lambda text: matching(entries, text)), then)


def choose_by_letter(desk: Desk, run: Run) -> None:
    """The next key typed chooses."""
    actions = {key.leader: key for key in keys.KEYS if key.leader}
    desk.put_over(
        Leader({letter: key.label for letter, key in actions.items()}),
        lambda letter: run(actions[letter].action) if letter else None,
    )
