"""The settings, each with its value, its reason, its default and when a change holds: chosen, changed, written."""

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, get_origin

from textual.theme import BUILTIN_THEMES

from phitui.app.desk import Desk
from phitui.app.theme import THEMES
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.dialog import Prompt
from phitui.errors import PhituiError, UsageError
from phitui.settings import ON_STARTING, Settings, holds, load_settings, override, parsed
from phitui.text import one_line

HINT = "enter changes it   esc goes back   keys are changed in the file: F1 shows their ids"

Adopt = Callable[[Settings], object]
"""Gets the settings that hold from now on."""


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
    if name == "theme" and value not in (themes := [each.name for each in THEMES] + list(BUILTIN_THEMES)):
        raise UsageError(f"There is no theme {one_line(str(value), 40)}: the themes are {', '.join(themes)}.")
    return getattr(override(settings, name, value, "This setting"), name)


def change(desk: Desk, adopt: Adopt, name: str, value: Any) -> None:
    """Lets a value hold, where it can while phitui is open, and writes it into the file."""
    from phitui.app.terminal.settings_writer import write_setting

    if holds(name) != ON_STARTING:
        adopt(replace(desk.settings, **{name: value}))
    try:
        write_setting(desk.places.settings_file, name, list(value) if isinstance(value, tuple) else value)
    except PhituiError as error:
        desk.say(error.message, trouble=True)


def _next(desk: Desk) -> Settings:
    """Those of the next start, as far as the file and the environment say; those of now where they make no sense."""
    try:
        return load_settings(desk.places.settings_file)
    except PhituiError:
        return desk.settings


def choose_setting(desk: Desk, adopt: Adopt) -> None:
    """Lists them; the chosen one's value is asked for, and changed."""
    why, default, now, later = reasons(), Settings(), desk.settings, _next(desk)
    names = [each.name for each in fields(Settings) if get_origin(each.type) is not Mapping and each.name != "keys"]

    def told(name: str) -> str:
        value = shown(getattr(later, name)) or "none"
        then = f": then {value}" if holds(name) == ON_STARTING and getattr(later, name) != getattr(now, name) else ""
        usual = shown(getattr(default, name)) or "none"
        return f"{why.get(name, '')} Default: {usual}. A change holds {holds(name)}{then}."

    entries = [Entry(name, name, shown(getattr(now, name)) or "none", told(name)) for name in names]

    def then(name: str | None) -> None:
        if name is not None:
            ask(name, shown(getattr(later if holds(name) == ON_STARTING else now, name)))

    def ask(name: str, text: str) -> None:
        reason = f"{why.get(name, '')} A change holds {holds(name)}."
        desk.put_over(Prompt(name, text, reason), lambda typed: take(name, typed))

    def take(name: str, typed: str | None) -> None:
        if typed is None:
            return
        try:
            value = _changed(now, name, typed)
        except PhituiError as error:
            desk.say(error.message, trouble=True)
            ask(name, typed)
            return
        change(desk, adopt, name, value)
        desk.say(f"{name} is {shown(value) or 'none'}, {holds(name)}.")

    desk.put_over(Chooser("Settings", lambda text: matching(entries, text), hint=HINT), then)
