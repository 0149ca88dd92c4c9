"""The loop: a prompt's tokens in, an answer's tokens out, one after another."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from phitui.models.decode.drafts import LONGEST_DRAFT, Lookup
from phitui.models.decode.prefixes import Prefixes
from phitui.models.decode.runner import CHUNK, Runner, to_device
from phitui.models.engine import Sampling

if TYPE_CHECKING:
    from torch import Tensor, device

AHEAD = 4
"""Steps that are under way on a card before their first token is known: as many as hide the host's work."""
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
        self._letters = _Letters(runner.sampler.where)

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
        most = min(sampling.max_tokens, runner.window - len(tokens))
        answer = _Answer(most, ends, take, cancelled, self._lookup if sampling.draft and runner.cuttable else None)
        try:
            runner.reserve(len(tokens) + most)
            on_device = to_device(tokens, runner)
            runner.sampler.set(sampling, seed, on_device)
            chosen = self._prefill(tokens, on_device, chunk, answer)
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

    def _prefill(self, tokens: list[int], on_device: "Tensor", chunk: int, answer: "_Answer") -> "Tensor | None":
        """Reads the prompt from where the cache ends; returns the first token of the answer, None if cancelled."""
        chosen = None
        for at in range(len(self.runner.held), len(tokens), chunk):
            if answer.is_cancelled():
                return None
            chosen = self.runner.step(on_device[at : at + chunk], at)[-1:]
            self.runner.held += tokens[at : at + chunk]
        return chosen

    def _decode(self, chosen: "Tensor | None", answer: "_Answer") -> None:
        """From the first token to the end of the answer."""
        while chosen is not None:
            self.runner.sampler.note(chosen)
            if answer.lookup is not None and not answer.lookup.paused:
                chosen = self._decode_drafted(chosen, answer, answer.lookup)
            elif self.runner.runs_ahead and answer.tokens:  # the first is said before anything else is begun
                chosen = self._decode_ahead(chosen, answer)
            else:
                chosen = self._decode_one(chosen, answer)

    def _decode_one(self, chosen: "Tensor", answer: "_Answer") -> "Tensor | None":
        token = int(chosen[0])
        if answer.say(token) or answer.is_cancelled():
            return None
        return self._read([token])

    def _decode_ahead(self, chosen: "Tensor", answer: "_Answer") -> "Tensor | None":
        """The same; further steps are under way before the host knows which tokens they read."""
        runner, steps = self.runner, AHEAD if answer.lookup is None else 1
        sent = deque([self._letters.send(chosen)])
        while True:
            while len(sent) <= steps and answer.left > len(sent) and not answer.is_cancelled():
                chosen = runner.step(chosen, len(runner.held) + len(sent) - 1)
                runner.sampler.note(chosen)
                sent.append(self._letters.send(chosen))
            token = sent.popleft()()
            if answer.say(token) or answer.reason == "cancelled":
                return None
            runner.held.append(token)
            if len(sent) == 1 and answer.lookup is not None and not answer.lookup.paused:
                return chosen

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


class _Letters:
    """Tokens on their way to the host: a ring of places in memory that the card writes to by itself."""

    def __init__(self, where: "device"):
        import torch

        self._on_card = where.type == "cuda"
        self._places = torch.zeros(AHEAD + 2, 1, dtype=torch.int64, pin_memory=self._on_card)
        self._written: list[Any] = [torch.cuda.Event() for _ in self._places] if self._on_card else []  # type: ignore[no-untyped-call]
        self._next = 0

    def send(self, chosen: "Tensor") -> Callable[[], int]:
        """Sends a token (1,) on its way; what is returned waits for it. At most AHEAD + 2 may be under way."""
        at = self._next
        self._next = (at + 1) % len(self._places)
        self._places[at].copy_(chosen, non_blocking=True)
        if self._on_card:
            self._written[at].record()

        def token() -> int:
            if self._on_card:
                self._written[at].synchronize()
            return int(self._places[at, 0])

        return token
