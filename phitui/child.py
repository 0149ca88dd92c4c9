"""How a process of phitui's own is started: this very phitui, and nothing of what the working folder may hold."""

import sys
from pathlib import Path

_BOOT = """
import sys
sys.path.insert(0, sys.argv[1])
import phitui
sys.path.append(sys.path.pop(0))
from {module} import main
main(*map(int, sys.argv[2:]))
"""


def command(module: str, *given: int) -> list[str]:
    """What runs `main` of that module with these numbers in a new process."""
    root = Path(__file__).resolve().parents[1]
    return [sys.executable, "-P", "-c", _BOOT.format(module=module), str(root), *map(str, given)]
