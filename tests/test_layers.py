"""The layers of the package: who may import whom, in what portions, and that the faces load nothing heavy."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Set
from functools import cache
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE = 400
"""Lines; a longer file holds two ideas."""
FULLEST_FOLDER = 12
"""Files; a fuller folder holds two rooms."""
WITHOUT_CIRCLES = [
    "answers",
    "app",
    "bench",
    "cli",
    "doctor",
    "documents",
    "evaluation",
    "library",
    "models",
    "scratchpad",
    "workshop",
]
"""Packages in which no file imports another that imports it, by whatever way."""
IN_PORTIONS = WITHOUT_CIRCLES
"""Packages whose files and folders are of a size that can be looked over."""
HEAVY = ("torch", "transformers", "faiss", "numpy", "tantivy", "pypdfium2", "PyPDF2", "pikepdf", "fpdf")


def test_every_contract_between_the_packages_is_kept(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))

    assert cli.lint_imports(cache_dir=str(tmp_path)) == cli.EXIT_STATUS_SUCCESS


@cache
def imports() -> Mapping[str, frozenset[str]]:
    """Module → the modules of phitui that it imports, inside functions and for types alone too."""
    files = {name_of(file): file for file in sorted((ROOT / "phitui").rglob("*.py"))}
    return {name: frozenset(imported(file, files.keys()) - {name}) for name, file in files.items()}


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(file: Path, known: Set[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{each.name}" for each in node.names}
            found |= inside & known or {node.module}
    return found & known


def circles(graph: Mapping[str, frozenset[str]]) -> Iterator[list[str]]:
    """Groups of modules each of which reaches every other one: Tarjan's strongly connected components."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []

    def visit(name: str) -> Iterator[list[str]]:
        number[name] = lowest[name] = len(number)
        path.append(name)
        for other in sorted(graph[name]):
            if other not in number:
                yield from visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            group = path[path.index(name) :]
            del path[path.index(name) :]
            if len(group) > 1:
                yield sorted(group)

    for name in graph:
        if name not in number:
            yield from visit(name)


def test_a_circle_of_imports_is_found_by_whatever_way_it_closes():
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": {"e"}, "e": set(), "f": {"a"}, "g": {"h"}, "h": {"g"}}
    assert list(circles({key: frozenset(value) for key, value in graph.items()})) == [["a", "b", "c"], ["g", "h"]]


@pytest.mark.parametrize("package", WITHOUT_CIRCLES)
def test_no_file_of_a_package_is_in_an_import_circle(package):
    inside = f"phitui.{package}"
    assert [each for each in circles(imports()) if any(f"{name}.".startswith(f"{inside}.") for name in each)] == []


def test_every_room_has_its_layer_and_none_imports_upward():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [layer.replace("phitui.", "").split(" | ") for layer in contracts[0]["layers"]]
    place = {room: number for number, layer in enumerate(reversed(layers)) for room in layer}
    rooms = {name.split(".")[1] for name in imports() if "." in name} - {"__main__"}
    assert rooms == place.keys()
    upward = []
    for name, others in imports().items():
        for other in others:
            above, below = (each.split(".")[1] if "." in each else "" for each in (other, name))
            if above in place and below in place and above != below and place[above] >= place[below]:
                upward.append(f"{name} imports {other}")
    assert upward == []


@pytest.mark.parametrize("package", IN_PORTIONS)
def test_no_file_is_too_long_and_no_folder_too_full(package):
    folders = [ROOT / "phitui" / package, *(ROOT / "phitui" / package).rglob("*/")]
    files = {folder: sorted(folder.glob("*.py")) for folder in folders}
    assert [str(folder) for folder, found in files.items() if len(found) > FULLEST_FOLDER] == []
    lengths = {file: len(file.read_text("utf-8").splitlines()) for found in files.values() for file in found}
    assert [str(file) for file, length in lengths.items() if length > LONGEST_FILE] == []


@pytest.mark.parametrize("module", ["phitui.app", "phitui.app.app", "phitui.cli.main", "phitui.workbench"])
def test_importing_a_face_or_the_workbench_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout.split() == []


@pytest.mark.parametrize("module", ["phitui.cli.main", "phitui.workbench"])
def test_the_command_line_works_without_the_screen_library(module):
    code = f"import sys, {module}; print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout.strip() == "False"
