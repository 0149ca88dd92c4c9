"""`phitui bench NAME`: phitui's own figures on this machine, beside peers and limits in the same run."""

import argparse
from typing import TYPE_CHECKING

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.registry import Command, Family
from phitui.errors import UsageError
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def _bench_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="startup, search, index, decode or embed")
    parser.add_argument(
        "folder", nargs="?", type=shared.path, metavar="FOLDER", help="index: the files (default: handbook)"
    )
    parser.add_argument("--sample", type=shared.count, metavar="N", help="index: files that the plain recipe reads")
    parser.add_argument("--passages", type=shared.count, metavar="N", help="search: size of the library")
    parser.add_argument("--random", metavar="SHAPE", help="decode: phi-2 or tiny, with random weights; needs no model")


def _bench(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.bench.benchmarks import BENCHMARKS

    if options.name not in BENCHMARKS:
        names = ", ".join(sorted(BENCHMARKS))
        raise UsageError(f"There is no bench {one_line(options.name)!r}; there are {names}.")
    for row in BENCHMARKS[options.name](options, workbench.settings):
        printing.line(row if options.json else printing.columns(row))
    return 0


FAMILY = Family(
    "this machine",
    (
        Command(
            "bench",
            "measure startup, search, index, decode or embed",
            _bench,
            _bench_options,
            ("phitui bench startup", "phitui bench search --passages 100000 --json"),
        ),
    ),
    place=7,
)
