"""Triton kernels for attention of few rows over a cache whose length only the card knows. Needs triton to be imported.

Keys are dealt out to programs in blocks by turns, so which program adds up what, and in which order, depends on where a
key stands alone: neither on the length nor on how many rows are read at once. A block that a row may not see changes
nothing of its sums, bit for bit.
"""

# mypy: ignore-errors
# What is an argument, not a constant, is not specialised on: one row runs the same program as eight. Positions neither:
# they are a part of a longer line, which begins at a multiple of 16 bytes or not; each would be compiled, in an answer.

import triton
import triton.language as tl

from phitui.models.kernels.products import begin


@triton.jit
def summed(parts, row, rows, part, d, inside, SPLITS: tl.constexpr, ALL: tl.constexpr, D: tl.constexpr):
    """Elements `d` of a head's vector, added up over the splits of a product."""
    found = tl.load(parts + row * ALL * D + part * D + d, mask=inside, other=0.0)
    for split in range(1, SPLITS):
        found += tl.load(parts + (split * rows + row) * ALL * D + part * D + d, mask=inside, other=0.0)
    return found


@triton.jit(do_not_specialize=["positions", "rows", "line"])
def place(
    parts,
    queries,
    kept,
    positions,
    cos,
    sin,
    query_norm,
    key_norm,
    rows,
    line,
    epsilon,
    HEADS: tl.constexpr,
    KV: tl.constexpr,
    D: tl.constexpr,
    TURNED: tl.constexpr,
    NORMED: tl.constexpr,
    SPLITS: tl.constexpr,
    PADDED: tl.constexpr,
    EARLY: tl.constexpr,
):
    """What a product left in parts (SPLITS, rows, (HEADS + 2 KV) D) is added up, normed, turned and put in its place.

    Queries go to `queries` (rows, HEADS, D), keys and values to `kept` (2 KV, line, D) at each row's position. A grid
    of (rows, HEADS + 2 KV). `cos` and `sin` are (positions, TURNED), the first half of the sine negated.
    """
    begin(EARLY)
    row, part = tl.program_id(0), tl.program_id(1)
    at = tl.load(positions + row)
    d = tl.arange(0, PADDED)
    inside = d < D
    value = summed(parts, row, rows, part, d, inside, SPLITS, HEADS + 2 * KV, D)
    if part < HEADS + KV:
        turns = d < TURNED
        other = tl.where(d < TURNED // 2, d + TURNED // 2, d - TURNED // 2)
        other = tl.where(turns, other, 0)
        partner = summed(parts, row, rows, part, other, turns, SPLITS, HEADS + 2 * KV, D)
        if NORMED:
            factor = tl.rsqrt(tl.sum(value * value, 0) / D + epsilon)
            if part < HEADS:
                value *= factor * tl.load(query_norm + d, mask=inside, other=0.0).to(tl.float32)
                partner *= factor * tl.load(query_norm + other, mask=turns, other=0.0).to(tl.float32)
            else:
                value *= factor * tl.load(key_norm + d, mask=inside, other=0.0).to(tl.float32)
                partner *= factor * tl.load(key_norm + other, mask=turns, other=0.0).to(tl.float32)
        value *= tl.load(cos + at * TURNED + d, mask=turns, other=1.0).to(tl.float32)
        value += partner * tl.load(sin + at * TURNED + d, mask=turns, other=0.0).to(tl.float32)
    if part < HEADS:
        to = queries + (row * HEADS + part) * D + d
        tl.store(to, value.to(queries.dtype.element_ty), mask=inside)
    else:
        to = kept + ((part - HEADS).to(tl.int64) * line + at) * D + d
        tl.store(to, value.to(kept.dtype.element_ty), mask=inside)


@triton.jit
def standing(m, positions, rows, GROUP: tl.constexpr):
    """Of a key head's queries number m (M,), a row's side by side: row, which of its, whether there is one, place."""
    row, which = m // GROUP, m % GROUP
    real = row < rows
    return row, which, real, tl.load(positions + row, mask=real, other=0)


@triton.jit
def looked(
    asked,
    at,
    keys,
    values,
    d,
    first,
    length,
    scale,
    cap,
    sliding,
    STEP: tl.constexpr,
    D: tl.constexpr,
    CAPPED: tl.constexpr,
    SLIDES: tl.constexpr,
    PADDED: tl.constexpr,
    M: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """Attention of asked (M, PADDED), which stand `at` (M,), to blocks first, first + STEP … of keys below `length`.

    (M, PADDED) values weighted, not yet divided by the (M,) sum of odds; and the largest score, -inf where nothing was
    seen. Odds are relative to that (Milakov and Gimelshein 2018, arXiv:1805.02867).
    """
    best = tl.full((M,), float("-inf"), tl.float32)
    total = tl.zeros((M,), tl.float32)
    found = tl.zeros((M, PADDED), tl.float32)
    for b in range(first, tl.cdiv(length, BLOCK), STEP):
        n = b * BLOCK + tl.arange(0, BLOCK)
        known = (n < length)[:, None] & (d < D)[None, :]
        key = tl.load(keys + n[:, None] * D + d[None, :], mask=known, other=0.0)
        value = tl.load(values + n[:, None] * D + d[None, :], mask=known, other=0.0)
        score = tl.dot(asked, tl.trans(key), input_precision="ieee") * scale
        if CAPPED:
            score = cap * (2 * tl.sigmoid(2 * score / cap) - 1)
        seen = n[None, :] <= at[:, None]
        if SLIDES:
            seen = seen & (n[None, :] > at[:, None] - sliding)
        score = tl.where(seen, score, float("-inf"))
        better = tl.maximum(best, tl.max(score, 1))
        safe = tl.where(better == float("-inf"), 0.0, better)  # a row that has seen no key yet
        odds = tl.exp(score - safe[:, None])
        fade = tl.exp(best - safe)
        found = found * fade[:, None] + tl.dot(odds.to(value.dtype), value, input_precision="ieee")
        total = total * fade + tl.sum(odds, 1)
        best = better
    return found, total, best


@triton.jit(do_not_specialize=["positions", "rows", "line", "sliding"])
def attend(
    queries,
    kept,
    positions,
    parts,
    logs,
    rows,
    line,
    scale,
    cap,
    sliding,
    HEADS: tl.constexpr,
    KV: tl.constexpr,
    D: tl.constexpr,
    CAPPED: tl.constexpr,
    SLIDES: tl.constexpr,
    PADDED: tl.constexpr,
    M: tl.constexpr,
    BLOCK: tl.constexpr,
    SPLITS: tl.constexpr,
    EARLY: tl.constexpr,
):
    """A key head's blocks number split, split + SPLITS …: parts (SPLITS, rows, HEADS, D), logs (SPLITS, rows, HEADS).

    A grid of (KV, SPLITS). Positions ascend; a row sees what stands up to it, or `sliding` keys of that.
    """
    begin(EARLY)
    head, split = tl.program_id(0), tl.program_id(1)
    GROUP: tl.constexpr = HEADS // KV
    row, which, real, at = standing(tl.arange(0, M), positions, rows, GROUP)
    d = tl.arange(0, PADDED)
    of = row * HEADS + head * GROUP + which
    asked = tl.load(queries + of[:, None] * D + d[None, :], mask=real[:, None] & (d < D)[None, :], other=0.0)
    length = tl.load(positions + rows - 1) + 1
    first = split
    if SLIDES:
        lowest = tl.maximum(tl.load(positions) - sliding + 1, 0) // BLOCK
        first = lowest + (split + SPLITS - lowest % SPLITS) % SPLITS
    keys = kept + head.to(tl.int64) * line * D
    values = kept + (KV + head).to(tl.int64) * line * D
    found, total, best = looked(
        asked, at, keys, values, d, first, length, scale, cap, sliding, SPLITS, D, CAPPED, SLIDES, PADDED, M, BLOCK
    )
    empty = total == 0
    whole = tl.where(empty, 1.0, total)
    to = split * rows * HEADS + of
    tl.store(logs + to, tl.where(empty, float("-inf"), best + tl.log(whole)), mask=real)
    written = (real & (total > 0))[:, None] & (d < D)[None, :]
    tl.store(parts + to.to(tl.int64)[:, None] * D + d[None, :], found / whole[:, None], mask=written)


@triton.jit(do_not_specialize=["positions", "rows", "line", "stride", "sliding"])
def attend_many(
    queries,
    kept,
    positions,
    out,
    rows,
    line,
    stride,
    scale,
    cap,
    sliding,
    HEADS: tl.constexpr,
    KV: tl.constexpr,
    D: tl.constexpr,
    CAPPED: tl.constexpr,
    SLIDES: tl.constexpr,
    PADDED: tl.constexpr,
    M: tl.constexpr,
    BLOCK: tl.constexpr,
    EARLY: tl.constexpr,
):
    """Attention of many rows, as of a prompt: out (rows, HEADS D) of queries (rows, HEADS, D), `stride` apart.

    A grid of (parts of M of a key head's queries, KV); each part looks no further than its last row stands.
    """
    begin(EARLY)
    part, head = tl.program_id(0), tl.program_id(1)
    GROUP: tl.constexpr = HEADS // KV
    row, which, real, at = standing(part * M + tl.arange(0, M), positions, rows, GROUP)
    d = tl.arange(0, PADDED)
    to = (head * GROUP + which)[:, None] * D + d[None, :]
    inside = real[:, None] & (d < D)[None, :]
    asked = tl.load(queries + row[:, None] * stride + to, mask=inside, other=0.0)
    first = 0
    if SLIDES:
        earliest = tl.load(positions + part * M // GROUP)
        first = (tl.maximum(earliest - sliding + 1, 0) // BLOCK).to(tl.int32)
    keys = kept + head.to(tl.int64) * line * D
    values = kept + (KV + head).to(tl.int64) * line * D
    found, total, _ = looked(
        asked,
        at,
        keys,
        values,
        d,
        first,
        tl.max(at, 0) + 1,
        scale,
        cap,
        sliding,
        1,
        D,
        CAPPED,
        SLIDES,
        PADDED,
        M,
        BLOCK,
    )
    found /= tl.where(total == 0, 1.0, total)[:, None]
    tl.store(out + row[:, None] * (HEADS * D) + to, found.to(out.dtype.element_ty), mask=inside)


@triton.jit(do_not_specialize=["rows", "out_stride"])
def combine(
    parts,
    logs,
    out,
    rows,
    out_stride,
    HEADS: tl.constexpr,
    D: tl.constexpr,
    PADDED: tl.constexpr,
    SPLITS: tl.constexpr,
    EARLY: tl.constexpr,
):
    """out (rows, HEADS D) of what `attend` left. A grid of (rows, HEADS)."""
    begin(EARLY)
    row, head = tl.program_id(0), tl.program_id(1)
    split = tl.arange(0, SPLITS)
    d = tl.arange(0, PADDED)
    of = (split * rows + row) * HEADS + head
    log = tl.load(logs + of)
    weight = tl.exp(log - tl.max(log, 0))
    weight /= tl.sum(weight, 0)
    # Where nothing was seen nothing was written: what lies there is not read.
    known = (log > float("-inf"))[:, None] & (d < D)[None, :]
    part = tl.load(parts + of.to(tl.int64)[:, None] * D + d[None, :], mask=known, other=0.0)
    found = tl.sum(part * weight[:, None], 0)
    tl.store(out + row * out_stride + head * D + d, found.to(out.dtype.element_ty), mask=d < D)
