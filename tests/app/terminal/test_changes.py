"""What is sent of a change leaves the terminal as the whole picture would."""

import random
from io import StringIO

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from phitui.app.terminal.changes import Changes, Painter

COLUMNS, ROWS = 40, 6
LETTERS = "abc de▁█─│●…ß€"
WIDE = ["語", "e\u0301", "👩\u200d💻", "ש"]
DARK, LIGHT = "#121417", "#e7e6e1"


def styles(drawn, colours):
    ink, ground = drawn.sample(colours, 2)
    kinds = [
        Style(color=ink, bgcolor=ground),
        Style(color=ground, bgcolor=ink),
        Style(color=ink, bgcolor=ground, bold=drawn.random() < 0.5, italic=True),
        Style(color=ink, underline=True, dim=drawn.random() < 0.3, bold=drawn.random() < 0.3),
        Style(reverse=True),
        Style(),
    ]
    return drawn.choice(kinds)


def strip(drawn, length, colours):
    segments = []
    while length:
        size = drawn.randint(1, length)
        text = "".join(drawn.choice(LETTERS) for _ in range(size))
        segments.append(Segment(text, styles(drawn, colours)))
        length -= size
    return Strip(segments)


def updates(drawn, colours):
    whole = Region(0, 0, COLUMNS, ROWS)
    yield LayoutUpdate([[strip(drawn, 10, colours), strip(drawn, 30, colours)] for _ in range(ROWS)], whole)
    for _ in range(30):
        y, x = drawn.randrange(ROWS), drawn.choice([0, 10])
        first = drawn.randint(x, x + 3)
        chops = [{0: None, x: strip(drawn, COLUMNS - x, colours)} if row == y else {} for row in range(ROWS)]
        ends = [[x, COLUMNS] if x else [COLUMNS] for _ in range(ROWS)]
        yield ChopsUpdate(chops, [(y, first, drawn.randint(first + 1, COLUMNS))], ends)


def shown(screen):
    """Each cell as it looks: colours exchanged are what reversing makes."""
    cells = []
    for y in range(ROWS):
        for x in range(COLUMNS):
            cell = screen.buffer[y][x]
            swapped = cell.reverse and "default" not in (cell.fg, cell.bg)
            ink, ground = (cell.bg, cell.fg) if swapped else (cell.fg, cell.bg)
            cells.append((cell.data, ink, ground, cell.reverse and not swapped, cell.bold, cell.italics))
    return cells


@pytest.mark.parametrize("system", ["truecolor", "256", "standard"])
def test_the_screen_is_the_same_whatever_changes(system):
    drawn = random.Random(system)
    console = Console(color_system=system, force_terminal=True, file=StringIO())
    painter, sent = Painter(), [0, 0]
    screens = [pyte.Screen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)]
    streams = [pyte.Stream(screen) for screen in screens]
    for number, update in enumerate(updates(drawn, [DARK, LIGHT, "#86c5c0", "red", "bright_blue"])):
        if number == 20:
            painter.forget()
        for at, text in enumerate((update.render_segments(console), Changes(update, painter).render_segments(console))):
            streams[at].feed(text)
            sent[at] += len(text)
        assert shown(screens[0]) == shown(screens[1]), number
    assert sent[1] < sent[0]


def line(text, style):
    return LayoutUpdate([[Strip([Segment(text, style)])]], Region(0, 0, COLUMNS, 1))


def sent(painter, update):
    return painter.written(update, Console(color_system="truecolor", force_terminal=True, file=StringIO()))


def test_a_letter_and_a_cursor_cost_some_bytes_and_what_is_the_same_none():
    painter = Painter()
    text, cursor = Style(color=LIGHT, bgcolor=DARK), Style(color=DARK, bgcolor=LIGHT)

    def typed(letters):
        rest = [Segment(letters, text), Segment(" ", cursor), Segment(" " * (COLUMNS - 1 - len(letters)), text)]
        return LayoutUpdate([[Strip(rest)]], Region(0, 0, COLUMNS, 1))

    sent(painter, typed("a"))
    assert sent(painter, typed("ab")) == "\x1b[1;2Hb\x1b[7m "
    assert sent(painter, typed("ab")) == ""
    painter.forget()
    assert len(sent(painter, typed("ab"))) > COLUMNS


@pytest.mark.parametrize("letter", WIDE)
def test_a_line_of_letters_of_unsure_width_is_sent_whole(letter):
    painter, style = Painter(), Style(color=LIGHT, bgcolor=DARK)
    for text in (f"one {letter} two", f"one {letter} tw!"):
        assert text in sent(painter, line(text, style))
    assert "plain text" in sent(painter, line("plain text", style))


def test_links_and_other_updates_are_sent_as_they_are():
    painter = Painter()
    link = Style(link="https://example.org")
    assert "\x1b]8;" in sent(painter, line("here", link)) and "\x1b]8;" in sent(painter, line("here", link))
    assert sent(painter, CompositorUpdate()) == ""
