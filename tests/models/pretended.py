"""A card that is a CPU by another name: what runs on cuda:0 alone is run here, so that no typo waits for a real one.

What is asked of a device cuda lies on the CPU; graphs are recorded and replayed as in `fake_cards`, and the kernels are
plain torch. Times and memory mean nothing.
"""

from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from tests.models import plain_kernels
from tests.models.fake_cards import fake_cards


def here(given: Any) -> Any:
    """A device or its name, but the CPU's for a card's."""
    named = isinstance(given, str | torch.device) and str(given).startswith("cuda")
    return "cpu" if named else given


class Here(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.device:
            return func(*args, **(kwargs or {}))
        if func is torch.Tensor.pin_memory:
            return args[0]
        more = {name: here(value) for name, value in (kwargs or {}).items() if name != "pin_memory"}
        return func(*map(here, args), **more)


class Event:
    def record(self) -> None:
        """Nothing is under way."""

    synchronize = record


class Properties:
    name, major, minor, uuid = "Pretended", 9, 0, ""


@contextmanager
def pretended(monkeypatch: Any) -> Any:
    """cuda:0 is there, and kernels are quicker than plain torch, launched early still quicker."""
    from phitui.models import device
    from phitui.models.decode import graphs
    from phitui.models.kernels import step, trial
    from phitui.models.transformer.forward import Forward

    made = Forward.__init__

    def init(self: Forward, *given: Any) -> None:
        made(self, *given)
        self.device = torch.device("cuda:0")

    def seconds(runner: Any) -> float:
        kernels = runner.forward.kernels
        return 3.0 if kernels is None else 1.0 if kernels._early else 2.0

    with fake_cards(monkeypatch) as cards, monkeypatch.context() as patch, Here():
        patch.setattr(Forward, "__init__", init)
        patch.setattr(step, "launch", plain_kernels.launch)
        patch.setattr(trial, "unsuitable", lambda forward: step.why_not(forward))
        patch.setattr(trial, "card", lambda forward: "a card")
        patch.setattr(trial, "seconds_a_step", seconds)
        patch.setattr("phitui.models.kernels.trial.launches_early", lambda forward: True)
        patch.setattr(graphs, "release_memory", lambda error: None)
        patch.setattr(device, "cards", list)
        for name, fake in {
            "Event": Event,
            "get_device_name": lambda where: "Pretended",
            "get_device_properties": lambda where: Properties(),
            "get_device_capability": lambda where: (9, 0),
            "max_memory_allocated": lambda where: 0,
        }.items():
            patch.setattr(torch.cuda, name, fake)
        yield cards
