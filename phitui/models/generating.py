"""The loop: a prompt's tokens in, an answer's tokens out, one after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from phitui.models.drafting import LONGEST_DRAFT, Lookup
from phitui.models.engine import Sampling
from phitui.models.prefixes import Prefixes
from phitui.models.running import CHUNK, Runner, to_device

if TYPE_CHECKING:
    from torch import Tensor

Reason = Literal["end", "stop", "length", "window", "cancelled"]


@dataclass(slots=True)
class Generated:
    """What one run came to. Times in seconds."""

    tokens: list[int]
    """Without the end-of-text token."""
    reason: Reason
    reused: int
    """Tokens of the prompt whose keys and values were there already."""
    steps: int
    """Steps of the model after the prompt was read."""
    guessed: int
    right: int
    """Tokens that were guessed, and how many of them the model would have said."""
    time_to_first_token: float | None
    seconds: float


class Generator:
    """Generates with one model, again and again. Lives on the model thread."""

    def __init__(self, runner: Runner, budget: int):
        """`budget`: bytes for the caches of conversations that are not the current one."""
        self.runner = runner
        self._prefixes = Prefixes(budget)
        self._lookup = Lookup()

    def run(
        self,
        prompt: Sequence[int],
        sampling: Sampling,
        seed: int,
        ends: frozenset[int],
        take: Callable[[int], bool],
        cancelled: Callable[[], bool],
        chunk: int = CHUNK,
    ) -> Generated:
        """Feeds `take` every token; where it says True, the text ends ("stop"). `ends` end it too and are not fed.

        `prompt` has at least one token and fewer than the window; `chunk` tokens of it are read at once. `cancelled`
        is asked once a step.
        """
        began = perf_counter()
        runner, tokens = self.runner, list(prompt)
        start = self._prefixes.begin(runner, tokens) if runner.can_cut else 0
        runner.held = tokens[:start]
        runner.sampler.set(sampling, seed, to_device(tokens, runner))
        made = Generated([], "length", start, 0, 0, 0, None, 0.0)
        most = min(sampling.max_tokens, runner.window - len(tokens))
        try:
            chosen = self._read_prompt(tokens, chunk, cancelled)
            if chosen is None:
                made.reason = "cancelled"
            else:
                made.reason = self._decode(tokens, chosen, most, sampling.draft, ends, take, cancelled, made, began)
        except BaseException:
            runner.held = []  # what lies in the cache is not known
            raise
        if made.reason == "length" and len(tokens) + len(made.tokens) >= runner.window:
            made.reason = "window"
        made.seconds = perf_counter() - began
        return made

    def forget(self) -> None:
        """Gives back the memory of parked conversations."""
        self._prefixes.clear()

    def _read_prompt(self, tokens: list[int], chunk: int, cancelled: Callable[[], bool]) -> "Tensor | None":
        runner, chosen = self.runner, None
        for at in range(len(runner.held), len(tokens), chunk):
            if cancelled():
                return None
            part = tokens[at : at + chunk]
            chosen = runner.step(to_device(part, runner), at)[-1:]
            runner.held += part
        return chosen

    def _decode(
        self,
        prompt: list[int],
        chosen: "Tensor",
        most: int,
        draft: bool,
        ends: frozenset[int],
        take: Callable[[int], bool],
        cancelled: Callable[[], bool],
        made: Generated,
        began: float,
    ) -> Reason:
        """After the prompt; `chosen` (1,) is the first token, still on the device."""
        runner = self.runner
        lookup = self._lookup if draft and runner.can_cut else None
        while True:
            runner.sampler.note(chosen)
            ahead = None
            plain = lookup is None or lookup.paused
            if chosen.is_cuda and plain and 0 < len(made.tokens) < most - 1 and not cancelled():
                # The next step is under way before the host knows which token it reads.
                reading = _Reading(chosen)
                ahead = runner.step(chosen, len(runner.held))
                made.steps += 1
                token = reading.token()
            else:
                token = int(chosen[0])
            if made.time_to_first_token is None:
                made.time_to_first_token = perf_counter() - began
                if lookup is not None:
                    lookup.begin(prompt)
            reason = self._say(token, most, ends, take, made)
            if reason is None and ahead is None and cancelled():
                reason = "cancelled"
            if ahead is not None:
                runner.held.append(token)
            if reason is not None:
                return reason
            if lookup is not None:
                lookup.add([token])
            if ahead is not None:
                chosen = ahead
                continue
            guess = lookup.guess(min(LONGEST_DRAFT, most - len(made.tokens) - 1)) if lookup else []
            rows = runner.step(to_device([token, *guess], runner), len(runner.held))
            made.steps += 1
            if not guess:
                runner.held.append(token)
                chosen = rows
                continue
            assert lookup is not None
            said = rows.tolist()
            right = next((i for i, each in enumerate(guess) if each != said[i]), len(guess))
            made.guessed += len(guess)
            made.right += right
            lookup.learn(len(guess), right)
            runner.held += [token, *guess[:right]]
            runner.sampler.note(rows[:right])
            for each in said[:right]:
                reason = self._say(each, most, ends, take, made)
                if reason is not None:
                    return reason
            lookup.add(said[:right])
            chosen = rows[right : right + 1]

    def _say(
        self, token: int, most: int, ends: frozenset[int], take: Callable[[int], bool], made: Generated
    ) -> Reason | None:
        if token in ends:
            return "end"
        made.tokens.append(token)
        if take(token):
            return "stop"
        return "length" if len(made.tokens) >= most else None


class _Reading:
    """A token on its way to the host."""

    def __init__(self, chosen: "Tensor"):
        import torch

        self._event = None
        self._there = chosen
        if chosen.is_cuda:
            self._there = torch.empty(1, dtype=torch.int64, pin_memory=True)
            self._there.copy_(chosen, non_blocking=True)
            self._event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._event.record()

    def token(self) -> int:
        """Waits for it."""
        if self._event is not None:
            self._event.synchronize()
        return int(self._there[0])
