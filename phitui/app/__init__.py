"""The full-screen workbench, made with Textual. `run` opens it."""

from collections.abc import Sequence
from pathlib import Path

from phitui.places import Places
from phitui.settings import Settings

CLOSE_SECONDS = 3
"""A workbench that is loading a model may take longer to close than anyone wants to wait."""


def run(
    settings: Settings,
    places: Places,
    paths: Sequence[Path] = (),
    demo: bool = False,
    example_questions: Sequence[str] = (),
) -> int:
    """Opens the workbench on the terminal; returns the exit code. The caller made sure that there is a terminal."""
    import gc
    import os
    import sys
    from threading import Thread

    from phitui.app.app import PhituiApp
    from phitui.app.control.session import RESTART
    from phitui.app.terminal.changes import Painter
    from phitui.app.terminal.driver import LOG, driver_for, kept_for_the_screen
    from phitui.app.terminal.session_state import is_first_start

    gc.freeze()  # what is loaded by now stays: no use in walking through it again
    wanted = list(paths)
    if demo:
        from phitui.handbook import EXAMPLE_QUESTIONS, HANDBOOK

        wanted.append(HANDBOOK)
        example_questions = example_questions or EXAMPLE_QUESTIONS
    with kept_for_the_screen(places.logs) as terminal:
        painter = Painter(settings.ascii)
        driver = driver_for(terminal, painter)
        app = PhituiApp(
            settings,
            places,
            wanted,
            example_questions,
            terminal=terminal,
            painter=painter,
            first_start=is_first_start(places),
            driver_class=driver,
        )
        app.run()
        code = app.return_code or 0
        workbench = app.jobs.workbench
        if workbench is not None:
            closing = Thread(target=workbench.close, daemon=True)
            closing.start()
            closing.join(CLOSE_SECONDS)
    if code == RESTART:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    if code == 1:
        file = app.crash_file or places.logs / LOG
        said = f"the workbench ended by a mistake of its own; what you typed is kept, and {file} says where it was."
        print(f"phitui: {said}", file=sys.stderr)
    if any(job.thread.is_alive() for job in app.jobs.running):
        # Threads inside native code must not meet an interpreter that is being torn down.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
