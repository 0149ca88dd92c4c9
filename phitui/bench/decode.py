"""Tokens a second, beside transformers' own loop, and as a share of what the memory's speed allows.

Needs torch, transformers, numpy and platformdirs, no more.
"""

import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from phitui.bench.limits import at_most
from phitui.bench.row import Row
from phitui.errors import ModelError, UsageError

PROMPTS = (128, 512, 1536)
"""Tokens: a short question, and ones with passages."""
COMPILED = 90
"""Seconds that transformers' own compiled loop may take to begin."""
ANSWER = 128
"""Tokens generated; end-of-text does not end them."""
RUNS = 5
COPIED_BYTES = {"cuda": 1 << 30, "cpu": 1 << 28}
TINY = {
    "vocab_size": 512,
    "hidden_size": 256,
    "intermediate_size": 1024,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
}
PHI2 = {
    "vocab_size": 51200,
    "hidden_size": 2560,
    "intermediate_size": 10240,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
}
"""The sizes in the config.json of microsoft/phi-2."""
SHAPES = {"tiny": TINY, "phi-2": PHI2}
CACHE_BYTES = 2 << 30
"""For keys and values: phi-2 takes 0.7 GB for its window in bfloat16, 1.3 in float32."""
PERIOD = 24
"""Tokens after which the text repeats in the copy test."""


@dataclass(frozen=True, slots=True)
class Run:
    """One way of generating: seconds to the first token and in all, and the tokens."""

    first: float
    seconds: float
    tokens: list[int]
    reused: int = 0

    @property
    def speed(self) -> float:
        """Tokens a second after the first."""
        return (len(self.tokens) - 1) / (self.seconds - self.first)


def decode(device: str, dtype: str, model: str | None = None, shape: str | None = None) -> Iterator[Row]:
    """`model`: a folder; `shape`: "phi-2" or "tiny", with random weights. Raises UsageError, ModelError.

    With neither, phi-2 on CUDA, else tiny.
    """
    if shape and shape not in SHAPES:
        raise UsageError(f"--random knows {' and '.join(SHAPES)}, not {shape}.")
    import torch

    from phitui.models.device import best_device, on_device

    torch.set_grad_enabled(False)
    device = best_device(device)
    with on_device(device):
        yield from _measured(device, dtype, model, shape)


def _measured(device: str, dtype: str, model: str | None, shape: str | None) -> Iterator[Row]:
    """On the current card, where it is one."""
    import torch

    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import StaticRunner, runner_for

    kind = getattr(torch, dtype) if dtype.startswith(("float", "bfloat")) else None
    kind = kind or (torch.bfloat16 if device.startswith("cuda") else torch.float32)
    loaded = (
        _folder(model, device, kind)
        if model
        else random_model(shape or ("phi-2" if device.startswith("cuda") else "tiny"), device, kind)
    )
    runner = runner_for(loaded, CACHE_BYTES)
    plain = _with_kernels(runner) if device.startswith("cuda") else None
    while runner.prepare(8):
        pass
    parameters = sum(each.numel() for each in loaded.parameters())
    about = f"{loaded.config.model_type} {parameters / 1e6:.0f} M, {kind}"
    yield _row(f"{_device_name(device)}, torch {torch.__version__}, {about}, {runner.path}", None, "", None)
    bandwidth = _bandwidth(device)
    yield _row("memory: copy, read and written", bandwidth / 1e9, "GB/s", None)

    generator = Generator(runner, budget=0)
    if device.startswith("cuda"):
        try:
            yield _row("kernels a token", float(_kernels_a_token(runner)), "", None)
        except Exception as error:  # not everybody may count what a card does
            yield _row(f"kernels a token: {str(error).partition(chr(10))[0][:80]}", None, "", None)
    for length in PROMPTS:
        if length + ANSWER < runner.window:
            yield from _prompted(loaded, generator, length, device, bandwidth, plain)
    if device.startswith("cuda") and isinstance(runner, StaticRunner):
        yield from _in_8_bits(generator, device)
    del generator, runner, plain
    yield from _copying(loaded)
    if device.startswith("cuda"):
        yield _row("peak memory", torch.cuda.max_memory_allocated(device) / 1e9, "GB", None)


