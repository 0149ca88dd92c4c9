"""The folder that tuning writes: checkpoints while it runs, at the end what was made, and how it came about."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phitui.errors import UsageError
from phitui.library.atomic import replace_file
from phitui.models.inspection.model_files import read_json
from phitui.text import one_line

REPORT = "tuning.json"
CHECKPOINTS = "checkpoints"
STATE = "trainer_state.json"
"""What Trainer writes last into a checkpoint: one without it was cut off."""
MADE = "made.partial"


class OutputFolder:
    """One run's folder. `told` is what decides whether a run that was begun there is this one."""

    def __init__(self, folder: Path, told: Mapping[str, Any]):
        self.folder, self._told = folder, dict(told)

    @property
    def checkpoints(self) -> Path:
        """Trainer's own folder."""
        return self.folder / CHECKPOINTS

    def check(self, restart: bool) -> None:
        """Raises UsageError where the folder holds anything but the beginning of this very run."""
        shown = one_line(str(self.folder), 120)
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise UsageError(f"{shown} is a file: name a new folder with --output.")
        if not any(self.folder.iterdir()):
            return
        try:
            report = read_json(self.folder / REPORT)
        except (OSError, ValueError, RecursionError):
            raise UsageError(f"{shown} holds other files: name a new folder with --output.") from None
        if not isinstance(report, dict) or report.get("finished"):
            raise UsageError(f"{shown} holds a model that was tuned already: name a new folder with --output.")
        if restart:
            return
        differs = [key for key, value in self._told.items() if report.get(key) != value]
        if differs:
            raise UsageError(
                f"{shown} holds a run that was begun with another {one_line(', '.join(differs), 120)}: repeat that"
                " command to go on with it, begin anew with --restart, or name a new folder with --output."
            )

    def begin(self, restart: bool) -> Path | None:
        """Makes it; the newest whole checkpoint, where there is one. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if restart:
            shutil.rmtree(self.checkpoints, ignore_errors=True)
        replace_file(self.folder / REPORT, json.dumps(self._told, indent=1).encode())
        found = []
        for each in self.checkpoints.glob("checkpoint-*"):
            try:
                read_json(each / STATE)
                found.append((int(each.name.rpartition("-")[2]), each))
            except (OSError, ValueError, RecursionError):
                shutil.rmtree(each, ignore_errors=True)
        return max(found)[1] if found else None

    def room(self) -> Path:
        """A folder to write into what `finish` gives its place."""
        made = self.folder / MADE
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        return made

    def finish(self, result: Mapping[str, Any]) -> None:
        """Puts what was made into its place, settings last, and takes the checkpoints away. Raises OSError."""
        made = self.folder / MADE
        for file in sorted(made.iterdir(), key=lambda each: each.name.endswith("config.json")):
            if file.suffix != ".md":  # peft's card of the model, which has nothing filled in
                os.replace(file, self.folder / file.name)
        shutil.rmtree(made)
        report = {**self._told, **result, "finished": True}
        replace_file(self.folder / REPORT, json.dumps(report, indent=1).encode())
        shutil.rmtree(self.checkpoints, ignore_errors=True)
