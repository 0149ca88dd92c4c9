"""Whether the kernels are used: tried once for each card, its libraries and a model, and never taken on trust.

They must say what plain torch says up to ties, the same recorded as unrecorded and for eight rows as for one, and must
not be slower. Whatever else happens, plain torch goes on: no model fails to load for a kernel's sake. Where kernels are
right, the same ones launched early are tried too (see `products.begin`), and used where they are quicker still.
"""

import importlib.util
from contextlib import suppress
from dataclasses import dataclass
from subprocess import SubprocessError
from time import perf_counter
from typing import TYPE_CHECKING, Any

from phitui.models.decode.runner import Runner, StaticRunner
from phitui.models.decode.sampler import Sampler
from phitui.models.engine import Sampling
from phitui.models.kernels.step import ROWS, Kernels, why_not
from phitui.models.kernels.verdicts import BEGUN, EARLY, RIGHT, TRYING, Verdicts
from phitui.models.thread import is_out_of_memory, release_memory
from phitui.models.transformer.forward import COARSE, EXACT, Forward
from phitui.text import one_line

if TYPE_CHECKING:
    from torch import Tensor

VERSION = 2
"""Of the kernels: raised with every change, so that they are tried anew."""
PROMPTS = (24, 200, 1100)
"""Tokens before the steps that are compared: fewer than one block of keys, some, and blocks for every program."""
STEPS = 16
SAMPLINGS = (
    Sampling(temperature=1),
    Sampling(temperature=0.7, top_k=50, top_p=0.9, min_p=0.02, repetition_penalty=1.1),
)
DRAWS, ALIKE = 32, 0.95
"""Tokens that are drawn by each, and the share of them that must be plain torch's."""
TIE = 0.02
"""Two tokens count as equal to rounding within this share of the largest log-odds."""
LAUNCHES, TIMES = 20, 3
"""Recorded steps that are timed together, and how often."""
ON, AHEAD, OFF = "Triton kernels", "Triton kernels, launched early", "without kernels"
HOPPER = 9
"""The first generation of cards that launches a kernel before the last one has ended."""


@dataclass(slots=True)
class Trial:
    """One model's kernels and what is known of them."""

    runner: Runner
    key: str
    """The model; card, libraries and number format are added here."""
    verdicts: Verdicts | None
    """None where the kernels are not wanted."""

    def decide(self) -> None:
        """Gives the runner kernels, or a note why not; nothing off CUDA. Raises only where the card itself is lost."""
        runner = self.runner
        if not isinstance(runner, StaticRunner) or not on_card(runner):
            return
        why, early = unsuitable(runner.forward), False
        if self.verdicts is None:
            why = "they are switched off"
        elif why is None:
            why = self._known(runner, self.verdicts)
            early = why == EARLY
        if not why or why in (RIGHT, EARLY):
            why = _begun(runner, early)
        if why:
            runner.use(None)
            runner.notes.append(f"{OFF}: {why}")
        else:
            runner.notes.append(AHEAD if early else ON)

    def _known(self, runner: StaticRunner, verdicts: Verdicts) -> str:
        """RIGHT, EARLY, or what speaks against them, from an earlier trial or one now."""
        try:
            where = card(runner.forward)
        except Exception as error:  # a package that is broken
            return failure(error)
        self.key = f"{where} | {self.key} {runner.forward.numbers} | kernels {VERSION}"
        known = verdicts.of(self.key)
        if known is None or known == TRYING:
            return self._tried(runner, verdicts, BEGUN if known else TRYING)
        return known

    def give_up(self, error: BaseException) -> bool:
        """After an error while the kernels were in use: from now on without; whether they were in use."""
        runner = self.runner
        if not isinstance(runner, StaticRunner) or runner.forward.kernels is None:
            return False
        why = f"they failed in use ({one_line(str(error).split(chr(10))[0], 80)})"
        if self.verdicts is not None:
            self.verdicts.keep(self.key, why)
        runner.forward.kernels = None
        with suppress(RuntimeError):  # of a card that is lost: nothing more is recorded there
            runner.use(None)
        runner.notes = [each for each in runner.notes if each not in (ON, AHEAD)] + [f"{OFF}: {why}"]
        return True

    def _tried(self, runner: StaticRunner, verdicts: Verdicts, mark: str) -> str:
        """As `_known`. The verdict is kept unless it was of the machine, not the kernels; `mark` stands meanwhile."""
        import torch

        if not verdicts.keep(self.key, mark):
            return "their verdict cannot be kept"  # an error that ends the process would come with every start
        found, seconds = "", 0.0
        try:
            plain = _plainly(runner)
            found, seconds = judged(runner, Kernels(runner.forward), plain)
            found = found or RIGHT
            verdicts.keep(self.key, found)  # what follows takes nothing of it back
            if found == RIGHT and launches_early(runner.forward):
                later, _ = judged(runner, Kernels(runner.forward, early=True), seconds)
                found = found if later else EARLY
        except Exception as error:
            runner.forward.kernels = None
            full, passing = is_out_of_memory(error), _passing(error)
            why = "no memory was left to try them" if full else failure(error)
            if not found and (full or passing):
                verdicts.forget(self.key)
            release_memory(error)
            if not full:
                if not found and not passing:
                    verdicts.keep(self.key, why)
                torch.cuda.synchronize(runner.forward.device)  # raises where the card is lost, not the kernels alone
            return found or why
        verdicts.keep(self.key, found)
        return found


