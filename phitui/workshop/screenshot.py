"""Makes the README's picture from a real session: `python -m phitui.workshop.screenshot [FILE]`.

The workbench opens on the handbook, is asked the first example question, and what stands on its screen is saved.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from phitui.app.app import PhituiApp
from phitui.handbook import EXAMPLE_QUESTIONS, HANDBOOK
from phitui.places import Places
from phitui.settings import Settings

SCREENSHOT = HANDBOOK.with_name("screenshot.svg")
COLUMNS, ROWS = 132, 36
LONGEST_SECONDS = 180.0
"""What indexing the handbook by meaning may take on a slow machine."""
_WEB_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def screenshot(target: Path = SCREENSHOT, question: str = EXAMPLE_QUESTIONS[0]) -> None:
    """Writes the SVG. Raises TimeoutError, OSError."""
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    with tempfile.TemporaryDirectory(prefix="phitui-screenshot-") as folder:
        app = PhituiApp(Settings(), Places.of(Path(folder)), [HANDBOOK], EXAMPLE_QUESTIONS)
        async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
            control = app.control
            await _until(lambda: any(each.embedded == each.passages > 0 for each in control.documents.known))
            await _until(lambda: not control.intake.busy)
            app.chat.composer.load_text(question)
            await pilot.press("enter")
            await _until(lambda: not control.conversation.busy and bool(app.passages.rows.items))
            app.clear_notifications()
            await pilot.pause()
            svg = app.export_screenshot(title="phitui --demo")
            app.exit()
        if app.jobs.workbench is not None:
            app.jobs.workbench.close()
    # Whoever looks at the README need not fetch fonts from elsewhere for it.
    svg = _WEB_FONTS.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)
    target.write_text(svg, "utf-8")


async def _until(holds: Callable[[], bool]) -> None:
    end = monotonic() + LONGEST_SECONDS
    while not holds():
        if monotonic() > end:
            raise TimeoutError("The session on the handbook did not get that far.")
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(screenshot(Path(sys.argv[1]) if len(sys.argv) > 1 else SCREENSHOT))
