"""Notes on the parts of a document that is read whole, as they stand in the chat."""

from typing import TYPE_CHECKING

from phitui.app.widgets.texts import plural
from phitui.events import PartRead
from phitui.text import one_line
from phitui.wording import pages_name

if TYPE_CHECKING:
    from phitui.answers.turn import Turn

LIVE_PARTS = 8
"""Parts whose notes are shown while others are still read: each new one draws them all again."""
SHOWN_PARTS = 100
SHOWN_SENTENCES = 300
"""Of a list longer than this the chat shows the beginning."""


def head_of(turn: "Turn") -> str:
    """What is read, for the line under the question; empty where nothing is read whole."""
    began = turn.reading
    if began is None:
        return ""
    return f"all of {one_line(began.title, 60)} · {plural(began.pages, 'page')} in {plural(began.parts, 'part')}"


def left_to_show(turn: "Turn") -> tuple[str, list[PartRead]]:
    """Heading, and the parts with notes that do not stand in the answer already: not all of a very long document's."""
    answered = {each.text for each in turn.sentences}
    notes = [note for note in turn.notes if any(each.text not in answered for each in note.sentences)]
    if turn.finished:
        shown, which = notes[:SHOWN_PARTS], "first"
    else:
        shown, which = notes[-LIVE_PARTS:], "last"
    cut = f" · the {which} {len(shown)} of {len(notes):,}" if len(shown) < len(notes) else ""
    return f"Notes on its parts{cut}", shown


def name_of(note: PartRead) -> str:
    """Where a part stands: its section and its pages."""
    pages = pages_name(note.page, note.page_end, note.labels)
    return f"{one_line(note.section, 60)} · {pages}" if note.section else pages


def stage_after(note: PartRead) -> str:
    """What is done when a part has been read."""
    return f"reading part {note.part + 1} of {note.parts}" if note.part < note.parts else "putting the notes together"
