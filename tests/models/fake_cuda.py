"""Tensors on a card that is not there: shapes, number formats and devices, but no values (see FakeTensorMode)."""

import ctypes
from contextlib import contextmanager
from pathlib import Path

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

CUDA, META, KINDS = 1, 14, 21
"""c10::DeviceType: CUDA, Meta, and how many there are."""


def lend_guard():
    """Operations that ask for CUDA's device guard get Meta's, which does nothing: a build for CPUs has none."""
    library = next((Path(torch.__file__).parent / "lib").glob("libc10.*"))
    table = (ctypes.c_void_p * KINDS).in_dll(ctypes.CDLL(str(library)), "_ZN3c104impl26device_guard_impl_registryE")
    table[CUDA] = table[CUDA] or table[META]


class Captured(TorchDispatchMode):
    """Refuses what a CUDA graph may not hold, and counts kernels: every operation that is neither a view nor an
    allocation is taken for one."""

    def __init__(self):
        super().__init__()
        self.kernels: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        name = func._schema.name.removeprefix("aten::")
        if name in ("_to_copy", "copy_", "_pin_memory"):
            kinds = {each.device.type for each in (*args, out) if isinstance(each, torch.Tensor)}
            if len(kinds) > 1:
                raise RuntimeError(f"{name} between host and device while a graph is captured")
        if not (func.is_view or name.startswith("prim::")) and name not in (
            "empty",
            "empty_like",
            "empty_strided",
            "_unsafe_view",
        ):
            self.kernels.append(name)
        return out


@contextmanager
def fake_cuda():
    """Say cuda:0, not cuda: without a number the guard answers meta."""
    lend_guard()
    with FakeTensorMode(), torch.no_grad():
        yield torch.device("cuda:0")
