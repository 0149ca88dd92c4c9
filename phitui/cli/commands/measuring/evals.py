"""`phitui evals`: the benchmarks of the field, and answers over one's own library, by model."""

import argparse
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui import __version__
from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.progress import ProgressLine
from phitui.cli.registry import Command, Family
from phitui.errors import UsageError
from phitui.events import Failed
from phitui.settings import is_served
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.evaluation.benchmarks.kept import Lines
    from phitui.evaluation.comparison.kept_turns import KeptTurns
    from phitui.evaluation.comparison.side_by_side import Answered
    from phitui.evaluation.comparison.variants import Variant
    from phitui.workbench import Workbench

FOLDER = "evals"
"""In the data folder: results by model, and the answers of benchmarks that were begun."""


def _options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("what", nargs="*", metavar="documents FILE", help="answers over the library to the questions of FILE")
    add("--tasks", metavar="T,T", help="benchmarks by lm-evaluation-harness's names, or files of tasks (.yaml)")
    add("--suite", metavar="NAME", help="phi-2: the table of its release, with its shots")
    add("--limit", type=shared.count, metavar="N", help="the first N records of each task")
    add("--shots", type=int, metavar="N", help="worked examples before each record")
    add("--download", action="store_true", help="let data sets be fetched from the Hugging Face hub")
    add("--models", nargs="+", metavar="M", help="with documents: models as `phitui compare` names them")
    shared.scope(parser)
    shared.sampling(parser)


