"""Downloading a model, because the user asked for it: the only thing in phitui that reaches the network."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Event as ThreadEvent
from threading import Thread

from phitui.errors import Cancelled, ModelError, UsageError
from phitui.events import DownloadProgress
from phitui.models.weights import model_folder
from phitui.places import private_folder
from phitui.text import one_line

WANTED = ("*.safetensors", "*.json", "tokenizer*", "*.model", "vocab*", "merges*")
"""Weights as safetensors, settings and tokenizer; never pickles, never code."""
POLL_SECONDS = 0.2


def pull(model: str, models_folder: Path, cancel: ThreadEvent) -> Iterator[DownloadProgress]:
    """Downloads a model into a folder of its own, whole or not at all; a second try resumes.

    Raises UsageError for an id that is none, ModelError with the reason, Cancelled.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils._validators import validate_repo_id

    shown = one_line(model, 120)
    try:
        validate_repo_id(model)
    except HFValidationError:
        raise UsageError(f"{shown!r} is no model's id: it looks like microsoft/phi-2.") from None
    target = private_folder(models_folder) / model.replace("/", "--")
    if target.is_dir():
        model_folder(str(target), models_folder)
        size = sum(file.stat().st_size for file in target.iterdir() if file.is_file())
        yield DownloadProgress(shown, size, size)
        return
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        raise ModelError(f"HF_HUB_OFFLINE is set, so {shown} is not downloaded: unset it, and repeat.")
    partial = models_folder / f".{target.name}.partial"
    yield from _download(model, shown, partial, cancel)
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    try:
        model_folder(str(partial), models_folder)
    except ModelError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise ModelError(f"{shown} was downloaded and cannot be used: {error.message}") from None
    os.replace(partial, target)


def _download(model: str, shown: str, partial: Path, cancel: ThreadEvent) -> Iterator[DownloadProgress]:
    """One file after another, so that cancelling takes effect; progress is what lies on disk."""
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    offline = f"The model hub cannot be reached, so {shown} is not downloaded: check the network, and repeat."
    outcome: Queue[BaseException | None] = Queue()

    def fetch(names: list[str]) -> None:
        try:
            for name in names:
                if cancel.is_set():
                    raise Cancelled("The download was stopped; a second try resumes it.")
                hf_hub_download(model, name, local_dir=partial)
            outcome.put(None)
        except BaseException as error:  # handed to the caller
            outcome.put(error)

    try:
        files = HfApi().model_info(model, files_metadata=True).siblings or []
        sizes = {file.rfilename: file.size or 0 for file in files if _wanted(file.rfilename)}
        total = sum(sizes.values())
        Thread(target=fetch, args=(sorted(sizes, key=lambda name: sizes[name]),), daemon=True).start()
        while True:
            try:
                error = outcome.get(timeout=POLL_SECONDS)
                break
            except Empty:
                yield DownloadProgress(shown, _on_disk(partial), total)
        if error is not None:
            raise error
    except RepositoryNotFoundError:
        raise ModelError(f"The hub knows no model {shown}: check its spelling.") from None
    except GatedRepoError:
        raise ModelError(
            f"The hub gives {shown} only to those who accepted its terms: log in with `hf auth login`."
        ) from None
    except LocalEntryNotFoundError:
        raise ModelError(offline) from None
    except HfHubHTTPError as error:
        raise ModelError(f"The hub refused {shown}: {one_line(str(error), 120)}") from None
    except OSError as error:
        if error.errno is not None and error.filename is not None:
            raise ModelError(f"{shown} cannot be written: {one_line(error.strerror or '', 80)}.") from None
        raise ModelError(offline) from None
    except Exception as error:
        if isinstance(error, Cancelled):
            raise
        raise ModelError(offline) from error
    yield DownloadProgress(shown, total, total)


def _wanted(name: str) -> bool:
    from fnmatch import fnmatch

    return "/" not in name and any(fnmatch(name, pattern) for pattern in WANTED)


def _on_disk(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:
            continue
    return total
