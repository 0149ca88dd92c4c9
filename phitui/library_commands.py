"""The commands that look after a library: backups and what was lost."""

import argparse
from collections.abc import Callable
from dataclasses import asdict

from phitui import printing
from phitui.library.backups import Backup
from phitui.text import one_line
from phitui.workbench import Workbench


def _library(bench: Workbench, options: argparse.Namespace) -> int:
    return _ACTIONS[options.action](bench, options)


def _backups(bench: Workbench, options: argparse.Namespace) -> int:
    found = bench.backups()
    if not found:
        printing.say("There is no backup yet: `phitui library backup` makes one, and adding documents does.")
    for each in found:
        _print_backup(each, options)
    return 0


def _backup(bench: Workbench, options: argparse.Namespace) -> int:
    _print_backup(bench.library.make_backup(), options)
    return 0


def _print_backup(backup: Backup, options: argparse.Namespace) -> None:
    row = {**asdict(backup), "path": str(backup.path)}
    text = f"{backup.made}  {backup.bytes / 1e6:,.1f} MB  {one_line(str(backup.path))}"
    printing.line(row if options.json else text)


def _restore(bench: Workbench, options: argparse.Namespace) -> int:
    done = bench.restore_library(options.anyway)
    if options.json:
        row = {"backup": str(done.backup.path), "made": done.backup.made, "documents": done.documents}
        printing.line({**row, "lost": done.lost, "rescued": done.rescued, "kept_aside": str(done.kept_aside)})
    else:
        for path in done.lost:
            printing.line(f"lost  {path}")
    lost = f"{len(done.lost):,} documents came after it: add them again" if done.lost else "no document came after it"
    printing.say(
        f"The backup of {done.backup.made} is in place, with {done.documents:,} documents; {lost}. "
        f"{done.rescued:,} newer questions, answers and notes were taken over."
    )
    printing.say(f"The damaged library is kept as {one_line(str(done.kept_aside))}.")
    return 0


_Action = Callable[[Workbench, argparse.Namespace], int]

_ACTIONS: dict[str, _Action] = {
    "backups": _backups,
    "backup": _backup,
    "restore": _restore,
}
LIBRARY_COMMANDS: dict[str, _Action] = {"library": _library}
