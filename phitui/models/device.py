"""Which device computes, how much memory is free there, and work on it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from phitui.errors import DeviceLost, ModelError
from phitui.models.hub.cards import cards, free_beside_cards
from phitui.models.thread import is_device_failure, is_out_of_memory
from phitui.text import one_line

LEAST_FREE = 1 << 30
"""Bytes of a card that is worth beginning on: a context of its own takes half of it."""
UNKNOWN_MEMORY = 4 << 30
"""Bytes that are taken to be free where the system does not say."""

_lost = ""
"""Why no work on a card is possible any more in this process."""


def best_device(wanted: str) -> str:
    """torch's name of the device: `auto` is CUDA, else MPS, else the CPU. Raises ModelError where it is absent."""
    import torch

    if wanted == "auto":
        usable = [number for number in range(_count()) if not _unbuilt(number)]
        chosen = _freest(tuple(usable))
        if chosen is not None:
            return f"cuda:{chosen}"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    if wanted.startswith("cuda"):
        number = int(wanted.partition(":")[2] or 0)
        if number >= _count():
            raise ModelError(f"There is no device {wanted} here: use --device cpu, or see `phitui doctor`.")
        if _unbuilt(number):
            raise ModelError(f"{_unbuilt(number)} Or use --device cpu.")
        return f"cuda:{number}"
    if wanted == "mps" and not torch.backends.mps.is_available():
        raise ModelError("There is no device mps here: use --device cpu.")
    return wanted


def no_card() -> str:
    """Why torch uses none of the cards that are here, in a sentence; empty where it knows of none, or can use one."""
    import torch

    reasons = [_unbuilt(number) for number in range(_count())]
    if reasons and all(reasons):
        return reasons[0]
    if reasons:
        full = _freest(tuple(number for number, why in enumerate(reasons) if not why)) is None
        return f"The cards have less than {LEAST_FREE >> 30} GB free: close other programs there." if full else ""
    if not cards():
        return ""
    try:
        torch.cuda.init()  # type: ignore[no-untyped-call]  # torch leaves it without types
    except Exception as error:  # a build for CPUs, a driver that is too old, and what drivers say besides
        return f"torch finds no card ({one_line(str(error).split(chr(10))[0], 160)})."
    return "torch finds no card."


@lru_cache(maxsize=1)
def _count() -> int:
    """The cards that torch finds: none where the driver is too old for it, which it says in a warning."""
    import torch

    with warnings.catch_warnings(action="ignore"):
        return torch.cuda.device_count() if torch.cuda.is_available() else 0


@lru_cache
def _unbuilt(number: int) -> str:
    """A sentence where this build of torch has no code for that card: whatever is tried there would fail."""
    import torch

    with warnings.catch_warnings(action="ignore"):  # that it is too old, or too new
        built = torch.cuda.get_arch_list() if torch.version.hip is None else []
        found = torch.cuda.get_device_properties(number) if built else None
    if found is None:
        return ""
    card = int(found.major), int(found.minor)
    for kind, _, digits in (each.partition("_") for each in built):
        plain = digits.rstrip("af")  # 90a, 100f: for that generation alone
        of = int(plain[:-1] or 0), int(plain[-1:] or 0)
        # Code runs on later cards of its generation; what the driver translates, on all later ones.
        if of <= card and (kind == "compute" or of[0] == card[0]):
            return ""
    return (
        f"The installed torch has no code for {one_line(found.name, 60)} (compute capability {card[0]}.{card[1]}):"
        " install a build that has (https://pytorch.org/get-started)."
    )


@lru_cache(maxsize=1)
def _freest(usable: tuple[int, ...]) -> int | None:
    """Of the cards by these numbers, the one with the most free memory; the same for all models of a process.

    None where others have filled them all. The driver's own tool is asked: torch would open a context on every card,
    half a gigabyte of it, and keep it.
    """
    import torch

    free = {card.uuid.removeprefix("GPU-"): card.free for card in cards()} if usable else {}
    seen = {i: str(getattr(torch.cuda.get_device_properties(i), "uuid", "")) for i in usable} if free else {}
    known = {i: free[uuid.removeprefix("GPU-")] for i, uuid in seen.items() if uuid.removeprefix("GPU-") in free}
    best = max(usable, key=lambda i: known.get(i, -1), default=None)
    return None if best is not None and known.get(best, LEAST_FREE) < LEAST_FREE else best


@contextmanager
def on_device(device: str) -> Iterator[None]:
    """Work on a device. A card is torch's current one meanwhile: graphs are captured on the current one's streams.

    cuDNN's attention is switched off: it works out a plan for every new length, which takes longer than the answer.
    Raises DeviceLost where an error has ended the process's context on the cards, now or before.
    """
    if not device.startswith("cuda"):
        yield
        return
    global _lost
    if _lost:
        raise DeviceLost(_lost)
    import torch

    torch.backends.cuda.enable_cudnn_sdp(False)
    try:
        with torch.cuda.device(device):
            yield
    except Exception as error:
        failure = next((each for each in (error, error.__cause__) if each and is_device_failure(each)), None)
        if failure is None or not _is_dead(device):
            raise
        why = one_line(str(failure).split("\n")[0], 160)
        _lost = f"The graphics card failed ({why}), and this run of phitui cannot use it any more: restart phitui."
        raise DeviceLost(_lost) from error


def lost_device() -> str:
    """A sentence where the cards cannot be used any more before a restart; else empty."""
    return _lost


def _is_dead(device: str) -> bool:
    """Whether the context is gone: then every call says so, where a failed call alone is over."""
    import torch

    try:
        torch.cuda.synchronize(device)
    except RuntimeError as error:
        return not is_out_of_memory(error)
    return False


def free_memory(device: str) -> int:
    """Bytes that are free on the device; off CUDA, of the machine."""
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    found = free_beside_cards()
    return UNKNOWN_MEMORY if found is None else found


def reset_peak(device: str) -> None:
    """`peak_memory` counts from now on."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)


def peak_memory(device: str) -> int | None:
    """Most bytes in use since `reset_peak`; None off CUDA."""
    import torch

    return int(torch.cuda.max_memory_allocated(device)) if device.startswith("cuda") else None
