"""Models: `phitui models` on disk, `phitui embedders` of the library."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.cli import printing
from phitui.cli.progress import ProgressLine
from phitui.cli.registry import Command, Family
from phitui.errors import PhituiError, UsageError
from phitui.events import DownloadProgress
from phitui.models.hub.packaged import SMOLLM2
from phitui.records import StoredEmbedder
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def _models_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=["pull"], help="pull downloads a model")
    parser.add_argument("id", nargs="?", metavar="ID", help="of the model, such as microsoft/phi-2")


def _models(workbench: "Workbench", options: argparse.Namespace) -> int:
    if options.action == "pull":
        if not options.id:
            raise UsageError("`phitui models pull` needs a model's id, such as microsoft/phi-2.")
        with ProgressLine() as progress:
            for event in workbench.models.pull(options.id):
                progress.show(event)
                last: DownloadProgress = event
        done = "unpacked" if options.id == SMOLLM2 else "downloaded"
        printing.line(asdict(last) if options.json else f"{done}  {options.id}")
        return 0
    if workbench.settings.server:
        return _on_servers(workbench, options)
    found = workbench.models.on_disk()
    if not found:
        printing.say("No model is on disk: `phitui models pull microsoft/phi-2` downloads one; quoting needs none.")
    for model in found:
        row = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(model).items()}
        printing.line(row if options.json else printing.columns(row))
    return 0


def _on_servers(workbench: "Workbench", options: argparse.Namespace) -> int:
    failed = False
    for model in workbench.models.on_servers():
        if isinstance(model, PhituiError):
            printing.say(model.message)
            failed = True
        else:
            printing.line(asdict(model) if options.json else printing.columns(asdict(model)))
    return 1 if failed else 0


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
            "language models on disk; `models pull ID` downloads one",
            _models,
            _models_options,
            (
                "phitui models",
                "phitui models pull microsoft/phi-2",
                "phitui models pull smollm2",
                "phitui --server http://localhost:8000 models",
            ),
        ),
        Command(
            "embedders",
            "search models of the library; `build` completes the chosen one, `drop E` deletes",
            _embedders,
            _embedders_options,
            ("phitui embedders", "phitui --embedder hidden:microsoft/phi-2 embedders build"),
        ),
    ),
    place=4,
)
