"""One thing that a key does: what stands in the registry of keys; and how a key is written on the screen."""

from collections.abc import Mapping

from phitui.values import dataclass

Where = str
"""everywhere, list (in every pane that has one), composer, page, the name of a screen (evaluation, comparison, tuning,
activity) or that of a pane."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does. `id` is what the settings file remaps."""

    id: str
    keys: str
    """Comma-separated, in Textual's names."""
    action: str
    label: str
    """A word or two, for the footer."""
    help: str
    """A sentence, for help and palette."""
    where: Where
    footer: bool = False
    priority: bool = False
    palette: bool = False
    """Also a command of the palette (only actions of the app itself)."""
    leader: str = ""
    """The key behind ctrl+t that does the same."""

    def bound(self, keymap: Mapping[str, str]) -> str:
        """Its keys, as the settings have them: id → keys."""
        return keymap.get(self.id, self.keys)


_SIGNS = {
    "question_mark": "?",
    "slash": "/",
    "number_sign": "#",
    "at": "@",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "delete": "del",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "full_stop": ".",
    "comma": ",",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "left": "←",
    "right": "→",
}


def shown(keys: str) -> str:
    """How a key is written on the screen: ^p, F1, pgup."""
    first = keys.split(",")[0].strip()
    if first.startswith("ctrl+"):
        return "^" + first[5:]
    if first[:1] == "f" and first[1:].isdigit():
        return first.upper()
    return _SIGNS.get(first, first)


def shown_all(keys: str) -> str:
    """Every key of a binding, as it is written on the screen."""
    names = [shown(each) for each in keys.split(",")]
    return f"{names[0]}-{names[-1]}" if len(names) > 3 else " ".join(names)
