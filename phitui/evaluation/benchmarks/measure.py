"""Benchmarks run one by one, with their figures beside the published ones."""

import contextlib
import importlib.util
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from phitui.errors import PhituiError, UsageError
from phitui.evaluation.benchmarks.code import SANDBOXED, sandboxed
from phitui.evaluation.benchmarks.kept import Answers
from phitui.evaluation.benchmarks.published import SUITES, Group, published
from phitui.models.engines.token_work import TokenWork
from phitui.reading import read_regular
from phitui.scratchpad.run.runner import RunError
from phitui.text import one_line

PIP = "pip install 'phitui[evals]'"
_TASK = re.compile(r"^(?:task|group):\s*[\"']?([\w.-]+)", re.MULTILINE)
_CODE = re.compile(r"^unsafe_code:\s*true", re.MULTILINE)
CODE = "it runs programs of the model in a way that phitui cannot shut in: HumanEval and MBPP alone are run"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One task. `shots` None: as many as the task says."""

    name: str
    shots: int | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task that could not be measured, and why, as the second half of a sentence."""

    task: str
    why: str


def prepare(download: bool) -> None:
    """Before anything of the harness is imported: no data set is fetched unless that is wished. Raises PhituiError."""
    if importlib.util.find_spec("lm_eval") is None:
        raise PhituiError(f"Benchmarks take packages more: `{PIP}`.")
    if not download:
        os.environ["HF_DATASETS_OFFLINE"] = os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def wanted(names: Sequence[str], shots: int | None) -> tuple[list[Wanted], list[Path]]:
    """The tasks that are named, and the folders of those that are files. Raises UsageError."""
    found, folders = [], []
    for name in names:
        if name.endswith((".yaml", ".yml")):
            file = Path(name).expanduser()
            try:
                text = read_regular(file).decode()
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(
                    f"The task file {one_line(name, 100)} cannot be read: {one_line(str(error), 100)}."
                ) from None
            told = _TASK.search(text)
            if told is None:
                raise UsageError(
                    f"The task file {one_line(name, 100)} names no task: it needs a line such as task: mine."
                )
            if _CODE.search(text) and not SANDBOXED.search(told[1]):
                raise UsageError(f"The task {told[1]} is left out: {CODE}.")
            found.append(Wanted(told[1], shots))
            folders.append(file.resolve().parent)
        else:
            found.append(Wanted(name, shots))
    return found, folders


def of_suite(name: str) -> list[Wanted]:
    """The tasks of a suite. Raises UsageError."""
    if name not in SUITES:
        raise UsageError(f"There is no suite {one_line(name, 40)}: there is {', '.join(SUITES)}.")
    return [Wanted(task, shots) for group in SUITES[name] for task, shots, _ in group.tasks]


def measured(
    tasks: Sequence[Wanted],
    folders: Sequence[Path],
    work: TokenWork,
    answers: Answers,
    limit: int | None,
    tell: Callable[[str, int, int], None],
) -> Iterator[dict[str, Any] | LeftOut]:
    """The rows of each task, in their order. Raises OSError where answers cannot be kept."""
    from lm_eval import evaluator, simple_evaluate
    from lm_eval.tasks import TaskManager

    from phitui.evaluation.benchmarks.harness import EngineModel

    if hasattr(evaluator, "get_git_commit_hash"):  # it asks git, which complains where a user's folder is no repository
        evaluator.get_git_commit_hash = lambda: ""
    own = {name for folder in folders for name in _names(folder)}
    with contextlib.redirect_stdout(sys.stderr):
        manager = TaskManager(
            include_path=[str(each) for each in dict.fromkeys(folders)] or None,
            include_defaults=not {each.name for each in tasks} <= own,
        )
    for each in tasks:
        model = EngineModel(work, answers, partial(tell, each.name))
        began = time.monotonic()
        try:
            with contextlib.redirect_stdout(sys.stderr), sandboxed():
                found = simple_evaluate(
                    model,
                    tasks=[each.name],
                    num_fewshot=each.shots,
                    limit=limit,
                    log_samples=False,
                    task_manager=manager,
                    confirm_run_unsafe_code=bool(SANDBOXED.search(each.name)),
                )
        except RunError as error:
            yield LeftOut(each.name, error.message)
            continue
        except (PhituiError, OSError, KeyboardInterrupt):
            raise
        except Exception as error:  # tasks fail in every way that Python knows: a name, data that are not here, code
            yield LeftOut(each.name, _why(error))
            continue
        yield from _rows(each, found, limit, time.monotonic() - began)


def _names(folder: Path) -> Iterator[str]:
    for file in (*folder.glob("*.yaml"), *folder.glob("*.yml")):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            yield from _TASK.findall(read_regular(file).decode())


def _why(error: Exception) -> str:
    told = one_line(str(error).strip().split("\n")[0] or type(error).__name__, 160)
    offline = "offline" in told.lower() or "cache" in told.lower() or "connect" in told.lower()
    return f"its data are not on this machine ({told}); --download fetches them" if offline else told


def _rows(each: Wanted, found: Any, limit: int | None, seconds: float) -> Iterator[dict[str, Any]]:
    figures = {**found["results"], **found.get("groups", {})}.get(each.name, {})
    counts = found.get("n-samples", {})
    n = sum(int(one["effective"]) for one in counts.values())
    for name, value in figures.items():
        metric, _, way = name.partition(",")
        if not isinstance(value, int | float) or "_stderr" in metric or metric in ("sample_len", "alias"):
            continue
        error = figures.get(f"{metric}_stderr,{way}")
        yield {
            "task": each.name,
            "metric": metric if way in ("", "none") else f"{metric} ({way})",
            "value": float(value),
            "stderr": float(error) if isinstance(error, int | float) else None,
            "n": n,
            "published": published(each.name) if metric.startswith("exact_match") else None,
            "shots": each.shots,
            "limit": limit,
            "seconds": round(seconds, 2),
        }


def of_groups(groups: Sequence[Group], rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The table's own rows: the mean of each group of which every task was measured."""
    for group in groups:
        values = []
        for task, _, metric in group.tasks:
            own = [row for row in rows if row["task"] == task and row["metric"].startswith(metric)]
            exact = [row for row in own if row["metric"] == metric]
            # The harness gives SQuAD's exact matches in percent, all else as shares.
            scale = 100 if metric == "exact" else 1
            values += [(row["value"] / scale, row["n"]) for row in (exact or own)[:1]]
        if len(values) == len(group.tasks):
            mean = sum(value for value, _ in values) / len(values)
            yield {
                "task": group.name,
                "metric": "mean",
                "value": mean,
                "stderr": None,
                "n": sum(n for _, n in values),
                "published": group.published / 100,
            }
