"""An answer that is bound to its evidence while it is written.

Each sentence is checked at its end, while the model goes on. Where the passages do not say it, the answer is cut back
to before it and the sentence is written anew, a little warmer; where that fails twice too, the nearest quote stands
there instead. An engine keeps what it has read up to the first token that differs, so going back costs little.
"""

import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from threading import Event as ThreadEvent

from phitui.answers.writing.repetition import loop_start, words_of
from phitui.events import AnswerFinished, AnswerVerified, SentenceRevised, SentencesChecked, TokensArrived
from phitui.library.terms.words import stems
from phitui.models.engine import Engine, Sampling, continues
from phitui.models.engines.turns import thought_begun
from phitui.records import CheckedSentence
from phitui.text import sentences

RESAMPLINGS = 2
"""A sentence is written anew at most so often."""
WARMER = 0.3
"""Is added to the temperature each time."""
REWRITTEN_SHARE = 0.3
"""Tokens that are spent on sentences which are taken back, as a share of the longest answer; then quotes stand in."""
ACCEPTED = frozenset(("supported", "partly", "no claim"))
"""Verdicts with which a sentence stays."""
TOLD = frozenset(("about the text itself", "said to the reader"))
"""What claims nothing and may still be all that there is to say."""
NEAR = 1 / 3
"""Share of a sentence's words that a quote which stands in for it has, unless it is the best quote."""
EMPTY_SENTENCES = 4
"""An answer ends where so many sentences in a row claim nothing."""
LOOP_STEP = 64
"""Characters after which a loop is looked for where no word begins."""
_CLOSED = "。！？．｡」』”’）〕】"
"""Behind these a sentence may begin without a space."""

Check = Callable[[str], CheckedSentence]
Said = TokensArrived | SentencesChecked | SentenceRevised | AnswerFinished | AnswerVerified


@dataclass(slots=True)
class _Run:
    """One run of the engine: why it ended, and what it had written by then that is not settled."""

    why: str = ""
    """failed, settled, repeated, or the engine's own reason."""
    failed: CheckedSentence | None = None
    discarded: str = ""


class _Cut(ThreadEvent):
    """Cancels one run; it is set as well where the whole answer is cancelled."""

    def __init__(self, whole: ThreadEvent):
        super().__init__()
        self._whole = whole

    def is_set(self) -> bool:
        return super().is_set() or self._whole.is_set()


