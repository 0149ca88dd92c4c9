"""The layers of the package: who may import whom, and that the faces load nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "transformers", "faiss", "numpy", "tantivy", "pypdfium2", "PyPDF2", "pikepdf", "fpdf")


def test_every_contract_between_the_packages_is_kept(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))

    assert cli.lint_imports(cache_dir=str(tmp_path)) == cli.EXIT_STATUS_SUCCESS


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
