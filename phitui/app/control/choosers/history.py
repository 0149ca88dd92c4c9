"""Conversations, found by what was said in them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Chooser, Entry
from phitui.app.widgets.texts import plural
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.library.store.conversations import Conversation


def choose_conversation(desk: Desk, show: "Callable[[int, list[Turn]], object]") -> None:
    """Lists them, newest first; the chosen one's number and turns are handed to `show`."""
    found: dict[str, list[Entry]] = {}

    def find(text: str) -> list[Entry]:
        if text not in found:
            desk.jobs.run(
                lambda workbench, cancel: [
                    workbench.library.conversations.search(text)
                    if text.strip()
                    else workbench.library.conversations.list()
                ],
                lambda rows: keep(text, rows),
            )
        return found.get(text, [])

    def keep(text: str, rows: "Sequence[Conversation]") -> None:
        found[text] = [
            Entry(
                str(each.conversation_id),
                one_line(each.title) or "untitled",
                f"{plural(each.turns, 'turn')} · {each.updated[:16].replace('T', ' ')}",
            )
            for each in rows
        ]
        if chooser.is_attached and chooser.field.value == text:
            chooser.rows.show(found[text], top=True)

    def then(value: str | None) -> None:
        if value:
            number = int(value)
            desk.jobs.run(
                lambda workbench, cancel: [workbench.turns.of(number)],
                lambda turns: show(number, turns),
                lambda problem: desk.say(problem, trouble=True) if problem else None,
            )

    chooser = Chooser(
        "Conversations",
        find,
        placeholder="words of a question or an answer",
        hint="enter reopens   esc goes back",
        empty="none yet: every question is kept, with its passages and its answer",
    )
    desk.put_over(chooser, then)
