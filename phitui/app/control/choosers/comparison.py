"""Which models are to be compared on the last question."""

import shlex
from collections.abc import Callable
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any

from phitui.app.desk import Desk
from phitui.app.widgets.dialog import Prompt

if TYPE_CHECKING:
    from phitui.workbench import Workbench

MOST = 4
"""More would not fit the screen."""
HINT = "two to four, with a space between: MODEL, MODEL+ADAPTER, none, with settings as in MODEL,temperature=0.7"


def choose_models(desk: Desk, question: str, then: Callable[[], object], names: str = "") -> None:
    """Asks, then opens the comparison; `then` is called when it is closed and the model of before is back.

    `names` stand there at first; else the model in use.
    """
    if not question:
        desk.say("Ask a question first: it is what the models are compared on.")
        return

    def look(workbench: "Workbench", cancel: ThreadEvent) -> Any:
        return ["+".join((workbench.models.model, *workbench.models.adapters))]

    def offer(current: str) -> None:
        desk.put_over(Prompt("Compare models", names or f"{shlex.quote(current)} ", HINT), chosen)

    def chosen(text: str | None) -> None:
        if text is None:
            return
        try:
            names = shlex.split(text)
        except ValueError:
            names = text.split()
        if not 2 <= len(set(names)) == len(names) <= MOST:
            desk.say(f"Name two to {MOST} that differ, with a space between.", trouble=True)
            return
        from phitui.app.screens.comparison import Comparison

        desk.put_over(Comparison(question, names, then))

    desk.jobs.run(look, offer)
