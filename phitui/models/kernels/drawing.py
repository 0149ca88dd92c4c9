"""Triton kernels that draw tokens as `Sampler` does, of a few rows of log-odds: four launches, and nothing is sorted.

What may be drawn is all that is no less likely than a limit. That is searched for among the numbers that a float can
be: how many tokens lie above one, or how much of the probability does, falls as it rises. Tokens as likely as the last
one that may be drawn may be drawn too, where a sorted list would keep the first of them alone.
"""

# As in products.py.
# mypy: ignore-errors

import triton
import triton.language as tl

from phitui.models.kernels.products import begin


@triton.jit
def ordered(score):
    """A whole number that is as a float32 is: less, alike or more. Its own inverse, but for the type."""
    bits = score.to(tl.int32, bitcast=True)
    return bits ^ ((bits >> 31) & 0x7FFFFFFF)


@triton.jit
def mixed(words):
    """SplitMix64's finalizer, of uint64."""
    words = (words ^ (words >> 30)) * 0xBF58476D1CE4E5B9
    words = (words ^ (words >> 27)) * 0x94D049BB133111EB
    return words ^ (words >> 31)


@triton.jit
def shape(
    logits,
    tokens,
    seen,
    penalty,
    temperature,
    scores,
    tops,
    N: tl.constexpr,
    BLOCKS: tl.constexpr,
    BLOCK: tl.constexpr,
    EARLY: tl.constexpr,
):
    """scores (rows, N): log-odds after penalty and temperature; tops (rows, BLOCKS): the largest of each block's.

    A grid of (BLOCKS, rows). `seen` (N,) uint8 counts as said, and of `tokens` those up to a row.
    """
    begin(EARLY)
    block, row = tl.program_id(0), tl.program_id(1)
    n = block * BLOCK + tl.arange(0, BLOCK)
    inside = n < N
    score = tl.load(logits + row * N + n, mask=inside, other=float("-inf"))
    said = tl.load(seen + n, mask=inside, other=0) != 0
    for before in range(0, row + 1):
        said = said | (n == tl.load(tokens + before))
    by = tl.load(penalty)
    score = tl.where(said, tl.where(score > 0, score / by, score * by), score) / tl.load(temperature)
    tl.store(scores + row * N + n, score, mask=inside)
    tl.store(tops + row * BLOCKS + block, tl.max(tl.where(inside, score, float("-inf")), 0))


@triton.jit
def above(scores, one, two, three, top, N: tl.constexpr, BLOCK: tl.constexpr, MASS: tl.constexpr):
    """What lies above three ordered numbers: how many tokens or, MASS, their probabilities, relative to the top's."""
    found_1 = tl.zeros((BLOCK,), tl.float32)
    found_2 = tl.zeros((BLOCK,), tl.float32)
    found_3 = tl.zeros((BLOCK,), tl.float32)
    for at in range(0, N, BLOCK):
        n = at + tl.arange(0, BLOCK)
        score = tl.load(scores + n, mask=n < N, other=float("-inf"))
        key = ordered(score).to(tl.int64)
        share = tl.where(n < N, 1.0, 0.0)
        if MASS:
            share = tl.exp(score - top)
        found_1 += tl.where(key > one, share, 0.0)
        found_2 += tl.where(key > two, share, 0.0)
        found_3 += tl.where(key > three, share, 0.0)
    return tl.sum(found_1, 0), tl.sum(found_2, 0), tl.sum(found_3, 0)


@triton.jit
def least(scores, top, limit, N: tl.constexpr, BLOCK: tl.constexpr, MASS: tl.constexpr):
    """The least ordered number above which less than the limit lies."""
    low, high = ordered(float("-inf") + top * 0).to(tl.int64), ordered(top).to(tl.int64)
    while low < high:
        step = (high - low) // 4
        one, two, three = low + step, low + 2 * step, low + 3 * step
        over_1, over_2, over_3 = above(scores, one, two, three, top, N, BLOCK, MASS)
        if over_1 < limit:
            high = one
        else:
            if over_2 < limit:
                low = one + 1
                high = two
            else:
                if over_3 < limit:
                    low = two + 1
                    high = three
                else:
                    low = three + 1
    return high


@triton.jit
def limit(
    scores,
    tops,
    top_k,
    top_p,
    min_p,
    limits,
    N: tl.constexpr,
    BLOCKS: tl.constexpr,
    PADDED: tl.constexpr,
    BLOCK: tl.constexpr,
    EARLY: tl.constexpr,
):
    """limits (rows,): the least score that may be drawn, as top-k, then top-p of what is left, and min-p say.

    A program a row.
    """
    begin(EARLY)
    row = tl.program_id(0)
    b = tl.arange(0, PADDED)
    top = tl.max(tl.load(tops + row * BLOCKS + b, mask=b < BLOCKS, other=float("-inf")), 0)
    scores += row * N
    nothing = ordered(float("-inf") + top * 0).to(tl.int64)
    found = nothing
    most, share = tl.load(top_k), tl.load(top_p)
    if most < N:
        found = least(scores, top, most.to(tl.float32), N, BLOCK, False)
    if share < 1:
        whole, _, _ = above(scores, found - 1, found, found, top, N, BLOCK, True)
        found = tl.maximum(found, least(scores, top, whole * share, N, BLOCK, True))
    score = ordered(found.to(tl.int32).to(tl.float32, bitcast=True)).to(tl.float32, bitcast=True)
    score = tl.maximum(score, top + tl.log(tl.load(min_p)))
    tl.store(limits + row, tl.minimum(score, top))


@triton.jit
def race(
    scores,
    limits,
    positions,
    seed,
    top_k,
    best,
    who,
    N: tl.constexpr,
    BLOCKS: tl.constexpr,
    BLOCK: tl.constexpr,
    EARLY: tl.constexpr,
):
    """The winner of each block and its time: best (rows, BLOCKS) float64, `who` int64. A grid of (BLOCKS, rows)."""
    begin(EARLY)
    block, row = tl.program_id(0), tl.program_id(1)
    n = block * BLOCK + tl.arange(0, BLOCK)
    score = tl.load(scores + row * N + n, mask=n < N, other=float("-inf"))
    at = (tl.load(positions + row) + 1).to(tl.uint64, bitcast=True)
    key = mixed(tl.load(seed).to(tl.uint64, bitcast=True) ^ mixed(at))
    whole = mixed(key + n.to(tl.uint64) * 0x9E3779B97F4A7C15) >> 12
    noise = tl.log(-tl.log((whole.to(tl.float64) + 0.5) * (1.0 / (1 << 52))))
    noise = tl.where(tl.load(top_k) == 1, 0.0, noise)  # the likeliest is chosen, and of several the first
    time = tl.where(score >= tl.load(limits + row), score.to(tl.float64) - noise, float("-inf"))
    first = tl.argmax(time, 0)
    tl.store(best + row * BLOCKS + block, tl.max(time, 0))
    tl.store(who + row * BLOCKS + block, (block * BLOCK + first).to(tl.int64))


@triton.jit
def winner(best, who, chosen, BLOCKS: tl.constexpr, PADDED: tl.constexpr, EARLY: tl.constexpr):
    """chosen (rows,) int64: of the blocks' winners the first. A program a row."""
    begin(EARLY)
    row = tl.program_id(0)
    b = tl.arange(0, PADDED)
    time = tl.load(best + row * BLOCKS + b, mask=b < BLOCKS, other=float("-inf"))
    tl.store(chosen + row, tl.load(who + row * BLOCKS + tl.argmax(time, 0)))
