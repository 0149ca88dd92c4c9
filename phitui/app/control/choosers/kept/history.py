"""Conversations, found by what was said in them: reopened, renamed, put away, exported, deleted, brought back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from phitui.app.control.choosers.kept.into_file import write_into_file
from phitui.app.control.choosers.kept.kept_list import KeptList
from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Entry
from phitui.app.widgets.dialog import Prompt, Words
from phitui.app.widgets.texts import plural
from phitui.library.store.conversations import Conversation, Conversations
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.workbench import Workbench

_MORE = "   ^x deletes, ^u brings back   esc goes back"
HINT = f"enter reopens   ^e exports   ^r renames   ^a puts away, ^o shows those{_MORE}"
HINT_AWAY = f"enter reopens   ^e exports   ^r renames   ^a takes out again, ^o shows the others{_MORE}"
EMPTY = "none: every question is kept, with its passages and its answer"
EMPTY_AWAY = "none is put away: ^a does that to one of the others"


class History(KeptList[Conversation]):
    """The conversations, newest first; those that are put away stand in a list of their own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "rename", "rename", show=False, priority=True),
        Binding("ctrl+e", "export", "export", show=False, priority=True),
        Binding("ctrl+a", "archive", "put away", show=False, priority=True),
        Binding("ctrl+o", "archived", "those put away", show=False, priority=True),
    ]

    def __init__(self, desk: Desk):
        self._archived = False
        """Whether those that are put away are shown."""
        words = "words of a question or an answer"
        super().__init__(desk, "Conversations", placeholder=words, hint=HINT, empty=EMPTY)

    def reader(self, text: str) -> "Callable[[Workbench], Sequence[Conversation]]":
        archived = self._archived
        if text.strip():
            return lambda workbench: workbench.library.conversations.search(text, archived)
        return lambda workbench: workbench.library.conversations.list(archived)

    def entry(self, row: Conversation) -> Entry:
        told = f"{plural(row.turns, 'turn')} · {row.updated[:16].replace('T', ' ')}"
        return Entry(str(row.conversation_id), one_line(row.title) or "untitled", told)

    def store(self, workbench: "Workbench") -> Conversations:
        return workbench.library.conversations

    def action_rename(self) -> None:
        row = self.row
        if row is None:
            return

        def then(title: str | None) -> None:
            if title and title.strip():
                number = row.conversation_id
                self.change(lambda workbench: workbench.library.conversations.rename(number, title), "Renamed.")

        self._desk.put_over(Prompt("Another title", row.title), then)

    def action_archive(self) -> None:
        row = self.row
        if row is not None:
            number, away = row.conversation_id, not row.archived
            self.change(
                lambda workbench: workbench.library.conversations.archive(number, away),
                "Put away: ^o shows those." if away else "Among the others again.",
            )

    def action_archived(self) -> None:
        self._archived = not self._archived
        self.query(Words).first().put("Conversations that are put away" if self._archived else "Conversations")
        self.hint.put(HINT_AWAY if self._archived else HINT)
        self.rows.empty = (EMPTY_AWAY if self._archived else EMPTY,)
        self.forget()

    def action_export(self) -> None:
        if self.row is not None:
            export_conversation(self._desk, self.row)


def export_conversation(desk: Desk, chosen: Conversation) -> None:
    """Asks for a file, and writes the conversation there: JSON where its name ends so, else Markdown."""

    def text_for(workbench: "Workbench", file: Path) -> str:
        from phitui.answers.past.export import export, form_of

        turns = workbench.turns.of(chosen.conversation_id)
        return export(chosen.title, chosen.created, turns, workbench.library.documents(), form_of(file))

    letters = "".join(each if each.isalnum() else "-" for each in chosen.title.lower()).strip("-")
    name = "-".join(part for part in letters.split("-") if part)[:40] or "conversation"
    hint = "Markdown whose footnotes are the citations; a name that ends in .json makes JSON."
    write_into_file(desk, "Export the conversation to", f"~/{name}.md", hint, text_for)


def choose_conversation(desk: Desk, show: "Callable[[int, list[Turn]], object]") -> None:
    """Lists them; the chosen one's number and turns are handed to `show`."""

    def then(value: str | None) -> None:
        if value:
            number = int(value)
            desk.jobs.run(
                lambda workbench, cancel: [workbench.turns.of(number)],
                lambda turns: show(number, turns),
                lambda problem: desk.say(problem, trouble=True) if problem else None,
            )

    desk.put_over(History(desk), then)
