"""The loop: a prompt's tokens in, an answer's tokens out, one after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from phitui.models.decode.drafts import LONGEST_DRAFT, Lookup
from phitui.models.decode.prefixes import Prefixes
from phitui.models.decode.runner import CHUNK, Runner, to_device
from phitui.models.engine import Sampling

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
        self.prefixes = Prefixes(budget)
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
        start = self.prefixes.begin(runner, tokens) if runner.can_cut else 0
        runner.held = tokens[:start]
        runner.sampler.set(sampling, seed, to_device(tokens, runner))
        made = Generated([], "length", start, 0, 0, None, 0.0)
        most = min(sampling.max_tokens, runner.window - len(tokens))

        def say(token: int) -> Reason | None:
            made.time_to_first_token = made.time_to_first_token or perf_counter() - began
            if token in ends:
                return "end"
            made.tokens.append(token)
            return "stop" if take(token) else "length" if len(made.tokens) >= most else None

        try:
            chosen = self._read_prompt(tokens, chunk, cancelled)
            lookup = self._lookup if sampling.draft and runner.can_cut else None
            made.reason = "cancelled" if chosen is None else self._decode(chosen, made, most, lookup, say, cancelled)
        except BaseException:
            runner.held = []  # what lies in the cache is not known
            raise
        if made.reason == "length" and len(tokens) + len(made.tokens) >= runner.window:
            made.reason = "window"
        made.seconds = perf_counter() - began
        return made

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
        chosen: "Tensor",
        made: Generated,
        most: int,
        lookup: Lookup | None,
        say: Callable[[int], Reason | None],
        cancelled: Callable[[], bool],
    ) -> Reason:
        """After the prompt; `chosen` (1,) is the first token, still on the device."""
        runner, fresh = self.runner, True
        prompt = list(runner.held)
        while True:
            runner.sampler.note(chosen)
            plain = lookup is None or lookup.paused
            ahead = None
            if runner.runs_ahead and plain and not fresh and len(made.tokens) < most - 1 and not cancelled():
                # The next step is under way before the host knows which token it reads.
                reading = _reading(chosen)
                ahead = runner.step(chosen, len(runner.held))
                token = reading()
                runner.held.append(token)
            else:
                token = int(chosen[0])
            reason = say(token)
            if reason is None and ahead is None and cancelled():
                reason = "cancelled"
            if reason is not None:
                return reason
            if lookup is not None:
                # The first token is out before the prompt is looked through.
                lookup.begin([*prompt, token]) if fresh else lookup.add([token])
            fresh = False
            guess = lookup.guess(min(LONGEST_DRAFT, most - len(made.tokens) - 1)) if lookup and ahead is None else []
            if not guess or lookup is None:
                if ahead is None:
                    ahead = runner.step(to_device([token], runner), len(runner.held))
                    runner.held.append(token)
                chosen = ahead
                continue
            rows = runner.step(to_device([token, *guess], runner), len(runner.held))
            said = rows.tolist()
            right = next((i for i, each in enumerate(guess) if each != said[i]), len(guess))
            made.guessed, made.right = made.guessed + len(guess), made.right + right
            lookup.learn(len(guess), right)
            runner.held += [token, *guess[:right]]
            runner.sampler.note(rows[:right])
            for each in said[:right]:
                reason = say(each)
                if reason is not None:
                    return reason
            lookup.add(said[:right])
            chosen = rows[right : right + 1]


def _reading(chosen: "Tensor") -> "Callable[[], int]":
    """Sends a token on its way to the host; what is returned waits for it."""
    import torch

    if not chosen.is_cuda:
        there = chosen.clone()
        return lambda: int(there[0])
    there = torch.empty(1, dtype=torch.int64, pin_memory=True)
    there.copy_(chosen, non_blocking=True)
    event = torch.cuda.Event()  # type: ignore[no-untyped-call]
    event.record()

    def token() -> int:
        event.synchronize()
        return int(there[0])

    return token
