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
    """Generates with one model, again and again. Lives on the model thread.

    A step reads tokens and chooses what follows them; the choice stays on the device until it is said. So each way of
    decoding takes the token that was `chosen` (1,), says it, reads it, and returns the next, or None at the end.
    """

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
        start = self.prefixes.begin(runner, tokens) if len(runner.held) <= runner.cuttable else 0
        runner.held = tokens[:start]
        runner.sampler.set(sampling, seed, to_device(tokens, runner))
        most = min(sampling.max_tokens, runner.window - len(tokens))
        answer = _Answer(most, ends, take, cancelled, self._lookup if sampling.draft and runner.cuttable else None)
        try:
            chosen = self._prefill(tokens, chunk, answer)
            if answer.lookup is not None and chosen is not None:
                answer.lookup.begin(tokens)
            self._decode(chosen, answer)
        except BaseException:
            runner.held = []  # what lies in the cache is not known
            raise
        reason = answer.reason
        if reason == "length" and len(tokens) + len(answer.tokens) >= runner.window:
            reason = "window"
        first = answer.first - began if answer.first is not None else None
        return Generated(answer.tokens, reason, start, answer.guessed, answer.right, first, perf_counter() - began)

    def _prefill(self, tokens: list[int], chunk: int, answer: "_Answer") -> "Tensor | None":
        """Reads the prompt from where the cache ends; returns the first token of the answer, None if cancelled."""
        chosen = None
        for at in range(len(self.runner.held), len(tokens), chunk):
            if answer.is_cancelled():
                return None
            chosen = self._read(tokens[at : at + chunk])[-1:]
        return chosen

    def _decode(self, chosen: "Tensor | None", answer: "_Answer") -> None:
        """From the first token to the end of the answer."""
        while chosen is not None:
            self.runner.sampler.note(chosen)
            if answer.lookup is not None and not answer.lookup.paused:
                chosen = self._decode_drafted(chosen, answer, answer.lookup)
            elif self.runner.runs_ahead and answer.goes_on():
                chosen = self._decode_ahead(chosen, answer)
            else:
                chosen = self._decode_one(chosen, answer)

    def _decode_one(self, chosen: "Tensor", answer: "_Answer") -> "Tensor | None":
        token = int(chosen[0])
        if answer.say(token) or answer.is_cancelled():
            return None
        return self._read([token])

    def _decode_ahead(self, chosen: "Tensor", answer: "_Answer") -> "Tensor | None":
        """The same; the next step is under way before the host knows which token it reads."""
        token_on_host = _sent_to_host(chosen)
        following = self.runner.step(chosen, len(self.runner.held))
        token = token_on_host()
        self.runner.held.append(token)
        return None if answer.say(token) else following

    def _decode_drafted(self, chosen: "Tensor", answer: "_Answer", lookup: Lookup) -> "Tensor | None":
        """Reads a guess of what follows along with the token, and keeps what the model says itself."""
        token = int(chosen[0])
        if answer.say(token) or answer.is_cancelled():
            return None
        runner, held = self.runner, len(self.runner.held)
        guess = lookup.guess(min(LONGEST_DRAFT, answer.left - 1, runner.cuttable - held - 1))
        if not guess:
            return self._read([token])
        rows = runner.step(to_device([token, *guess], runner), held)
        said = rows.tolist()
        right = next((i for i, each in enumerate(guess) if each != said[i]), len(guess))
        runner.held += [token, *guess[:right]]
        runner.sampler.note(rows[:right])
        lookup.learn(len(guess), right)
        answer.guessed, answer.right = answer.guessed + len(guess), answer.right + right
        if any(answer.say(each) for each in said[:right]):
            return None
        return rows[right : right + 1]

    def _read(self, tokens: list[int]) -> "Tensor":
        """Reads tokens behind what the cache holds; what follows each or, of many, the last (see `Runner.step`)."""
        chosen = self.runner.step(to_device(tokens, self.runner), len(self.runner.held))
        self.runner.held += tokens
        return chosen


class _Answer:
    """What has been said, and whether more may be."""

    def __init__(
        self,
        most: int,
        ends: frozenset[int],
        take: Callable[[int], bool],
        cancelled: Callable[[], bool],
        lookup: Lookup | None,
    ):
        """`most`: tokens; `lookup`: what guesses come from, None for an answer without."""
        self.tokens: list[int] = []
        self.reason: Reason = "length"
        self.guessed = self.right = 0
        self.first: float | None = None
        """When the first token was known, by `perf_counter`."""
        self.lookup = lookup
        self._most, self._ends, self._take, self._cancelled = most, ends, take, cancelled

    @property
    def left(self) -> int:
        """Tokens that may still be said."""
        return self._most - len(self.tokens)

    def say(self, token: int) -> bool:
        """Whether the answer ends with it; an end token is not part of it."""
        self.first = self.first or perf_counter()
        if token in self._ends:
            self.reason = "end"
            return True
        self.tokens.append(token)
        if self._take(token):
            self.reason = "stop"
            return True
        if self.lookup is not None:
            self.lookup.add([token])
        return self.left <= 0

    def is_cancelled(self) -> bool:
        """Asks; the reason is set where it is so."""
        if self._cancelled():
            self.reason = "cancelled"
            return True
        return False

    def goes_on(self) -> bool:
        """Whether another token is sure to be wanted behind the next: the first is said before anything is begun."""
        return bool(self.tokens) and self.left > 1 and not self._cancelled()


def _sent_to_host(chosen: "Tensor") -> "Callable[[], int]":
    """Sends a token on its way to the host; what is returned waits for it."""
    import torch

    if not chosen.is_cuda:
        there = chosen.clone()
        return lambda: int(there[0])
    there = torch.empty(1, dtype=torch.int64, pin_memory=True)
    there.copy_(chosen, non_blocking=True)
    event = torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch leaves it without types
    event.record()

    def token() -> int:
        event.synchronize()
        return int(there[0])

    return token
