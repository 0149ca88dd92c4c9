"""NVIDIA's graphics cards, asked of the driver's own tool: nothing is imported and no context is opened for it."""

import shutil
import subprocess
from dataclasses import dataclass

from phitui.text import one_line


@dataclass(frozen=True, slots=True)
class Card:
    """A card; sizes in bytes."""

    uuid: str
    name: str
    free: int
    total: int


def cards() -> list[Card]:
    """Those that nvidia-smi knows; empty where there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, "--query-gpu=uuid,name,memory.free,memory.total", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=5, check=True)
        found = []
        for line in done.stdout.splitlines():
            if line.strip():
                uuid, rest = line.split(",", 1)
                name, free, total = rest.rsplit(",", 2)
                found.append(Card(uuid.strip(), one_line(name.strip()), int(free) << 20, int(total) << 20))
        return found
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