def _begun(runner: StaticRunner, early: bool) -> str:
    """Gives a runner kernels and launches each once, unrecorded; else why not, as where nothing can be compiled."""
    import torch

    runner.use(Kernels(runner.forward, early))
    try:
        for rows in (ROWS + 1, 1):
            runner.step(prompt(min(rows, runner.window), runner.forward), 0)
    except Exception as error:
        runner.forward.kernels = None
        release_memory(error)
        torch.cuda.synchronize(runner.forward.device)  # as above
        return failure(error)
    return ""


def _passing(error: Exception) -> bool:
    """Whether the machine lacks something, which may be there the next time; then nothing is said of the kernels."""
    return isinstance(error, OSError | SubprocessError | ImportError) or "compiler" in str(error)


def failure(error: Exception) -> str:
    """In words, why the kernels cannot be had."""
    if isinstance(error, SubprocessError) or "C compiler" in str(error):
        return "what starts them cannot be built: a C compiler and Python's headers are needed (gcc, python3-dev)"
    if isinstance(error, OSError) and error.filename:
        return f"they cannot be kept ({one_line(f'{error.strerror}: {error.filename}', 100)})"
    return f"they fail here ({one_line(str(error).split(chr(10))[0] or type(error).__name__, 80)})"


def launches_early(forward: Forward) -> bool:
    """Whether the card and this Triton can launch a kernel before the one before it has ended."""
    import torch

    if torch.version.hip is not None or torch.cuda.get_device_capability(forward.device)[0] < HOPPER:
        return False
    from phitui.models.kernels.products import CAN_BE_EARLY

    return bool(CAN_BE_EARLY)


def on_card(runner: StaticRunner) -> bool:
    """Whether its steps are recorded, which is so on CUDA."""
    return bool(runner.runs_ahead)


def unsuitable(forward: Forward) -> str | None:
    """What keeps a model from the kernels before they are tried."""
    if importlib.util.find_spec("triton") is None:
        return "the package triton is missing"
    if forward.dtype.itemsize != 2:
        return "they are for 16-bit numbers"
    return why_not(forward)


def card(forward: Forward) -> str:
    """The card and the libraries that compile for it, in words."""
    import torch
    import triton  # type: ignore[import-untyped,unused-ignore]

    properties: Any = torch.cuda.get_device_properties(forward.device)
    name = f"{properties.name} sm_{properties.major}{properties.minor}"
    return f"{name} | torch {torch.__version__}, triton {triton.__version__}"


def equipped(runner: StaticRunner) -> str:
    """Gives a runner kernels after a trial whose verdict is not kept; else why it has none. Raises for a lost card."""
    import torch

    why, early = unsuitable(runner.forward), False
    try:
        if why is None:
            why, seconds = judged(runner, Kernels(runner.forward), _plainly(runner))
            if not why and launches_early(runner.forward):
                early = True
                early = not judged(runner, Kernels(runner.forward, early=True), seconds)[0]
    except Exception as error:
        why, early = "" if early else failure(error), False
        release_memory(error)
        torch.cuda.synchronize(runner.forward.device)
    runner.use(None if why else Kernels(runner.forward, early))
    if not why:
        runner.notes.append(AHEAD if early else ON)
    return why or ""


def _plainly(runner: StaticRunner) -> float:
    """Seconds of a recorded step of plain torch."""
    runner.use(None)
    runner.prepare()
    return seconds_a_step(runner)


def judged(runner: StaticRunner, kernels: Kernels, limit: float) -> tuple[str, float]:
    """What speaks against the kernels, in words, empty where nothing does; and a step's seconds, if they were measured.

    `limit`: seconds that they may take. The runner has none afterwards.
    """
    why = _compared(runner.forward, kernels) or _drawn(runner.forward, kernels)
    if why:
        return why, 0.0
    try:
        runner.use(kernels)
        unrecorded = _greedy(runner)
        runner.prepare()
        if not runner.recorded:
            if runner.full:
                raise MemoryError
            return "their steps cannot be recorded", 0.0
        recorded, ours = _greedy(runner), seconds_a_step(runner)
    finally:
        runner.forward.kernels = runner.sampler.quick = None
    runner.use(None)
    if recorded != unrecorded:
        return "recorded steps say something else than the same steps unrecorded", ours
    if ours > limit:
        return f"they are slower here ({ours * 1e6:.0f} against {limit * 1e6:.0f} µs a token)", ours
    return "", ours


