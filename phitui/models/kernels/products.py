"""Triton kernels for what lies between attentions: matrix products of few rows, and norms. Needs triton to be imported.

A product of few rows waits for the weights alone, so all is arranged for reading them: each program takes some rows of
the matrix and streams through its part of their columns. One compiled program serves 1 to 8 rows, which stand in a tile
of sixteen whatever their number: a row's sum is added up in the same order beside others as alone, bit for bit.
"""

# Triton compiles these functions itself: it knows neither types nor Python's own forms of what it has names for.
# mypy: ignore-errors

import triton
import triton.language as tl

try:
    from triton.language.extra.cuda import gdc_launch_dependents, gdc_wait

    CAN_BE_EARLY = tl.constexpr(True)
except ImportError:  # Triton before 3.4
    gdc_launch_dependents = gdc_wait = tl.debug_barrier
    CAN_BE_EARLY = tl.constexpr(False)


@triton.jit
def begin(EARLY: tl.constexpr):
    """EARLY: lets the next kernel be set up beside this one, and waits for all that the kernels before this one wrote.

    It stands before anything is read or written, so a kernel may rely on everything that was launched before it
    (programmatic dependent launch, for cards from Hopper on).
    """
    if EARLY:
        gdc_launch_dependents()
        gdc_wait()


@triton.jit
def gelu_tanh(x):
    # tanh by way of the logistic function, which every release has.
    return x * tl.sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x))


@triton.jit
def activated(x, KIND: tl.constexpr):
    if KIND == "tanh":
        found = gelu_tanh(x)
    elif KIND == "erf":
        found = 0.5 * x * (1 + tl.erf(x * 0.7071067811865476))
    else:
        found = x * tl.sigmoid(x)
    return found


@triton.jit(do_not_specialize=["rows", "fed_stride"])
def product(
    x,
    weight,
    scale,
    bias,
    raw,
    fed,
    rows,
    fed_stride,
    N: tl.constexpr,
    K: tl.constexpr,
    RAW: tl.constexpr,
    KIND: tl.constexpr,
    GATED: tl.constexpr,
    SCALED: tl.constexpr,
    BIASED: tl.constexpr,
    SPLITS: tl.constexpr,
    BN: tl.constexpr,
    BK: tl.constexpr,
    EARLY: tl.constexpr,
):
    """x (rows, K) times weight (N, K), transposed, on a grid of (blocks of N, SPLITS of K).

    Columns below RAW go to `raw` (SPLITS, rows, RAW) float32, whose reader adds the splits up; the others, activated,
    to `fed` (rows, N - RAW), and need all of K. GATED: `weight` is (2 N, K), and what its second half gives is
    multiplied by what its first does, activated. `scale` (N) is for 8-bit weights; `bias` (N) is added in split 0.
    """
    begin(EARLY)
    block, split = tl.program_id(0), tl.program_id(1)
    n = block * BN + tl.arange(0, BN)
    inside = n < N
    row = tl.arange(0, 16)
    real = row < rows
    sums = tl.zeros((BN, 16), tl.float32)
    gated = tl.zeros((BN, 16), tl.float32)
    lines = weight + n.to(tl.int64)[:, None] * K
    BLOCKS: tl.constexpr = (K + BK - 1) // BK
    EACH: tl.constexpr = (BLOCKS + SPLITS - 1) // SPLITS
    for b in range(split * EACH, tl.minimum(split * EACH + EACH, BLOCKS)):
        k = b * BK + tl.arange(0, BK)
        if K % BK == 0:
            known = inside[:, None]
            some = real[None, :]
        else:
            known = inside[:, None] & (k < K)[None, :]
            some = real[None, :] & (k < K)[:, None]
        read = tl.load(x + row[None, :] * K + k[:, None], mask=some, other=0.0)
        part = tl.load(lines + k[None, :], mask=known, other=0).to(read.dtype)
        sums = tl.dot(part, read, sums, input_precision="ieee")
        if GATED:
            part = tl.load(lines + N * K + k[None, :], mask=known, other=0).to(read.dtype)
            gated = tl.dot(part, read, gated, input_precision="ieee")
    if SCALED:
        sums *= tl.load(scale + n, mask=inside, other=0.0).to(tl.float32)[:, None]
        if GATED:
            gated *= tl.load(scale + N + n, mask=inside, other=0.0).to(tl.float32)[:, None]
    if BIASED:  # noqa: SIM102
        if split == 0:
            sums += tl.load(bias + n, mask=inside, other=0.0).to(tl.float32)[:, None]
    if RAW > 0:
        to = raw + (split * rows + row).to(tl.int64)[None, :] * RAW + n[:, None]
        tl.store(to, sums, mask=(n < RAW)[:, None] & real[None, :])
    if RAW < N:
        found = activated(sums, KIND)
        if GATED:
            found *= gated
        to = fed + row[None, :] * fed_stride + (n - RAW)[:, None]
        tl.store(to, found.to(fed.dtype.element_ty), mask=(inside & (n >= RAW))[:, None] & real[None, :])


@triton.jit(do_not_specialize=["rows"])
def add_norm(
    states,
    parts,
    back,
    weight,
    bias,
    normed,
    rows,
    epsilon,
    back_epsilon,
    WIDTH: tl.constexpr,
    SPLITS: tl.constexpr,
    BACK: tl.constexpr,
    CENTRED: tl.constexpr,
    PADDED: tl.constexpr,
    EARLY: tl.constexpr,
):
    """states (rows, WIDTH) += the sum of parts (SPLITS, rows, WIDTH), and normed = its norm: a program for each row.

    BACK: the sum itself goes through a root-mean-square norm of weight `back` before it is added. CENTRED: the norm is
    a layer norm, with `bias`; else it is a root-mean-square norm.
    """
    begin(EARLY)
    row = tl.program_id(0)
    c = tl.arange(0, PADDED)
    inside = c < WIDTH
    state = tl.load(states + row * WIDTH + c, mask=inside, other=0.0).to(tl.float32)
    if SPLITS > 0:
        added = tl.zeros((PADDED,), tl.float32)
        for split in range(SPLITS):
            added += tl.load(parts + (split * rows + row) * WIDTH + c, mask=inside, other=0.0)
        if BACK:
            added *= tl.rsqrt(tl.sum(added * added, 0) / WIDTH + back_epsilon)
            added *= tl.load(back + c, mask=inside, other=0.0).to(tl.float32)
        rounded = (state + added).to(states.dtype.element_ty)
        tl.store(states + row * WIDTH + c, rounded, mask=inside)
        state = rounded.to(tl.float32)
    if CENTRED:
        state = tl.where(inside, state - tl.sum(state, 0) / WIDTH, 0.0)
    found = state * tl.rsqrt(tl.sum(state * state, 0) / WIDTH + epsilon)
    found *= tl.load(weight + c, mask=inside, other=0.0).to(tl.float32)
    if CENTRED:
        found += tl.load(bias + c, mask=inside, other=0.0).to(tl.float32)
    tl.store(normed + row * WIDTH + c, found.to(normed.dtype.element_ty), mask=inside)
