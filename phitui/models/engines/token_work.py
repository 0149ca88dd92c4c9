"""Tokens scored and continued as they are, with no text around them: what a benchmark asks of a model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from phitui.models.decode.generator import Generator
from phitui.models.decode.prefixes import shared
from phitui.models.decode.runner import CHUNK, StaticRunner, to_device
from phitui.models.device import on_device
from phitui.models.engine import Sampling
from phitui.models.thread import ModelThread, Priority

if TYPE_CHECKING:
    from torch import Tensor

LOOKED_BACK = 24
"""Tokens behind a stop string's first character, more than any has: so far back is looked for one."""


class TokenWork:
    """Made by `LocalEngine.token_work`, for a model that stays loaded. Its calls wait for the model thread."""

    def __init__(
        self,
        tokenizer: Any,
        model: Any,
        generator: Generator,
        ends: frozenset[int],
        device: str,
        thread: ModelThread,
    ):
        self.tokenizer = tokenizer
        """transformers' own."""
        self.window = generator.runner.window
        self._model, self._generator, self._ends, self._device, self._thread = model, generator, ends, device, thread
        self._last: tuple[list[int], int, Any] | None = None
        """Tokens that were read, from where they were scored, and the logarithms: answers of one letter share them."""

    def likelihood(self, context: Sequence[int], continuation: Sequence[int]) -> tuple[float, bool]:
        """(log P(continuation | context), whether each of its tokens is the likeliest). Both have a token at least.

        Of what is longer than the window, the first tokens are left out. What was read for the call before and begins
        alike is not read again: ask in the order of the tokens.
        """
        return self._thread.run(lambda: self._likelihood([*context], [*continuation]), Priority.ANSWER)

    def _likelihood(self, context: list[int], continuation: list[int]) -> tuple[float, bool]:
        import torch

        tokens = [*context, *continuation][-(self.window + 1) :]
        read, first = tokens[:-1], max(1, len(tokens) - len(continuation))
        with on_device(self._device), torch.inference_mode():
            if self._last is None or self._last[:2] != (read, first):
                self._last = (read, first, self._logarithms(read, first))
            likely = self._last[2]
            wanted = torch.tensor(continuation[-len(likely) :], device=likely.device)
            total = float(likely.gather(1, wanted[:, None]).sum())
            return total, bool((likely.argmax(1) == wanted).all())

    def _logarithms(self, read: list[int], first: int) -> "Tensor":
        """(len(read) - first + 1, vocabulary): of what follows each token from the one before `first`."""
        import torch

        runner = self._generator.runner
        if not isinstance(runner, StaticRunner):
            logits = self._model(input_ids=torch.tensor([read], device=self._model.device), use_cache=False).logits[0]
            return logits[first - 1 :].float().log_softmax(-1)  # type: ignore[no-any-return]
        runner.reserve(len(read))
        begin = min(shared(runner.held, read), first - 1)
        runner.held, states = [], []  # not known to be whole before the end
        for at in range(begin, len(read), CHUNK):
            part = runner.states(to_device(read[at : at + CHUNK], runner), at)
            states.append(part[max(0, first - 1 - at) :])
        runner.held = read
        return runner.forward.logits(torch.cat(states)).log_softmax(-1)

    def follow(
        self, tokens: Sequence[int], most: int, stops: Sequence[str], temperature: float = 0.0, seed: int = 0
    ) -> str:
        """The text that follows, before the first stop string and the model's own end; `most` tokens of it."""
        return self._thread.run(lambda: self._follow([*tokens], most, stops, temperature, seed), Priority.ANSWER)

    def _follow(self, tokens: list[int], most: int, stops: Sequence[str], temperature: float, seed: int) -> str:
        self._last = None
        said: list[int] = []
        back = LOOKED_BACK + max((len(each) for each in stops), default=0)

        def take(token: int) -> bool:
            said.append(token)
            tail = self._text(said[-back:]) if stops else ""
            return any(each in tail for each in stops)

        with on_device(self._device):
            self._generator.run(tokens, Sampling(most, temperature), seed, self._ends, take, lambda: False)
        text = self._text(said)
        for each in stops:
            text = text.split(each)[0]
        return text

    def _text(self, tokens: list[int]) -> str:
        return str(self.tokenizer.decode(tokens, skip_special_tokens=True))