def _compared(forward: Forward, kernels: Kernels) -> str:
    """Step by step beside plain torch, from the same keys and values; then eight rows beside one."""
    import torch

    lengths = [each for each in PROMPTS if each + STEPS < forward.window] or [1]
    places = min(max(lengths) + STEPS + 1, forward.window + 1)
    if not kernels.takes(ROWS, places):
        return "the window is too long for their tables"
    exact = EXACT if forward.dtype.itemsize == 4 else COARSE
    for length in lengths:
        cache = forward.new_cache(places)
        tokens = prompt(length + STEPS, forward)
        line = torch.arange(places, device=forward.device)
        before = _logits(forward, tokens[:length], line[:length], cache)
        steps = range(length, min(length + STEPS, places - 1))
        plain = torch.cat([_logits(forward, tokens[i : i + 1], line[i : i + 1], cache) for i in steps])
        forward.kernels = kernels
        try:
            after = _logits(forward, tokens[:length], line[:length], forward.new_cache(places))
            ours = torch.cat([_logits(forward, tokens[i : i + 1], line[i : i + 1], cache) for i in steps])
            rows = slice(length, length + min(ROWS, len(steps)))
            together = _logits(forward, tokens[rows], line[rows], cache)
        finally:
            forward.kernels = None
        for made, wanted in ((after, before), (ours, plain)):
            off = float((made - wanted).norm() / wanted.norm().clamp_min(1e-9))
            if not off <= exact:
                return f"they differ from plain torch by {off:.2g}"
        lost = plain.max(1).values - plain.gather(1, ours.argmax(1, keepdim=True))[:, 0]
        if not bool((lost <= TIE * plain.abs().amax(1)).all()):
            return "they say something else than plain torch"
        if not torch.equal(together, ours[: len(together)]):
            return "several rows at once differ from one by one"
    return ""


def _drawn(forward: Forward, kernels: Kernels) -> str:
    """Whether they draw what plain torch draws: all but a few, where a sum is rounded another way at a limit."""
    import torch

    every = torch.arange(ROWS * forward.vocabulary, device=forward.device, dtype=torch.float64)
    logits, tokens = (every.sin() * 6).float().view(ROWS, -1), prompt(ROWS, forward)
    sampler, alike = Sampler(forward.vocabulary, forward.device), 0
    for number, sampling in enumerate(SAMPLINGS):
        sampler.set(sampling, number, tokens[:2])
        for at in range(0, DRAWS, ROWS):
            positions = torch.arange(at, at + ROWS, device=forward.device)
            sampler.quick = None
            plain = sampler.choose(logits, tokens, positions)
            sampler.quick = kernels
            alike += int((plain == sampler.choose(logits, tokens, positions)).sum())
    return "" if alike >= ALIKE * DRAWS * len(SAMPLINGS) else "they draw other tokens than plain torch"


def _logits(forward: Forward, tokens: "Tensor", positions: "Tensor", cache: "Tensor") -> "Tensor":
    length = int(positions[-1]) + 1
    return forward.logits(forward.hidden(tokens, positions, cache, length)[-ROWS:])


def prompt(length: int, forward: Forward) -> "Tensor":
    """(length,) tokens without a meaning."""
    import torch

    return torch.arange(length, device=forward.device) * 7919 % forward.vocabulary


def seconds_a_step(runner: StaticRunner) -> float:
    """A step of one row: the shortest of several times, behind one that wakes the card up."""
    import torch

    token, at = prompt(1, runner.forward), min(PROMPTS[0], runner.window - 1)
    times = list[float]()
    for _ in range(TIMES + 1):
        torch.cuda.synchronize(runner.forward.device)
        began = perf_counter()
        for _ in range(LAUNCHES):
            runner.step(token, at)
        torch.cuda.synchronize(runner.forward.device)
        times.append((perf_counter() - began) / LAUNCHES)
    return min(times[1:])


def _greedy(runner: StaticRunner) -> list[int]:
    """What greedy steps of one row say behind a prompt, as the runner does them now."""
    runner.held = []
    greedy, runner.sampler.greedy = runner.sampler.greedy, True
    before = min(PROMPTS[0], max(1, runner.window - STEPS - 1))
    chosen, said = runner.step(prompt(before, runner.forward), 0)[-1:].clone(), list[int]()
    for at in range(before, min(before + STEPS, runner.window)):
        said.append(int(chosen[0]))
        chosen = runner.step(chosen, at).clone()
    runner.sampler.greedy = greedy
    return said
