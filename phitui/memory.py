"""Memory that a process has taken, and that this one may still take where it was given a limit (`ulimit -v`)."""

import resource
from pathlib import Path

LIBRARY_BYTES = 320 << 20
"""What FAISS, or torch, with the libraries below it maps before it does anything."""


def need(size: int) -> None:
    """Raises MemoryError where there is less: libraries in C end the process in the middle of it, without a word."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return
    taken = taken_bytes()
    if taken is not None and taken[0] + size > limit:
        raise MemoryError(f"{size >> 20} MiB are needed")


def taken_bytes(pid: int | str = "self") -> tuple[int, int] | None:
    """(bytes mapped, bytes resident) of a process; None where the system does not tell."""
    try:
        mapped, resident = Path(f"/proc/{pid}/statm").read_text("ascii").split()[:2]
        return int(mapped) * resource.getpagesize(), int(resident) * resource.getpagesize()
    except (OSError, ValueError):
        return None
