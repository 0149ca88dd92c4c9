"""The language model that was chosen last, kept over restarts where nothing else names one."""

import json
import logging
from dataclasses import replace

from phitui.errors import PhituiError
from phitui.library.atomic import replace_file
from phitui.places import Places, private_folder
from phitui.reading import read_regular
from phitui.settings import Settings

NAME = "model.json"
LARGEST = 100_000
"""Bytes: a path and some adapters' are a few hundred."""

log = logging.getLogger("phitui.app")


def remembered(settings: Settings, places: Places) -> Settings:
    """The settings with the model that was chosen last; as they are where none was, or the file makes no sense."""
    try:
        kept = json.loads(read_regular(places.data / NAME, LARGEST))
        model, adapters = kept["model"], tuple(kept["adapter"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return settings
    if not isinstance(model, str) or not all(isinstance(each, str) for each in adapters):
        return settings
    return replace(settings, model=model, adapter=adapters)


def remember(places: Places, model: str, adapters: tuple[str, ...]) -> None:
    """Replaces the file whole; on a full or read-only disk the choice lasts for this session."""
    try:
        kept = json.dumps({"model": model, "adapter": adapters})
        replace_file(private_folder(places.data) / NAME, kept.encode("utf-8", "replace"))
    except (OSError, PhituiError) as error:
        log.warning("the choice of the model could not be saved: %s", error)
