"""The lines around the panes: title, tabs, headers, hairlines, status, keys."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.theme import Ink
from phitui.app.widgets.rows import strip


def _same(one: Content | str, other: Content | str) -> bool:
    """Whether both look the same: Textual's own comparison leaves out the styles."""
    if isinstance(one, Content) and isinstance(other, Content):
        return one.is_same(other)
    return type(one) is type(other) and one == other


class ScreenLine(Widget):
    """One row of the screen, with something at the left and something at the right."""

    DEFAULT_CSS = "ScreenLine { height: 1; background: $background; }"

    def __init__(self, id: str | None = None):
        super().__init__(id=id)
        self._left: Content | str = ""
        self._right: Content | str = ""

    def put(self, left: Content | str, right: Content | str = "") -> None:
        """Writes the line; the same again costs nothing."""
        if not (_same(left, self._left) and _same(right, self._right)):
            self._left, self._right = left, right
            self.refresh()

    def reink(self, old: Ink) -> None:
        """The same words in the theme of now."""
        ink = desk(self).ink
        self._left, self._right = (
            ink.redrawn(each, old) if isinstance(each, Content) else each for each in (self._left, self._right)
        )
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        left, right = Content(str(self._left)), Content(str(self._right))
        left = self._left if isinstance(self._left, Content) else left
        right = self._right if isinstance(self._right, Content) else right
        if right.cell_length > width // 2:
            right = right.truncate(max(width // 2, width - left.cell_length - 1), ellipsis=True)
        room = max(0, width - right.cell_length - (1 if right else 0))
        line = left.truncate(room, ellipsis=True, pad=True)
        return strip(self, Content(" ").join([line, right]) if right else line, width)


class Header(ScreenLine):
    """A pane's title, set into a hairline, and as many parts of its note as there is room for.

    The pane in use has a mark and the accent.
    """

    def __init__(self, title: str):
        super().__init__()
        self.title = title
        self.note = ""
        self.live = False

    def set(self, note: str | None = None, live: bool | None = None) -> None:
        """Changes what stands behind the title, or whether this pane is in use."""
        note = self.note if note is None else note
        live = self.live if live is None else live
        if (note, live) != (self.note, self.live):
            self.note, self.live = note, live
            self.refresh()

    def render_line(self, y: int) -> Strip:
        ink, width = desk(self).ink, self.size.width
        told = self.note.split(" · ")
        while len(told) > 1 and len(self.title) + len(" · ".join(told)) + 7 > width:
            told.pop()
        note = " · ".join(told)
        parts = [
            Content.styled("▸ " if self.live else "─ ", ink.title if self.live else ink.line),
            Content.styled(self.title, ink.title if self.live else ink.soft),
            Content.styled(f" · {note} " if note else " ", ink.soft),
        ]
        line = Content("").join(parts).truncate(max(0, width - 1), ellipsis=True)
        line += Content.styled("─" * max(0, width - line.cell_length), ink.line)
        return strip(self, line, width)


class Hairline(Widget):
    """What stands between two panes."""

    DEFAULT_CSS = "Hairline { width: 1; height: 1fr; background: $background; }"

    def render_line(self, y: int) -> Strip:
        sign = "┬" if y == 0 else "│"
        return strip(self, Content.styled(sign, desk(self).ink.line), self.size.width)


class Rule(ScreenLine):
    """A hairline across, with a few words set into it where there is something to say."""

    def __init__(self, id: str | None = None):
        super().__init__(id=id)
        self._note = ""

    def say(self, note: str) -> None:
        """Sets these words into the line; none: the line alone."""
        if note != self._note:
            self._note = note
            self.refresh()

    def render_line(self, y: int) -> Strip:
        ink, width = desk(self).ink, self.size.width
        note = Content.styled(f"─ {self._note} ", ink.accent) if self._note else Content("")
        line = Content.styled("─" * max(0, width - note.cell_length - 2), ink.line) + note
        return strip(self, line + Content.styled("─" * max(0, width - line.cell_length), ink.line), width)


class KeyBar(ScreenLine):
    """The keys of the pane in use; what is essential keeps its place at the right, the rest yields to it."""

    def __init__(self, id: str | None = None):
        super().__init__(id=id)
        self._keys: list[tuple[str, str, bool]] = []

    def show(self, chosen: Sequence[keys.Key], keymap: Mapping[str, str]) -> None:
        """These keys, in the order of their worth."""
        shown = [(keys.shown(key.bound(keymap)), key.label, key.id in keys.ESSENTIAL) for key in chosen]
        if shown != self._keys:
            self._keys = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        ink, width = desk(self).ink, self.size.width

        def drawn(sign: str, label: str) -> Content:
            return Content.styled(f" {sign}", ink.accent) + Content.styled(f" {label} ", ink.soft)

        kept = [drawn(sign, label) for sign, label, essential in self._keys if essential]
        while len(kept) > 1 and sum(each.cell_length for each in kept) > width:
            kept.pop(0)
        last = Content("").join(kept)
        line = Content("")
        for sign, label, essential in self._keys:
            part = Content("") if essential else drawn(sign, label)
            if line.cell_length + part.cell_length + last.cell_length > width:
                break
            line += part
        gap = max(0, width - line.cell_length - last.cell_length)
        return strip(self, line + Content(" " * gap) + last, width)


class Tabs(ScreenLine):
    """Where one pane fills the screen: the others by number, with what is new in them."""

    def __init__(self, id: str | None = None):
        super().__init__(id=id)
        self._named: tuple[str, list[tuple[str, str, str]]] = ("", [])

    def show(self, pane: str, names: Sequence[tuple[str, str, str]]) -> None:
        """`names` holds (pane, title, note). Where room is short the others lose notes, then names."""
        if (pane, list(names)) != self._named:
            self._named = (pane, list(names))
            self.refresh()

    def render_line(self, y: int) -> Strip:
        return strip(self, Content("").join(self._fitting()), self.size.width)

    def others(self) -> list[tuple[int, str]]:
        """The panes that are not in use: the column of each, and its name."""
        ends = list(accumulate(each.cell_length for each in self._fitting()))
        places = zip([0, *ends], self._named[1], strict=False)
        return [(column, name) for column, (name, _, _) in places if name != self._named[0]]

    def _fitting(self) -> list[Content]:
        ink, width = desk(self).ink, self.size.width
        drawn = [self._drawn(*self._named, ink, level) for level in range(3)]
        return next((each for each in drawn if sum(part.cell_length for part in each) <= width), drawn[-1])

    def _drawn(self, pane: str, names: Sequence[tuple[str, str, str]], ink: Ink, level: int) -> list[Content]:
        """A tab each."""
        parts = []
        for number, (name, title, note) in enumerate(names, 1):
            live = name == pane
            words = [str(number), title if live or level < 2 else "", note if level < 1 else ""]
            written = " ".join(word for word in words if word)
            style = ink.title if live else ink.soft
            parts.append(Content.styled("▸" if live else " ", ink.title) + Content.styled(f"{written}  ", style))
        return parts


BLOCKS = {"instructions": "▓", "history": "▒", "passages": "█", "question": "▓", "answer": "░"}
"""One texture a part, so that the bar can be read without colour."""


SHORT = {"instructions": "instr"}


def budget(parts: Mapping[str, int], window: int, ink: Ink, width: int) -> Content:
    """The prompt's tokens as a bar by part, with the numbers beside it, for a line of that width."""
    if not parts:
        return Content.styled(" prompt · empty", ink.soft)
    roomy = width >= 150
    cells = 32 if roomy else 16 if width >= 110 else 10
    total = max(window, sum(parts.values()), 1)
    pieces = [Content.styled(" prompt ", ink.soft)]
    words = []
    spoken = BLOCKS if width >= 100 else ("passages", "answer")
    for name, block in BLOCKS.items():
        tokens = parts.get(name, 0)
        if tokens:
            share = max(1, round(tokens / total * cells))
            pieces.append(Content.styled(block * share, ink.accent if name == "passages" else ink.soft))
            if name in spoken:
                words.append(f"{block} {name} {tokens:,} " if roomy else f"{SHORT.get(name, name)} {tokens:,}")
    pieces.append(Content.styled(" " + " ".join(words), ink.soft))
    if window and len(words) > 1:
        pieces.append(Content.styled(f" of {window:,}", ink.soft))
    return Content("").join(pieces)
