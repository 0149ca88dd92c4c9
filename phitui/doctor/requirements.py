"""The packages that phitui requires: whether each is there, in a version of the range that was tested."""

import importlib.metadata
import importlib.util
import platform
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import phitui
from phitui.doctor.check import Check, State
from phitui.text import one_line

PYPROJECT = Path(phitui.__file__).parents[1] / "pyproject.toml"
"""Is there where phitui runs from its source."""
DEVELOPERS = "dev"
"""The extra that users need not care about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A package, with the versions that were tested."""

    name: str
    versions: str
    """Such as ">=2.7,<2.14"; empty for all."""
    optional: bool = False
    """Whether only an extra brings it: it may be missing."""


def packages() -> Iterator[Check]:
    """Python, and each package that phitui requires or can use. Imports none of them."""
    yield Check("python", "ok", f"Python {platform.python_version()}.")
    if importlib.util.find_spec("packaging") is None:
        advice = "Run `pip install packaging`, then `phitui doctor` again."
        yield Check("packages", "bad", "packaging is missing: versions cannot be compared.", advice)
        return
    found, missing, outside = [], [], []
    for each in _wanted():
        try:
            version = importlib.metadata.version(each.name)
        except importlib.metadata.PackageNotFoundError:
            if not each.optional:
                missing.append(each)
            continue
        if _fits(version, each.versions):
            found.append(f"{each.name} {version}")
        else:
            outside.append((each, version))
    if missing:
        names = ", ".join(each.name for each in missing)
        yield Check("packages", "bad", f"Missing: {names}.", _install(missing))
    if outside:
        names = "; ".join(f"{each.name} {one_line(version, 40)} is not {each.versions}" for each, version in outside)
        state: State = "warn" if all(each.optional for each, _ in outside) else "bad"
        yield Check(
            "packages", state, f"Outside the versions that were tested: {names}.", _install(each for each, _ in outside)
        )
    if not missing and not outside:
        yield Check("packages", "ok", f"{', '.join(found)}.")
    if importlib.util.find_spec("pikepdf") is None:
        advice = "`pip install pikepdf` adds it, should you have such files."
        yield Check("repair", "ok", "pikepdf is not installed: PDFs that both readers refuse stay unread.", advice)


def _install(wanted: Iterable[Wanted]) -> str:
    named = " ".join(f"'{each.name}{each.versions}'" for each in wanted)
    return f"Run `pip install {named}`."


def _wanted() -> list[Wanted]:
    """What the installed phitui requires, else what its source says; in the order of their names."""
    from packaging.requirements import Requirement

    try:
        lines = importlib.metadata.requires("phitui") or []
        extras = importlib.metadata.metadata("phitui").get_all("Provides-Extra") or []
    except importlib.metadata.PackageNotFoundError:
        table = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"] if PYPROJECT.is_file() else {}
        lines, extras = table.get("dependencies", []), []
    found = []
    for each in map(Requirement, lines):
        if each.marker is None or each.marker.evaluate({"extra": ""}):
            found.append(Wanted(each.name, str(each.specifier)))
        elif any(each.marker.evaluate({"extra": extra}) for extra in extras if extra != DEVELOPERS):
            found.append(Wanted(each.name, str(each.specifier), optional=True))
    return sorted(found, key=lambda each: each.name.lower())


def _fits(version: str, versions: str) -> bool:
    """Whether a version lies in a range; one that is no version at all does not."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(versions).contains(version, prereleases=True)
    except InvalidVersion:
        return False