def _with_kernels(runner: Any) -> Any:
    """Gives the runner phitui's own kernels where they are right; then a generator without them, to be measured too."""
    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import StaticRunner
    from phitui.models.kernels.trial import OFF, equipped

    if not isinstance(runner, StaticRunner):
        return None
    why = equipped(runner)
    if why:
        runner.notes.append(f"{OFF}: {why}")
        return None
    other = StaticRunner(_twin(runner.forward), runner.window)
    while other.prepare(8):
        pass
    return Generator(other, budget=0)


def _in_8_bits(whole: Any, device: str) -> Iterator[Row]:
    """The same model with its weights halved, beside itself; `whole` is its generator."""
    import torch

    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import StaticRunner
    from phitui.models.kernels.trial import OFF, equipped
    from phitui.models.transformer.eight_bits import in_8_bits

    forward = _twin(whole.runner.forward)
    in_8_bits(forward, torch.device(device))
    runner = StaticRunner(forward, whole.runner.window)
    why = equipped(runner)
    while runner.prepare(8):
        pass
    half, prompt = Generator(runner, budget=0), _prompt(PROMPTS[0], runner.vocabulary)
    runs = _compared({"whole": lambda: _ours(whole, prompt, False), "half": lambda: _ours(half, prompt, False)})
    case = f"8-bit weights, prompt of {PROMPTS[0]}" + (f" ({OFF}: {why})" if why else "")
    yield from _rows(case, runs["half"], runs["whole"])


def _twin(forward: Any) -> Any:
    """The same weights, for other kernels or numbers: a card need not hold them twice."""
    made = copy(forward)
    made.layers, made.kernels = [copy(layer) for layer in forward.layers], None
    return made


