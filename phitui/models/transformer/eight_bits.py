"""Weights in 8 bits, with a scale a row: half the memory of bfloat16, and on a card half as much to read for a token.

Dettmers et al. 2022 (arXiv:2208.07339), the part of it for weights: numbers that are multiplied stay as they are, so
no outlier of theirs is lost.
"""

from typing import TYPE_CHECKING, Any

import torch

from phitui.models.thread import empty_cache
from phitui.models.transformer.layers import Norm

if TYPE_CHECKING:
    from torch import Tensor

    from phitui.models.transformer.forward import Forward

LARGEST = 127


class EightBits:
    """In the place of a linear layer."""

    def __init__(self, linear: Any, device: Any):
        """The layer's weight may lie anywhere, and is left as it is; what is made of it lies on `device`."""
        weight: Tensor = linear.weight.detach().to(device)
        self.out_features, self.in_features = weight.shape
        largest = weight.abs().amax(1).float().clamp_min(torch.finfo(torch.float32).tiny)
        self.scale = largest / LARGEST
        """(out) float32."""
        self.weight = torch.empty(weight.shape, dtype=torch.int8, device=device)
        for rows in range(0, self.out_features, 4096):  # in parts: the same in float32 takes four times the place
            part = slice(rows, rows + 4096)
            self.weight[part] = (weight[part].float() / self.scale[part, None]).round_().to(torch.int8)
        self.bias = None if linear.bias is None else linear.bias.detach().to(device)

    def __call__(self, x: "Tensor") -> "Tensor":
        """(rows, in) → (rows, out), in plain torch: the weight becomes what `x` is, for the moment."""
        made = torch.nn.functional.linear(x, self.weight.to(x.dtype)).float().mul_(self.scale)
        return (made if self.bias is None else made.add_(self.bias)).to(x.dtype)


def in_8_bits(forward: "Forward", device: torch.device) -> None:
    """Moves a forward to a device and its matrices into 8 bits, layer by layer: the whole of it never has to fit there.

    The transformers model that it was made from is of no use afterwards.
    """
    for layer in forward.layers:
        for name, part in list(vars(layer).items()):
            if isinstance(part, torch.nn.Linear):
                setattr(layer, name, EightBits(part, device))
            for norm in part if isinstance(part, list) else [part]:
                if isinstance(norm, Norm):
                    norm.move(device)
    forward.move(device, EightBits(forward.head, device))
    empty_cache()
