"""The search models of a library: how far each is, which one searches, and dropping one that no longer does."""

from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.dialog import Confirm
from phitui.records import StoredEmbedder
from phitui.text import one_line


def choose_search_model(desk: Desk) -> None:
    """Lists them; enter on one that does not search offers to delete its vectors."""
    desk.jobs.run(
        lambda workbench, cancel: [workbench.library.embedders()],
        lambda rows: _show(desk, rows),
        lambda problem: _trouble(desk, problem),
    )


def _show(desk: Desk, rows: list[StoredEmbedder]) -> None:
    entries = [Entry(str(place), one_line(row.shown, 40), _note(row)) for place, row in enumerate(rows)]

    def then(chosen: str | None) -> None:
        if chosen is not None:
            _offer(desk, rows[int(chosen)])

    hint = "enter deletes the vectors of one that does not search; --embedder chooses another"
    desk.put_over(Chooser("Search models", lambda text: matching(entries, text), hint=hint), then)


def _note(row: StoredEmbedder) -> str:
    role = "searches" if row.searches else "being built" if row.wanted else "kept"
    return f"{role} · {row.passages:,}/{row.passages_total:,}"


def _offer(desk: Desk, row: StoredEmbedder) -> None:
    if row.searches:
        desk.say(f"{row.shown} is what searches now.")
        return

    def then(answer: str | None) -> None:
        if answer:
            desk.jobs.do(
                lambda workbench: workbench.library.drop_embedder(row.identity), lambda why: _dropped(desk, row, why)
            )

    text = f"{row.passages:,} passages: going back to it would mean making them again."
    desk.put_over(Confirm(f"Delete the vectors of {one_line(row.shown, 60)}?", text), then)


def _dropped(desk: Desk, row: StoredEmbedder, problem: str | None) -> None:
    if problem:
        desk.say(problem, trouble=True)
    else:
        desk.say(f"The vectors of {row.shown} are deleted.")


def _trouble(desk: Desk, problem: str | None) -> None:
    if problem:
        desk.say(problem, trouble=True)
