"""The benchmarks by name; each is imported when it runs."""

from argparse import Namespace
from collections.abc import Callable, Iterator

from phitui.bench.row import Row
from phitui.settings import Settings


def _startup(options: Namespace, settings: Settings) -> Iterator[Row]:
    from phitui.bench.startup import startup

    return startup()


def _search(options: Namespace, settings: Settings) -> Iterator[Row]:
    from phitui.bench.search import search

    return search(options.passages or 10_000, settings.device)


def _decode(options: Namespace, settings: Settings) -> Iterator[Row]:
    from phitui.bench.decode import decode

    model = None if settings.model == "none" or options.random else settings.model
    return decode(settings.device, settings.dtype, model, options.random)


def _embed(options: Namespace, settings: Settings) -> Iterator[Row]:
    from phitui.bench.embed import embed

    return embed(settings.embedder, settings.device)


def _index(options: Namespace, settings: Settings) -> Iterator[Row]:
    from phitui.bench.index import index
    from phitui.handbook import HANDBOOK

    return index([options.folder or HANDBOOK], settings.device, options.sample)


BENCHMARKS: dict[str, Callable[[Namespace, Settings], Iterator[Row]]] = {
    "startup": _startup,
    "search": _search,
    "decode": _decode,
    "embed": _embed,
    "index": _index,
}
