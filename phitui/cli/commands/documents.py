"""Documents: `phitui add`, `list`, `remove`, `page`, `edit`."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size
from time import monotonic
from typing import TYPE_CHECKING

from phitui.cli import options as shared
from phitui.cli import printing, rows
from phitui.cli.progress import ProgressLine
from phitui.cli.registry import Command, Family
from phitui.documents.tables import aligned
from phitui.errors import Cause, DocumentError, UsageError
from phitui.events import DocumentAdded, Failed, PageRecognised, PathLeftOut
from phitui.reading import read_given
from phitui.records import StoredDocument, StoredPage
from phitui.settings import override
from phitui.signals import stopping
from phitui.text import one_line
from phitui.wording import page_name

if TYPE_CHECKING:
    from phitui.library.library import Library
    from phitui.workbench import Workbench

OCR_LANGUAGE = r"[A-Za-z]{3,}(_[A-Za-z]+)*(\+[A-Za-z]{3,}(_[A-Za-z]+)*)*"
"""What a language of tesseract's looks like: eng, chi_sim, eng+deu."""
PASSWORD = "PHITUI_PASSWORD"
"""The environment variable: only the user's own processes can read it."""
LONGEST_PASSWORD = 1024
"""Characters; PDF takes 127 bytes."""
PASSWORD_BYTES = 1 << 16
"""Of a file with a password in its first line."""


# ── add ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        type=shared.path_or_address,
        help="files, folders with all in them, and addresses of web pages",
    )
    parser.add_argument("--words-only", action="store_true", help="do not wait for embeddings")
    parser.add_argument(
        "--password-file", metavar="FILE", type=shared.path, help="its first line opens encrypted files; - reads stdin"
    )
    parser.add_argument("--password", metavar="P", help="the same, for all to see in the list of processes")
    parser.add_argument("--follow-links", action="store_true", help="follow links that lead out of a folder")
    parser.add_argument("--retry-failed", action="store_true", help="read failed files again; without PATH all of them")
    parser.add_argument(
        "--ocr", nargs="?", const="", metavar="L", help="find the text in scans, in tesseract's language L (eng+deu)"
    )
    parser.add_argument("--watch", action="store_true", help="keep the folders in step until it is stopped")
    shared.setting(parser, "--reader", "reader", choices=["pdfium", "pypdf2"], help="first PDF reader")


def _add(workbench: "Workbench", options: argparse.Namespace) -> int:
    options.paths, unfetched = _with_fetched(workbench, options)
    if unfetched and not options.paths:
        return 1
    paths, ocr = _paths_and_language(workbench, options)
    if options.watch:
        return _watch(workbench, paths, ocr, options)
    gone = 0
    if options.retry_failed and not paths:
        paths, gone = _failed_files(workbench, options.json)
        if not paths:
            return 1 if gone else 0
    if ocr is not None and not paths:
        paths = workbench.library.scans()
        if not paths:
            printing.say("No document of this library has pages without text: there is nothing to recognise.")
            return 0
    if not paths:
        raise UsageError("the following arguments are required: PATH. `phitui add --help` shows the usage.")
    password = _password(options)
    failed, lost_pages = _add_paths(workbench, paths, options, ocr, password)
    if failed and password is None and sys.stdin.isatty() and sys.stderr.isatty():
        import getpass

        for event in [each for each in failed if each.cause and each.cause.locked]:
            typed = getpass.getpass(f"Password of {one_line(event.path, 100)} (empty: skip): ", sys.stderr)
            if typed and not _add_paths(workbench, [Path(event.path)], options, ocr, typed)[0]:
                failed.remove(event)
    return 1 if failed or gone or lost_pages or unfetched else 0


def _with_fetched(workbench: "Workbench", options: argparse.Namespace) -> tuple[list[Path], int]:
    """(the paths, with a file for each address, how many could not be fetched). Raises UsageError."""
    addresses = [each for each in options.paths if isinstance(each, str)]
    if addresses and options.watch:
        raise UsageError("A web page is fetched once and cannot be watched: leave out --watch, or the address.")
    paths: list[Path] = []
    failed = 0
    with stopping() as cancel:
        for given in options.paths:
            if isinstance(given, Path):
                paths.append(given)
                continue
            begun = monotonic()
            try:
                paths.append(workbench.library.fetch(given, cancel.is_set))
            except DocumentError as error:
                failed += 1
                seconds = monotonic() - begun
                row = DocumentAdded(given, "failed", None, 0, 0, 0, str(error), seconds, error.cause)
                printing.added(row, options.json)
    return paths, failed


