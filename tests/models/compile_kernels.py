"""Compiles every kernel for cards of a capability, without one: `python -m tests.models.compile_kernels 90`."""

import sys

from triton import compile as compiled
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from phitui.models.kernels import attention, products

NUMBERS = {"rows", "fed_stride", "line", "sliding", "out_stride", "stride"}
REALS = {"epsilon", "back_epsilon", "cap"}
FLOATS = {"raw", "parts", "logs"}
PHI, GROUPED, WIDE = (
    {"HEADS": heads, "KV": kv, "D": width, "PADDED": padded}
    for heads, kv, width, padded in [(32, 32, 80, 128), (32, 8, 128, 128), (16, 4, 256, 256)]
)


def types(kernel, constants, weight="bf16"):
    def of(name):
        if name in constants:
            return "constexpr"
        if name == "scale":
            return "fp32" if kernel in (attention.attend, attention.attend_many) else "*fp32"
        if name in NUMBERS:
            return "i32"
        if name in REALS:
            return "fp32"
        kind = "fp32" if name in FLOATS else "i64" if name == "positions" else weight if name == "weight" else "bf16"
        return f"*{kind}"

    return {name: of(name) for name in kernel.arg_names}


def compile_for(capability, kernel, warps, stages, weight="bf16", **constants):
    early = capability >= 90 and bool(products.CAN_BE_EARLY)
    for chosen in (False, True) if early else (False,):
        made = compile_one(capability, kernel, warps, stages, weight, EARLY=chosen, **constants)
        assert made.metadata.shared <= 99 * 1024, "more than the smallest of these cards has"
        assert made.asm["ptx"].count("griddepcontrol") == 2 * chosen
        print("compiled", kernel.fn.__name__, len(made.asm["cubin"]), made.metadata.shared)


def compile_one(capability, kernel, warps, stages, weight, **constants):
    signature = types(kernel, constants, weight)
    aligned = {(i,): [["tt.divisibility", 16]] for i, kind in enumerate(signature.values()) if kind.startswith("*")}
    options = {"num_warps": warps, "num_stages": stages, "enable_fp_fusion": True}
    options |= {"launch_pdl": True} if constants["EARLY"] else {}
    return compiled(
        ASTSource(kernel, signature, constexprs=constants, attrs=aligned),
        target=GPUTarget("cuda", capability, 32),
        options=options,
    )


def main(capability):
    product = {"N": 10240, "K": 2560, "KIND": "tanh", "BN": 32, "BK": 128, "SPLITS": 1}
    for weight in ("bf16", "i8"):
        scaled = {"weight": weight, "SCALED": weight == "i8", **product}
        compile_for(capability, products.product, 4, 4, RAW=7680, GATED=False, BIASED=True, **scaled)
        compile_for(capability, products.product, 4, 3, RAW=0, GATED=True, BIASED=False, **scaled)
    for centred, back in ((True, False), (False, True)):
        norm = {"WIDTH": 2560, "SPLITS": 7, "BACK": back, "CENTRED": centred, "PADDED": 4096}
        compile_for(capability, products.add_norm, 8, 3, **norm)
    for shape, m, block, special in ((PHI, 16, 64, False), (GROUPED, 32, 64, False), (WIDE, 32, 32, True)):
        compile_for(capability, attention.place, 1, 3, TURNED=32, NORMED=special, SPLITS=3, **shape)
        sizes = {"CAPPED": special, "SLIDES": special, "M": m, "BLOCK": block}
        compile_for(capability, attention.attend, 4, 2, SPLITS=16, **sizes, **shape)
        compile_for(capability, attention.attend_many, 4, 2, **{**sizes, **shape, "M": 32 if special else 64})
        kept = {key: value for key, value in shape.items() if key != "KV"}
        compile_for(capability, attention.combine, 4, 3, SPLITS=16, **kept)


if __name__ == "__main__":
    main(int(sys.argv[1]))
