"""`phitui eval`: how well a library finds, quotes and refuses; comparing settings, and fitting to own questions."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.progress import ProgressLine
from phitui.cli.registry import Command, Family
from phitui.errors import UsageError
from phitui.settings import override
from phitui.signals import stopping
from phitui.text import one_line

if TYPE_CHECKING:
    from threading import Event as ThreadEvent

    from phitui.evaluation.measure import Measured
    from phitui.evaluation.questions import Question
    from phitui.workbench import Workbench

ARMS = ("lexical", "dense", "plain")
SHIPPED = "shipped"
"""Compares fitted weights with those that phitui ships."""
LABEL = (
    "These questions were made of the documents themselves: a first estimate. People's own can fare better or worse."
)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", type=shared.path, help="questions, one JSON object a line")
    shared.scope(parser)
    parser.add_argument("--judged", action="store_true", help="the questions whose passages were marked as right")
    parser.add_argument("--synthetic", metavar="N", type=shared.count, help="N questions made of the documents")
    parser.add_argument(
        "--against", metavar="X", help="compare with lexical, dense, plain, shipped, or a setting (rerank=off)"
    )
    parser.add_argument("--leave-out", action="store_true", help="ask each again without its document: to be refused")
    parser.add_argument(
        "--claims",
        metavar="FILE",
        type=shared.path,
        help="labelled claims: how far the check of sentences can be trusted",
    )
    shared.setting(parser, "--checker", "checker", metavar="C", help="what reads claims, as in `phitui check`")
    parser.add_argument("--fit", action="store_true", help="fit ranking and refusal to the questions, and keep them")
    parser.add_argument("--unfit", action="store_true", help="go back to what phitui ships")


def _evaluate(workbench: "Workbench", options: argparse.Namespace) -> int:
    """Prints a row an arm, or what a comparison or a fit found."""
    if options.unfit:
        return _unfit(workbench)
    if options.claims is not None:
        return _claims(workbench, options)
    if (options.file is not None) + options.judged + (options.synthetic is not None) != 1:
        raise UsageError("Give a FILE of questions, --judged for passages marked as right, or --synthetic N.")
    there = workbench.library.documents()
    questions, made = _questions(workbench, options) if there or options.file is not None else ([], False)
    if not there and printing.is_empty(workbench):
        return 0
    if made:
        printing.say(LABEL)
    elsewhere = sum(each.path is not None and not any(each.is_about(one.path) for one in there) for each in questions)
    if elsewhere:
        printing.say(
            f"{elsewhere:,} of {len(questions):,} questions name files that are not in this library: not found."
        )
    if options.fit:
        return _fit(workbench, options, questions, made)
    own = workbench.library.calibration
    if own is not None:
        printing.say(f"In use: {own.sentence()}. `phitui eval --unfit` goes back to what phitui ships.")
    if options.against:
        return _compare(workbench, options, questions)
    measured: list[Measured] = []
    try:
        _measure(workbench, questions, measured, refusal=True, leave_out=options.leave_out)
    except KeyboardInterrupt:
        printing.say(f"Stopped after {len(measured):,} of {len(questions):,} questions.")
        _print(measured, options, made)
        raise
    _print(measured, options, made)
    return 0


def _print(measured: "Sequence[Measured]", options: argparse.Namespace, made: bool) -> None:
    """A row an arm; nothing where nothing was measured."""
    from phitui.evaluation.measure import rows

    for row in rows(measured) if measured else ():
        if options.json:
            printing.line(row | {"synthetic": made})
        else:
            curve = row.pop("refusal_curve", [])
            printing.line(printing.columns({key: value for key, value in row.items() if value is not None}))
            _print_curve(curve)


def _questions(workbench: "Workbench", options: argparse.Namespace) -> "tuple[list[Question], bool]":
    """The questions, and whether they were made of the documents. Raises UsageError."""
    from phitui.evaluation.questions import read_questions

    if options.file is not None:
        return read_questions(options.file), False
    if options.judged:
        found = workbench.known_questions(None)
        if not found:
            raise UsageError("No passage is marked as right yet: R in the workbench's passages marks one.")
        return found, False
    found = workbench.known_questions(options.synthetic)
    if not found:
        raise UsageError("No question could be made of these documents: give a FILE of questions.")
    return found, True


def _measure(
    workbench: "Workbench",
    questions: "Sequence[Question]",
    found: "list[Measured] | None" = None,
    *,
    refusal: bool = False,
    leave_out: bool = False,
    weights: "Mapping[str, float] | None" = None,
) -> "list[Measured]":
    """Every question, with progress. Ctrl-C ends it; `found` then holds what was measured before."""
    found = [] if found is None else found
    with stopping() as cancel, ProgressLine() as progress:
        for each in workbench.measure(questions, cancel, refusal=refusal, leave_out=leave_out, weights=weights):
            found.append(each)
            progress.count("evaluating", len(found), len(questions))
    return found


def _compare(workbench: "Workbench", options: argparse.Namespace, questions: "Sequence[Question]") -> int:
    """Prints a row a measure: what is in use against something else. Raises UsageError."""
    from phitui.evaluation.compare import compare
    from phitui.evaluation.measure import ranks_of
    from phitui.library.search.ranking import WEIGHTS

    other = options.against
    if other in ARMS:
        measured = _measure(workbench, questions)
        others = ranks_of(measured, other)
    elif other == SHIPPED:
        if workbench.library.calibration is None:
            raise UsageError("This library uses what phitui ships: `phitui eval FILE --fit` fits weights to compare.")
        measured = _measure(workbench, questions)
        others = ranks_of(_measure(workbench, questions, weights=WEIGHTS), "fused")
    else:
        second = _other_workbench(workbench, other)
        try:
            others = ranks_of(_measure(second, questions), "fused")
        finally:
            second.close()
        measured = _measure(workbench, questions)
    if not others:
        raise UsageError("No question is one that the documents answer: there is nothing to compare.")
    for row in compare(ranks_of(measured, "fused"), others):
        named = {"arm": "fused", "against": other} | row
        printing.line(named if options.json else _compared(named))
    return 0


def _other_workbench(workbench: "Workbench", given: str) -> "Workbench":
    """The same with one setting changed, such as embedder=hidden:DIR or rerank=off. Raises UsageError."""
    from phitui.workbench import Workbench

    key, sign, value = given.partition("=")
    if not sign:
        raise UsageError(
            f"--against: {one_line(given, 60)!r} is neither {', '.join(ARMS)} nor {SHIPPED}, nor a setting such as "
            "rerank=off or embedder=E."
        )
    made = Workbench(override(workbench.settings, key, value, "--against"), workbench.places)
    if key == "embedder":
        searching = next((each for each in made.library.embedders() if each.searches), None)
        if searching is None or not searching.wanted:
            made.close()
            raise UsageError(
                f"The library lacks vectors of that embedder: `phitui --embedder {one_line(value, 60)} embedders build`"
                " makes them."
            )
    return made


def _compared(row: dict[str, Any]) -> str:
    values = f"{row['measure']:9}  {row['value']:.3f}  against {row['against']} {row['against_value']:.3f}"
    chance = f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]  p {row['p']:.3g}"
    return f"{values}  {chance}  {row['questions']} questions"


def _print_curve(curve: Sequence[Sequence[float | None]]) -> None:
    """A line a threshold; nothing without unanswerable questions."""
    for threshold, refused, accepted in curve:
        if refused is not None and accepted is not None:
            printing.line(f"  threshold {threshold:.2f}  refused {refused:6.1%}  wrongly answered {accepted:6.1%}")


def _fit(workbench: "Workbench", options: argparse.Namespace, questions: "Sequence[Question]", made: bool) -> int:
    """Fits, prints both halves before and after, and keeps what is better on the half left out."""
    from phitui.evaluation.fit import PASSES, fit

    if made:
        raise UsageError("Weights are not fitted on questions made of the documents: they share too many words.")
    embedder = next((each.identity for each in workbench.library.embedders() if each.searches), None)
    if embedder is None:
        raise UsageError("Nothing can be fitted without an embedder.")
    with stopping() as cancel, ProgressLine() as progress:
        done = 0

        def tell(_: object) -> None:
            nonlocal done
            done += 1
            progress.count("fitting", done, PASSES * len(questions))
            _stop(cancel)

        found = fit(workbench.library, embedder, questions, tell)
    for row in found.rows:
        printing.line(row if options.json else printing.columns(row))
    for row in found.comparison:
        named = {"half": "other", "against": "before"} | row
        printing.line(named if options.json else _compared(named))
    for note in found.notes:
        printing.say(note)
    if found.calibration is None:
        printing.say("Nothing is kept: what phitui ships does as well here.")
    else:
        workbench.library.calibration_file.write(found.calibration)
        printing.say(f"Kept and in use from now on: {found.calibration.sentence()}. `phitui eval --unfit` removes it.")
    last: dict[str, Any] = {"kept": found.calibration is not None, "weights": None, "threshold": None}
    if found.calibration is not None:
        last |= {"weights": found.calibration.weights, "threshold": found.calibration.threshold}
    if options.json:
        printing.line(last)
    return 0


def _claims(workbench: "Workbench", options: argparse.Namespace) -> int:
    """Prints what the check is worth on labelled claims; finds a reader's weights and thresholds, and keeps them."""
    from phitui.evaluation.claim_fit import figures, fit, verdict_of
    from phitui.evaluation.claim_rows import measured, read_claims
    from phitui.models.embed.checker import BUNDLED

    items, where = read_claims(options.claims, workbench.library.documents())
    judge, reader = workbench.judge(), workbench.models.checker()
    assert reader is not None  # `judge` says so otherwise
    with stopping() as cancel, ProgressLine() as progress:

        def tell(count: int) -> None:
            progress.count("evaluating", count, len(items))
            _stop(cancel)

        rows = measured(items, where, judge, workbench.library, tell)
    own = reader.fitted is not None
    used = {"checker": reader.name, "thresholds": "its own" if own else "shipped", "claims": len(rows)}
    _print_claims(used | figures(rows, [verdict_of(row, reader.fitted) for row in rows]), options)
    if options.fit or (reader.name != BUNDLED and not own):
        fitted = fit(rows)
        workbench.models.checker_fits.keep(reader.name, fitted)
        _print_claims({**used, "thresholds": "fitted, on documents left out", **fitted["held out"]}, options)
        printing.say(f"Kept and in use from now on for {one_line(reader.name, 80)}.")
    return 0


def _print_claims(row: dict[str, Any], options: argparse.Namespace) -> None:
    printing.line(row if options.json else printing.columns(row))


def _stop(cancel: "ThreadEvent") -> None:
    if cancel.is_set():
        raise KeyboardInterrupt


def _unfit(workbench: "Workbench") -> int:
    there = workbench.library.calibration_file.delete()
    printing.say("What was fitted is removed." if there else "Nothing was fitted for this library.")
    return 0


FAMILY = Family(
    "measuring",
    (
        Command(
            "eval",
            "how well the library finds, quotes and refuses, on questions",
            _evaluate,
            _options,
            ("phitui eval questions.jsonl", "phitui eval --synthetic 100 --against rerank=off"),
            of_documents=True,
        ),
    ),
    place=6,
)
