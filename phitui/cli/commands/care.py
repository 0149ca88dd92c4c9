"""The care of a library: `phitui library ACTION`, `export`, `import`."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.progress import ProgressLine
from phitui.cli.registry import Command, Family
from phitui.events import DocumentAdded
from phitui.signals import stopping
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.library.store.backup_files import Backup
    from phitui.workbench import Workbench


def _library_options(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action in _ACTIONS:
        made = actions.add_parser(action.name, help=action.summary, description=action.summary, allow_abbrev=False)
        action.options(made)
        shared.as_json(made)


def _library(workbench: "Workbench", options: argparse.Namespace) -> int:
    return next(each for each in _ACTIONS if each.name == options.action).run(workbench, options)


def _backups(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.library.care.backups import Backups

    found = Backups(workbench.places.library_folder(workbench.settings.library)).all()
    if not found:
        printing.say("There is no backup yet: `phitui library backup` makes one, and adding documents does.")
    for each in found:
        _print_backup(each, options)
    return 0


def _backup(workbench: "Workbench", options: argparse.Namespace) -> int:
    _print_backup(workbench.library.make_backup(), options)
    return 0


def _print_backup(backup: "Backup", options: argparse.Namespace) -> None:
    row = {**asdict(backup), "path": str(backup.path)}
    text = f"{backup.made}  {backup.bytes / 1e6:,.1f} MB  {one_line(str(backup.path))}"
    printing.line(row if options.json else text)


def _bin(workbench: "Workbench", options: argparse.Namespace) -> int:
    found = workbench.library.bin.all()
    if not found:
        printing.say("The bin is empty.")
    for each in found:
        text = f"{each.document_id:>5}  {each.removed[:10]}  {each.pages:>5} p  {one_line(each.title, 60)}"
        printing.line(asdict(each) if options.json else f"{text}  {one_line(each.path)}")
    return 0


def _bring_back(workbench: "Workbench", options: argparse.Namespace) -> int:
    chosen = [workbench.library.bin.find(reference) for reference in options.documents]
    for each in chosen:
        workbench.library.bring_back([each.document_id])
        row = {"document_id": each.document_id, "path": each.path}
        printing.line(row if options.json else f"back  {each.title}  {each.path}")
    return 0


def _empty_bin(workbench: "Workbench", options: argparse.Namespace) -> int:
    count = workbench.library.bin.empty()
    printing.line({"documents": count} if options.json else f"{count:,} documents deleted from the bin")
    return 0


def _forget(workbench: "Workbench", options: argparse.Namespace) -> int:
    library = workbench.library
    chosen = [(reference, library.find_forgettable(reference)) for reference in options.documents]
    remaining = library.forget([], [each for _, found in chosen for each in found])
    for reference, found in chosen:
        for each in found[:1]:
            row = {"document_id": each.document_id or None, "path": each.path}
            printing.line(row if options.json else f"forgotten  {each.title}  {each.path}")
        if not found:
            printing.say(
                f"Nothing that was stored is called {one_line(reference, 60)!r}. What was deleted from the bin before "
                "is gone for good now: free pages, indexes and backups were made anew."
            )
    for path in remaining:
        printing.say(f"{one_line(str(path))} may still hold it, and phitui does not change it: delete it yourself.")
    return 1 if remaining else 0


def _restore(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.library.care.restore import restore

    with workbench.closed_library() as folder:
        done = restore(folder, although_sound=options.anyway)
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


def _rebuild(workbench: "Workbench", options: argparse.Namespace) -> int:
    outdated = workbench.library.outdated()
    if not outdated:
        printing.say("Every document is cut in the newest way: nothing to do.")
        return 0
    failed = False
    with stopping() as cancel, ProgressLine() as progress:
        for event in workbench.library.rebuild(cancel):
            progress.show(event)
            if isinstance(event, DocumentAdded):
                failed |= event.status == "failed"
                progress.clear()
                printing.added(event, options.json)
    left = workbench.library.outdated()
    if left:
        printing.say(f"{left:,} documents stay as they were: their files are gone or could not be read.")
    return 1 if failed else 0


def _export(workbench: "Workbench", options: argparse.Namespace) -> int:
    documents = workbench.library.export(options.file, documents_only=options.documents_only)
    row = {"path": str(options.file), "documents": documents, "bytes": options.file.stat().st_size}
    printing.line(row if options.json else printing.columns(row))
    if not options.documents_only:
        printing.say("Conversations, marks, notes and judgments are in it; --documents-only leaves them out.")
    return 0


def _import(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.library.care.transfer import import_library

    with workbench.closed_library() as folder:
        documents = import_library(options.file, folder, workbench.settings.library)
    row = {"library": workbench.settings.library, "documents": documents}
    printing.line(row if options.json else printing.columns(row))
    return 0


def _binned(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("documents", nargs="+", metavar="DOCUMENT", help="an id, a path or a part of a title")


def _forget_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("documents", nargs="*", metavar="DOCUMENT", help="an id, a path or a part of a title")


def _restore_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--anyway", action="store_true", help="even where the library is sound")


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=shared.path, help="a new file")
    parser.add_argument("--documents-only", action="store_true", help="leave out conversations and notes")


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=shared.path, help="what `phitui export` has written")


_ACTIONS = (
    Command("backups", "list the backups of the library", _backups),
    Command("backup", "make a backup now", _backup),
    Command("bin", "list removed documents", _bin),
    Command("bring-back", "put removed documents back as they were", _bring_back, _binned),
    Command("empty-bin", "delete removed documents", _empty_bin),
    Command(
        "forget", "delete documents for good, from backups, indexes and conversations too", _forget, _forget_options
    ),
    Command("rebuild", "cut documents anew that an older phitui has cut", _rebuild),
    Command("restore", "put the newest backup in the place of a damaged library", _restore, _restore_options),
)
"""What may follow `phitui library`."""

FAMILY = Family(
    "care of the library",
    (
        Command(
            "library",
            "backups and care of a library",
            _library,
            _library_options,
            ("phitui library backups", "phitui library bring-back 3", "phitui library forget 3"),
            json=False,
        ),
        Command(
            "export",
            "write the library to one file, for another machine",
            _export,
            _export_options,
            ("phitui export library.phitui", "phitui export library.phitui --documents-only"),
        ),
        Command(
            "import",
            "make an exported file the library, without indexing",
            _import,
            _import_options,
            ("phitui import library.phitui --library copy",),
        ),
    ),
    place=3,
)
