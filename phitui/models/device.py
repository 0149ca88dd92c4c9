"""Which device computes, and how much memory is free there."""

from pathlib import Path

from phitui.errors import ModelError

UNKNOWN_MEMORY = 4 << 30
"""Bytes that are taken to be free where the system does not say."""


def best_device(wanted: str) -> str:
    """torch's name of the device: `auto` is CUDA, else MPS, else the CPU. Raises ModelError where it is absent."""
    import torch

    if wanted == "auto":
        if torch.cuda.is_available():
            free = [torch.cuda.mem_get_info(i)[0] for i in range(torch.cuda.device_count())]
            return f"cuda:{free.index(max(free))}"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    if wanted.startswith("cuda"):
        number = int(wanted.partition(":")[2] or 0)
        if not torch.cuda.is_available() or number >= torch.cuda.device_count():
            raise ModelError(f"There is no device {wanted} here: use --device cpu, or see `phitui doctor`.")
        return f"cuda:{number}"
    if wanted == "mps" and not torch.backends.mps.is_available():
        raise ModelError("There is no device mps here: use --device cpu.")
    return wanted


def free_memory(device: str) -> int:
    """Bytes that are free on the device; off CUDA, of the machine."""
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        # Not what sysconf calls available: that leaves out the page cache, most of an old machine's memory.
        text = Path("/proc/meminfo").read_text("ascii")
        return int(text.partition("MemAvailable:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return UNKNOWN_MEMORY


def reset_peak(device: str) -> None:
    """`peak_memory` counts from now on."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)


def peak_memory(device: str) -> int | None:
    """Most bytes in use since `reset_peak`; None off CUDA."""
    import torch

    return int(torch.cuda.max_memory_allocated(device)) if device.startswith("cuda") else None
