"""Downloading a model, because the user asked for it: the only thing in phitui that reaches the network."""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from queue import Empty, Queue
from threading import Event as ThreadEvent
from threading import Thread
from typing import Any

from phitui.errors import Cancelled, ModelError, PhituiError, UsageError
from phitui.events import DownloadProgress
from phitui.models.hub.checkpoint import model_folder
from phitui.models.hub.packaged import SMOLLM2, unpacked
from phitui.places import private_folder
from phitui.text import one_line

WANTED = ("*.safetensors", "*.json", "*.jinja", "tokenizer*", "*.model", "vocab*", "merges*", "README.md")
"""Weights as safetensors, settings, tokenizer, chat template and card; never pickles, never code."""
MODULE = re.compile(r"\d_[A-Za-z]+/(config\.json|model\.safetensors)")
"""A step of a sentence-transformers model, such as 1_Pooling/config.json."""
POLL_SECONDS = 0.2
BLOCK = 1 << 24
"""Bytes that are summed up between two looks at whether to stop."""


def pull(model: str, models_folder: Path, cancel: ThreadEvent) -> Iterator[DownloadProgress]:
    """Downloads a model into a folder of its own, whole or not at all; a second try keeps the files that are whole.

    Raises UsageError for an id that is none, ModelError with the reason, Cancelled.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils._validators import validate_repo_id

    shown = one_line(model, 120)
    if model == SMOLLM2:
        size = sum(file.stat().st_size for file in unpacked(models_folder).iterdir())
        yield DownloadProgress(shown, size, size)
        return
    try:
        validate_repo_id(model)
    except HFValidationError:
        raise UsageError(f"{shown!r} is no model's id: it looks like microsoft/phi-2.") from None
    target = private_folder(models_folder) / model.replace("/", "--")
    with suppress(ModelError):  # what is there and broken is downloaded again
        if target.is_dir() and model_folder(str(target), models_folder):
            size = sum(file.stat().st_size for file in target.iterdir() if file.is_file())
            yield DownloadProgress(shown, size, size)
            return
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        raise ModelError(f"HF_HUB_OFFLINE is set, so {shown} is not downloaded: unset it, and repeat.")
    partial = models_folder / f".{target.name}.partial"
    try:
        yield from _download(model, shown, partial, cancel)
    except PhituiError:
        raise
    except Exception as error:
        raise _readable(error, shown) from error
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    try:
        model_folder(str(partial), models_folder)
    except ModelError as error:
        shutil.rmtree(partial, ignore_errors=True)
        said = error.message.replace(one_line(str(partial), 120), shown)
        raise ModelError(f"{shown} was downloaded and cannot be used: {said}") from None
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)


def _download(model: str, shown: str, partial: Path, cancel: ThreadEvent) -> Iterator[DownloadProgress]:
    """One file after another, all of one commit; progress is what lies on disk."""
    from huggingface_hub import HfApi, constants, hf_hub_download

    # The hub's other protocol goes on in threads of its own, which a cancel does not reach.
    constants.HF_HUB_DISABLE_XET = True
    endpoint = os.environ.get("HF_ENDPOINT")
    info = HfApi(endpoint=endpoint).model_info(model, files_metadata=True)
    sizes = _chosen({file.rfilename: file.size or 0 for file in info.siblings or []})
    sums = {file.rfilename: file.lfs.sha256 for file in info.siblings or [] if file.lfs is not None}
    total = sum(sizes.values())
    free = shutil.disk_usage(partial.parent).free
    if total - _on_disk(partial) > free:
        raise ModelError(f"{shown} takes {total / 1e9:.1f} GB, and the disk has {free / 1e9:.1f} GB free.")
    outcome: Queue[BaseException | None] = Queue()
    stop = ThreadEvent()

    def fetch() -> None:
        try:
            for name in sorted(sizes, key=lambda name: sizes[name]):
                _stop_where_asked(cancel, stop)
                hf_hub_download(
                    model, name, local_dir=partial, revision=info.sha, endpoint=endpoint, tqdm_class=_bar(cancel, stop)
                )
                _compare(partial / name, sums.get(name), cancel, stop)
            outcome.put(None)
        except BaseException as error:  # handed to the caller
            outcome.put(error)

    try:
        Thread(target=fetch, daemon=True).start()
        while True:
            with suppress(Empty):
                error = outcome.get(timeout=POLL_SECONDS)
                break
            _stop_where_asked(cancel)  # at once; the thread follows when the hub's library lets it
            yield DownloadProgress(shown, min(_on_disk(partial), total), total)
    finally:
        stop.set()
    if error is not None:
        raise error
    yield DownloadProgress(shown, total, total)


def _compare(file: Path, expected: str | None, *asked: ThreadEvent) -> None:
    """Deletes a file that is not what the hub says it is. Raises ModelError, Cancelled."""
    if expected is None:
        return
    made = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            _stop_where_asked(*asked)
            made.update(block)
    if made.hexdigest() != expected:
        file.unlink()
        raise ModelError(
            f"{one_line(file.name, 80)} arrived damaged (its checksum is another): repeat to get it again."
        )


def _stop_where_asked(*asked: ThreadEvent) -> None:
    if any(each.is_set() for each in asked):
        raise Cancelled("The download was stopped; a second try keeps the files that are whole.")


def _bar(*asked: ThreadEvent) -> Any:
    """A progress bar that draws nothing: the hub's library calls it after every few MB, the one place to stop it."""

    class Bar:
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def update(self, _: float = 1) -> None:
            _stop_where_asked(*asked)

        def close(self) -> None:
            pass

    return Bar


def _readable(error: Exception, shown: str) -> ModelError:
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    offline = ModelError(
        f"The model hub cannot be reached, so {shown} is not downloaded: check the network, and repeat."
    )
    if isinstance(error, GatedRepoError):  # a kind of RepositoryNotFoundError
        return ModelError(f"The hub gives {shown} only to those who accepted its terms: log in with `hf auth login`.")
    if isinstance(error, RepositoryNotFoundError):
        return ModelError(f"The hub knows no model {shown}: check its spelling.")
    if isinstance(error, LocalEntryNotFoundError):
        return offline
    if isinstance(error, HfHubHTTPError):
        return ModelError(f"The hub refused {shown}: {one_line(str(error), 120)}")
    if isinstance(error, OSError) and (error.filename is not None or error.errno in (errno.ENOSPC, errno.EDQUOT)):
        return ModelError(f"{shown} cannot be written: {one_line(error.strerror or '', 80)}.")
    return offline


def _chosen(sizes: dict[str, int]) -> dict[str, int]:
    """The files to download. Some repositories hold the same weights twice, under names of other programs."""
    wanted = {
        name: size
        for name, size in sizes.items()
        if MODULE.fullmatch(name) or ("/" not in name and any(fnmatch(name, pattern) for pattern in WANTED))
    }
    if any(fnmatch(name, "model*.safetensors") for name in wanted):
        wanted = {
            name: size
            for name, size in wanted.items()
            if "/" in name or not name.endswith(".safetensors") or name.startswith("model")
        }
    return wanted


def _on_disk(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        with suppress(OSError):
            total += file.stat().st_size if file.is_file() else 0
    return total
