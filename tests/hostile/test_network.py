"""Without a server or a download nothing asks the network: neither phitui nor a process that it starts."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from phitui.cli.registry import commands

pytestmark = pytest.mark.hostile
WATCH = """
import os, sys

with open(os.environ["PHITUI_SEEN"] + "-by", "a") as file:
    file.write(f"{os.getpid()}\\n")

def _seen(event, given):
    if event.startswith("socket.") and event not in ("socket.gethostname", "socket.__new__"):
        with open(os.environ["PHITUI_SEEN"], "a") as file:
            file.write(f"{event} {given[1:]}\\n")

sys.addaudithook(_seen)
"""
"""Python imports it before anything else, in every process that finds it on its path."""
LINES = """
add --words-only DOCUMENTS
ask 'Where do herons stand?'
search --arm lexical herons
cite --list
check DRAFT
read herons 'Where do they stand?'
eval QUESTIONS
complete --model MODEL --max-tokens 2 Herons
compare --models MODEL none --max-tokens 2 'Where do herons stand?'
pairs
tune RECORDS --model MODEL --output TUNED --epochs 1 --max-length 32
models
models catalogue
embedders
list
page herons 1
edit herons --title Herons
remove whales
library forget whales
export OUT
import OUT --library other
export-conversation
library backup
doctor
completion bash
"""
"""Each command in use; `generate` is `complete` with a format around it, `bench` starts other programs, and `evals`
takes a package that is not among those of the tests."""
ALL = """
import contextlib, io, json, shlex, sys
from phitui.cli.main import main
codes = {}
for line in json.loads(sys.argv[1]):
    codes[line] = main(shlex.split(line))
print(json.dumps(codes), file=sys.__stderr__)
"""


def test_every_command_is_tried():
    assert {line.split()[0] for line in LINES.split("\n") if line} == set(commands()) - {"bench", "evals", "generate"}


@pytest.fixture(scope="module")
def seen(tmp_path_factory, tiny_phi):
    """Exit codes by command, and what was seen of the network, in one process and those that it starts."""
    base = tmp_path_factory.mktemp("network")
    (base / "documents").mkdir()
    (base / "documents" / "herons.md").write_text("Herons stand in shallow water and wait for fish.\n")
    (base / "documents" / "whales.html").write_text(
        "<html><link rel=stylesheet href=http://127.0.0.1:9/a.css><img src=http://127.0.0.1:9/b.png>"
        "<iframe src=http://127.0.0.1:9/c></iframe><p>Whales sing in the deep sea.</html>"
    )
    (base / "draft.md").write_text("Herons stand in shallow water.\n")
    (base / "questions.jsonl").write_text(json.dumps({"question": "Where do herons stand?", "path": "herons.md"}))
    (base / "records.jsonl").write_text('{"prompt": "Where?", "response": "In shallow water."}\n' * 4)
    (base / "watch").mkdir()
    (base / "watch" / "sitecustomize.py").write_text(WATCH)
    names = {
        "MODEL": tiny_phi,
        "DOCUMENTS": base / "documents",
        "DRAFT": base / "draft.md",
        "QUESTIONS": base / "questions.jsonl",
        "OUT": base / "out.phitui",
        "RECORDS": base / "records.jsonl",
        "TUNED": base / "tuned",
    }
    lines = [shlex.join(str(names.get(word, word)) for word in shlex.split(line)) for line in LINES.strip().split("\n")]
    environment = {**os.environ, "PHITUI_SEEN": str(base / "seen"), "PHITUI_DATA_DIR": str(base / "home")}
    environment.pop("HF_HUB_OFFLINE", None)
    environment["PYTHONPATH"] = os.pathsep.join([str(base / "watch"), str(Path(__file__).resolve().parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", ALL, json.dumps(lines)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    what = (base / "seen").read_text() if (base / "seen").exists() else ""
    assert len(set((base / "seen-by").read_text().split())) > 2  # readers and the limited process are watched too
    return json.loads(done.stderr.splitlines()[-1]), what, done.stderr


def test_nothing_asks_the_network_unasked(seen):
    codes, what, said = seen
    assert {line: code for line, code in codes.items() if code} == {}, said
    assert what == ""
