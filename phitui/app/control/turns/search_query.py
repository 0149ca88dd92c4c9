"""What the library is searched for instead of the question: typed, or proposed by the model."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from phitui.app.control.models import ModelControl
from phitui.app.desk import Desk
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.answers.turn import Turn


def edit_query(desk: Desk, turn: "Turn", again: Callable[[str], object], proposed: str = "") -> None:
    """Lets the query be changed; `again` gets it. `proposed` stands there instead of the one in use."""
    from phitui.app.widgets.dialog import Prompt

    def then(query: str | None) -> None:
        if query and query.strip():
            again(query.strip())

    hint = "What the library is searched for; the question stays."
    if proposed:
        hint = f"Proposed by the model. Searched for so far: {one_line(turn.query, 200)}"
    desk.put_over(Prompt("Search for", proposed or turn.query, hint), then)


def propose_query(
    desk: Desk, models: ModelControl, turn: "Turn", before: "Sequence[Turn]", again: Callable[[str], object]
) -> None:
    """Lets the model propose a query in view of the turns before, to be edited or accepted."""
    from phitui.answers.proposal import propose
    from phitui.answers.turn_log import REMEMBERED_TURNS

    engine = models.engine
    if engine is None or not models.writes or not engine.loaded:
        desk.say("Only a loaded language model can propose a query: ^l chooses one.")
        return
    past = [each for each in before if each.told][-REMEMBERED_TURNS:]
    history = [(each.question, each.told) for each in past]

    def ended(problem: str | None) -> None:
        models.say_step("")
        if problem:
            desk.say(problem, trouble=True)

    models.say_step("proposing a query")
    desk.jobs.run(
        lambda workbench, cancel: [propose(workbench.models.engine, turn.question, history, cancel)],
        lambda query: edit_query(desk, turn, again, query) if query else desk.say("The model proposes nothing."),
        ended,
    )
