"""`phitui compare`: the same questions to several models, adapters or settings, side by side."""

import argparse
import shutil
from typing import TYPE_CHECKING, Any

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.progress import ProgressLine
from phitui.cli.registry import Command, Family
from phitui.cli.vote import BESIDE, beside, refuse_without_terminal, votes
from phitui.errors import PhituiError, UsageError
from phitui.events import Failed, TokensArrived
from phitui.text import one_line
from phitui.wording import answer_figures

if TYPE_CHECKING:
    from phitui.evaluation.comparison.side_by_side import Answered, Judge
    from phitui.evaluation.questions import Question
    from phitui.workbench import Workbench


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="?", help="- reads stdin")
    parser.add_argument(
        "--models",
        nargs="+",
        metavar="M",
        required=True,
        help="two or more: MODEL, MODEL+ADAPTER or server:NAME, with settings behind commas (smollm2,temperature=0.7)",
    )
    parser.add_argument("--questions", metavar="FILE", type=shared.path, help="JSON lines, as `phitui eval` reads them")
    parser.add_argument("--vote", action="store_true", help="you say which answer is better, blind, one key each")
    parser.add_argument("--named", action="store_true", help="with --vote: show whose answers they are")
    parser.add_argument(
        "--judge", choices=["none", "model"], default="none", help="who wins: by support and known answers, or --model"
    )
    shared.setting(parser, "-k", "passages", type=shared.count, metavar="K", help="passages looked at (default 10)")
    shared.scope(parser)
    shared.sampling(parser)


def _compare(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.evaluation.comparison.side_by_side import Answered, answers, pairs, sums
    from phitui.evaluation.comparison.variants import Variant

    variants = [Variant.of(each, workbench.settings) for each in options.models]
    if len(variants) < 2 or len({each.name for each in variants}) < len(variants):
        raise UsageError("Name two or more that differ: --models A B.")
    if options.judge == "model" and workbench.settings.model == "none":
        raise UsageError("Name the model that judges: --model, beside --judge model.")
    if options.vote:
        if options.judge != "none":
            raise UsageError("Either you vote, or --judge decides.")
        refuse_without_terminal(len(variants))
    questions = _questions(options)
    if printing.is_empty(workbench):
        return 0
    single = options.questions is None
    told = single and not options.json and not options.vote
    apart = workbench.asks_beside(variants)
    streamed = told and not apart  # answers that come together cannot be shown as they come
    found: list[Answered] = []
    failed = False
    with ProgressLine() as progress:
        for event in answers(variants, questions, workbench.ask, workbench.models.change, apart):
            if isinstance(event, Failed):
                progress.clear()
                printing.say(event.message)
                failed = True
            elif isinstance(event, Variant) and streamed:
                printing.line(f"── {one_line(event.name, 60)}")
            elif isinstance(event, TokensArrived) and streamed:
                printing.piece(event.text)
            elif isinstance(event, Answered):
                found.append(event)
                if options.json:
                    printing.line(_row(event, single))
                elif streamed:
                    printing.line(f"\n{answer_figures(event)}\n")
                elif told:
                    head = f"── {one_line(event.variant.name, 60)}"
                    printing.line(f"{head}\n{event.turn.answer}\n{answer_figures(event)}\n")
                else:
                    progress.count(one_line(event.variant.name, 40), len(found), len(questions) * len(variants))
    if told:
        _beside(found)
    judge = _voted(workbench, options, found) if options.vote else None
    if not single or options.vote:
        for row in sums(found, variants):
            printing.line(row if options.json else printing.columns(row))
        judge = _judge(workbench) if options.judge == "model" else judge
        for row in pairs(found, variants, judge):
            printing.line(row if options.json else _pair(row))
    return 1 if failed else 0


def _questions(options: argparse.Namespace) -> "list[Question]":
    from phitui.answers.request import checked_question
    from phitui.evaluation.questions import Question, read_questions

    if (options.question is None) == (options.questions is None):
        raise UsageError("Give either one question or --questions FILE.")
    if options.questions is not None:
        return read_questions(options.questions)
    return [Question(checked_question(shared.typed(options.question)))]


def _voted(workbench: "Workbench", options: argparse.Namespace, found: "list[Answered]") -> "Judge":
    try:
        return votes(workbench, found, options.named)
    except OSError as error:
        raise PhituiError(f"The vote is not kept: {one_line(error.strerror or str(error), 120)}.") from None


def _judge(workbench: "Workbench") -> "Judge":
    from phitui.evaluation.comparison.model_judge import ModelJudge

    chosen = workbench.settings
    for _ in workbench.models.change(chosen.model, chosen.adapter):
        pass
    return ModelJudge(workbench.models.engine)


def _row(each: "Answered", single: bool) -> dict[str, Any]:
    done = each.turn.finished
    held, every = each.claims
    return {
        "query_id": None if single else each.number,
        "question": each.question.question,
        "model": each.variant.name,
        "in_documents": each.turn.in_documents,
        "answer": each.turn.answer if each.turn.in_documents else None,
        "sentences_supported": held,
        "sentences": every,
        "time_to_first_token": done.time_to_first_token if done else None,
        "tokens_per_second": done.tokens_per_second if done else None,
        "memory": each.memory,
        "right": each.right,
        "supported_and_right": None if each.right is None else each.right and each.supported,
        "passages": [hit.passage_id for hit in each.turn.hits],
    }


def _beside(found: "list[Answered]") -> None:
    """Two answers beside each other where there is room; the words that differ from the first's."""
    from phitui.evaluation.comparison.word_diff import word_diff

    columns = shutil.get_terminal_size().columns
    if len(found) == 2 and columns >= BESIDE:
        heads = [one_line(each.variant.name, columns // 2 - 2) for each in found]
        for line in beside(heads, [f"{each.turn.answer}\n\n{answer_figures(each)}" for each in found], columns):
            printing.line(line)
        printing.line("")
    for each in found[1:]:
        if each.turn.answer == found[0].turn.answer:
            printing.line(f"{one_line(each.variant.name, 60)} says the same.")
        else:
            printing.line(f"{one_line(each.variant.name, 60)}: {word_diff(found[0].turn.answer, each.turn.answer)}")


def _pair(row: dict[str, Any]) -> str:
    one, other = (one_line(each, 50) for each in row["pair"])
    told = f"{one} against {other}: {row['wins']} won, {row['losses']} lost, {row['ties']} alike"
    if row["lead"] is None:
        return told
    return f"{told}; lead {row['lead']:+.2f} (95 % between {row['low']:+.2f} and {row['high']:+.2f}, p {row['p']:.2g})"


FAMILY = Family(
    "measuring",
    (
        Command(
            "compare",
            "ask several models, adapters or settings the same, side by side",
            _compare,
            _options,
            (
                'phitui compare "How tall is it?" --models smollm2 smollm2+my-adapter',
                "phitui compare --questions questions.jsonl --models smollm2 smollm2,passages=5 --vote",
                "phitui --model big compare --questions questions.jsonl --models a b --judge model",
            ),
            of_documents=True,
        ),
    ),
)
