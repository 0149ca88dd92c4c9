"""The commands that look after a library: watching, backups, the bin."""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from phitui.cli import printing
from phitui.errors import UsageError
from phitui.events import DocumentAdded, Failed
from phitui.library.care.backups import Backup, Backups
from phitui.library.store.bin import Binned
from phitui.library.store.documents import shown_path
from phitui.records import StoredDocument
from phitui.signals import stopping
from phitui.text import one_line
from phitui.workbench import Workbench


def watch(bench: Workbench, folders: Sequence[Path], options: argparse.Namespace) -> int:
    """`phitui add --watch`: ends when it is interrupted."""
    if not folders:
        raise UsageError("Name the folders to watch: `phitui add --watch FOLDER`.")
    printing.say("Watching; Ctrl-C ends it.")
    with stopping() as cancel, printing.Progress() as progress:
        for event in bench.library.watch(folders, cancel, ocr_language(bench, options)):
            progress.show(event)
            if isinstance(event, DocumentAdded):
                progress.clear()
                printing.line(asdict(event) if options.json else printing.added(event))
            elif isinstance(event, Failed):
                printing.say(event.message)
    return 0


def ocr_language(bench: Workbench, options: argparse.Namespace) -> str | None:
    """The language in which scans are recognised, None where they are not."""
    return bench.settings.ocr_language if options.ocr is not None else None


def failed_files(bench: Workbench, options: argparse.Namespace) -> tuple[list[Path], int]:
    """(files of failed documents that are still there, how many are gone, which are said)."""
    files = [file for _, file in bench.library.files("failed")]
    if not files:
        printing.say("No document of this library has failed.")
    for file in files:
        if not os.path.lexists(file):
            gone = DocumentAdded(shown_path(file), "failed", None, 0, 0, 0, "The file is gone.", 0.0)
            printing.line(asdict(gone) if options.json else printing.added(gone))
    there = [file for file in files if os.path.lexists(file)]
    return there, len(files) - len(there)


def _library(bench: Workbench, options: argparse.Namespace) -> int:
    return _ACTIONS[options.action](bench, options)


def _backups(bench: Workbench, options: argparse.Namespace) -> int:
    found = Backups(bench.places.library_folder(bench.settings.library)).all()
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


def _bin(bench: Workbench, options: argparse.Namespace) -> int:
    found = bench.library.bin.all()
    if not found:
        printing.say("The bin is empty.")
    for each in found:
        text = f"{each.document_id:>5}  {each.removed[:10]}  {each.pages:>5} p  {one_line(each.title, 60)}"
        printing.line(asdict(each) if options.json else f"{text}  {one_line(each.path)}")
    return 0


def _bring_back(bench: Workbench, options: argparse.Namespace) -> int:
    chosen = [bench.library.bin.find(reference) for reference in options.documents]
    for each in chosen:
        bench.library.bring_back([each.document_id])
        row = {"document_id": each.document_id, "path": each.path}
        printing.line(row if options.json else f"back  {each.title}  {each.path}")
    return 0


def _empty_bin(bench: Workbench, options: argparse.Namespace) -> int:
    count = bench.library.bin.empty()
    printing.line({"documents": count} if options.json else f"{count:,} documents deleted from the bin")
    return 0


def _forget(bench: Workbench, options: argparse.Namespace) -> int:
    chosen: list[StoredDocument | Binned] = []
    for reference in options.documents:
        try:
            chosen.append(bench.library.find(reference))
        except UsageError as error:
            try:
                chosen.append(bench.library.bin.find(reference))
            except UsageError:
                raise error from None
    remaining = bench.library.forget([each.document_id for each in chosen])
    for each in chosen:
        row = {"document_id": each.document_id, "path": each.path}
        printing.line(row if options.json else f"forgotten  {each.title}  {each.path}")
    for path in remaining:
        printing.say(
            f"{one_line(str(path))} was kept from an earlier damage and may still hold it: delete it yourself."
        )
    return 1 if remaining else 0


