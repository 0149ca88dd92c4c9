"""One thing that a key does: what stands in the registry of keys."""

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