def _kernels_a_token(runner: Any) -> int:
    """What a card is asked to run for one, recorded or not."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    token = torch.ones(1, dtype=torch.int64, device=runner.sampler.where)
    runner.step(token, PROMPTS[0])
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        runner.step(token, PROMPTS[0])
        torch.cuda.synchronize()
    return sum("CUDA" in str(each.device_type) for each in seen.events() or [])


def _prompted(
    model: Any, generator: Any, length: int, device: str, bandwidth: float, plain_torch: Any = None
) -> Iterator[Row]:
    """All ways of answering a prompt of that many tokens. `plain_torch`: a generator without kernels."""
    from phitui.models.decode.runner import StaticRunner

    prompt, runner, name = _prompt(length, generator.runner.vocabulary), generator.runner, f"prompt of {length}"
    ways = {
        "generate": lambda: _generate(model, prompt, device),
        "ours": lambda: _ours(generator, prompt, False),
        "again": lambda: _ours(generator, prompt, False, keep=True),
        "drafts": lambda: _ours(generator, prompt, True),
    }
    if plain_torch is not None:
        ways["torch"] = lambda: _ours(plain_torch, prompt, False)
    if length == PROMPTS[0]:  # a compiler begins anew with every length
        static = partial(_generate, model, prompt, device, cache_implementation="static")
        try:
            with at_most(COMPILED):
                static()
            ways["static"] = static
        except Exception as error:  # a compiler that is not there, an architecture that cannot be compiled
            why = str(error).split("\n")[0][:80]
            yield _row(f"{name}: generate, static cache, compiled: {why}", None, "tokens/s", None)
    runs = _compared(ways)
    base, plain = runs["generate"], runs["ours"]
    yield from _rows(f"{name}: generate, dynamic cache", base, None)
    if "static" in runs:
        compiled = ", compiled" if device.startswith("cuda") else ""  # transformers compiles it there alone
        yield from _rows(f"{name}: generate, static cache{compiled}", runs["static"], base)
    yield from _rows(f"ours, {name}, without drafts", plain, base)
    yield from _rows(f"ours, {name}, with drafts", runs["drafts"], base)
    if "torch" in runs:
        yield from _rows(f"ours, {name}, without kernels", runs["torch"], base)
    yield _row(f"{name}: first token, read before", runs["again"].first * 1e3, "ms", runs["again"].first / plain.first)
    if isinstance(runner, StaticRunner):
        share = plain.speed * _bytes_a_token(model, runner, length + ANSWER // 2) / bandwidth
        yield _row(f"{name}: share of the memory's speed, without drafts", share, "of 1", None)
    same = [run.tokens == base.tokens for run in runs.values()]
    # In bfloat16 two tokens that are equal to rounding may change places between ways: a text may then go another way.
    yield _row(f"{name}: ways that say the same as generate (up to ties)", float(sum(same)), f"of {len(same)}", None)


def _row(case: str, value: float | None, unit: str, ratio: float | None) -> Row:
    return {"bench": "decode", "case": case, "value": value, "unit": unit, "ratio": ratio}


def _rows(case: str, run: Run, base: Run | None) -> Iterator[Row]:
    """Speed and time to first token; above 1 and below 1 are better."""
    yield _row(case, run.speed, "tokens/s", run.speed / base.speed if base else None)
    yield _row(f"first token of {case}", run.first * 1e3, "ms", run.first / base.first if base else None)


def _compared(ways: Mapping[str, Callable[[], Run]]) -> dict[str, Run]:
    """The median of each, after one run that warms up; in turn, so that a machine whose speed drifts is fair."""
    for way in ways.values():
        way()
    runs = [{name: way() for name, way in ways.items()} for _ in range(RUNS)]
    return {name: _median([each[name] for each in runs]) for name in ways}


def _median(runs: Sequence[Run]) -> Run:
    first = statistics.median(run.first for run in runs)
    rest = statistics.median(run.seconds - run.first for run in runs)
    return Run(first, first + rest, runs[0].tokens, runs[0].reused)


# ── what is measured ─────────────────────────────────────────────────────────────────────────────────────────


def _generate(model: Any, prompt: Sequence[int], device: str, **more: Any) -> Run:
    import torch
    import transformers

    class Watch:
        """A streamer that notes when the first token comes."""

        first = 0.0
        seen = 0

        def put(self, value: Any) -> None:
            self.seen += 1
            if self.seen == 2:  # the prompt comes before it
                _wait(device)
                Watch.first = perf_counter()

        def end(self) -> None:
            """Nothing to do."""

    watch = Watch()
    made: Any = transformers  # parts of it are untyped
    config = made.GenerationConfig(max_new_tokens=ANSWER, do_sample=False, eos_token_id=None, pad_token_id=0, **more)
    ids = torch.tensor([list(prompt)], device=device)
    _wait(device)
    began = perf_counter()
    said = model.generate(ids, generation_config=config, streamer=watch, attention_mask=torch.ones_like(ids))
    tokens = said[0, len(prompt) :].tolist()
    return Run(Watch.first - began, perf_counter() - began, tokens)


def _ours(generator: Any, prompt: Sequence[int], draft: bool, keep: bool = False) -> Run:
    """`keep`: with the prompt's keys and values still there from the run before."""
    from phitui.models.engine import Sampling

    if not keep:
        generator.runner.held = []
    _wait(str(generator.runner.sampler.where))
    sampling = Sampling(max_tokens=ANSWER, draft=draft)
    made = generator.run(prompt, sampling, 0, frozenset(), lambda token: False, lambda: False)
    return Run(made.time_to_first_token, made.seconds, made.tokens, made.reused)


