"""Colours: three greys, one accent, one for trouble; the same words in any Textual theme and in 16 colours."""

from dataclasses import fields

from textual.color import Color
from textual.content import Content, Span
from textual.style import Style
from textual.theme import Theme

from phitui.values import dataclass

DARK = Theme(
    name="phitui",
    primary="#86c5c0",
    accent="#86c5c0",
    error="#e8836f",
    warning="#e8836f",
    success="#86c5c0",
    foreground="#e7e6e1",
    background="#121417",
    surface="#121417",
    panel="#1b1e23",
    dark=True,
    variables={"soft": "#9297a0", "hairline": "#3a3f47", "chosen": "#20252b"},
)
LIGHT = Theme(
    name="phitui-light",
    primary="#0b6e69",
    accent="#0b6e69",
    error="#b3361f",
    warning="#b3361f",
    success="#0b6e69",
    foreground="#1c1d20",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#efeeea",
    dark=False,
    variables={"soft": "#62666e", "hairline": "#c9c8c3", "chosen": "#e9e8e2"},
)
SIXTEEN = Theme(
    # Exact members of the 16-colour palette, so that nothing is rounded into its neighbour.
    name="phitui-16",
    primary="#55ffff",
    accent="#55ffff",
    error="#ff5555",
    warning="#ff5555",
    success="#55ffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    variables={"soft": "#aaaaaa", "hairline": "#555555", "chosen": "#000000"},
)
THEMES = (DARK, LIGHT, SIXTEEN)


def variables(theme: Theme) -> dict[str, str]:
    """`soft`, `hairline` and `chosen`, blended where a theme does not name them."""
    paper = Color.parse(theme.background or ("#121417" if theme.dark else "#fbfaf7"))
    ink = Color.parse(theme.foreground or ("#e7e6e1" if theme.dark else "#1c1d20"))
    blended = {"soft": 0.58, "hairline": 0.2, "chosen": 0.08}
    return {name: theme.variables.get(name, paper.blend(ink, share).hex) for name, share in blended.items()}


@dataclass(frozen=True, slots=True)
class Ink:
    """The styles that panes write with."""

    text: Style
    strong: Style
    """The brightest thing on the screen."""
    soft: Style
    line: Style
    accent: Style
    title: Style
    """Accent, bold: what has the focus."""
    trouble: Style
    chosen: Style
    """Background of the row in use; a mark stands beside it, since 16 colours have no such grey."""
    found: Style
    """A word of the question."""
    marked: Style
    """What a person marked, whatever the colour of its words."""

    def redrawn(self, content: Content, old: "Ink") -> Content:
        """What was written with `old`, in these styles."""
        names = [each.name for each in fields(Ink)]
        now = {getattr(old, name): getattr(self, name) for name in reversed(names)}
        spans = [Span(start, end, now.get(style, style)) for start, end, style in content.spans]
        return Content(content.plain, spans)

    @classmethod
    def of(cls, theme: Theme) -> "Ink":
        """The theme's colours as styles."""
        names = variables(theme)
        text = Color.parse(theme.foreground or ("#e7e6e1" if theme.dark else "#1c1d20"))
        accent, trouble = Color.parse(theme.primary), Color.parse(theme.error or "#e8836f")
        return cls(
            text=Style(foreground=text),
            strong=Style(foreground=text, bold=True),
            soft=Style(foreground=Color.parse(names["soft"])),
            line=Style(foreground=Color.parse(names["hairline"])),
            accent=Style(foreground=accent),
            title=Style(foreground=accent, bold=True),
            trouble=Style(foreground=trouble),
            chosen=Style(background=Color.parse(names["chosen"])),
            found=Style(foreground=text, underline=True),
            marked=Style(underline=True),
        )
