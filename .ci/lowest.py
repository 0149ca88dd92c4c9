"""Prints the lowest version of each dependency that pyproject allows, as constraints for pip.

torch is left out: its older wheels bring gigabytes of CUDA packages. So are the tools of the extra `dev`: users do not
have them.
"""

import re
import sys
import tomllib
from pathlib import Path

LEFT_OUT = {"torch"}
TOOLS = "dev"


def lowest(requirement: str) -> str | None:
    """ "textual>=8.2,<9" → "textual==8.2"; None where nothing is the lowest."""
    found = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*(?:>=|==)\s*([0-9][^,;\s]*)", requirement)
    return f"{found[1]}=={found[2]}" if found and found[1].lower() not in LEFT_OUT else None


def main() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for name, group in project["optional-dependencies"].items() if name != TOOLS for each in group]
    lines = [lowest(each) for each in [*project["dependencies"], *extras]]
    sys.stdout.write("".join(f"{each}\n" for each in dict.fromkeys(lines) if each))


main()
