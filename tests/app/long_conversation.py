"""A conversation of 2,000 turns on the screen: `python -m tests.app.long_conversation [TURNS]`.

What opening, its first and its last question, another conversation and search take of this process's time and of the
clock; the first opening is cold, the second warm. For people who look at speed.
"""

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.widgets import Input

from phitui.answers.turn import Turn
from phitui.app.app import PhituiApp
from phitui.places import Places
from phitui.settings import Settings
from phitui.workbench import Workbench
from tests.app.conftest import text_of
from tests.app.fake import answered


def filled(places: Places, turns: int) -> tuple[int, int]:
    """A library with a long and a short conversation; their ids."""
    workbench = Workbench(Settings(), places)
    store = workbench.library.conversations
    made = []
    for title, count in (("The long one", turns), ("The short one", 3)):
        number = store.create(title)
        made.append(number)
        parent = None
        for place in range(count):
            turn = Turn(f"Question {place} of {title.lower()}?", parent_id=parent)
            for event in answered(turn.question):
                turn.take(event)
            turn.turn_id = parent = store.begin_turn(number, turn.question, parent)
            store.update_turn(turn.turn_id, turn.answer, turn.to_json(), "done")
    workbench.close()
    return made[0], made[1]


async def measured(name: str, begin: Callable[[], Any], done: Callable[[], bool]) -> None:
    """Until it is done, looked at each time that the app has nothing else to do."""
    cpu, clock = time.process_time(), time.monotonic()
    begin()
    while not done():
        await asyncio.sleep(0.005)
    print(f"{name:24} {(time.process_time() - cpu) * 1e3:4.0f} ms CPU {(time.monotonic() - clock) * 1e3:5.0f} ms wall")


async def main(turns: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        places = Places.of(Path(folder))
        long, short = filled(places, turns)
        gc.freeze()  # as the app does when it starts
        app = PhituiApp(Settings(model="none"), places)
        async with app.run_test(size=(120, 40)) as pilot:
            while app.jobs.running or not app.scratchpad.is_mounted:
                await pilot.pause(0.05)
            await pilot.pause(1)
            transcript, conversation = app.chat.transcript, app.control.conversation

            def open(number: int) -> None:
                app.jobs.run(
                    lambda workbench, cancel: [workbench.turns.of(number)],
                    lambda found: app.call_later(conversation.show, number, found),
                )

            def shows(text: str) -> Callable[[], bool]:
                """Whether its question is in view: asked without drawing, which would be counted."""
                return lambda: any(
                    each.turn.question == text and each.region.height and each.region.overlaps(transcript.region)
                    for each in transcript.exchanges
                )

            def found() -> bool:
                return "of the short" in text_of(app) and "The long" not in text_of(app)

            for name in ("opening, cold", "opening, warm"):
                await measured(name, lambda: open(long), shows(f"Question {turns - 1} of the long one?"))
                await measured(
                    "the first question", lambda: transcript.action_edge(-1), shows("Question 0 of the long one?")
                )
                await measured(
                    "the last", lambda: transcript.action_edge(1), shows(f"Question {turns - 1} of the long one?")
                )
                await measured("another conversation", lambda: open(short), shows("Question 2 of the short one?"))
            await measured(
                "the list", lambda: app.action_choose("conversations"), lambda: f"{turns:,} turns" in text_of(app)
            )
            await measured("search in the list", lambda: app.screen.query_one(Input).insert("of the short", 0), found)
        app.jobs.workbench.close()


if __name__ == "__main__":
    asyncio.run(main(int((*sys.argv[1:], "2000")[0])))
