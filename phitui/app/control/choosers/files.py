"""Documents to add: a path, completed while it is typed."""

from collections.abc import Callable
from pathlib import Path

from phitui.app.control.choosers.paths import completions
from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Chooser
from phitui.text import one_line


def choose_files(desk: Desk, add: Callable[[Path], object], text: str = "") -> None:
    """Asks for a file or a folder until there is one of that name; `text` stands there at first."""

    def then(typed: str | None) -> None:
        if not typed:
            return
        path = Path(typed).expanduser()
        try:
            there = path.exists()
        except (OSError, ValueError):
            there = False
        if there:
            add(path)
        else:
            desk.say(f"There is no {one_line(typed, 100)}.", trouble=True)
            choose_files(desk, add, typed)

    chooser = Chooser(
        "Add documents",
        completions,
        text=text,
        placeholder="a file or a folder",
        hint="tab completes   enter adds the file, or everything in the folder   esc goes back\n"
        "PDF, Markdown, text, HTML, DOCX, EPUB",
        free=True,
        empty="no such file or folder",
    )
    desk.put_over(chooser, then)
