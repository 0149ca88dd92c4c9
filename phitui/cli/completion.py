"""What bash, zsh and fish need to complete phitui's commands, options and their values, made from the parsers."""

import argparse
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from phitui.cli.options import Parser, parsers_of

SHELLS = ("bash", "zsh", "fish")
_FILES = re.compile("PATH|FILE|DIR|DOCUMENT")
"""Metavars of what is a path, or may be one."""


class Value(NamedTuple):
    """What may stand in one place of a command line."""

    name: str
    words: tuple[str, ...] = ()
    """All that may stand there; empty: anything."""
    files: bool = False
    more: bool = False
    """Whether more of it may follow."""


class Option(NamedTuple):
    """A flag, of several names the longest."""

    flag: str
    help: str
    value: Value | None


class Usage(NamedTuple):
    """What may follow a command's name."""

    about: str
    values: tuple[Value, ...]
    options: tuple[Option, ...]


def script(parser: Parser, shell: str) -> str:
    """A script of one of SHELLS; `parser` is that of all commands."""
    everywhere = tuple(_options(parser))
    parsers = parsers_of(parser)
    commands = {
        name: Usage(
            (each.description or "").splitlines()[0], tuple(_values(name, each, parsers)), tuple(_options(each))
        )
        for name, each in parsers.items()
    }
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](commands, everywhere)


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]


def _options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    for action in parser._actions:
        if action.option_strings:
            help = action.help if action.help and action.help is not argparse.SUPPRESS else ""
            yield Option(
                max(action.option_strings, key=len),
                " ".join(help.replace("%%", "%").split()),
                None if action.nargs == 0 else _value(action),
            )


def _values(name: str, parser: argparse.ArgumentParser, commands: Iterable[str]) -> Iterator[Value]:
    for action in parser._actions:
        if not action.option_strings:
            made = _value(action)
            yield made._replace(words=tuple(commands)) if name == "help" else made


def _value(action: argparse.Action) -> Value:
    name = action.metavar if isinstance(action.metavar, str) else action.dest
    words = tuple(str(each) for each in action.choices or ())
    path = getattr(action.type, "__name__", "").startswith("path")
    more = action.nargs not in (None, "?")
    return Value(name, words, not words and bool(path or _FILES.search(name)), more)


# ── bash ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _bash(commands: dict[str, Usage], everywhere: tuple[Option, ...]) -> str:
    values = [_bash_value("*", each) for each in everywhere]
    values += [_bash_value(name, each) for name, usage in commands.items() for each in usage.options]
    cases = [_bash_case('""', [Value("", tuple(commands), True)], everywhere)]
    cases += [_bash_case(name, usage.values, (*usage.options, *everywhere)) for name, usage in commands.items()]
    return f"""_phitui() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" command="" each words flags files
  for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$each" in {"|".join(commands)}) command="$each"; break ;; esac
  done
  COMPREPLY=()
  case "$command $before" in
{"".join(filter(None, values))}  esac
  case "$command" in
{"".join(cases)}  esac
  if [[ $current == -* || -z $words$files ]]; then words="$flags" files=""; fi
  COMPREPLY=($(compgen -W "$words" -- "$current") $([[ -n $files ]] && compgen -f -- "$current"))
}}
complete -o filenames -F _phitui phitui
"""


def _bash_value(command: str, option: Option) -> str:
    if option.value is None:
        return ""
    words = f'-W "{" ".join(option.value.words)}"'
    found = "-f" if option.value.files else words
    return f"""    {command}" {option.flag}") COMPREPLY=($(compgen {found} -- "$current")); return ;;\n"""


def _bash_case(command: str, values: Iterable[Value], options: Iterable[Option]) -> str:
    words = " ".join(word for each in values for word in each.words)
    files = "yes" if any(each.files for each in values) else ""
    flags = " ".join(each.flag for each in options)
    return f"""    {command}) words="{words}" files="{files}" flags="{flags}" ;;\n"""


# ── zsh ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _zsh(commands: dict[str, Usage], everywhere: tuple[Option, ...]) -> str:
    names = "\n".join(f"      {_quoted(f'{name}:{usage.about}')}" for name, usage in commands.items())
    common = "\n".join(f"    {_zsh_option(each)}" for each in everywhere)
    known = {each.flag for each in everywhere}
    cases = "\n".join(
        " ".join([f"      {name}) _arguments $everywhere", *_zsh_usage(usage, known), ";;"])
        for name, usage in commands.items()
    )
    return f"""#compdef phitui
_phitui() {{
  local context state state_descr line curcontext="$curcontext"
  typeset -A opt_args
  local -a commands everywhere
  everywhere=(
{common}
  )
  _arguments -C $everywhere '1: :->command' '*:: :->rest'
  case $state in
    command)
      commands=(
{names}
      )
      _describe -t commands command commands
      _files ;;
    rest)
      case $line[1] in
{cases}
      *) _files ;;
      esac ;;
  esac
}}
if [[ $funcstack[1] == _phitui ]]; then
  _phitui "$@"
else
  (( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit; }}
  compdef _phitui phitui
fi
"""


def _zsh_usage(usage: Usage, known: set[str]) -> list[str]:
    options = [_zsh_option(each) for each in usage.options if each.flag not in known]
    # A place for anything would make zsh ask, where an option is the only thing that fits.
    places = [(place, value) for place, value in enumerate(usage.values, 1) if value.words or value.files]
    return options + [_zsh_place(place, value) for place, value in places]


def _zsh_option(option: Option) -> str:
    about = re.sub(r"([\\\[\]])", r"\\\1", option.help)
    return _quoted(f"*{option.flag}[{about}]{_zsh_value(option.value) if option.value else ''}")


def _zsh_place(place: int, value: Value) -> str:
    return _quoted(f"{'*' if value.more else place}{_zsh_value(value)}")


def _zsh_value(value: Value) -> str:
    action = "_files" if value.files else f"({' '.join(value.words)})" if value.words else " "
    return f":{value.name.replace(':', ' ')}:{action}"


# ── fish ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _fish(commands: dict[str, Usage], everywhere: tuple[Option, ...]) -> str:
    lines = [
        f"function __phitui_bare; not __fish_seen_subcommand_from {' '.join(commands)}; end",
        "complete -c phitui -f",
        "complete -c phitui -n __phitui_bare -F",
    ]
    for name, usage in commands.items():
        lines.append(f"complete -c phitui -n __phitui_bare -a {name} -d {_quoted(usage.about)}")
        here = f"complete -c phitui -n '__fish_seen_subcommand_from {name}'"
        words = " ".join(word for each in usage.values for word in each.words)
        lines += [f"{here} -a {_quoted(words)}"] if words else []
        lines += [f"{here} -F"] if any(each.files for each in usage.values) else []
        lines += [f"{here} {_fish_option(each)}" for each in usage.options]
    lines += [f"complete -c phitui {_fish_option(each)}" for each in everywhere if each.flag != "--help"]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option) -> str:
    flag, value = option.flag, option.value
    name = f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
    taken = "" if value is None else " -r -F" if value.files else f" -x -a {_quoted(' '.join(value.words))}"
    return f"{name}{taken} -d {_quoted(option.help)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
