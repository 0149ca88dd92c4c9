"""What each command of the command line does with the workbench (DESIGN §8)."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from phitui.answers.given_text import GivenText
from phitui.answers.request import Request, checked_question
from phitui.answers.turn import Turn
from phitui.cli import printing
from phitui.cli.care import LIBRARY_COMMANDS, failed_files, ocr_language, watch
from phitui.cli.evaluate import evaluate
from phitui.cli.read import read
from phitui.errors import UsageError
from phitui.events import (
    AnswerFinished,
    CodeGenerated,
    DocumentAdded,
    DownloadProgress,
    Failed,
    PageRecognised,
    TokensArrived,
    TurnSaved,
)
from phitui.library.languages import advice
from phitui.models.engine import Sampling
from phitui.places import Places
from phitui.settings import Settings
from phitui.signals import stopping
from phitui.text import one_line
from phitui.workbench import Workbench


def run(options: argparse.Namespace, settings: Settings, places: Places, demo: bool) -> int:
    """Runs the parsed command; returns the exit code. Raises PhituiError."""
    bench = Workbench(settings, places)
    bench.notice = printing.say
    try:
        if demo and options.command in ("list", "search", "page", "ask", "read", "eval"):
            _index_handbook(bench)
        if getattr(options, "scope", None):
            bench.library.scope = tuple(options.scope)
        command: Callable[[Workbench, argparse.Namespace], int] = _COMMANDS[options.command]
        return command(bench, options)
    finally:
        bench.close()


def _index_handbook(bench: Workbench) -> None:
    from phitui.handbook import HANDBOOK

    with printing.Progress() as progress:
        for event in bench.add([HANDBOOK]):
            progress.show(event)


def _add(bench: Workbench, options: argparse.Namespace) -> int:
    paths = [Path(each) for each in options.paths]
    if options.watch:
        return watch(bench, paths, options)
    gone = 0
    if options.retry_failed and not paths:
        paths, gone = failed_files(bench, options)
        if not paths:
            return 1 if gone else 0
    if options.ocr is not None and not paths:
        paths = bench.library.scans()
        if not paths:
            printing.say("No document of this library has pages without text: there is nothing to recognise.")
            return 0
    if not paths:
        raise UsageError("the following arguments are required: PATH. `phitui add --help` shows the usage.")
    failed, lost_pages = _add_paths(bench, paths, options, options.password)
    if failed and options.password is None and sys.stdin.isatty() and sys.stderr.isatty():
        import getpass

        for event in [each for each in failed if "--password" in (each.reason or "")]:
            password = getpass.getpass(f"Password of {one_line(event.path, 100)} (empty: skip): ", sys.stderr)
            if password and not _add_paths(bench, [Path(event.path)], options, password)[0]:
                failed.remove(event)
    return 1 if failed or gone or lost_pages else 0


def _add_paths(
    bench: Workbench, paths: Sequence[Path], options: argparse.Namespace, password: str | None
) -> tuple[list[DocumentAdded], int]:
    """Indexes, prints a line a file, returns those that failed, and how many pages could not be recognised."""
    failed = []
    lost_pages = 0
    with stopping() as cancel, printing.Progress() as progress:
        for event in bench.add(
            paths,
            password=password,
            reader=options.reader,
            words_only=options.words_only,
            retry_failed=options.retry_failed,
            ocr=ocr_language(bench, options),
            cancel=cancel,
        ):
            progress.show(event)
            if isinstance(event, PageRecognised) and event.problem:
                lost_pages += 1
                progress.clear()
                printing.say(f"{event.path}, page {event.page}: {event.problem}")
            elif isinstance(event, DocumentAdded):
                if event.status == "failed":
                    failed.append(event)
                progress.clear()
                printing.line(asdict(event) if options.json else printing.added(event))
    return failed, lost_pages


def _list(bench: Workbench, options: argparse.Namespace) -> int:
    documents = bench.library.documents()
    if not documents:
        _is_empty(bench)
    wanted = bench.library.documents_in_scope()
    documents = [each for each in documents if wanted is None or each.document_id in wanted]
    for document in documents:
        printing.line(asdict(document) if options.json else printing.listed(document))
    foreign = advice(documents)
    if foreign:
        printing.say(foreign)
    return 0


def _remove(bench: Workbench, options: argparse.Namespace) -> int:
    chosen = [bench.library.find(reference) for reference in options.documents]
    bench.library.remove([document.document_id for document in chosen])
    for document in chosen:
        row = {"document_id": document.document_id, "path": document.path}
        printing.line(row if options.json else f"removed  {document.title}  {document.path}")
    printing.say("`phitui library bring-back` puts removed documents back until the bin is emptied.")
    return 0


def _search(bench: Workbench, options: argparse.Namespace) -> int:
    queries = _queries(options, options.query)
    if _is_empty(bench):
        return 0
    spelled = [bench.library.spelled(query) for _, query in queries]
    prepared = bench.library.queries(spelled, by_words=options.arm == "lexical")
    for (query_id, typed), query, ready in zip(queries, spelled, prepared, strict=True):
        hits = bench.library.search(ready, bench.settings.passages, options.arm)
        if query != typed and not options.json:
            printing.say(f"searching for “{query}” (the library's spelling)")
        for hit in hits:
            printing.line({**hit.as_json(query_id), "query": query} if options.json else printing.hit(hit))
    if bench.library.problem:
        printing.say(f"New documents were not searched by words. {bench.library.problem}")
    return 0


def _page(bench: Workbench, options: argparse.Namespace) -> int:
    page = bench.library.page(bench.library.find(options.document).document_id, options.number)
    row = {
        "document_id": page.document_id,
        "path": page.path,
        "page": page.page,
        "page_label": page.page_label,
        "text": page.text,
        "ocr": page.ocr is not None,
        "ocr_language": page.ocr,
    }
    if page.ocr and not options.json:
        printing.say(f"This text was recognised in a picture (OCR, {page.ocr}): it may hold wrong letters.")
    printing.line(row if options.json else page.text)
    return 0


def _ask(bench: Workbench, options: argparse.Namespace) -> int:
    if options.no_documents and bench.settings.model == "none":
        raise UsageError("--no-documents needs a language model: name one with --model.")
    queries = _queries(options, options.question)
    context = _context(options.context)
    if not options.no_documents and not context and _is_empty(bench):
        return 0
    single = options.queries is None
    failed = False
    for query_id, question in queries:
        turn = Turn(question)
        request = Request(
            question,
            use_documents=not options.no_documents,
            passages=bench.settings.passages,
            sampling=Sampling.of(bench.settings),
            words_first=False,
            context=context,
            save=single,
        )
        error = None
        for event in bench.ask(request):
            turn.take(event)
            if isinstance(event, Failed):
                error = event.message
            if isinstance(event, TurnSaved) and event.problem:
                printing.say(f"The answer is not kept. {event.problem}")
            if isinstance(event, TokensArrived) and not options.json and single:
                printing.piece(event.text)
        if error is not None:
            printing.say(error)
            failed = True
            continue
        printing.line(printing.answer_row(turn, query_id) if options.json else printing.answer_text(turn, single))
    return 1 if failed else 0


def _context(given: str | None) -> tuple[GivenText, ...]:
    """The text of `--context FILE|-`. Raises UsageError."""
    if given is None:
        return ()
    if given == "-":
        return (GivenText.of(sys.stdin.read()),)
    try:
        return (GivenText.of(Path(given).read_text("utf-8"), Path(given).name),)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{one_line(given)} cannot be read as text: {one_line(str(error))}. `phitui add` reads documents."
        ) from None


def _generate(bench: Workbench, options: argparse.Namespace) -> int:
    for event in bench.generate(options.prompt, options.language):
        if isinstance(event, CodeGenerated):
            row = {
                "code": event.code,
                "language": event.language,
                "text": event.text,
                "tokens_per_second": event.tokens_per_second,
            }
            printing.line(row if options.json else event.code)
        elif isinstance(event, Failed):
            printing.say(event.message)
            return 1
    return 0


def _complete(bench: Workbench, options: argparse.Namespace) -> int:
    try:
        prompt = sys.stdin.read() if options.prompt == "-" else options.prompt
    except UnicodeDecodeError:
        raise UsageError("What came from stdin is not UTF-8 text.") from None
    for event in bench.complete(prompt):
        if isinstance(event, TokensArrived) and not options.json:
            printing.piece(event.text)
        elif isinstance(event, AnswerFinished) and options.json:
            printing.line(printing.completion_row(event))
    if not options.json and sys.stdout.isatty():
        printing.line("")
    return 0


def _models(bench: Workbench, options: argparse.Namespace) -> int:
    if options.action == "pull":
        if not options.id:
            raise UsageError("`phitui models pull` needs a model's id, such as microsoft/phi-2.")
        with printing.Progress() as progress:
            for event in bench.models.pull(options.id):
                progress.show(event)
                last: DownloadProgress = event
        printing.line(asdict(last) if options.json else f"downloaded  {options.id}")
        return 0
    found = bench.models.on_disk()
    if not found:
        printing.say("No model is on disk: `phitui models pull microsoft/phi-2` downloads one; quoting needs none.")
    for model in found:
        row = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(model).items()}
        printing.line(row if options.json else printing.columns(row))
    return 0


def _embedders(bench: Workbench, options: argparse.Namespace) -> int:
    if (options.action == "drop") != bool(options.name):
        raise UsageError("Give `phitui embedders`, `phitui embedders build` or `phitui embedders drop E`.")
    if options.action == "drop":
        dropped = bench.library.drop_embedder(options.name)
        printing.line(asdict(dropped) if options.json else f"dropped  {dropped.shown}")
        return 0
    if options.action == "build":
        with printing.Progress() as progress:
            for event in bench.library.embed_missing():
                progress.show(event)
    for row in bench.library.embedders():
        printing.line(asdict(row) if options.json else printing.embedder(row))
    return 0


def _bench(bench: Workbench, options: argparse.Namespace) -> int:
    from phitui.bench import BENCHES

    if options.name not in BENCHES:
        raise UsageError(f"There is no bench {one_line(options.name)!r}; there are {', '.join(sorted(BENCHES))}.")
    for row in BENCHES[options.name](options, bench.settings):
        printing.line(row if options.json else printing.columns(row))
    return 0


def _doctor(bench: Workbench, options: argparse.Namespace) -> int:
    from phitui.doctor import checks

    bad = False
    for check in checks(bench.settings, bench.places):
        bad |= check.state == "bad"
        printing.line(asdict(check) if options.json else printing.check(check))
    return 1 if bad else 0


def _is_empty(bench: Workbench) -> bool:
    """Whether the library holds nothing, which is then said."""
    if bench.library.documents():
        return False
    printing.say(f"The library {bench.settings.library} is empty: `phitui add PATH` puts documents into it.")
    return True


def _queries(options: argparse.Namespace, single: str | None) -> list[tuple[Any, str]]:
    """(query_id, text) pairs: the one given (its id is null), or those of --queries FILE. Raises UsageError."""
    if (single is None) == (options.queries is None):
        raise UsageError("Give either one question or --queries FILE.")
    if options.queries is None:
        return [(None, checked_question(single or ""))]
    try:
        text = sys.stdin.read() if str(options.queries) == "-" else options.queries.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{one_line(str(options.queries))} cannot be read: {one_line(str(error))}.") from None
    rows = []
    for number, content in enumerate(text.splitlines(), 1):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
            rows.append((row["id"], checked_question(str(row["query"]))))
        except UsageError as error:
            raise UsageError(f"{one_line(str(options.queries))}, line {number}: {error.message}") from None
        except (ValueError, KeyError, TypeError):
            raise UsageError(
                f'{one_line(str(options.queries))}, line {number}: expected {{"id": …, "query": "…"}}.'
            ) from None
    return rows


_COMMANDS: dict[str, Callable[[Workbench, argparse.Namespace], int]] = {
    "add": _add,
    "list": _list,
    "remove": _remove,
    "search": _search,
    "page": _page,
    "ask": _ask,
    "read": read,
    "eval": evaluate,
    "generate": _generate,
    "complete": _complete,
    "models": _models,
    "embedders": _embedders,
    "bench": _bench,
    "doctor": _doctor,
    **LIBRARY_COMMANDS,
}
