"""Where memory ends, a command ends with one sentence."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.hostile
COMMANDS = """
list
search --arm lexical herons
ask 'Where do herons stand?'
add --words-only DOCUMENTS
check DRAFT
export OUT
doctor
library forget whales
"""
EXTRA_MEGABYTES = (1, 30, 90, 200)
"""Beyond what the program takes before it runs the command."""
SCRIPT = """
import json, os, resource, shlex, sys, tempfile
from pathlib import Path
from phitui.cli.main import main

def limited(line, megabytes):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            most = pages * resource.getpagesize() + (megabytes << 20)
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
            code = main(shlex.split(line))
            sys.stdout.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        err.seek(0)
        return [line, megabytes, os.waitstatus_to_exitcode(status), err.read().decode("utf-8", "replace")]

lines, sizes = json.loads(sys.argv[1])
assert main(["add", "--words-only", sys.argv[2]]) == 0
print(json.dumps([limited(line, size) for size in sizes for line in lines]), file=sys.stderr)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs to know what memory a process has")
def test_without_memory_every_command_is_one_sentence(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "herons.md").write_text("Herons stand in shallow water and wait for fish.\n")
    (tmp_path / "documents" / "whales.md").write_text("Whales sing in the deep sea.\n")
    (tmp_path / "draft.md").write_text("Herons stand in shallow water.\n")
    text = COMMANDS.replace("DOCUMENTS", str(tmp_path / "documents")).replace("DRAFT", str(tmp_path / "draft.md"))
    lines = text.replace("OUT", str(tmp_path / "out.phitui")).strip().split("\n")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([lines, EXTRA_MEGABYTES]), str(tmp_path / "documents")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line, megabytes, code, said in json.loads(done.stderr.splitlines()[-1]):
        what = (line, megabytes, code, said)
        assert code in (0, 1, 2) and "Traceback" not in said and "crash.log" not in said, what
        if code:
            assert said.strip().endswith(".") and said.count("\n") <= 2, what
