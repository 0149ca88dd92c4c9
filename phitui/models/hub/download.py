"""Downloading a model, because the user asked for it: the only thing in phitui that reaches the network."""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
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
from phitui.reading import open_regular, read_regular
from phitui.text import one_line

WANTED = ("*.safetensors", "*.json", "*.jinja", "tokenizer*", "*.model", "vocab*", "merges*", "README.md")
"""Weights as safetensors, settings, tokenizer, chat template and card; never pickles, never code."""
MODULE = re.compile(r"\d_[A-Za-z]+/(config\.json|model\.safetensors)")
"""A step of a sentence-transformers model, such as 1_Pooling/config.json."""
POLL_SECONDS = 0.2
HASHED_BYTES = 8 << 20
"""Between two looks for a cancel."""


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
    sums = {file.rfilename: promised(file) for file in info.siblings or []}
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
                file = Path(
                    hf_hub_download(
                        model,
                        name,
                        local_dir=partial,
                        revision=info.sha,
                        endpoint=endpoint,
                        tqdm_class=_bar(cancel, stop),
                    )
                )
                verify(file, sums[name] or _etag(partial, name), shown, lambda: _stop_where_asked(cancel, stop))
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


def promised(file: Any) -> str:
    """What the hub says of a file of a repository: the SHA-256 of a large one, git's SHA-1 of a small one, or ""."""
    large = getattr(file, "lfs", None)
    sha256 = large.get("sha256") if isinstance(large, dict) else getattr(large, "sha256", None)
    return str(sha256 or getattr(file, "blob_id", None) or "").lower()


def _etag(partial: Path, name: str) -> str:
    """The SHA-256 that came with the file, where the list of files had none; "" where that came with none either."""
    note = partial / ".cache" / "huggingface" / "download" / f"{name}.metadata"
    try:
        lines = read_regular(note).decode("utf-8").split("\n")
    except (OSError, ValueError):
        return ""
    return next((line.strip() for line in lines[1:2] if re.fullmatch(r"[0-9a-f]{64}", line.strip())), "")


def verify(file: Path, wanted: str, shown: str, go_on: Callable[[], None]) -> None:
    """Compares a downloaded file with what the hub says of it; one that differs is deleted, and ModelError raised.

    `wanted` is a SHA-256, git's SHA-1 of the file, or empty where the hub says nothing. `go_on` raises to stop.
    """
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", wanted):
        return
    made = hashlib.sha256() if len(wanted) == 64 else hashlib.sha1(f"blob {file.stat().st_size}\0".encode())
    with open_regular(file) as opened:
        while piece := opened.read(HASHED_BYTES):
            made.update(piece)
            go_on()
    if made.hexdigest() != wanted:
        file.unlink()
        raise ModelError(
            f"{one_line(file.name, 80)} of {shown} is not the file that the hub tells of (its hash differs), so it was"
            " not kept: repeat; if that does not help, somebody on the way changes it."
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
