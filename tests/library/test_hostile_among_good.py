"""Files made to break readers among good ones: every good one is indexed, and memory stays bounded."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

MOST_BYTES = 1_400_000_000
"""Of the main process and its largest reader, which ends at 900 MiB."""
ENDLESS = "form_fanout_2e30.pdf"
MEASURED = """
import os, re, resource, sys
from phitui.cli.main import main
code = main(sys.argv[1:])
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if os.path.exists("/proc/self/status"):  # Linux hands the figure of the process that started this one down
    own = re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def add(folder: Path) -> tuple[list[dict], int]:
    """The rows of an add, and the bytes that it and the largest of its readers held at most."""
    command = [sys.executable, "-c", MEASURED, "add", "--words-only", "--json", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    unit = 1 if sys.platform == "darwin" else 1024
    return [json.loads(line) for line in done.stdout.splitlines()], unit * sum(map(int, done.stderr.split()[-2:]))


def scatter(base: Path, hostile: Path, good: list[Path], copies: int, every: int) -> int:
    """Copies of the hostile files, no two alike, and the good ones; returns how many files there are."""
    for number in range(copies):
        shutil.copytree(hostile, base / f"hostile {number}", ignore=_but_one_in(every))
    for path in base.rglob("*.pdf"):
        path.chmod(0o600)
        with path.open("ab") as file:
            file.write(f"\n% {path.relative_to(base)}\n".encode())
    (base / "good").mkdir()
    for path in good:
        shutil.copy(path, base / "good")
    return sum(path.is_file() for path in base.rglob("*"))


def _but_one_in(every: int):
    return lambda folder, names: [
        name
        for number, name in enumerate(sorted(names))
        if number % every and name != ENDLESS and not (Path(folder) / name).is_dir()
    ]


def check(tmp_path, shared_data, good, copies, every=1):
    files = scatter(tmp_path / "mixed", shared_data / "hostile", good, copies, every)
    rows, most = add(tmp_path / "mixed")
    assert len(rows) == files
    statuses = {Path(row["path"]): row["status"] for row in rows}
    assert [statuses[tmp_path / "mixed" / "good" / path.name] for path in good] == ["indexed"] * len(good)
    assert all(row["reason"] for row in rows if row["status"] == "failed")
    assert Counter(path.name for path, status in statuses.items() if status == "failed")[ENDLESS]
    assert most < MOST_BYTES


def squad(shared_data):
    return sorted((shared_data / "squad" / "documents").glob("*.pdf"))


def test_hostile_files_keep_no_good_one_from_being_indexed(tmp_path, shared_data):
    check(tmp_path, shared_data, squad(shared_data)[:3], 1, every=4)


@pytest.mark.long
def test_twenty_of_each_hostile_file_among_48_good_ones(tmp_path, shared_data):
    check(tmp_path, shared_data, squad(shared_data), 20)
