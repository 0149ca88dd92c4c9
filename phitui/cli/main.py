"""The `phitui` command: reads arguments, calls the workbench, prints. stdout is data, stderr is narration.

Exit codes: 0 done, 1 some work failed, 2 bad usage, 130 interrupted.
"""

import argparse
import os
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from phitui import __version__
from phitui.errors import PhituiError, UsageError
from phitui.places import Places
from phitui.settings import Settings, load_settings, override
from phitui.text import one_line

INTERRUPTED = 130

OCR_LANGUAGE = r"[A-Za-z]{3,}(_[A-Za-z]+)*(\+[A-Za-z]{3,}(_[A-Za-z]+)*)*"
"""What a language of tesseract's looks like: eng, chi_sim, eng+deu."""

DESCRIPTION = """Ask questions of your own PDFs, and see which passages the answer rests on.

phitui [PATH…] opens the workbench and indexes the paths; phitui --demo does so on the bundled handbook."""

EPILOG = "phitui COMMAND --help explains a command. Everything stays on this machine."


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{one_line(message)[:300]}. `{self.prog} --help` shows the usage.")


def _globals() -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False, prog="phitui")
    group = parser.add_argument_group("options everywhere")
    group.add_argument("--data-dir", metavar="DIR", type=Path, help="keep data, cache, config and logs in DIR")
    group.add_argument("--library", metavar="NAME", help="which library (default: default)")
    group.add_argument("--model", metavar="ID|DIR|none", help="language model; none answers by quotation")
    group.add_argument("--embedder", metavar="E", help="search model: minilm, ID, DIR, hidden:MODEL or logits:MODEL")
    group.add_argument("--rerank", metavar="R", help="auto, on, off, or a model that reorders what is found")
    group.add_argument("--device", metavar="D", help="auto, cuda, cuda:N, mps or cpu")
    group.add_argument("--dtype", metavar="T", help="auto, float32, bfloat16 or int8")
    group.add_argument("--demo", action="store_true", help="use the bundled handbook, in a data folder of its own")
    group.add_argument("--version", action="store_true", help="print the version")
    return parser


