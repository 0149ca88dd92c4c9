"""Conversations, found by what was said in them: reopened, renamed, put away, exported, deleted, brought back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Chooser, Entry
from phitui.app.widgets.dialog import Prompt, Words
from phitui.app.widgets.texts import plural
from phitui.text import clean, one_line

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.library.store.conversations import Conversation, Deleted
    from phitui.workbench import Workbench

_MORE = "   ^x deletes, ^u brings back   esc goes back"
HINT = f"enter reopens   ^e exports   ^r renames   ^a puts away, ^o shows those{_MORE}"
HINT_AWAY = f"enter reopens   ^e exports   ^r renames   ^a takes out again, ^o shows the others{_MORE}"
EMPTY = "none: every question is kept, with its passages and its answer"
EMPTY_AWAY = "none is put away: ^a does that to one of the others"


class History(Chooser):
    """The conversations, newest first; those that are put away stand in a list of their own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "rename", "rename", show=False, priority=True),
        Binding("ctrl+e", "export", "export", show=False, priority=True),
        Binding("ctrl+x", "delete", "delete", show=False, priority=True),
        Binding("ctrl+u", "bring_back", "bring back", show=False, priority=True),
        Binding("ctrl+a", "archive", "put away", show=False, priority=True),
        Binding("ctrl+o", "archived", "those put away", show=False, priority=True),
    ]

    def __init__(self, desk: Desk):
        self._desk = desk
        self._archived = False
        """Whether those that are put away are shown."""
        self._rows: dict[str, list[Conversation]] = {}
        self._deleted: list[Deleted] = []
        super().__init__(
            "Conversations",
            self._entries,
            placeholder="words of a question or an answer",
            hint=HINT,
            empty=EMPTY,
        )

    def _entries(self, text: str) -> list[Entry]:
        archived = self._archived
        if text not in self._rows:
            self._desk.jobs.run(
                lambda workbench, cancel: [
                    workbench.library.conversations.search(text, archived)
                    if text.strip()
                    else workbench.library.conversations.list(archived)
                ],
                lambda rows: self._keep(text, rows) if archived == self._archived else None,
            )
        return [
            Entry(
                str(each.conversation_id),
                one_line(each.title) or "untitled",
                f"{plural(each.turns, 'turn')} · {each.updated[:16].replace('T', ' ')}",
            )
            for each in self._rows.get(text, [])
        ]

    def _keep(self, text: str, rows: "Sequence[Conversation]") -> None:
        self._rows[text] = list(rows)
        if self.is_attached and self.field.value == text:
            self.refill()

    @property
    def _chosen(self) -> "Conversation | None":
        rows = self._rows.get(self.field.value, [])
        return rows[self.rows.chosen] if self.rows.chosen < len(rows) else None

    def _do(self, work: "Callable[[Workbench], Any]", then: Callable[[Any], object], said: str) -> None:
        def ended(problem: str | None) -> None:
            self._rows.clear()
            if self.is_attached:
                self.refill()
            self._desk.say(problem or said, trouble=bool(problem))

        self._desk.jobs.run(lambda workbench, cancel: [work(workbench)], then, ended)

    def action_rename(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return

        def then(title: str | None) -> None:
            if title and title.strip():
                number = chosen.conversation_id
                self._do(
                    lambda workbench: workbench.library.conversations.rename(number, title), lambda _: None, "Renamed."
                )

        self._desk.put_over(Prompt("Another title", chosen.title), then)

    def action_delete(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            number = chosen.conversation_id
            self._do(
                lambda workbench: workbench.library.conversations.delete(number),
                self._deleted.append,
                f"Deleted: {one_line(chosen.title, 40)}. ^u brings it back while this list is open.",
            )

    def action_archive(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            number, away = chosen.conversation_id, not chosen.archived
            self._do(
                lambda workbench: workbench.library.conversations.archive(number, away),
                lambda _: None,
                "Put away: ^o shows those." if away else "Among the others again.",
            )

    def action_archived(self) -> None:
        self._archived = not self._archived
        self._rows.clear()
        self.query(Words).first().put("Conversations that are put away" if self._archived else "Conversations")
        self.hint.put(HINT_AWAY if self._archived else HINT)
        self.rows.empty = (EMPTY_AWAY if self._archived else EMPTY,)
        self.refill()

    def action_bring_back(self) -> None:
        if self._deleted:
            deleted = self._deleted.pop()
            self._do(
                lambda workbench: workbench.library.conversations.bring_back(deleted), lambda _: None, "Brought back."
            )
        else:
            self._desk.say("Nothing was deleted from this list.")

    def action_export(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            export_conversation(self._desk, chosen)


def export_conversation(desk: Desk, chosen: "Conversation") -> None:
    """Asks for a file, and writes the conversation there: JSON where its name ends so, else Markdown."""

    def work(workbench: "Workbench", file: Path) -> Path:
        from phitui.answers.past.export import export, export_to, form_of

        turns = workbench.turns.of(chosen.conversation_id)
        text = export(chosen.title, chosen.created, turns, workbench.library.documents(), form_of(file))
        export_to(file, text)
        return file

    def then(typed: str | None) -> None:
        if typed and typed.strip():
            file = Path(typed.strip()).expanduser().absolute()
            desk.jobs.run(
                lambda workbench, cancel: [work(workbench, file)],
                lambda written: desk.say(f"Written to {clean(str(written))}."),
                lambda problem: desk.say(problem, trouble=True) if problem else None,
            )

    letters = "".join(each if each.isalnum() else "-" for each in chosen.title.lower()).strip("-")
    name = "-".join(part for part in letters.split("-") if part)[:40] or "conversation"
    hint = "Markdown whose footnotes are the citations; a name that ends in .json makes JSON."
    desk.put_over(Prompt("Export the conversation to", f"~/{name}.md", hint), then)


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
