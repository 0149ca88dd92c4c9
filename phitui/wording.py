"""What both faces say in the same words."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from phitui.events import RunFinished, SentenceRevised
from phitui.models.tuning.events import RecordsRead, TuningFinished, TuningPlanned, TuningStepped
from phitui.records import LEFT_OUT, CheckedSentence, Evidence, Quote
from phitui.text import duration, one_line

if TYPE_CHECKING:
    from phitui.evaluation.comparison.side_by_side import Answered

ENDS = {
    "length": "cut at the longest answer allowed",
    "window": "cut: the window is full",
    "cancelled": "stopped",
    "repeated": "stopped: it began to repeat itself",
    "unsupported": "stopped: the passages say no more of it",
}
"""How an answer ended, where it did not end by itself."""


def ended(reason: str) -> str:
    """How an answer ended; empty where it ended by itself."""
    return ENDS.get(reason, "")


def revised(revisions: Sequence[SentenceRevised]) -> str:
    """How many sentences of an answer were replaced, written anew or left out; empty where none was."""
    counts = {"replaced": 0, "written anew": 0, "left out": 0}
    tried: str | None = None
    for each in revisions:
        if each.step in ("replaced", "dropped"):
            counts["replaced" if each.step == "replaced" else "left out"] += 1
            tried = None
        else:
            counts["written anew"] += tried is not None and each.answer != tried
            tried = each.answer if each.step == "resampled" else None
    counts["written anew"] += tried is not None
    told = [(count, done) for done, count in counts.items() if count]
    if not told:
        return ""
    (first, done), rest = told[0], told[1:]
    one = f"{first} sentence was {done}" if first == 1 else f"{first} sentences were {done}"
    return ", ".join([one, *(f"{count} {done}" for count, done in rest)])


def closest(evidence: Evidence | None, quotes: Sequence[Quote]) -> str:
    """Whose the nearest misses are, where the question names what the library lacks; empty where it does not."""
    if evidence is None or not evidence.unknown or not quotes:
        return ""
    return (
        f"Nothing here is about {one_line(evidence.unknown, 60)}; the closest is from {one_line(quotes[0].title, 60)}:"
    )


def unknown(evidence: Evidence | None) -> str:
    """What is named and nothing found is about, above an answer all the same; empty where there is none."""
    if evidence is None or not evidence.unknown:
        return ""
    return f"No passage found is about {one_line(evidence.unknown, 60)}."


VERDICTS = {
    "supported": "supported",
    "partly": "partly",
    "related": "only related",
    "unsupported": "not found",
    "contradicted": "contradicted",
    "no claim": "no claim",
}
"""Every verdict, the best first, in the words that people read."""


def remark(sentence: CheckedSentence) -> str:
    """What is wrong with a sentence of an answer, in a few words; empty where it is supported."""
    if sentence.supported:
        return ""
    if not sentence.claims:
        return f"no claim: {sentence.reason}" if sentence.reason else "no claim"
    lacking = ", ".join(sentence.unsupported_words)
    told = "; ".join(_conflict(said, source) for said, source in sentence.conflicts)
    if sentence.verdict == "contradicted":
        return told or "the passage says otherwise" + (f"; it does not say: {lacking}" if lacking else "")
    told = "; ".join(each for each in (f"not said of it: {lacking}" if lacking else "", told) if each)
    if sentence.verdict == "related":
        # Nothing that can be pointed at: then it is how the words go together.
        return f"the passage is only about the same: {told or 'it has these words, but does not say this'}"
    if sentence.verdict == "partly":
        return f"partly: no passage says: {lacking}" if lacking else "partly"
    return f"not in the passages: {lacking}" if lacking else "no passage says it"


def _conflict(said: str, source: str) -> str:
    """What a sentence says, and its source instead."""
    if source == LEFT_OUT:
        return f"says {said}, the passage says it without"
    if said == LEFT_OUT:
        return f"leaves out {source}, which the passage says"
    return f"says {said}, the passage {source}"


def sums(counted: Mapping[str, int]) -> str:
    """How many claims there are of each verdict, in one line; the worst first, since a narrow pane cuts the end."""
    claims = sum(counted.values()) - counted.get("no claim", 0)
    worst_first = [each for each in reversed(VERDICTS) if each != "no claim" and counted.get(each)]
    shown = [f"{counted[each]} {VERDICTS[each]}" for each in worst_first]
    silent = f"; {counted['no claim']} no claim" if counted.get("no claim") else ""
    return f"{claims} claim{'s' * (claims != 1)}: {', '.join(shown) or 'none'}{silent}"


def answer_figures(answered: "Answered", *, speed: bool = True) -> str:
    """What one answer of a comparison is worth, and with `speed` what it took."""
    turn, (held, every) = answered.turn, answered.claims
    if not turn.in_documents:
        return "not in your documents"
    cells = [f"{held} of {every} sentences supported"]
    if speed and turn.finished and turn.finished.time_to_first_token is not None:
        cells.append(f"first word after {duration(turn.finished.time_to_first_token)}")
    if speed and turn.finished and turn.finished.tokens_per_second:
        cells.append(f"{turn.finished.tokens_per_second:.1f} tokens/s")
    if speed and answered.memory:
        cells.append(f"{answered.memory / 1e9:.1f} GB")
    return ", ".join(cells)


NO_PAIRS = (
    "Nothing was found right yet: mark the right passage of an answer (R), vote in a comparison (Alt+C), or accept code"
    " in the scratchpad."
)
"""Where a model is to learn from what a person found right."""


def records_told(event: RecordsRead) -> str:
    """What is learnt from."""
    cut = f", {event.cut} of them cut off at the longest that is read" if event.cut else ""
    return (
        f"{event.records} records of the format {one_line(event.format, 60)}: {event.records - event.kept} to learn"
        f" from, {event.kept} to measure on; {event.tokens:,} tokens, the loss counts at {event.counted:,}{cut}."
    )


def tuning_planned(event: TuningPlanned) -> str:
    """What will be trained, and in how many steps."""
    what = f"an adapter on {one_line(', '.join(event.targets), 200)}" if event.targets else "all weights"
    share = 100 * event.trained / event.parameters
    at_once = f"{event.batch} records" + (f" × {event.accumulate}" if event.accumulate > 1 else "")
    return f"{event.steps} steps of {at_once}; trains {event.trained:,} numbers ({share:.2g} %): {what}."


def tuning_step(event: TuningStepped) -> str:
    """How far it is."""
    cells = [f"step {event.step} of {event.steps}", f"epoch {event.epoch:.2f}"]
    if event.loss is not None:
        cells.append(f"loss {event.loss:.3f}")
    if event.validation_loss is not None:
        cells.append(f"validation loss {event.validation_loss:.3f}")
    if event.tokens_per_second:
        cells.append(f"{event.tokens_per_second:.0f} tokens/s")
    if event.left_seconds:
        cells.append(f"{duration(event.left_seconds)} left")
    return "  ".join(cells)


def tuning_ended(event: TuningFinished) -> str:
    """What came of it."""
    fell = ""
    if event.before and event.after is not None:
        share = event.after / event.before - 1
        fell = f"; validation loss {event.before:.3f} → {event.after:.3f} ({100 * share:+.0f} %)"
    early = ", ended early" if event.ended_early else ""
    return f"tuned  {one_line(event.output)}  {event.steps} steps{early} in {duration(event.seconds)}{fell}"


def page_name(page: int, label: str | None) -> str:
    """`p. 3`, with the label that is printed there before it where that says something else: `p. iv (3)`."""
    shown = one_line(label or "", 12)
    return f"p. {shown} ({page})" if shown and shown != str(page) else f"p. {page}"


def pages_name(page: int, page_end: int, labels: Sequence[str | None]) -> str:
    """The same for neighbouring pages: `pp. 3-5`, or `pp. iii-v (3-5)`."""
    if page == page_end:
        return page_name(page, labels[0])
    numbers = f"{page}-{page_end}"
    shown = "-".join(
        one_line(label or "", 12) or str(number) for number, label in zip((page, page_end), labels, strict=True)
    )
    return f"pp. {shown} ({numbers})" if shown != numbers else f"pp. {numbers}"


def cited_pages(sentence: CheckedSentence) -> list[str]:
    """The pages that a sentence rests on, in their order, each once."""
    pages = {each.span.page: each.page_label for each in sentence.citations}
    return [page_name(page, label) for page, label in sorted(pages.items())]


def cited(text: str, title: str, page: str, *, quoted: bool = True) -> str:
    """“text” (Title, p. 14); without the marks where the words are not the document's own."""
    said = one_line(text)
    return f"{f'“{said}”' if quoted else said} ({one_line(title)}, p. {one_line(page)})"


def with_advice(reason: str | None, advice: str | None) -> str:
    """Why a document is not as it should be, and what to do about it, which depends on who says it."""
    return ". ".join(each.rstrip(".") for each in (reason, advice) if each) + "." if advice else reason or ""


PROTECTIONS = {
    "bubblewrap": "no network, no home folder (bubblewrap)",
    "namespaces": "no network, no home folder (namespaces)",
    "landlock": "no network, no home folder (Landlock)",
    "limits": "NOT shut in: it may read files, use the network",
}
"""How code is protected against that is run, as `RunStarted` names it."""
LIMITS = {
    "time": "ended: it ran longer than the setting run_seconds allows",
    "memory": "ended: it took more memory than the setting run_memory_mb allows",
    "processes": "ended: it started too many processes",
    "folder": "ended: it wrote too much into its folder",
    "output": "ended: it wrote more than 1 MB of output",
    "cancelled": "stopped",
}


def run_ended(finished: RunFinished) -> str:
    """How a run ended, and after which time."""
    code = finished.code or 0
    signal = f" (signal {code - 128})" if code > 128 else ""
    how = LIMITS[finished.limit] if finished.limit else f"exit code {code}{signal}" if code else "ran to its end"
    return f"{how} · {finished.seconds:.1f} s"
