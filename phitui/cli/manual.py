"""The man page, in roff, made from the same parsers as `--help`.

`phitui man > phitui/cli/phitui.1` makes the one that is installed with phitui anew.
"""

import argparse
from collections.abc import Iterable, Iterator

from phitui.cli.options import DESCRIPTION, EPILOG, command_parser, global_parser, parsers_of
from phitui.cli.registry import Family

EXIT_CODES = (
    ("0", "what was asked for is done"),
    ("1", "some of the work failed; a sentence says what"),
    ("2", "the command cannot be understood"),
    ("130", "interrupted; what was done so far is kept"),
)
ENVIRONMENT = (
    ("PHITUI_DATA_DIR", "the folder for data, cache, settings and logs, as --data-dir"),
    ("PHITUI_SETTING", "the value of that setting, in capitals: PHITUI_MODEL, PHITUI_THEME"),
    ("NO_COLOR", "the workbench is drawn without colours"),
)


def page(families: Iterable[Family]) -> str:
    """The whole page, of section 1."""
    families = list(families)
    return "\n".join(_lines(families)) + "\n"


def _lines(families: list[Family]) -> Iterator[str]:
    about, more = DESCRIPTION.split("\n\n", 1)
    yield '.TH PHITUI 1 "" "phitui" "User Commands"'
    yield from (".SH NAME", r"phitui \- questions to your own documents, answered from their sentences")
    yield from (".SH SYNOPSIS", r".B phitui", r"[\fIoptions\fR] [\fIPATH\fR ...]", ".br")
    yield from (".B phitui", r"[\fIoptions\fR] \fICOMMAND\fR ...")
    yield from (".SH DESCRIPTION", _text(about), ".PP", _text(more), ".PP", _text(EPILOG))
    yield ".SH OPTIONS"
    yield from _options(global_parser())
    yield ".SH COMMANDS"
    parsers = parsers_of(command_parser(families))
    title = ""
    for family in families:
        for command in family.commands:
            if family.title != title:
                title = family.title
                yield from (".PP", _text(f"{title[0].upper()}{title[1:]}:"))
            parser = parsers[command.name]
            yield from (f".SS phitui {_text(command.name)}", _text(parser.description or ""), ".PP")
            given = " ".join(_value(each) for each in parser._actions if not each.option_strings)
            yield _text(f"phitui {command.name} [options] {given}".rstrip())
            yield from _options(parser)
            if command.examples:
                yield from (".PP", "Examples:", ".PP", ".nf", *(_text(each) for each in command.examples), ".fi")
    for head, rows in (("EXIT STATUS", EXIT_CODES), ("ENVIRONMENT", ENVIRONMENT)):
        yield f".SH {head}"
        for name, does in rows:
            yield from (".TP", f".B {_text(name)}", _text(does))


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        shown = action.help if action.help and action.help != argparse.SUPPRESS else ""
        if isinstance(action, argparse._SubParsersAction) or not (shown or action.option_strings):
            continue
        value, named = _value(action), ", ".join(action.option_strings)
        yield ".TP"
        if not named:
            yield rf"\fI{_text(value)}\fR"
        else:
            yield rf"\fB{_text(named)}\fR" + (rf" \fI{_text(value)}\fR" if action.nargs != 0 else "")
        yield _text((shown or "").replace("%%", "%"))


def _value(action: argparse.Action) -> str:
    value = action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper()
    return " ".join(value) if isinstance(value, tuple) else value


def _text(said: str) -> str:
    """As roff takes it for text alone: no line of it is a request."""
    plain = " ".join(said.split()).replace("\\", r"\e").replace("-", r"\-")
    plain = "".join(letter if letter.isascii() else rf"\[u{ord(letter):04X}]" for letter in plain)
    return rf"\&{plain}" if plain[:1] in (".", "'") else plain
