"""lm-evaluation-harness's interface of a model, answered by phitui's engine. Needs the extra evals."""

from collections.abc import Callable, Sequence
from typing import Any

from lm_eval import utils
from lm_eval.api.model import TemplateLM
from lm_eval.models.utils import handle_stop_sequences, normalize_gen_kwargs

from phitui.evaluation.benchmarks.kept import Answers
from phitui.models.engines.token_work import TokenWork

LONGEST = 256
"""Tokens of a text where the task does not say, as the harness's own models have it."""


class EngineModel(TemplateLM):  # type: ignore[misc]
    """Asks the engine for one request after another, in the order in which the least is read anew."""

    def __init__(self, work: TokenWork, answers: Answers, tell: Callable[[int, int], None]):
        """`tell` is told how many requests are done, and of how many."""
        super().__init__()
        self.tokenizer = work.tokenizer
        self._work, self._answers, self._tell = work, answers, tell

    @property
    def eot_token_id(self) -> int:
        """The token that ends a text."""
        return int(self.tokenizer.eos_token_id)

    @property
    def prefix_token_id(self) -> int:
        """What stands before a text that has nothing before it."""
        begun = self.tokenizer.bos_token_id
        return int(begun) if begun is not None else self.eot_token_id

    @property
    def max_length(self) -> int:
        """Tokens of the window."""
        return self._work.window

    @property
    def max_gen_toks(self) -> int:
        """Tokens of a text where the task does not say."""
        return LONGEST

    def tok_encode(self, string: str, add_special_tokens: bool | None = None, **more: Any) -> list[int]:
        """The harness's way: a text that begins with the first special token gets no other."""
        begun = self.tokenizer.decode(self.prefix_token_id)
        if add_special_tokens is None and string.startswith(begun):
            add_special_tokens = False
        options = {} if add_special_tokens is None else {"add_special_tokens": add_special_tokens}
        return list(self.tokenizer.encode(string, **options))

    def loglikelihood(self, requests: Sequence[Any], disable_tqdm: bool = True) -> list[tuple[float, bool]]:
        """Of continuations; how far it is, is told in phitui's way alone."""
        found: list[tuple[float, bool]] = super().loglikelihood(requests, disable_tqdm=True)
        return found

    def _loglikelihood_tokens(
        self, requests: Sequence[Any], told: bool = True, **more: Any
    ) -> list[tuple[float, bool]]:
        found: list[tuple[float, bool]] = [(0.0, False)] * len(requests)
        order = sorted(range(len(requests)), key=lambda at: (*requests[at][1], *requests[at][2]))
        for done, at in enumerate(order, 1):
            _, context, continuation = requests[at]
            key, known = self._answers.find("likelihood", [list(context), list(continuation)])
            if known is None:
                known = list(self._work.likelihood(context, continuation))
                self._answers.add(key, known)
            found[at] = (float(known[0]), bool(known[1]))
            if told:
                self._tell(done, len(requests))
        return found

    def loglikelihood_rolling(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[float]:
        """Of whole texts, in windows that follow one another."""
        sums = []
        for done, request in enumerate(requests, 1):
            (text,) = request.args
            windows = utils.get_rolling_token_windows(
                token_list=self.tok_encode(text),
                prefix_token=self.prefix_token_id,
                max_seq_len=self.max_length,
                context_len=1,
            )
            parts = [(None, *utils.make_disjoint_window(window)) for window in windows]
            sums.append(sum(one for one, _ in self._loglikelihood_tokens(parts, told=False)))
            self._tell(done, len(requests))
        return sums

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """Texts up to a stop string."""
        found = [""] * len(requests)
        order = sorted(range(len(requests)), key=lambda at: str(requests[at].args[0]))
        for done, at in enumerate(order, 1):
            context, given = requests[at].args
            options = normalize_gen_kwargs(given, LONGEST)
            most = min(int(options["max_gen_toks"]), self.max_length - 1)
            stops = handle_stop_sequences(options.get("until"), eos=self.tokenizer.decode(self.eot_token_id))
            tokens = self.tok_encode(context)[-(self.max_length - most) :]
            temperature = float(options.get("temperature") or 0.0)
            key, known = self._answers.find("text", [tokens, most, stops, temperature])
            if known is None:
                known = self._work.follow(tokens, most, stops, temperature)
                self._answers.add(key, known)
            found[at] = str(known)
            self._tell(done, len(requests))
        return found