class BoundAnswer:
    """One answer. What it says depends on the prompt, the sampling with its seed, and the check, never on timing."""

    def __init__(
        self,
        engine: Engine,
        prompt: str,
        sampling: Sampling,
        cancel: ThreadEvent,
        check: Check,
        quotes: Sequence[CheckedSentence] = (),
        begun: str = "",
        *,
        copies_only: bool = False,
    ):
        """`check` judges one sentence. `quotes` may stand for sentences that fail, each at most once; best first.

        `begun`: the beginning of the answer, which the prompt ends with; it is not taken back. `copies_only`: what a
        passage does not say in these words fails too, and is not written anew. The smallest models put words together
        that no passage puts together, so nearly that any judge takes them for a paraphrase; warmer they do so more.
        """
        self._engine, self._prompt, self._cancel, self._check = engine, prompt, cancel, check
        seed = secrets.randbits(63) if sampling.seed is None else sampling.seed
        self._sampling = replace(sampling, seed=seed)
        self._quotes = list(quotes)
        self._best = quotes[0] if quotes else None
        self._copies_only = copies_only
        self._resamplings = 0 if copies_only else RESAMPLINGS
        self._begun = self._text = begun
        self._settled: list[CheckedSentence] = []
        self._said: set[str] = set()
        self._spent = 0
        """Tokens of sentences that were taken back."""
        self._runs: list[AnswerFinished] = []
        for start, end in sentences(begun)[: None if _ended(begun) else -1]:
            self._keep(self._check(begun[start:end]), start, end)

    def events(self) -> Iterator[Said]:
        """The text as it comes, each step back, then AnswerFinished and AnswerVerified. Raises ModelError."""
        if self._begun:
            yield TokensArrived(self._begun)
        attempt = 0
        while True:
            left = self._sampling.max_tokens - self._tokens(self._text[len(self._begun) :])
            if left <= 0 and self._runs:
                yield from self._finish("length")
                return
            run = yield from self._run(attempt, left)
            if run.why == "settled":
                attempt = 0
            elif run.failed is None:
                yield from self._finish(run.why)
                return
            else:
                self._spent += self._tokens(run.discarded)
                afford = self._spent <= REWRITTEN_SHARE * self._sampling.max_tokens
                able = continues(self._engine) or not self._text
                if attempt < self._resamplings and afford and able:
                    attempt += 1
                    yield SentenceRevised(self._text, run.failed.text, "resampled")
                    continue
                attempt = 0
                quote = self._nearest(run.failed.text)
                if quote is None:
                    yield SentenceRevised(self._text, run.failed.text, "dropped")
                    yield from self._finish("unsupported")
                    return
                self._text += _space_behind(self._text)
                start = len(self._text)
                self._text += quote.text
                self._keep(quote, start, len(self._text))
                yield SentenceRevised(self._text, run.failed.text, "replaced", quote.text)
                yield SentencesChecked(tuple(self._settled))
                if not continues(self._engine):  # the quote stands, and nothing can be said behind it
                    yield from self._finish("unsupported")
                    return

    # ── one run ──────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self, attempt: int, left: int) -> Generator[Said, None, _Run]:
        """The engine from what is settled, until a sentence fails or the text ends; what was settled stays."""
        cut = _Cut(self._cancel)
        tail = _Tail(self._text, open_end=self._text == self._begun and not _ended(self._begun))
        run, reason = _Run(), ""
        for event in self._engine.stream(self._continued(), self._sampled(attempt, left), cut):
            if isinstance(event, AnswerFinished):
                self._runs.append(event)
                reason = event.reason
                continue
            if run.why:
                continue  # the engine's last words after it was cut
            spaced = tail.spaced(event.text)
            yield TokensArrived(spaced)
            for piece in tail.grow(spaced):
                yield from self._judge(piece, tail, run)
                if attempt and not run.why and tail.taken and continues(self._engine):
                    run.why = "settled"  # the next sentence is written as the request wants it
                if run.why:
                    cut.set()
                    break
        if not run.why:
            run.why = reason
            yield from self._end(tail, run)
        run.discarded = tail.text
        return run

    def _judge(self, piece: "_Piece", tail: "_Tail", run: _Run) -> Iterator[Said]:
        """Settles a piece, or says in `run` why the answer does not go on from it."""
        if piece.looped:
            run.why = "repeated"
            if words_of(piece.text) not in self._said:
                checked = self._check(piece.text)
                if checked.supported and self._stays(checked):
                    yield self._settle(checked, piece, tail)
            yield SentenceRevised(self._text, tail.text.strip(), "repeated")
            return
        words = words_of(piece.text)
        if words and words in self._said:
            run.why = "repeated"
            yield SentenceRevised(self._text, piece.text, "repeated")
            return
        checked = self._check(piece.text)
        if self._stays(checked) or piece.start < 0:
            yield self._settle(checked, piece, tail)
            last = self._settled[-EMPTY_SENTENCES:]
            if len(last) == EMPTY_SENTENCES and not any(each.claims for each in last):
                run.why = "unsupported"
        else:
            run.why, run.failed = "failed", checked

    def _stays(self, checked: CheckedSentence) -> bool:
        return checked.verdict in ACCEPTED and (checked.copied or not checked.claims or not self._copies_only)

    def _end(self, tail: "_Tail", run: _Run) -> Iterator[Said]:
        """What is left when the engine has ended by itself, or was cancelled."""
        for piece in tail.rest():
            whole = run.why in ("end", "stop") or piece.whole
            if whole and run.why != "cancelled":
                before = run.why
                run.why = ""
                yield from self._judge(piece, tail, run)
                if run.why:
                    return
                run.why = before
            else:
                yield self._settle(self._check(piece.text), piece, tail)

    def _settle(self, checked: CheckedSentence, piece: "_Piece", tail: "_Tail") -> SentencesChecked:
        start = len(self._text) + piece.start
        self._text += tail.take(piece)
        self._keep(checked, max(0, start), len(self._text))
        return SentencesChecked(tuple(self._settled))

    def _keep(self, checked: CheckedSentence, start: int, end: int) -> None:
        self._settled.append(replace(checked, start=start, end=end))
        self._said.update(_each_in(checked.text))

    # ── what the engine is asked ─────────────────────────────────────────────────────────────────────────────

    def _continued(self) -> str:
        """The prompt with what is settled; a thought that the prompt begins is closed before that."""
        added = self._text[len(self._begun) :]
        closing = thought_begun(self._prompt) if added else None
        return self._prompt + (f"\n{closing}\n\n" if closing else "") + added

    def _sampled(self, attempt: int, left: int) -> Sampling:
        if not attempt:
            return replace(self._sampling, max_tokens=left)
        origin = f"{self._sampling.seed}/{len(self._text)}/{attempt}".encode()
        seed = int.from_bytes(blake2b(origin, digest_size=8).digest()) >> 1
        warmer = self._sampling.temperature + WARMER * attempt
        return replace(self._sampling, max_tokens=left, seed=seed, temperature=warmer)

    def _tokens(self, text: str) -> int:
        return self._engine.count_tokens([text])[0] if text else 0

    def _nearest(self, sentence: str) -> CheckedSentence | None:
        """The quote with most of the sentence's words that the answer does not hold or cite yet; it is used up.

        The best quote answers the question, whatever the sentence said; another one has to be about the same.
        """
        cited = {(each.passage_id, each.span) for kept in self._settled for each in kept.citations if kept.supported}
        free = [
            each
            for each in self._quotes
            if not self._said.intersection(_each_in(each.text))
            and not any((own.passage_id, own.span) in cited for own in each.citations)
        ]
        wanted = set(stems(sentence))

        def shared(quote: CheckedSentence) -> float:
            return len(wanted & set(stems(quote.text))) / (len(wanted) or 1)

        near = [each for each in free if each is self._best or shared(each) >= NEAR]
        nearest = max(near, key=shared, default=None)
        if nearest is not None:
            self._quotes.remove(nearest)
        return nearest

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────────

    def _says_nothing(self) -> bool:
        """Whether all is lead-ins, questions and beginnings; that the passages do not tell is an answer."""
        return not self._begun and all(not each.claims and each.reason not in TOLD for each in self._settled)

    def _finish(self, reason: str) -> Iterator[Said]:
        """The whole answer, with the figures of all runs together. One that says nothing is the best quote instead."""
        quote = self._nearest("") if reason != "cancelled" and self._says_nothing() else None
        if quote is not None:
            taken, self._text, self._settled = self._text.strip(), "", []
            self._keep(quote, 0, len(quote.text))
            self._text = quote.text
            yield SentenceRevised(self._text, taken, "replaced", quote.text)
        text, lead = self._text.strip(), len(self._text) - len(self._text.lstrip())
        first, last = self._runs[0], self._runs[-1]
        one = len(self._runs) == 1 and quote is None
        timed = [each for each in self._runs if each.tokens_per_second and each.answer_tokens > 1]
        seconds = sum((each.answer_tokens - 1) / each.tokens_per_second for each in timed if each.tokens_per_second)
        memory = [each.peak_memory for each in self._runs if each.peak_memory is not None]
        yield replace(
            first,
            text=text,
            reason=reason,
            answer_tokens=first.answer_tokens if one and reason == last.reason else self._tokens(text),
            tokens_per_second=sum(each.answer_tokens - 1 for each in timed) / seconds if seconds else None,
            peak_memory=max(memory, default=None),
            tokens=first.tokens if one and reason == last.reason else (),
            guessed_tokens=sum(each.guessed_tokens for each in self._runs),
            accepted_tokens=sum(each.accepted_tokens for each in self._runs),
        )
        yield AnswerVerified(
            tuple(replace(each, start=each.start - lead, end=each.end - lead) for each in self._settled)
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence of the text that is not settled yet; `start` and `end` are its place there."""

    text: str
    start: int
    end: int
    looped: bool = False
    """The text behind it says the same again and again."""

    @property
    def whole(self) -> bool:
        """Whether it ends as sentences do."""
        return self.text.rstrip("\"'”’)]»").endswith((".", "!", "?", "…", "。", "！", "？"))


class _Tail:
    """What was written behind the settled text. It is looked at where words begin, so batches make no difference."""

    def __init__(self, settled: str, open_end: bool):
        """`open_end`: whether the settled text ends within a sentence."""
        begun = sentences(settled)[-1:] if open_end else []
        self._before = settled[begun[0][0] :] if begun else ""
        """A sentence that the settled text has begun."""
        self._space = "" if open_end else _space_behind(settled)
        self.text = ""
        self.taken = False
        """Whether a sentence was settled."""

    def spaced(self, text: str) -> str:
        """The text, set off from the sentence before it where it is the first behind it."""
        first = not self.text and not self.taken
        return self._space + text if first and text[:1].isalnum() else text

    def grow(self, text: str) -> Iterator[_Piece]:
        """Each sentence that is complete now. Whoever takes it does so before the next is asked for."""
        for char in text:
            previous = self.text[-1:]
            self.text += char
            begins = not char.isspace() and (previous.isspace() or previous in _CLOSED)
            if begins:
                while (piece := self._first(behind=1)) is not None:
                    yield piece
            if begins or len(self.text) % LOOP_STEP == 0:
                at = loop_start(self.text)
                if at is not None:
                    once = self.text[:at].strip()
                    start = self.text.index(once)
                    yield _Piece(once, start, start + len(once), looped=True)

    def rest(self) -> Iterator[_Piece]:
        """The sentences that are left at the end of the text."""
        while (piece := self._first()) is not None:
            yield piece

    def take(self, piece: _Piece) -> str:
        """Takes the piece off, with the space before it."""
        taken, self.text = self.text[: piece.end], self.text[piece.end :]
        self._before, self.taken = "", True
        return taken

    def _first(self, behind: int = 0) -> _Piece | None:
        """The first sentence, where at least so many stand behind it."""
        shift, whole = len(self._before), self._before + self.text
        spans = [(start, end) for start, end in sentences(whole) if end > shift]
        if len(spans) <= behind:
            return None
        start, end = spans[0]
        return _Piece(whole[start:end], start - shift, end - shift)


def _each_in(text: str) -> set[str]:
    """The words of each sentence of a text: a quote may hold several. An empty one says nothing."""
    whole = [text, *(text[start:end] for start, end in sentences(text))]
    return {words_of(each) for each in whole} - {""}


def _space_behind(text: str) -> str:
    """What sets the next sentence off: a space, or a new line behind what ends without a full stop."""
    if not text or text[-1].isspace():
        return ""
    return " " if _ended(text) else "\n"


def _ended(text: str) -> bool:
    """Whether the last sentence of a text is complete."""
    return text.rstrip().rstrip("\"'”’)]»").endswith((".", "!", "?", "…", ":", "。", "！", "？"))
