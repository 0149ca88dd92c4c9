"""Pictures of every state of the workbench: `python -m tests.app.pictures FOLDER [STATE|COLUMNSxROWS|LOOK]…`, as PNG.

States are the functions below, sizes 80x24, 120x40 and 200x60, looks those of LOOKS. For people who look at them.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from threading import Event as ThreadEvent
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from rich.color import ColorSystem
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

from phitui.app.app import PhituiApp
from phitui.app.terminal.plain import plain
from phitui.errors import PhituiError
from phitui.events import QueryReady, TurnSaved
from phitui.places import Places
from phitui.settings import Settings
from tests.app import fake
from tests.app.conftest import ask, opened, until

SIZES = [(80, 24), (120, 40), (200, 60)]
LOOKS: dict[str, tuple[str, ColorSystem, bool]] = {
    "dark": ("phitui", ColorSystem.TRUECOLOR, False),
    "light": ("phitui-light", ColorSystem.TRUECOLOR, False),
    "256": ("phitui", ColorSystem.EIGHT_BIT, False),
    "16": ("phitui-16", ColorSystem.STANDARD, False),
    "ascii": ("phitui", ColorSystem.TRUECOLOR, True),
    "no-colour": ("phitui", ColorSystem.TRUECOLOR, False),
}
QUESTIONS = ("How do I pin a passage?", "Where does phitui keep my files?", "What do I do with an encrypted PDF?")

State = Callable[[Any, PhituiApp, fake.FakeWorkbench], Awaitable[None]]
STATES: dict[str, State] = {}
CODE = "import sys\n\n\ndef main() -> None:\n    print(broken)\n\n\nmain()\n"


def state(made: State) -> State:
    STATES[made.__name__] = made
    return made


@state
async def empty(pilot, app, workbench):
    workbench.stock.clear()
    await until(pilot, lambda: app.scratchpad.is_mounted)


@state
async def indexing(pilot, app, workbench):
    await opened(pilot)
    workbench.stop_adding = ThreadEvent()
    app.control.intake.add([Path("/papers/a long report.pdf"), Path("/papers/another.pdf")])
    await until(pilot, lambda: app.control.intake.busy and app.control.intake.work)


@state
async def asking(pilot, app, workbench):
    await opened(pilot)
    workbench.script = lambda query: (event for event in (fake.answered(query)[0], *wait(workbench)))
    workbench.going = ThreadEvent()
    await begin(pilot, app)
    await until(pilot, lambda: workbench.asked)


def wait(workbench, *events):
    yield from events
    workbench.going.wait(20)


async def begin(pilot, app, question="When did the 1973 oil crisis begin?"):
    app.chat.composer.load_text(question)
    await pilot.press("enter")


@state
async def quotes(pilot, app, workbench):
    await opened(pilot)
    workbench.going = ThreadEvent()
    workbench.script = lambda query: wait(workbench, *fake.answered(query)[:4])
    await begin(pilot, app)
    await until(pilot, lambda: app.chat.transcript.turn and app.chat.transcript.turn.quotes)


@state
async def streaming(pilot, app, workbench):
    await opened(pilot)
    workbench.hold = True
    await begin(pilot, app)
    await until(pilot, lambda: app.chat.transcript.turn and app.chat.transcript.turn.answer)


@state
async def answered(pilot, app, workbench):
    await opened(pilot)
    await ask(pilot)
    await pilot.press("escape", "j")


@state
async def refused(pilot, app, workbench):
    await opened(pilot)
    workbench.script = fake.missed
    await ask(pilot, "Who won the world cup of 1930?")


@state
async def page(pilot, app, workbench):
    await answered(pilot, app, workbench)
    await pilot.press("1")
    await until(pilot, lambda: app.screen.__class__.__name__ == "PageReader")


@state
async def outline(pilot, app, workbench):
    await page(pilot, app, workbench)
    await pilot.press("o")


@state
async def compare(pilot, app, workbench):
    await opened(pilot)
    await ask(pilot)
    await pilot.press("escape", "b", *" and why", "enter")
    await until(pilot, lambda: len(workbench.asked) > 1 and not app.control.conversation.busy)
    await pilot.press("escape", "d")


@state
async def compare_any(pilot, app, workbench):
    numbers = iter(range(1, 9))

    def script(query):
        made = next(numbers)
        quotes = (fake.QUOTES[0], replace(fake.QUOTES[1], text=f"Passage {made} says something else."))
        events = fake.answered(query, quotes=quotes)
        used = {"model": "phi-2", "temperature": made / 10, "max_tokens": 384, "top_p": 0.9, "seed": made}
        return [QueryReady(query, turn_id=made, conversation_id=1), *events[1:-1], TurnSaved(1, made, None, used)]

    workbench.script = script
    await opened(pilot)
    await ask(pilot)
    await pilot.press("f4", "p", "j", "x", "r")
    await until(pilot, lambda: len(workbench.asked) > 1 and not app.control.conversation.busy)
    app.chat.transcript.focus()
    await pilot.press("b", *"why", "enter")
    await until(pilot, lambda: len(workbench.asked) > 2 and not app.control.conversation.busy)
    app.chat.transcript.focus()
    await pilot.press("d")


async def code(pilot, app, workbench, text=CODE):
    await opened(pilot)
    await pilot.press("f5")
    app.scratchpad.editor.load_text(text)


@state
async def scratchpad_diff(pilot, app, workbench):
    await code(pilot, app, workbench)
    workbench.written = [CODE.replace("broken", "'whole'").replace("import sys\n", "import os\nimport sys\n")]
    await pilot.press(*"mend", "enter")
    await until(pilot, lambda: app.control.code.job is None)


@state
async def running(pilot, app, workbench):
    await code(pilot, app, workbench)
    workbench.hold = True
    await pilot.press("alt+r", "y")
    await until(pilot, lambda: workbench.ran)


@state
async def failed(pilot, app, workbench):
    await code(pilot, app, workbench)
    await pilot.press("alt+r", "y")
    await until(pilot, lambda: app.control.run.job is None)


@state
async def failed_answer(pilot, app, workbench):
    await opened(pilot)

    def fails(query):
        yield from fake.answered(query)[:4]
        raise PhituiError("The model cannot be loaded: the card has 2.1 GB free, and 5.6 GB are needed.")

    workbench.script = fails
    await begin(pilot, app)
    await until(pilot, lambda: not app.control.conversation.busy)


@state
async def models(pilot, app, workbench):
    await opened(pilot)
    await pilot.press("ctrl+l")


@state
async def settings(pilot, app, workbench):
    await opened(pilot)
    app.action_choose("settings")


@state
async def marks(pilot, app, workbench):
    await opened(pilot)
    await ask(pilot)
    await pilot.press("alt+m")


@state
async def two_passages(pilot, app, workbench):
    await opened(pilot)
    await ask(pilot)
    await pilot.press("f4", "d", "j", "d")


@state
async def conversations(pilot, app, workbench):
    await opened(pilot)
    await ask(pilot)
    await pilot.press("ctrl+r")


@state
async def palette(pilot, app, workbench):
    await opened(pilot)
    await pilot.press("ctrl+p")


@state
async def help(pilot, app, workbench):
    await opened(pilot)
    await pilot.press("f1")


@state
async def passages(pilot, app, workbench):
    await opened(pilot)
    await ask(pilot)
    await pilot.press("f4", "p", "j", "x")


@state
async def jump(pilot, app, workbench):
    await opened(pilot)
    await ask(pilot)
    await pilot.press("alt+j")


@state
async def activity(pilot, app, workbench):
    await indexing(pilot, app, workbench)
    app.say("scan-huckleberry-p22 was not read: its page is a scan.", trouble=True)
    await pilot.press("alt+a")


def draw(app: PhituiApp, system: ColorSystem, ascii: bool) -> Image.Image:
    """What stands on the screen, cell by cell."""
    fonts = [ImageFont.truetype(f"DejaVuSansMono{kind}.ttf", 14) for kind in ("", "-Bold")]
    wide, high = round(fonts[0].getlength("m")), 18
    image = Image.new("RGB", (app.size.width * wide, app.size.height * high))
    pen = ImageDraw.Draw(image)
    for y, line in enumerate(app.screen._compositor.render_strips()[: app.size.height]):
        x = 0
        for segment in line:
            style = segment.style or Style()
            colours = []
            for colour, ink in ((style.color, True), (style.bgcolor, False)):
                found = colour.downgrade(system) if colour else None
                triplet = found.get_truecolor(DEFAULT_TERMINAL_THEME, ink) if found else None
                colours.append(tuple(triplet) if triplet else ((229, 229, 229) if ink else (0, 0, 0)))
            pen_ink, ground = reversed(colours) if style.reverse else colours
            for letter in plain(segment.text) if ascii else segment.text:
                pen.rectangle((x, y * high, x + wide, (y + 1) * high), fill=ground)
                pen.text((x, y * high), letter, fill=pen_ink, font=fonts[bool(style.bold)])
                x += wide
    return image


async def picture(name: str, size: tuple[int, int], look: str, target: Path) -> None:
    theme, system, ascii = LOOKS[look]
    os.environ.pop("NO_COLOR", None)
    if look == "no-colour":
        os.environ["NO_COLOR"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        workbench: Any = fake.FakeWorkbench(model="quoting" if name == "empty" else "phi-2")
        settings = Settings(theme=theme, ascii=ascii)
        app = PhituiApp(settings, Places.of(Path(folder)), (), QUESTIONS, make=lambda: workbench)
        async with app.run_test(size=size) as pilot:
            await STATES[name](pilot, app, workbench)
            for _ in range(3):
                await asyncio.sleep(0.1)
                await pilot.pause()
            draw(app, system, ascii).save(target / f"{name}-{size[0]}x{size[1]}-{look}.png")
            for job in list(app.jobs.running):
                job.cancel.set()
            for name in ("going", "stop_adding"):
                if getattr(workbench, name, None) is not None:
                    getattr(workbench, name).set()
            app.exit()


def main(folder: str, *chosen: str) -> None:
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    target = Path(folder)
    target.mkdir(exist_ok=True)
    sizes = [
        (int(wide), int(high)) for wide, x, high in (each.partition("x") for each in chosen) if wide.isdigit() and x
    ]
    looks = [each for each in chosen if each in LOOKS] or ["dark"]
    for name in [each for each in chosen if each in STATES] or STATES:
        for size in sizes or SIZES:
            for look in looks:
                with contextlib.suppress(AssertionError):
                    asyncio.run(picture(name, size, look, target))


if __name__ == "__main__":
    main(*sys.argv[1:])
