"""What each kernel does, in plain torch and with the same arguments: the kernels are held against it, and stand-ins for
them where there is no Triton. A row is worked out by itself, so its numbers do not depend on how many there are."""

from math import ceil

import torch
from torch.nn import functional

from phitui.models.decode.sampler import Sampler

ACTIVATIONS = {
    "tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "erf": functional.gelu,
    "silu": functional.silu,
}


def product(grid, x, weight, scale, bias, raw, fed, rows, stride, *, N, K, RAW, KIND, GATED, SCALED, BIASED, **sizes):
    SPLITS, BK = sizes["SPLITS"], sizes["BK"]
    assert grid == (-(-N // sizes["BN"]), SPLITS) and x.shape == (rows, K) and x.is_contiguous()
    assert weight.shape == (N * (1 + GATED), K) and (RAW == N or SPLITS == 1)
    matrix = weight.float() * scale[:, None] if SCALED else weight.float()
    each = ceil(ceil(K / BK) / SPLITS) * BK

    def parts(of):
        ends = [(at, min(at + each, K)) for at in range(0, each * SPLITS, each)]
        return torch.stack([torch.stack([of[:, a:b] @ row[a:b] for row in x.float()]) for a, b in ends])

    sums = parts(matrix[:N])
    if BIASED:
        sums[0] += bias
    if RAW:
        raw.copy_(sums[..., :RAW])
    if RAW < N:
        assert fed.stride(0) == stride
        found = ACTIVATIONS[KIND](sums[0, :, RAW:])
        fed.copy_(found * parts(matrix[N:])[0] if GATED else found)


def add_norm(grid, states, parts, back, weight, bias, normed, rows, epsilon, back_epsilon, **sizes):
    width = sizes["WIDTH"]
    assert grid == (rows, 1) and states.shape == (rows, width) and sizes["PADDED"] >= width
    if sizes["SPLITS"]:
        assert parts.shape == (sizes["SPLITS"], rows, width)
        added = parts.sum(0)
        added = functional.rms_norm(added, (width,), back.float(), back_epsilon) if sizes["BACK"] else added
        states.copy_(states + added)
    if sizes["CENTRED"]:
        normed.copy_(functional.layer_norm(states.float(), (width,), weight.float(), bias.float(), epsilon))
    else:
        normed.copy_(functional.rms_norm(states.float(), (width,), weight.float(), epsilon))


def place(grid, parts, queries, kept, positions, cos, sin, query_norm, key_norm, rows, line, epsilon, **sizes):
    heads, kv, width, turned = sizes["HEADS"], sizes["KV"], sizes["D"], sizes["TURNED"]
    assert grid == (rows, heads + 2 * kv) and kept.shape == (2 * kv, line, width) and cos.shape[-1] == turned
    assert parts.shape == (sizes["SPLITS"], rows, (heads + 2 * kv) * width)
    found = parts.sum(0).view(rows, heads + 2 * kv, width)
    if sizes["NORMED"]:
        found[:, :heads] = functional.rms_norm(found[:, :heads], (width,), query_norm.float(), epsilon)
        found[:, heads:-kv] = functional.rms_norm(found[:, heads:-kv], (width,), key_norm.float(), epsilon)
    some = found[:, : heads + kv, :turned]
    swapped = torch.cat((some[..., turned // 2 :], some[..., : turned // 2]), -1)
    some.copy_(some * cos[positions] + swapped * sin[positions])
    queries.view(rows, heads, width).copy_(found[:, :heads])
    kept.index_copy_(1, positions, found[:, heads:].transpose(0, 1).to(kept.dtype))


def attend(grid, queries, kept, positions, parts, logs, rows, line, scale, cap, sliding, **sizes):
    heads, kv, width = sizes["HEADS"], sizes["KV"], sizes["D"]
    assert grid == (kv, sizes["SPLITS"]) and sizes["M"] >= heads // kv * rows
    keys, values = (each.float().repeat_interleave(heads // kv, 0) for each in kept.chunk(2))
    parts.zero_()
    logs.fill_(-torch.inf)
    n = torch.arange(line, device=kept.device)
    for row in range(rows):
        hidden = n > positions[row]
        hidden = hidden | (n <= positions[row] - sliding) if sizes["SLIDES"] else hidden
        asked = queries[row].reshape(heads, width, 1).float()
        scores = (keys @ asked)[..., 0] * scale
        scores = cap * torch.tanh(scores / cap) if sizes["CAPPED"] else scores
        scores = scores.masked_fill(hidden, -torch.inf)
        # Keys that may not be seen may be anything: nothing of them may come through.
        seen = values.masked_fill(hidden[:, None], 0)
        parts[0, row] = (scores.softmax(-1)[:, None] @ seen).reshape(-1)
        logs[0, row] = scores.logsumexp(-1)


def attend_many(grid, queries, kept, positions, out, rows, line, stride, scale, cap, sliding, **sizes):
    heads, kv = sizes["HEADS"], sizes["KV"]
    assert grid == (ceil(rows * heads // kv / sizes["M"]), kv) and queries.stride(0) == stride
    keys, values = (each.float().repeat_interleave(heads // kv, 0) for each in kept.chunk(2))
    n, where = torch.arange(line, device=kept.device), positions[:, None]
    hidden = n > where
    hidden = hidden | (n <= where - sliding) if sizes["SLIDES"] else hidden
    scores = queries.float().transpose(0, 1) @ keys.transpose(1, 2) * scale
    scores = cap * torch.tanh(scores / cap) if sizes["CAPPED"] else scores
    found = scores.masked_fill(hidden, -torch.inf).softmax(-1) @ values.masked_fill(hidden.all(0)[:, None], 0)
    out.copy_(found.transpose(0, 1).reshape(rows, -1))


def combine(grid, parts, logs, out, rows, stride, **sizes):
    assert grid == (rows, sizes["HEADS"]) and out.stride(0) == stride
    weights = logs.softmax(0)[..., None]
    split = parts.view(len(parts), rows, sizes["HEADS"], sizes["D"])
    found = torch.where(weights > 0, split, 0) * weights
    out[:, : sizes["HEADS"] * sizes["D"]] = found.sum(0).view(rows, -1)


def shape(grid, logits, tokens, seen, penalty, temperature, scores, tops, *, N, BLOCKS, BLOCK):
    assert grid == (BLOCKS, len(logits)) and logits.shape == scores.shape == (len(tokens), N) and seen.shape == (N,)
    rows = len(logits)
    ids, lower = torch.arange(N, device=logits.device), torch.ones(rows, rows, dtype=torch.bool).tril()
    said = (seen != 0) | (lower[..., None] & (tokens[None, :, None] == ids)).any(1)
    scores.copy_(torch.where(said, torch.where(logits > 0, logits / penalty, logits * penalty), logits) / temperature)
    padded = functional.pad(scores, (0, BLOCKS * BLOCK - N), value=-torch.inf)
    tops.copy_(padded.view(rows, BLOCKS, BLOCK).amax(-1))


def limit(grid, scores, tops, top_k, top_p, min_p, limits, *, N, BLOCKS, PADDED, BLOCK):
    assert grid == (len(scores), 1) and tops.shape == (len(scores), BLOCKS) and PADDED >= BLOCKS
    ranked = scores.sort(-1, descending=True).values
    ranked = ranked.masked_fill(torch.arange(N) >= top_k, -torch.inf)
    odds = ranked.softmax(-1)
    outside = (odds.cumsum(-1) - odds >= top_p) & (top_p < 1) | (odds < min_p * odds[:, :1]) | (ranked == -torch.inf)
    outside[:, 0] = False
    limits.copy_(ranked.masked_fill(outside, torch.inf).amin(-1))


def race(grid, scores, limits, positions, seed, top_k, best, who, *, N, BLOCKS, BLOCK):
    assert grid == (BLOCKS, len(scores)) and best.dtype == torch.float64 and who.dtype == torch.int64
    sampler = Sampler(N, torch.device("cpu"))
    sampler.seed.copy_(seed)
    times = scores.double() - torch.where(top_k == 1, 0.0, sampler._noise(positions + 1).log())
    times = times.masked_fill(scores < limits[:, None], -torch.inf)
    padded = functional.pad(times, (0, BLOCKS * BLOCK - N), value=-torch.inf).view(len(scores), BLOCKS, BLOCK)
    best.copy_(padded.amax(-1))
    who.copy_(padded.argmax(-1) + torch.arange(BLOCKS) * BLOCK)


def winner(grid, best, who, chosen, *, BLOCKS, PADDED):
    assert grid == (len(chosen), 1) and best.shape == who.shape == (len(chosen), BLOCKS)
    chosen.copy_(who.gather(1, best.argmax(1, keepdim=True))[:, 0])


def launch(name, grid, *given, warps=4, stages=3, early=False, **constants):
    """In the place of `step.launch`."""
    globals()[name](grid, *given, **constants)
