"""The search models of a library: how far each is, which one searches, and dropping one that no longer does."""

from typing import TYPE_CHECKING

from phitui.app.widgets.chooser import Choice, Chooser, matching
from phitui.app.widgets.dialog import Confirm
from phitui.records import StoredEmbedder
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp


def choose(app: "PhituiApp") -> None:
    """Lists them; enter on one that does not search offers to delete its vectors."""
    app.jobs.run(
        lambda bench, cancel: [bench.library.embedders()], lambda rows: _show(app, rows), lambda why: _trouble(app, why)
    )


def _show(app: "PhituiApp", rows: list[StoredEmbedder]) -> None:
    choices = [Choice(str(place), one_line(row.shown, 40), _note(row)) for place, row in enumerate(rows)]

    def then(chosen: str | None) -> None:
        if chosen is not None:
            _offer(app, rows[int(chosen)])

    hint = "enter deletes the vectors of one that does not search; --embedder chooses another"
    app.push_screen(Chooser("Search models", lambda text: matching(choices, text), hint=hint), then)


def _note(row: StoredEmbedder) -> str:
    role = "searches" if row.searches else "being built" if row.wanted else "kept"
    return f"{role} · {row.passages:,}/{row.passages_total:,}"


def _offer(app: "PhituiApp", row: StoredEmbedder) -> None:
    if row.searches:
        app.say(f"{row.shown} is what searches now.")
        return

    def then(answer: str | None) -> None:
        if answer:
            app.jobs.do(lambda bench: bench.library.drop_embedder(row.identity), lambda why: _dropped(app, row, why))

    text = f"{row.passages:,} passages: going back to it would mean making them again."
    app.push_screen(Confirm(f"Delete the vectors of {one_line(row.shown, 60)}?", text), then)


def _dropped(app: "PhituiApp", row: StoredEmbedder, problem: str | None) -> None:
    if problem:
        app.say(problem, trouble=True)
    else:
        app.say(f"The vectors of {row.shown} are deleted.")


def _trouble(app: "PhituiApp", problem: str | None) -> None:
    if problem:
        app.say(problem, trouble=True)
