"""Where phitui keeps things: platformdirs' folders, readable by their owner alone (GPU boxes are shared)."""

import os
import re
from pathlib import Path

from phitui.errors import LibraryError, UsageError
from phitui.ownership import first_of_others
from phitui.values import dataclass

DEMO = "demo"
"""Folder of the demo's data, inside that of all data."""
_NAME = re.compile(r"[^\W_][\w .-]{0,63}")


@dataclass(frozen=True, slots=True)
class Places:
    """The four folders. With `--data-dir DIR` they all lie inside DIR."""

    data: Path
    cache: Path
    config: Path
    logs: Path

    @classmethod
    def of(cls, data_dir: Path | None = None) -> "Places":
        """Those inside `data_dir`, or the platform's own. Nothing is created yet."""
        if data_dir is not None:
            base = data_dir.expanduser().absolute()
            return cls(base / "data", base / "cache", base / "config", base / "logs")
        import platformdirs

        dirs = platformdirs.PlatformDirs("phitui", appauthor=False)
        return cls(dirs.user_data_path, dirs.user_cache_path, dirs.user_config_path, dirs.user_log_path)

    def all(self) -> tuple[Path, Path, Path, Path]:
        """The four folders."""
        return self.data, self.cache, self.config, self.logs

    def demo(self) -> "Places":
        """Folders of its own for `--demo`, inside these; settings, models and logs stay shared."""
        return Places(self.data / DEMO, self.cache / DEMO, self.config, self.logs)

    @property
    def settings_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def models_folder(self) -> Path:
        """Downloaded models, one folder each. Not created here."""
        return self.data / "models"

    def library_folder(self, name: str) -> Path:
        """The folder of a library's database, created. Raises UsageError, LibraryError."""
        return _own(private_folder(self.data / "libraries" / _checked(name)))

    def index_folder(self, name: str) -> Path:
        """The folder of a library's indexes, which can be deleted at any time, created."""
        return _own(private_folder(self.cache / "libraries" / _checked(name)))

    def of_others(self) -> str:
        """What of these folders is not the user's alone, in a sentence; empty where everything is."""
        base = [self.data.parent] if self.data.parent == self.cache.parent == self.config.parent else []
        inside = [self.data / "libraries", self.models_folder, self.cache / "libraries"]
        return first_of_others([*base, self.data, self.cache, self.config, self.settings_file, self.logs, *inside])

    def library_names(self) -> list[str]:
        """Libraries that exist, sorted."""
        folder = self.data / "libraries"
        try:
            return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and _NAME.fullmatch(entry.name))
        except OSError:
            return []


def private_folder(folder: Path) -> Path:
    """Creates the folder and its missing parents with mode 0700. Raises LibraryError where that fails."""
    try:
        for missing in reversed([folder, *folder.parents]):
            if not missing.exists():
                missing.mkdir(mode=0o700, exist_ok=True)
                os.chmod(missing, 0o700)
    except OSError as error:
        why = error.strerror or "it cannot be created"
        raise LibraryError(
            f"The folder {folder} cannot be created ({why.lower()}): choose another with --data-dir."
        ) from None
    if not folder.is_dir():
        raise LibraryError(f"{folder} is not a folder: remove it, or choose another place with --data-dir.")
    problem = first_of_others([folder])
    if problem:
        raise LibraryError(problem)
    return folder


def _own(folder: Path) -> Path:
    """The folder, where it and what lies in it are the user's alone. Raises LibraryError."""
    with os.scandir(folder) as entries:
        problem = first_of_others([folder, *sorted(Path(entry.path) for entry in entries)])
    if problem:
        raise LibraryError(problem)
    return folder


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a library: use up to 64 letters, digits, spaces, dots, dashes, starting with one."
        )
    return name
