"""The settings, each with its value, its reason and its default: chosen, changed, written into the settings file."""

import ast
import inspect
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_origin

from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.dialog import Prompt
from phitui.errors import PhituiError
from phitui.settings import Settings, override, parsed
from phitui.text import one_line

HINT = "enter changes it, from the next start on   esc goes back\nkeys are changed in the file: F1 shows their ids"


def reasons() -> dict[str, str]:
    """Setting → what stands below it in the one list of settings: its unit and its reason."""
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    found, last = {}, ""
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            last = node.target.id
        elif last and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found[last] = one_line(str(node.value.value))
            last = ""
    return found


def shown(value: object) -> str:
    """A value as it is typed: true, 30, "one two"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _changed(settings: Settings, name: str, typed: str) -> Any:
    """The value that was typed. Raises UsageError where the setting takes no such value."""
    many = isinstance(getattr(settings, name), tuple)
    value = tuple(typed.split()) if many else parsed(name, typed.strip())
    return getattr(override(settings, name, value, "This setting"), name)


def choose_setting(desk: Desk) -> None:
    """Lists them; the chosen one's value is asked for, and written into the file."""
    why, default, now = reasons(), Settings(), desk.settings
    names = [each.name for each in fields(Settings) if get_origin(each.type) is not Mapping and each.name != "keys"]
    entries = [
        Entry(
            name,
            name,
            shown(getattr(now, name)) or "none",
            f"{why.get(name, '')} Default: {shown(getattr(default, name)) or 'none'}.",
        )
        for name in names
    ]

    def then(name: str | None) -> None:
        if name is not None:
            ask(name, shown(getattr(now, name)))

    def ask(name: str, text: str) -> None:
        desk.put_over(Prompt(name, text, why.get(name, "")), lambda typed: write(name, typed))

    def write(name: str, typed: str | None) -> None:
        from phitui.app.terminal.settings_writer import write_setting

        if typed is None:
            return
        try:
            value = _changed(now, name, typed)
            write_setting(desk.places.settings_file, name, list(value) if isinstance(value, tuple) else value)
        except PhituiError as error:
            desk.say(error.message, trouble=True)
            ask(name, typed)
            return
        desk.say(f"{name} is {shown(value) or 'none'} from the next start on.")

    desk.put_over(Chooser("Settings", lambda text: matching(entries, text), hint=HINT), then)