def _password(options: argparse.Namespace) -> str | None:
    """The one of --password-file, --password or the environment, in this order. Raises UsageError."""
    if options.password_file is not None and options.password is not None:
        raise UsageError("Give --password-file or --password, not both.")
    if options.password is not None:
        printing.say(
            f"Other accounts of this machine can read --password in the list of processes: --password-file FILE and "
            f"{PASSWORD} keep it from them."
        )
        return str(options.password)
    if options.password_file is None:
        return os.environ.get(PASSWORD)
    name = "stdin" if str(options.password_file) == "-" else one_line(str(options.password_file))
    try:
        if name == "stdin":
            line = sys.stdin.readline(LONGEST_PASSWORD + 1)
        else:
            line = read_given(options.password_file, PASSWORD_BYTES).decode("utf-8").partition("\n")[0]
    except UnicodeDecodeError:
        raise UsageError(f"The password in {name} cannot be read: it is not UTF-8 text.") from None
    except OSError as error:
        raise UsageError(f"The password in {name} cannot be read: {one_line(error.strerror or str(error))}.") from None
    password = line.rstrip("\r\n")
    if not password:
        raise UsageError(f"The first line of {name} is empty: the password has to stand there.")
    if len(password) > LONGEST_PASSWORD:
        raise UsageError(f"The first line of {name} is too long to be a password.")
    return password


def _paths_and_language(workbench: "Workbench", options: argparse.Namespace) -> tuple[list[Path], str | None]:
    """(what is to be added, the language in which scans are recognised, None where they are not).

    `add --ocr FILE` names a file, although the option may be followed by a language.
    """
    paths, given = list(options.paths), options.ocr
    if given and (os.path.lexists(Path(given).expanduser()) or not re.fullmatch(OCR_LANGUAGE, given)):
        paths.insert(0, shared.path(given))
        given = ""
    if given:
        return paths, override(workbench.settings, "ocr_language", given, "--ocr").ocr_language
    return paths, None if given is None else workbench.settings.ocr_language


def _add_paths(
    workbench: "Workbench", paths: Sequence[Path], options: argparse.Namespace, ocr: str | None, password: str | None
) -> tuple[list[DocumentAdded], int]:
    """Indexes, prints a line a file, returns those that failed, and how many pages and folders could not be read."""
    failed = []
    lost, left_out = 0, False
    with stopping() as cancel, ProgressLine() as progress:
        for event in workbench.add(
            paths,
            password=password,
            words_only=options.words_only,
            retry_failed=options.retry_failed,
            ocr=ocr,
            follow_links=options.follow_links,
            cancel=cancel,
        ):
            progress.show(event)
            if isinstance(event, PathLeftOut):
                left_out |= not event.failed
                lost += event.failed
            if isinstance(event, PageRecognised) and event.problem:
                lost += 1
                progress.clear()
                printing.say(f"{event.path}, page {event.page}: {event.problem}")
            elif isinstance(event, DocumentAdded):
                if event.status == "failed":
                    failed.append(event)
                progress.clear()
                printing.added(event, options.json)
    if left_out and not options.follow_links:
        printing.say("--follow-links reads what links out of a folder lead to.")
    return failed, lost


def _watch(workbench: "Workbench", folders: Sequence[Path], ocr: str | None, options: argparse.Namespace) -> int:
    """`phitui add --watch`: ends when it is interrupted."""
    if not folders:
        raise UsageError("Name the folders to watch: `phitui add --watch FOLDER`.")
    printing.say("Watching; Ctrl-C ends it.")
    with stopping() as cancel, ProgressLine() as progress:
        for event in workbench.library.watch(folders, cancel, ocr, options.follow_links):
            progress.show(event)
            if isinstance(event, DocumentAdded):
                progress.clear()
                printing.added(event, options.json)
            elif isinstance(event, Failed):
                printing.say(event.message)
    return 0


def _failed_files(workbench: "Workbench", json: bool) -> tuple[list[Path], int]:
    """(files of failed documents that are still there, how many are gone, which are said)."""
    from phitui.library.store.files import shown_path

    files = [file for _, file in workbench.library.files("failed")]
    if not files:
        printing.say("No document of this library has failed.")
    for file in files:
        if not os.path.lexists(file):
            gone = DocumentAdded(shown_path(file), "failed", None, 0, 0, 0, "The file is gone.", 0.0, Cause.GONE)
            printing.added(gone, json)
    there = [file for file in files if os.path.lexists(file)]
    return there, len(files) - len(there)


# ── list, remove, page, edit ─────────────────────────────────────────────────────────────────────────────────