def _copying(model: Any) -> Iterator[Row]:
    """A text that repeats itself, as quotations do: the model is made to say what stood PERIOD tokens before.

    Its arithmetic is done all the same; only the choice at the end is replaced.
    """
    import torch

    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import StaticRunner, runner_for
    from phitui.models.kernels.trial import equipped

    runner = runner_for(model, CACHE_BYTES)
    if runner.sampler.where.type == "cuda" and isinstance(runner, StaticRunner):
        equipped(runner)
    script = torch.arange(runner.window + PERIOD, device=runner.sampler.where) % PERIOD + 1
    choose = runner.sampler.choose

    def scripted(logits: Any, tokens: Any, positions: Any) -> Any:
        # Adding a zero that depends on the logits keeps the step from being skipped.
        return script[positions + 1] + (choose(logits, tokens, positions) * 0)

    setattr(runner.sampler, "choose", scripted)  # noqa: B010
    while runner.prepare(8):  # after the choice is replaced: what is recorded holds it
        pass
    generator = Generator(runner, budget=0)
    prompt = script[: PROMPTS[0]].tolist()
    runs = _compared(
        {"plain": lambda: _ours(generator, prompt, False), "drafts": lambda: _ours(generator, prompt, True)}
    )
    plain, drafted = runs["plain"], runs["drafts"]
    yield _row("copying: ours, without drafts", plain.speed, "tokens/s", None)
    yield _row("copying: ours, with drafts", drafted.speed, "tokens/s", drafted.speed / plain.speed)
    if plain.tokens != drafted.tokens:
        raise ModelError("Drafts changed the text: this is a defect of phitui.")


# ── models, device ───────────────────────────────────────────────────────────────────────────────────────────


def random_model(shape: str, device: str, kind: Any) -> Any:
    """Speed does not depend on the weights' values."""
    import torch
    from transformers import PhiConfig, PhiForCausalLM

    sizes: dict[str, Any] = {**SHAPES[shape], "max_position_embeddings": 2048, "partial_rotary_factor": 0.4}
    config = PhiConfig(eos_token_id=None, **sizes)
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(kind)
    try:
        with torch.device(device):
            model: Any = PhiForCausalLM(config)
    finally:
        torch.set_default_dtype(before)
    return model.eval()


def _folder(folder: str, device: str, kind: Any) -> Any:
    from transformers import AutoModelForCausalLM

    if not (Path(folder).expanduser() / "config.json").exists():
        raise UsageError(f"{folder} is not a model folder: name one, or use --random phi-2.")
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=kind, local_files_only=True)
    return model.to(device).eval()


def _prompt(length: int, vocabulary: int) -> list[int]:
    return random.Random(length).choices(range(1, vocabulary), k=length)


def _bytes_a_token(model: Any, runner: Any, length: int) -> int:
    """Weights that every token reads, and keys and values at that length. Of the embeddings a row is read."""
    embedded = model.get_input_embeddings().weight
    tied = embedded.data_ptr() == model.get_output_embeddings().weight.data_ptr()
    weights = sum(each.nbytes for each in model.parameters()) - (0 if tied else embedded.nbytes)
    return int(weights + runner.forward.new_cache(1).nbytes * length)


def _bandwidth(device: str) -> float:
    """Bytes a second that a copy moves, read and written."""
    import torch

    size = COPIED_BYTES["cuda" if device.startswith("cuda") else "cpu"]
    one, two = (torch.ones(size, dtype=torch.uint8, device=device) for _ in range(2))
    # Several copies a wait: the wait itself would take a tenth of one on a quick card.
    copies, times = (8 if device.startswith("cuda") else 1), []
    for _ in range(10):
        _wait(device)
        began = perf_counter()
        for _ in range(copies):
            two.copy_(one)
        _wait(device)
        times.append((perf_counter() - began) / copies)
    return 2 * size / min(times)


def _wait(device: str) -> None:
    import torch

    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def _device_name(device: str) -> str:
    import torch

    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device
