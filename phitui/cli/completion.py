"""What bash, zsh and fish need to complete phitui's commands and options, made from the parsers."""

import argparse
from collections.abc import Iterator

from phitui.cli.options import Parser, parsers_of

SHELLS = ("bash", "zsh", "fish")


def script(parser: Parser, shell: str) -> str:
    """A script of one of SHELLS; `parser` is that of all commands."""
    commands = parsers_of(parser)
    everywhere = [flag for flag, _ in _flags(parser)]
    if shell == "fish":
        return _fish(parser, commands)
    cases = "\n".join(
        f'    {name}) words="{" ".join(flag for flag, _ in _flags(each))}" ;;' for name, each in commands.items()
    )
    body = f"""_phitui() {{
  local current words command each
  current="${{COMP_WORDS[COMP_CWORD]}}"
  words="{" ".join([*commands, *everywhere])}"
  for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$each" in
{cases}
    esac
  done
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words {" ".join(everywhere)}" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current")) ;;
  esac
}}
complete -o filenames -F _phitui phitui
"""
    return body if shell == "bash" else f"autoload -Uz bashcompinit && bashcompinit\n{body}"


def _fish(parser: Parser, commands: dict[str, argparse.ArgumentParser]) -> str:
    names = " ".join(commands)
    lines = [f"set -l commands {names}"]
    for name, each in commands.items():
        about = _quoted((each.description or "").splitlines()[0])
        lines.append(f"complete -c phitui -n 'not __fish_seen_subcommand_from $commands' -a {name} -d {about}")
        lines += [
            f"complete -c phitui -n '__fish_seen_subcommand_from {name}' {_as_fish(flag)} -d {_quoted(help)}"
            for flag, help in _flags(each)
        ]
    lines += [f"complete -c phitui {_as_fish(flag)} -d {_quoted(help)}" for flag, help in _flags(parser)]
    return "\n".join(lines) + "\n"


def _as_fish(flag: str) -> str:
    return f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _flags(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """(option, what it does); of an option with several names the longest."""
    for action in parser._actions:
        if action.option_strings:
            help = action.help if action.help and action.help is not argparse.SUPPRESS else ""
            yield max(action.option_strings, key=len), help.replace("%%", "%")