def _list(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.library.languages import advice

    documents = workbench.library.documents()
    if not documents:
        printing.is_empty(workbench)
    wanted = workbench.library.documents_in_scope()
    documents = [each for each in documents if wanted is None or each.document_id in wanted]
    for document in documents:
        printing.line(rows.document_row(document) if options.json else _listed(document))
    foreign = advice(documents)
    if foreign:
        printing.say(foreign)
    return 0


def _listed(document: StoredDocument) -> str:
    figures = f"{document.pages:>5} p  {document.passages:>6} passages  {document.embedded:>6} embedded"
    said = rows.trouble(document)
    ending = f"  {said}" if said else ""
    title = f"{document.language:2}  {one_line(document.name, 80)}"
    return f"{document.document_id:>5}  {document.status:8}  {figures}  {title}{ending}"


def _documents(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("documents", nargs="+", metavar="DOCUMENT", help="an id, a path or a part of a title")


def _remove(workbench: "Workbench", options: argparse.Namespace) -> int:
    chosen = [workbench.library.find(reference) for reference in options.documents]
    workbench.library.remove([document.document_id for document in chosen])
    for document in chosen:
        row = {"document_id": document.document_id, "path": document.path}
        printing.line(row if options.json else f"removed  {document.title}  {document.path}")
    printing.say("`phitui library bring-back` puts removed documents back until the bin is emptied.")
    return 0


def _page_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("document", metavar="DOCUMENT", help="an id, a path or a part of a title")
    parser.add_argument("number", metavar="N", type=_page_typed, help="from 1; or a label that is printed, such as iv")
    parser.add_argument("--raw", action="store_true", help="as it is read, with the lines that run through the pages")


def _page_typed(given: str) -> int | str:
    return given if given.strip() and not given.isdigit() else shared.count(given)


def _labelled(library: "Library", document: "StoredDocument", label: str) -> "StoredPage":
    """The first page with that label. Raises UsageError."""
    pages = (library.page(document.document_id, number) for number in range(1, document.pages + 1))
    found = next((each for each in pages if (each.page_label or "").casefold() == label.strip().casefold()), None)
    if found is None:
        raise UsageError(f"{one_line(document.name, 80)} has no page {one_line(label, 20)}: pages count from 1.")
    return found


def _page(workbench: "Workbench", options: argparse.Namespace) -> int:
    library, document, wanted = workbench.library, workbench.library.find(options.document), options.number
    if isinstance(wanted, str):
        page = _labelled(library, document, wanted)
    else:
        page = library.page(document.document_id, wanted)
    name = page_name(page.page, page.page_label)
    if name != page_name(page.page, None) and not options.json:
        printing.say(f"This is {name}: the label that is printed there, and the number from 1.")
    row = {
        "document_id": page.document_id,
        "path": page.path,
        "page": page.page,
        "page_label": page.page_label,
        "text": workbench.library.raw_page(page.document_id, page.page) if options.raw else page.text,
        "ocr": page.ocr is not None,
        "ocr_language": page.ocr,
    }
    if page.ocr and not options.json:
        printing.say(f"This text was recognised in a picture (OCR, {page.ocr}): it may hold wrong letters.")
    lines = [str(row["text"])] if options.raw else aligned(page.text, get_terminal_size().columns)
    printing.line(row if options.json else "\n".join(lines))
    return 0


def _edit_options(parser: argparse.ArgumentParser) -> None:
    _documents(parser)
    parser.add_argument("--title", metavar="T", help="of one document")
    parser.add_argument("--author", metavar="A", help='"" takes it away')
    parser.add_argument("--year", type=int, metavar="Y", help="0 takes it away")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="may be given several times")
    parser.add_argument("--untag", action="append", default=[], metavar="TAG", help="takes a tag away")


def _edit(workbench: "Workbench", options: argparse.Namespace) -> int:
    chosen = [workbench.library.find(reference) for reference in options.documents]
    if options.title is not None and len(chosen) > 1:
        raise UsageError("--title goes with one document.")
    for each in chosen:
        workbench.library.describe(each.document_id, options.title, options.author, options.year)
    workbench.library.tag([each.document_id for each in chosen], options.tag, options.untag)
    if any(options.title not in (None, each.title) for each in chosen):
        with stopping() as cancel, ProgressLine() as progress:
            for event in workbench.library.embed_missing(cancel):
                progress.show(event)
    for each in chosen:
        now = workbench.library.find(str(each.document_id))
        row = {"document_id": now.document_id, "path": now.path, "title": now.title}
        row |= {"author": now.author, "year": now.year, "tags": now.tags}
        signs = "  ".join(
            part for part in (now.author, str(now.year or ""), " ".join(f"#{t}" for t in now.tags)) if part
        )
        printing.line(row if options.json else f"{now.document_id:>5}  {now.title}  {signs}")
    return 0


FAMILY = Family(
    "documents",
    (
        Command(
            "add",
            "index files and folders",
            _add,
            _add_options,
            ("phitui add ~/papers", "phitui add --ocr deu scan.pdf", "phitui add --watch ~/papers"),
        ),
        Command(
            "list",
            "documents of the library",
            _list,
            shared.scope,
            ("phitui list", "phitui list --in thesis --json"),
            of_documents=True,
        ),
        Command(
            "page",
            "print a page's text",
            _page,
            _page_options,
            ("phitui page handbook 3", "phitui page handbook ii", "phitui page ~/papers/a.pdf 1 --json"),
            of_documents=True,
        ),
        Command(
            "edit",
            "correct title, author and year of documents, and tag them",
            _edit,
            _edit_options,
            ('phitui edit 3 --title "On Herons" --year 1999', "phitui edit 3 4 --tag thesis"),
        ),
        Command(
            "remove",
            "take documents out of the library",
            _remove,
            _documents,
            ("phitui remove 3", 'phitui remove "On Herons" ~/papers/b.pdf'),
        ),
    ),
    place=1,
)