def _parser() -> _Parser:
    parser = _Parser(
        prog="phitui",
        description=DESCRIPTION,
        epilog=EPILOG,
        parents=[_globals()],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def command(name: str, text: str, json: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        if json:
            made.add_argument("--json", action="store_true", help="one JSON object a line")
        return made

    add = command("add", "index files and folders")
    add.add_argument("paths", nargs="*", metavar="PATH")
    add.add_argument("--words-only", action="store_true", help="do not wait for embeddings")
    add.add_argument("--password", help="opens encrypted files")
    add.add_argument("--retry-failed", action="store_true", help="read failed files again; without PATH all of them")
    add.add_argument(
        "--ocr", nargs="?", const="", metavar="L", help="find the text in scans, in tesseract's language L (eng+deu)"
    )
    add.add_argument("--watch", action="store_true", help="keep the folders in step until it is stopped")
    add.add_argument("--reader", choices=["pdfium", "pypdf2"], help="first PDF reader")

    _scope(command("list", "documents of the library"))

    remove = command("remove", "take documents out of the library")
    remove.add_argument("documents", nargs="+", metavar="DOCUMENT")

    search = command("search", "find passages")
    search.add_argument("query", nargs="?")
    search.add_argument("-k", type=_count, help="passages a query (default 10)")
    _scope(search)
    search.add_argument("--arm", choices=["fused", "dense", "lexical"], default="fused")
    search.add_argument("--queries", metavar="FILE", type=Path, help='one JSON {"id","query"} a line; - reads stdin')

    page = command("page", "print a page's text")
    page.add_argument("document", metavar="DOCUMENT")
    page.add_argument("number", metavar="N", type=_count)

    ask = command("ask", "answer a question")
    ask.add_argument("question", nargs="?")
    ask.add_argument("-k", type=_count, help="passages looked at (default 10)")
    _scope(ask)
    ask.add_argument("--no-documents", action="store_true", help="ask the model alone")
    ask.add_argument("--queries", metavar="FILE", type=Path, help='one JSON {"id","query"} a line; - reads stdin')
    ask.add_argument("--context", metavar="FILE", help="a text that goes with the question alone; - reads stdin")
    _sampling(ask)

    read = command("read", "answer a question from one whole document, part by part")
    read.add_argument("document", metavar="DOCUMENT")
    read.add_argument("question", nargs="?", help="default: a summary")
    _sampling(read)

    evaluate = command("eval", "how well the library finds, quotes and refuses, on questions")
    evaluate.add_argument("file", nargs="?", metavar="FILE", type=Path, help="questions, one JSON object a line")
    _scope(evaluate)
    evaluate.add_argument("--judged", action="store_true", help="the questions whose passages were marked as right")
    evaluate.add_argument("--synthetic", metavar="N", type=_count, help="N questions made of the documents")
    evaluate.add_argument(
        "--against", metavar="X", help="compare with lexical, dense, plain, shipped, or a setting (rerank=off)"
    )
    evaluate.add_argument("--leave-out", action="store_true", help="ask each again without its document: to be refused")
    evaluate.add_argument("--fit", action="store_true", help="fit ranking and refusal to the questions, and keep them")
    evaluate.add_argument("--unfit", action="store_true", help="go back to what phitui ships")

    generate = command("generate", "generate code; only the code goes to stdout")
    generate.add_argument("prompt")
    generate.add_argument("--language", default="python")
    _sampling(generate)

    complete = command("complete", "continue a text, with no format around it")
    complete.add_argument("prompt", help="- reads stdin")
    _sampling(complete)

    models = command("models", "models on disk; `models pull ID` downloads one")
    models.add_argument("action", nargs="?", choices=["pull"])
    models.add_argument("id", nargs="?", metavar="ID")

    embedders = command("embedders", "search models of the library; `build` completes the chosen one, `drop E` deletes")
    embedders.add_argument("action", nargs="?", choices=["build", "drop"])
    embedders.add_argument("name", nargs="?", metavar="E")

    bench = command("bench", "measure: startup, search, index, decode or embed")
    bench.add_argument("name", metavar="NAME")
    bench.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="index: the files (default: handbook)")
    bench.add_argument("--sample", type=_count, metavar="N", help="index: files that the plain recipe reads")
    bench.add_argument("--passages", type=_count, help="size of the library that `search` measures")
    bench.add_argument("--random", metavar="SHAPE", help="decode: phi-2 or tiny, with random weights; needs no model")

    command("doctor", "check terminal, device, folders, models and index")
    edit = command("edit", "correct title, author and year of documents, and tag them")
    edit.add_argument("documents", nargs="+", metavar="DOCUMENT")
    edit.add_argument("--title", metavar="T")
    edit.add_argument("--author", metavar="A", help='"" takes it away')
    edit.add_argument("--year", type=int, metavar="Y", help="0 takes it away")
    edit.add_argument("--tag", action="append", default=[], metavar="TAG", help="may be given several times")
    edit.add_argument("--untag", action="append", default=[], metavar="TAG")

    cite = command("cite", "quotes and pages of a conversation, for a text or a reference manager", json=False)
    cite.add_argument("conversation", nargs="?", type=_count, metavar="ID", help="a conversation (default: the newest)")
    cite.add_argument("--format", choices=["markdown", "bibtex", "csl-json"], default="markdown")
    cite.add_argument("--last", action="store_true", help="only the last answer")
    cite.add_argument("--list", action="store_true", help="list the conversations")

    export = command("export", "write the library to one file, for another machine")
    export.add_argument("file", metavar="FILE", type=Path)
    export.add_argument("--documents-only", action="store_true", help="leave out conversations and notes")
    command("import", "make an exported file the library, without indexing").add_argument(
        "file", metavar="FILE", type=Path
    )
    _care(command("library", "backups and care of a library", json=False))
    return parser


def _care(parser: argparse.ArgumentParser) -> None:
    """What `phitui library` can do."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
        made.add_argument("--json", action="store_true", help="one JSON object a line")
        return made

    action("backups", "list the backups of the library")
    action("backup", "make a backup now")
    action("bin", "list removed documents")
    back = action("bring-back", "put removed documents back as they were")
    back.add_argument("documents", nargs="+", metavar="DOCUMENT")
    action("empty-bin", "delete removed documents")
    forget = action("forget", "delete documents for good, from backups, indexes and conversations too")
    forget.add_argument("documents", nargs="*", metavar="DOCUMENT")
    action("rebuild", "cut documents anew that an older phitui has cut")
    restore = action("restore", "put the newest backup in the place of a damaged library")
    restore.add_argument("--anyway", action="store_true", help="even where the library is sound")


def _scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--in", action="append", dest="scope", metavar="TAG", help="only documents with this tag")


def _sampling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--max-tokens", type=int, metavar="N")
    parser.add_argument("--temperature", type=float, metavar="T", help="0 is greedy")
    parser.add_argument("--top-p", type=float, metavar="P")
    parser.add_argument("--top-k", type=int, metavar="K")
    parser.add_argument("--min-p", type=float, metavar="P")
    parser.add_argument("--repetition-penalty", type=float, metavar="R")
    parser.add_argument("--seed", type=int, metavar="S")
    parser.add_argument("--stop", action="append", metavar="S", help="ends the text; may be given several times")


def _count(given: str) -> int:
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 1_000_000_000:
        raise argparse.ArgumentTypeError(f"{given!r} is not a whole number from 1")
    return int(given)


COMMANDS = frozenset(
    "add list remove search page ask read eval generate complete models embedders bench doctor".split()
    + "library export import edit cite".split()
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    os.umask(0o077)
    given = list(sys.argv[1:] if arguments is None else arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # under nohup a lost terminal is no reason to stop
            signal.signal(number, _interrupted)
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except PhituiError as error:
        print(f"phitui: {one_line(error.message)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stop:
        by = f" by {stop.args[0]}" if stop.args else ""
        with suppress(OSError):  # the terminal may be gone
            print(f"\nphitui: interrupted{by}; what was done so far is kept: repeat to go on.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


def _interrupted(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _run(given: list[str]) -> int:
    cut = given.index("--") if "--" in given else len(given)
    options, rest = _globals().parse_known_args(given[:cut])
    rest += given[cut:]
    if options.version:
        print(f"phitui {__version__}")
        return 0
    opens_workbench = not rest or (rest[0] not in COMMANDS and rest[0] not in ("-h", "--help"))
    parsed = None if opens_workbench else _parser().parse_args(rest)
    if getattr(parsed, "ocr", None):
        _tell_language_from_path(parsed)
    data_dir = options.data_dir or (Path(os.environ["PHITUI_DATA_DIR"]) if os.environ.get("PHITUI_DATA_DIR") else None)
    places = Places.of(data_dir)
    settings = _settings(load_settings(places.settings_file), options, parsed)
    if options.demo:
        places = places.demo()
    if parsed is None:
        return _open(settings, places, [each for each in rest if each != "--"], options.demo)
    from phitui.cli import commands

    return commands.run(parsed, settings, places, options.demo)


def _tell_language_from_path(parsed: Any) -> None:
    """`add --ocr FILE` names a file, although the option may be followed by a language."""
    if os.path.lexists(Path(parsed.ocr).expanduser()) or not re.fullmatch(OCR_LANGUAGE, parsed.ocr):
        parsed.paths.insert(0, parsed.ocr)
        parsed.ocr = ""


def _settings(settings: Settings, options: argparse.Namespace, parsed: argparse.Namespace | None) -> Settings:
    """The settings with the command line's options on top. Raises UsageError naming the option."""
    given: dict[str, Any] = {
        key: getattr(options, key) for key in ("library", "model", "embedder", "rerank", "device", "dtype")
    }
    for key in ("max_tokens", "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed", "stop", "reader"):
        given[key] = getattr(parsed, key, None)
    given["passages"] = getattr(parsed, "k", None)
    given["ocr_language"] = getattr(parsed, "ocr", None) or None
    names = {"passages": "-k", "ocr_language": "--ocr"}
    for key, value in given.items():
        if value is not None:
            settings = override(settings, key, value, names.get(key, "--" + key.replace("_", "-")))
    return settings


def _open(settings: Settings, places: Places, rest: Sequence[str], demo: bool) -> int:
    unknown = next((each for each in rest if each.startswith("-") and not Path(each).exists()), None)
    if unknown is not None:
        raise UsageError(f"There is no option {one_line(unknown, 60)}. `phitui --help` shows the usage.")
    missing = next((each for each in rest if not Path(each).expanduser().exists()), None)
    if missing is not None:
        raise UsageError(
            f"{one_line(missing, 100)} is neither a command nor a file or folder. `phitui --help` shows the usage."
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            'The workbench needs a terminal: run phitui in one, or use a command such as `phitui ask "…"` (--help).'
        )
    from phitui.app import run

    return run(settings, places, [Path(each).expanduser() for each in rest], demo)


if __name__ == "__main__":
    sys.exit(main())