def _evals(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.evaluation.benchmarks.kept import RESULTS, Lines

    kept = Lines(workbench.places.data / FOLDER / RESULTS)
    if options.what:
        if len(options.what) != 2 or options.what[0] != "documents" or options.tasks or options.suite:
            raise UsageError("Give `phitui evals documents FILE`, or --tasks, or --suite.")
        return _documents(workbench, options, kept)
    if options.tasks and options.suite:
        raise UsageError("Give either --tasks or --suite.")
    if options.tasks or options.suite:
        return _tasks(workbench, options, kept)
    return _shown(options, kept)


def _shown(options: argparse.Namespace, kept: "Lines") -> int:
    """What was measured before, the newest of each."""
    newest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in kept:
        newest[tuple(str(row.get(key)) for key in ("model", "task", "metric", "shots", "limit"))] = row
    if not newest:
        printing.say("Nothing was measured yet: `phitui evals --tasks` or `phitui evals documents FILE` does it.")
    for row in newest.values():
        _print(row, options)
    return 0


def _print(row: dict[str, Any], options: argparse.Namespace) -> None:
    if options.json:
        printing.line(row)
        return
    error = f" ± {row['stderr']:.4f}" if isinstance(row.get("stderr"), float) else ""
    value = "none" if row.get("value") is None else f"{row['value']:.4f}"
    beside = f"  phi-2, published: {row['published']:.3f}" if row.get("published") is not None else ""
    names = "  ".join(one_line(str(row.get(key)), 40) for key in ("model", "task", "metric"))
    printing.line(f"{names}  {value}{error}  n {row.get('n')}{beside}")


def _keep(row: dict[str, Any], model: str, kept: "Lines", options: argparse.Namespace) -> None:
    row = {**row, "model": model}
    kept.add({**row, "when": datetime.now(UTC).isoformat(timespec="seconds")})
    _print(row, options)


# ── benchmarks ───────────────────────────────────────────────────────────────────────────────────────────────


def _tasks(workbench: "Workbench", options: argparse.Namespace, kept: "Lines") -> int:
    from phitui.evaluation.benchmarks.kept import Answers
    from phitui.evaluation.benchmarks.measure import LeftOut, measured, of_groups, of_suite, prepare, wanted
    from phitui.evaluation.benchmarks.published import SOURCE, SUITES

    prepare(options.download)
    folders: list[Path] = []
    if options.suite:
        tasks = of_suite(options.suite)
    else:
        tasks, folders = wanted([each for each in options.tasks.split(",") if each], options.shots)
    for _ in workbench.models.ready():
        pass
    work = workbench.models.token_work()
    models = workbench.models
    identity = _identity(workbench, models.model, models.adapters, models.engine.device)
    answers = Answers(workbench.places.data / FOLDER, identity)
    name, rows, failed = workbench.models.engine.name, list[dict[str, Any]](), False
    with ProgressLine() as progress:
        for each in measured(tasks, folders, work, answers, options.limit, progress.count):
            progress.clear()
            if isinstance(each, LeftOut):
                printing.say(f"{each.task} was not measured: {each.why.rstrip('.')}.")
                failed = True
                continue
            rows.append(each)
            _keep(each, name, kept, options)
    if options.suite:
        for row in of_groups(SUITES[options.suite], rows):
            _keep({**row, "shots": None, "limit": options.limit}, name, kept, options)
    if any(row["published"] is not None for row in rows) and not options.json:
        printing.say(f"Published figures: {SOURCE}.")
    return 1 if failed else 0


def _identity(workbench: "Workbench", model: str, adapters: tuple[str, ...], device: str) -> str:
    """What the kept answers belong to: the model's files as they are now, and how it is run."""
    from phitui.models.hub.adapter import adapter_folder, base_of
    from phitui.models.hub.checkpoint import model_folder

    folder = workbench.places.models_folder
    base = base_of(adapters[0], folder) if model == "none" else model
    parts = [workbench.settings.dtype, device]
    for place in (model_folder(base, folder), *(adapter_folder(each, folder) for each in adapters)):
        files = [place] if place.is_file() else sorted(place.glob("*.safetensors"))
        for file in files:
            with suppress(OSError):
                state = file.stat()
                parts.append(f"{file.resolve()} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(parts)


# ── one's own documents ──────────────────────────────────────────────────────────────────────────────────────


def _documents(workbench: "Workbench", options: argparse.Namespace, kept: "Lines") -> int:
    from phitui.evaluation.comparison.side_by_side import Answered, answers
    from phitui.evaluation.comparison.variants import Variant
    from phitui.evaluation.questions import read_questions

    chosen = workbench.settings
    names = options.models or ["+".join((chosen.model, *chosen.adapter))]
    variants = [Variant.of(each, chosen) for each in names]
    questions = read_questions(shared.path(options.what[1]))[: options.limit]
    if printing.is_empty(workbench):
        return 0
    found: list[Answered] = []
    failed = False
    given = _given(workbench)
    known = sum(given.find(variant, each) is not None for variant in variants for each in questions)
    if known:
        printing.say(f"{known} of {len(questions) * len(variants)} answers were given before: the run goes on.")
    with ProgressLine() as progress:
        beside = workbench.asks_beside(variants)
        for event in answers(variants, questions, workbench.ask, workbench.models.change, beside, given):
            if isinstance(event, Failed):
                progress.clear()
                printing.say(event.message)
                failed = True
            elif isinstance(event, Answered):
                found.append(event)
                progress.count(one_line(event.variant.name, 40), len(found), len(questions) * len(variants))
    for variant in variants:
        for row in _of_documents([each for each in found if each.variant == variant]):
            _keep({**row, "shots": None, "limit": options.limit}, variant.name, kept, options)
    if not failed:
        given.forget()
    return 1 if failed else 0


def _given(workbench: "Workbench") -> "KeptTurns":
    """Answers of a run over this state of the library that was cut off."""
    from phitui.evaluation.benchmarks.kept import Answers
    from phitui.evaluation.comparison.kept_turns import KeptTurns

    library = workbench.library
    among = library.documents_in_scope()
    state = [f"phitui {__version__}", workbench.settings.library]
    state += [
        f"{each.document_id} {each.content_hash} {among is None or each.document_id in among}"
        for each in library.documents()
    ]

    def files_of(variant: "Variant") -> str:
        if is_served(variant.model) or (variant.model == "none" and not variant.adapters):
            return variant.model
        return _identity(workbench, variant.model, variant.adapters, workbench.settings.device)

    return KeptTurns(Answers(workbench.places.data / FOLDER, "\n".join(state)), files_of)


def _of_documents(own: "list[Answered]") -> list[dict[str, Any]]:
    """Shares: right answers, supported sentences, questions refused that should be, and that should not, answers that
    end only at the limit; and the mean tokens of a prompt."""
    known = [each for each in own if each.question.in_documents and each.right is not None]
    inside = [each for each in own if each.question.in_documents]
    outside = [each for each in own if not each.question.in_documents]
    held, every = (sum(each.claims[at] for each in inside) for at in (0, 1))
    written = [each.turn.finished for each in own if each.turn.finished and each.turn.finished.prompt_tokens]
    counts = {
        "right": (sum(bool(each.right) for each in known), len(known)),
        "right and supported": (sum(bool(each.right) and each.supported for each in known), len(known)),
        "sentences supported": (held, every),
        "refused rightly": (sum(not each.turn.in_documents for each in outside), len(outside)),
        "refused wrongly": (sum(not each.turn.in_documents for each in inside), len(inside)),
        "ended at the limit": (sum(each.reason in ("length", "window") for each in written), len(written)),
    }
    rows: list[dict[str, Any]] = [
        {
            "task": "documents",
            "metric": name,
            "value": part / whole if whole else None,
            "stderr": ((part / whole) * (1 - part / whole) / whole) ** 0.5 if whole else None,
            "n": whole,
            "published": None,
        }
        for name, (part, whole) in counts.items()
    ]
    if written:
        mean = sum(each.prompt_tokens for each in written) / len(written)
        rows.append({**rows[0], "metric": "prompt tokens", "value": mean, "stderr": None, "n": len(written)})
    return rows


FAMILY = Family(
    "measuring",
    (
        Command(
            "evals",
            "the field's benchmarks, or answers over the library, by model",
            _evals,
            _options,
            (
                "phitui --model microsoft/phi-2 evals --suite phi-2 --limit 100 --download",
                "phitui --model smollm2 evals --tasks my-task.yaml --json",
                "phitui evals documents questions.jsonl --models smollm2 none",
            ),
            of_documents=True,
        ),
    ),
)
