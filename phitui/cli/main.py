"""The `phitui` command: reads arguments, runs one command or opens the workbench, says in a sentence what went wrong.

Exit codes: 0 done, 1 some work failed, 2 bad usage, 130 interrupted.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from phitui import __version__
from phitui.cli import environment, printing
from phitui.cli import options as shared
from phitui.cli.registry import Command, commands, families
from phitui.crash import keep
from phitui.errors import LibraryError, PhituiError, UsageError, is_memory_full
from phitui.memory import need
from phitui.places import Places
from phitui.settings import Settings, load_settings
from phitui.text import one_line

INTERRUPTED = 130
HELP = ("-h", "--help")
COMMAND_BYTES = 32 << 20
"""No command does with less, and where there is next to nothing the system's own libraries abort."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    umask = os.umask(0o077)
    environment.prepare()
    given = list(sys.argv[1:] if arguments is None else arguments)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # under nohup a lost terminal is no reason to stop
            signal.signal(number, _interrupted)
    try:
        return _run(given)
    except printing.OutputError as error:
        if error.reader_is_gone:
            return 0
        _complain(error.message)
        return error.exit_code
    except PhituiError as error:
        _complain(error.message)
        return error.exit_code
    except KeyboardInterrupt as stop:
        by = f" by {stop.args[0]}" if stop.args else ""
        with suppress(OSError):  # the terminal may be gone
            print(f"\nphitui: interrupted{by}; what was done so far is kept: repeat to go on.", file=sys.stderr)
        return INTERRUPTED
    finally:  # the caller may be another program, which goes on
        os.umask(umask)
        for number, handler in before.items():
            signal.signal(number, handler)


def _complain(message: str) -> None:
    print(f"phitui: {one_line(message)}", file=sys.stderr)


def _interrupted(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _run(given: list[str]) -> int:
    cut = given.index("--") if "--" in given else len(given)
    everywhere, rest = shared.global_parser().parse_known_args(given[:cut])
    rest += given[cut:]
    if everywhere.version:
        printing.line(f"phitui {__version__}")
        return 0
    known = commands() if rest else {}
    if rest and rest[0] in HELP:
        shared.command_parser(families()).print_help()
        return 0
    parsed = None
    if rest and rest[0] in known:
        try:
            parsed = shared.command_parser(families(), rest[0]).parse_args(rest)
        except SystemExit:  # the help of a command was asked for, and is printed
            return 0
    places = _places(everywhere)
    chosen = places.demo() if everywhere.demo else places
    others = places.of_others() or chosen.of_others()
    if others and not (parsed and known[parsed.command].anywhere):
        raise LibraryError(others)
    try:
        given_settings = Settings() if others else load_settings(places.settings_file)
        settings = shared.overridden(given_settings, everywhere, parsed)
        if parsed is None:
            if not shared.names_model(places.settings_file, everywhere):
                from phitui.app.terminal.model_choice import remembered

                settings = remembered(settings, chosen)
            return _open(settings, chosen, [each for each in rest if each != "--"], everywhere.demo)
        return _do(known[parsed.command], parsed, settings, chosen, everywhere.demo)
    except PhituiError:
        raise
    except Exception as error:
        raise _unforeseen(error, places.logs) from error


def _places(everywhere: argparse.Namespace) -> Places:
    """The folders that --data-dir or PHITUI_DATA_DIR names, or the platform's own."""
    named = os.environ.get("PHITUI_DATA_DIR")
    return Places.of(everywhere.data_dir or (shared.path(named) if named else None))


def _do(command: Command, options: argparse.Namespace, settings: Settings, places: Places, demo: bool) -> int:
    """Runs a command; returns the exit code. Raises PhituiError."""
    from phitui.workbench import Workbench

    need(COMMAND_BYTES)
    workbench = Workbench(settings, places)
    workbench.notice = printing.say
    try:
        if demo and command.of_documents:
            _index_handbook(workbench)
        if getattr(options, "scope", None):
            workbench.library.scope = tuple(options.scope)
        return command.run(workbench, options)
    except PhituiError:
        raise
    except Exception as error:
        workbench.refuse_damaged(error)
        raise
    finally:
        workbench.close()


def _index_handbook(workbench: Any) -> None:
    from phitui.cli.progress import ProgressLine
    from phitui.handbook import HANDBOOK

    with ProgressLine() as progress:
        for event in workbench.add([HANDBOOK]):
            progress.show(event)


def _open(settings: Settings, places: Places, rest: Sequence[str], demo: bool) -> int:
    """Opens the workbench; the rest of the arguments are files and folders. Raises UsageError."""
    unknown = next((each for each in rest if each.startswith("-") and not os.path.exists(each)), None)
    if unknown is not None:
        raise UsageError(f"There is no option {one_line(unknown, 60)}. `phitui --help` shows the usage.")
    paths = [shared.path(each) for each in rest]
    missing = next((given for given, path in zip(rest, paths, strict=True) if not os.path.exists(path)), None)
    if missing is not None:
        near = get_close_matches(missing, commands(), n=1)
        meant = f"Did you mean `phitui {near[0]}`? " if near else ""
        raise UsageError(
            f"{one_line(missing, 100)} is neither a command nor a file or folder. {meant}"
            "`phitui --help` shows the usage."
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            'The workbench needs a terminal: run phitui in one, or use a command such as `phitui ask "…"` (--help).'
        )
    from phitui.app import run

    return run(settings, places, paths, demo)


def _unforeseen(error: Exception, logs: Path) -> PhituiError:
    """A sentence for what no part of phitui has made a sentence of; its trace is kept in a file."""
    if is_memory_full(error):
        return PhituiError("The memory of this machine is full: close other programs, or ask for less at once.")
    what = one_line(str(error), 200) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        name = f"{one_line(str(error.filename), 200)}: " if error.filename is not None else ""
        what = f"{name}{error.strerror}"
    else:
        what = f"{type(error).__name__}: {what}"
    file = keep(error, logs)
    return PhituiError(f"This failed ({what}); {file} says where." if file else f"This failed ({what}).")


if __name__ == "__main__":
    sys.exit(main())
