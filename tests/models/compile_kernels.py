"""Compiles what a step launches at real models' sizes, for cards of a capability and without one.

`python -m tests.models.compile_kernels 90 [MODEL …]`, by default four models that differ.
"""

import sys
from typing import Any

import pytest
import torch
from triton import compile as compiled
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from phitui.models.kernels import attention, drawing, products, step
from phitui.models.transformer.eight_bits import in_8_bits
from phitui.models.transformer.forward import Forward
from tests.models import test_fake_cuda
from tests.models.fake_cuda import fake_cuda

SMALLEST = 99 * 1024
"""Bytes of its own memory that a program has on the smallest of these cards, sm_89."""
OTHERS: dict[str, tuple[str, int, int, int, int, int, int, dict[str, Any]]] = {
    "qwen2.5-0.5b": ("qwen2", 151936, 896, 4864, 14, 2, 64, {}),
    "qwen3-0.6b": ("qwen3", 151936, 1024, 3072, 16, 8, 128, {}),
    "qwen3-32b": ("qwen3", 151936, 5120, 25600, 64, 8, 128, {}),
    "gemma2-2b": ("gemma2", 256000, 2304, 9216, 8, 4, 256, {"sliding_window": 4096}),
    "gemma2-27b": ("gemma2", 256000, 4608, 36864, 32, 16, 128, {"sliding_window": 4096}),
    "gemma3-1b": ("gemma3_text", 262144, 1152, 6912, 4, 1, 256, {"sliding_window": 512}),
    "phi3-mini": ("phi3", 32064, 3072, 8192, 32, 32, 96, {"sliding_window": 2047, "pad_token_id": 0}),
    "mistral-7b": ("mistral", 32000, 4096, 14336, 32, 8, 128, {"sliding_window": 4096}),
    "tinyllama": ("llama", 32000, 2048, 5632, 32, 4, 64, {}),
    "smollm2-135m": ("llama", 49152, 576, 1536, 9, 3, 64, {}),
    "llama3-70b": ("llama", 128256, 8192, 28672, 64, 8, 128, {}),
    "one-key-head": ("llama", 65024, 4096, 16384, 32, 1, 128, {}),
}
SIZES = ("vocab_size", "hidden_size", "intermediate_size", "num_attention_heads", "num_key_value_heads", "head_dim")
USUAL = ("phi", "llama", "qwen2.5-0.5b", "gemma2-2b")


def of(value):
    """An argument's type, by Triton's name."""
    if isinstance(value, torch.Tensor):
        names = {torch.bfloat16: "bf16", torch.float32: "fp32", torch.int64: "i64", torch.int8: "i8"}
        names |= {torch.float64: "fp64", torch.uint8: "u8"}
        return "*" + names[value.dtype]
    return "i32" if isinstance(value, int) else "fp32"


def launched(model):
    """(kernel, argument types, constants and options) of a model's steps, whole and in 8 bits; each once."""
    if model in OTHERS:
        kind, *sizes, more = OTHERS[model]
        shape = dict(zip(SIZES, sizes, strict=True)) | more | {"max_position_embeddings": 8192}
        test_fake_cuda.SHAPES[kind] = shape
    else:
        kind = model
    seen = {}

    def launch(name, grid, *given, warps=4, stages=3, early=False, **constants):
        key = (name, tuple(map(of, given)), warps, stages, tuple(constants.items()))
        seen[key] = constants
        assert all(part < 1 << 16 for part in grid[1:]) and min(grid) > 0, "more programs than a card takes"

    with pytest.MonkeyPatch.context() as patch, fake_cuda() as card:
        patch.setattr(step, "launch", launch)
        patch.setattr("torch.cuda.Stream", type("Stream", (), {"__init__": lambda self, where: None}))
        patch.setattr("phitui.models.transformer.forward.empty_cache", lambda: None)
        patch.setattr("phitui.models.transformer.eight_bits.empty_cache", lambda: None)
        # All is there already, and fake parameters cannot be moved.
        patch.setattr(Forward, "move", lambda self, device, head: setattr(self, "head", head))
        made = test_fake_cuda.runner(kind, 2)
        for halved in (False, True):
            if halved:
                in_8_bits(made.forward, card)
            assert step.why_not(made.forward) is None
            made.use(step.Kernels(made.forward))
            for rows, made.sampler.greedy in ((1, False), (128, True)):
                tokens = torch.zeros(rows, dtype=torch.int64, device=card)
                made._run(tokens, made._line[:rows], 2048, torch.ones((), dtype=torch.int64, device=card))
    return seen


def compile_one(capability, name, types, warps, stages, constants, early):
    kernel = getattr({"products": products, "attention": attention}.get(step.ROOMS.get(name), drawing), name)
    constants = {**constants, "EARLY": early}
    given = iter(types)
    signature = {each: "constexpr" if each in constants else next(given) for each in kernel.arg_names}
    free = set(kernel.do_not_specialize or ())
    aligned = {
        (i,): [["tt.divisibility", 16]]
        for i, (each, kind) in enumerate(signature.items())
        if kind.startswith("*") and each not in free
    }
    options = {"num_warps": warps, "num_stages": stages, "enable_fp_fusion": True}
    return compiled(
        ASTSource(kernel, signature, constexprs=constants, attrs=aligned),
        target=GPUTarget("cuda", capability, 32),
        options=options | ({"launch_pdl": True} if early else {}),
    )


def main(capability, models):
    seen = {}
    for model in models or USUAL:
        for key, constants in launched(model).items():
            seen.setdefault(key, (model, constants))
    early = capability >= 90 and bool(products.CAN_BE_EARLY)
    for (name, types, warps, stages, _), (model, constants) in seen.items():
        for chosen in (False, True) if early else (False,):
            made = compile_one(capability, name, types, warps, stages, constants, chosen)
            assert made.metadata.shared <= SMALLEST, (model, name, constants, made.metadata.shared)
            assert made.asm["ptx"].count("griddepcontrol") == 2 * chosen
            print("compiled", model, name, len(made.asm["cubin"]), made.metadata.shared, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
