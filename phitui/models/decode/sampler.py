"""Logits to tokens, on the device, without a word to the host.

A token is drawn by the exponential race: the arg max of p / E, where the E are independent and exponential. Their
source is a hash of (seed, position, token), not a generator with a state: a seed gives the same text whether tokens
are drawn one by one or a draft of them is checked at once.
"""

from typing import TYPE_CHECKING

from phitui.models.engine import Sampling

if TYPE_CHECKING:
    from torch import Tensor, device

    from phitui.models.transformer.forward import Quick

GOLDEN = 0x9E3779B97F4A7C15
MULTIPLIERS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""Constants of SplitMix64 (Steele, Lea, Flood 2014)."""
WORD = 1 << 64


class Sampler:
    """Chooses tokens as one `Sampling` says. Its numbers lie in tensors, so that a CUDA graph follows a change."""

    def __init__(self, vocabulary: int, where: "device"):
        import torch

        self.greedy = True
        """Whether a choice is the plain arg max."""
        self.quick: Quick | None = None
        """What draws in fewer kernels, where it is trusted."""
        self._penalised = False
        self.numbers = {
            name: torch.zeros((), device=where, dtype=torch.float32)
            for name in ("temperature", "top_p", "min_p", "penalty")
        }
        self.top_k = torch.zeros((), device=where, dtype=torch.int64)
        self.seed = torch.zeros((), device=where, dtype=torch.int64)
        self.seen = torch.zeros(vocabulary, device=where, dtype=torch.bool)
        self.where = where
        self._ids = torch.arange(vocabulary, device=where)
        # Metal has no 64-bit floating point numbers.
        self._real = torch.float32 if where.type == "mps" else torch.float64

    def set(self, sampling: Sampling, seed: int, prompt: "Tensor") -> None:
        """`prompt` (n,) int64 counts as said already, for the repetition penalty."""
        self._penalised = sampling.repetition_penalty != 1
        self.greedy = sampling.temperature == 0 and not self._penalised
        self.numbers["temperature"].fill_(sampling.temperature or 1)
        self.numbers["top_p"].fill_(sampling.top_p)
        self.numbers["min_p"].fill_(sampling.min_p)
        self.numbers["penalty"].fill_(sampling.repetition_penalty)
        self.top_k.fill_(1 if sampling.temperature == 0 else sampling.top_k or len(self.seen))
        self.seed.fill_(_signed(seed))
        self.seen.zero_()
        self.note(prompt)

    def note(self, tokens: "Tensor") -> None:
        """Tokens (n,) that have been said."""
        if self._penalised:
            self.seen.index_fill_(0, tokens, True)

    def choose(self, logits: "Tensor", tokens: "Tensor", positions: "Tensor") -> "Tensor":
        """(rows,) int64: what follows each row.

        `logits` (rows, vocabulary) float32, `tokens` (rows,) what was read there, `positions` (rows,) where it stands.
        """
        if self.greedy:
            return logits.argmax(-1)
        if self.quick is not None:
            return self.quick.draw(self, logits, tokens, positions)
        kept, order = self.filtered(logits, tokens)
        noise = self._noise(positions + 1).gather(1, order)
        return order.gather(1, (kept.to(noise.dtype) - noise.log()).argmax(-1, keepdim=True))[:, 0]

    def filtered(self, logits: "Tensor", tokens: "Tensor") -> "tuple[Tensor, Tensor]":
        """Log-odds (rows, vocabulary), best first, -inf for what may not be drawn; and whose they are (int64).

        In transformers' order: repetition penalty, temperature, top-k, top-p, min-p.
        """
        import torch

        n, numbers = logits.shape[0], self.numbers
        lower = torch.ones(n, n, dtype=torch.bool, device=logits.device).tril()
        said = self.seen.repeat(n, 1).scatter_(1, torch.where(lower, tokens[None], tokens[:1]), True)
        penalised = torch.where(logits > 0, logits / numbers["penalty"], logits * numbers["penalty"])
        logits = torch.where(said, penalised, logits) / numbers["temperature"]
        scores, order = logits.sort(dim=-1, descending=True, stable=True)
        scores = scores.masked_fill(self._ids >= self.top_k, -torch.inf)
        odds = scores.softmax(-1)
        # All of it may be drawn where top-p is 1: what rounding adds up to more than 1 leaves nothing out.
        above = (odds.cumsum(-1) - odds >= numbers["top_p"]) & (numbers["top_p"] < 1)
        outside = above | (odds < numbers["min_p"] * odds[:, :1])
        outside[:, 0] = False
        return scores.masked_fill(outside, -torch.inf), order

    def _noise(self, positions: "Tensor") -> "Tensor":
        """(rows, vocabulary) exponential numbers that depend on seed, position and token alone."""
        key = _mixed(self.seed ^ _mixed(positions))[:, None]
        bits = 52 if self._real.itemsize == 8 else 23
        whole = _shifted(_mixed(key + self._ids * _signed(GOLDEN)), 64 - bits)
        return -((whole.to(self._real) + 0.5) / (1 << bits)).log()


def _mixed(words: "Tensor") -> "Tensor":
    """SplitMix64's finalizer, by element."""
    words = (words ^ _shifted(words, 30)) * _signed(MULTIPLIERS[0])
    words = (words ^ _shifted(words, 27)) * _signed(MULTIPLIERS[1])
    return words ^ _shifted(words, 31)


def _shifted(words: "Tensor", by: int) -> "Tensor":
    """To the right, filled with zeros; torch's own shift repeats the sign."""
    return (words >> by) & ((1 << (64 - by)) - 1)


def _signed(word: int) -> int:
    """The 64 bits as torch's int64 reads them."""
    word %= WORD
    return word - WORD if word >= WORD // 2 else word
