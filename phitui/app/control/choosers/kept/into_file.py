"""What is kept, written into a file that is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.app.desk import Desk
from phitui.app.widgets.dialog import Prompt
from phitui.text import clean

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def write_into_file(
    desk: Desk, title: str, suggested: str, hint: str, text_for: "Callable[[Workbench, Path], str]"
) -> None:
    """Asks for a new file and writes what `text_for` makes for one of its name."""

    def work(workbench: "Workbench", file: Path) -> Path:
        from phitui.answers.past.export import export_to

        export_to(file, text_for(workbench, file))
        return file

    def then(typed: str | None) -> None:
        if typed and typed.strip():
            file = Path(typed.strip()).expanduser().absolute()
            desk.jobs.run(
                lambda workbench, cancel: [work(workbench, file)],
                lambda written: desk.say(f"Written to {clean(str(written))}."),
                lambda problem: desk.say(problem, trouble=True) if problem else None,
            )

    desk.put_over(Prompt(title, suggested, hint), then)
