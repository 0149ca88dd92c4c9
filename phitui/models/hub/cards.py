"""What memory is free, on NVIDIA's cards and beside them: the driver's own tool and the system are asked.

Nothing is imported and no context is opened for it.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from phitui.text import one_line


@dataclass(frozen=True, slots=True)
class Card:
    """A card; sizes in bytes."""

    uuid: str
    name: str
    free: int
    total: int
    driver: str = ""
    """Its version."""


def cards() -> list[Card]:
    """Those that nvidia-smi knows; empty where there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, "--query-gpu=uuid,name,memory.free,memory.total,driver_version", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=5, check=True)
        found = []
        for line in done.stdout.splitlines():
            if line.strip():
                uuid, rest = line.split(",", 1)
                name, free, total, driver = rest.rsplit(",", 3)
                sizes = int(free) << 20, int(total) << 20
                found.append(Card(uuid.strip(), one_line(name.strip()), *sizes, one_line(driver.strip(), 20)))
        return found
    except (OSError, subprocess.SubprocessError, ValueError):
        return []


def free_beside_cards() -> int | None:
    """Bytes that programs may still take of the machine's own memory; None where the system does not say."""
    try:
        # Not what sysconf calls available: that leaves out the page cache, most of an old machine's memory.
        text = Path("/proc/meminfo").read_text("ascii")
        return int(text.partition("MemAvailable:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return None