def _restore(bench: Workbench, options: argparse.Namespace) -> int:
    from phitui.library.care.restore import restore

    with bench.closed_library() as folder:
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


def _rebuild(bench: Workbench, options: argparse.Namespace) -> int:
    outdated = bench.library.outdated()
    if not outdated:
        printing.say("Every document is cut in the newest way: nothing to do.")
        return 0
    failed = False
    with stopping() as cancel, printing.Progress() as progress:
        for event in bench.library.rebuild(cancel):
            progress.show(event)
            if isinstance(event, DocumentAdded):
                failed |= event.status == "failed"
                progress.clear()
                printing.line(asdict(event) if options.json else printing.added(event))
    left = bench.library.outdated()
    if left:
        printing.say(f"{left:,} documents stay as they were: their files are gone or could not be read.")
    return 1 if failed else 0


def _edit(bench: Workbench, options: argparse.Namespace) -> int:
    chosen = [bench.library.find(reference) for reference in options.documents]
    if options.title is not None and len(chosen) > 1:
        raise UsageError("--title goes with one document.")
    for each in chosen:
        bench.library.describe(each.document_id, options.title, options.author, options.year)
    bench.library.tag([each.document_id for each in chosen], options.tag, options.untag)
    if any(options.title not in (None, each.title) for each in chosen):
        with stopping() as cancel, printing.Progress() as progress:
            for event in bench.library.embed_missing(cancel):
                progress.show(event)
    for each in chosen:
        now = bench.library.find(str(each.document_id))
        row = {"document_id": now.document_id, "path": now.path, "title": now.title}
        row |= {"author": now.author, "year": now.year, "tags": now.tags}
        signs = "  ".join(
            part for part in (now.author, str(now.year or ""), " ".join(f"#{t}" for t in now.tags)) if part
        )
        printing.line(row if options.json else f"{now.document_id:>5}  {now.title}  {signs}")
    return 0


def _export(bench: Workbench, options: argparse.Namespace) -> int:
    documents = bench.library.export(options.file, documents_only=options.documents_only)
    row = {"path": str(options.file), "documents": documents, "bytes": options.file.stat().st_size}
    printing.line(row if options.json else printing.columns(row))
    if not options.documents_only:
        printing.say("Conversations, notes and judgments are in it; --documents-only leaves them out.")
    return 0


def _import(bench: Workbench, options: argparse.Namespace) -> int:
    from phitui.library.care.transfer import import_library

    with bench.closed_library() as folder:
        documents = import_library(options.file, folder, bench.settings.library)
    row = {"library": bench.settings.library, "documents": documents}
    printing.line(row if options.json else printing.columns(row))
    return 0


def _cite(bench: Workbench, options: argparse.Namespace) -> int:
    from phitui.answers.citations import write

    conversations = bench.library.conversations.list()
    if options.list:
        for each in conversations:
            printing.line(
                f"{each.conversation_id:>5}  {each.updated[:10]}  {each.turns:>3} turns  {one_line(each.title)}"
            )
        return 0
    if not conversations:
        printing.say("There is no conversation in this library yet.")
        return 0
    chosen = options.conversation or (conversations[0].conversation_id)
    if all(each.conversation_id != chosen for each in conversations):
        raise UsageError("There is no such conversation: `phitui cite --list` shows what there is.")
    turns = bench.turns.of(chosen)[-1:] if options.last else bench.turns.of(chosen)
    text = write(turns, bench.library.documents(), options.format)
    printing.line(text) if text else printing.say("Nothing was cited there.")
    return 0


_Action = Callable[[Workbench, argparse.Namespace], int]

_ACTIONS: dict[str, _Action] = {
    "backups": _backups,
    "backup": _backup,
    "bin": _bin,
    "bring-back": _bring_back,
    "empty-bin": _empty_bin,
    "forget": _forget,
    "rebuild": _rebuild,
    "restore": _restore,
}
LIBRARY_COMMANDS: dict[str, _Action] = {
    "library": _library,
    "export": _export,
    "import": _import,
    "edit": _edit,
    "cite": _cite,
}
