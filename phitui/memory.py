"""Memory that this process may still take, where it was given a limit (`ulimit -v`)."""

import resource
from pathlib import Path

LIBRARY_BYTES = 320 << 20
"""What FAISS, or torch, with the libraries below it maps before it does anything."""


def need(size: int) -> None:
    """Raises MemoryError where there is less: libraries in C end the process in the middle of it, without a word."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return
    try:
        mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):  # the system does not tell
        return
    if mapped + size > limit:
        raise MemoryError(f"{size >> 20} MiB are needed")
