"""How a text of each language is run: its file, its command, and the tools that this takes."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from phitui.errors import UsageError
from phitui.scratchpad.languages import language_named


@dataclass(frozen=True, slots=True)
class Way:
    """How a language is run. `command` is a line for /bin/sh; `tools` are alternatives, the first that is there counts.

    In the line `{tool}` is that tool and `{file}` the name of the file.
    """

    file: str
    command: str
    tools: tuple[str, ...]
    maps_much: bool = False
    """Its runtime maps far more memory than it uses, so that a limit on addresses would end it at once."""


WAYS = {
    "python": Way("main.py", "{tool} -I -B -u {file}", ("python3", "python")),
    "bash": Way("main.sh", "{tool} {file}", ("bash", "sh")),
    "javascript": Way("main.js", "{tool} {file}", ("node", "nodejs", "bun"), maps_much=True),
    "c": Way("main.c", "{tool} -Wall -g -o main {file} -lm && ./main", ("cc", "gcc", "clang")),
    "cpp": Way("main.cpp", "{tool} -Wall -g -o main {file} && ./main", ("c++", "g++", "clang++")),
}
"""Language → how."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is run. `line` is shown as well; `readable` holds the folders that its tools need beside the system's."""

    file: str
    line: str
    readable: tuple[str, ...]
    path: str
    """The search path for programs."""
    maps_much: bool


def command_for(language: str) -> Command:
    """Raises UsageError where the language cannot be run here, saying what is missing."""
    name = language_named(language).name
    way = WAYS.get(name)
    if way is None:
        *some, last = WAYS
        raise UsageError(f"Code in {name} is not run here; {', '.join(some)} and {last} are.")
    # Python is this one, with what is installed beside phitui.
    found = sys.executable if name == "python" else next(filter(None, map(shutil.which, way.tools)), None)
    if not found:
        raise UsageError(f"Running {name} needs {' or '.join(way.tools)}: install it, then run again.")
    folders = dict.fromkeys([os.path.dirname(found), "/usr/local/bin", "/usr/bin", "/bin"])
    line = way.command.format(tool=os.path.basename(found), file=way.file)
    prefixes = [sys.prefix, sys.base_prefix] if name == "python" else []
    return Command(way.file, line, _needed([*prefixes, found]), ":".join(folders), way.maps_much)


def _needed(paths: list[str]) -> tuple[str, ...]:
    """The folders that tools are installed in, where the system's own do not hold them.

    Never one that holds the home folder: what stands there is nobody's business.
    """
    home = Path.home().resolve()
    found: dict[str, None] = {}
    for each in paths:
        for path in (Path(each), Path(each).resolve()):
            folder = path.parent.parent if path.is_file() else path
            if not folder.is_relative_to("/usr") and not home.is_relative_to(folder):
                found[str(folder)] = None
    return tuple(found)
