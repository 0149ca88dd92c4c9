"""Many files in nested folders under the oddest names, many of them twice: each one is accounted for."""

import json
import os
import random

import pytest

from phitui.cli.main import main

ODD: tuple[bytes, ...] = (
    b"a\nnew line",
    b'it\'s "quoted"',
    b"back\\slash",
    b"\xff\xfe not utf-8 \xe9",
    b"-rf",
    b" spaces ",
    b"tab\there",
)
ODD += (b"$(touch x)", b"semi;colon", "é combining é".encode(), "\u202eright to left".encode(), b"\x1b[31mred")
LONGEST_NAME = 255


def scatter(base, files, seed):
    """Writes that many small documents into nested folders, 40 of 100 the copy of another; returns their number."""
    chosen = random.Random(seed)
    folders = [os.fsencode(base)]
    for number in range(max(3, files // 40)):
        folder = os.path.join(chosen.choice(folders[-8:]), chosen.choice(ODD)[:60] + b" %d" % number)
        os.mkdir(folder)
        folders.append(folder)
    texts = [
        f"# Note {number}\n\nThe note {number} speaks of the number {number}." for number in range(files * 6 // 10)
    ]
    contents = texts + [chosen.choice(texts) for _ in range(files - len(texts))]
    for number, text in enumerate(contents):
        ending = b" %d.md" % number
        name = chosen.choice(ODD) + (b"x" * LONGEST_NAME if number % 7 == 0 else b"")
        path = os.path.join(chosen.choice(folders), name[: LONGEST_NAME - len(ending)] + ending)
        with open(path, "wb") as file:
            file.write(text.encode())
    return len(texts)


def add(capfdbinary, base):
    code = main(["add", str(base), "--words-only", "--json"])
    out, err = capfdbinary.readouterr()
    assert b"Traceback" not in err and code == 0, err
    assert not any(character in out for character in (b"\x1b", b"\r", b"\xe2\x80\xae"))
    return [json.loads(line) for line in out.decode().split("\n")[:-1]]


def account(capfdbinary, base, files, seed):
    different = scatter(base, files, seed)
    rows = add(capfdbinary, base)
    statuses = [row["status"] for row in rows]
    assert (len(rows), statuses.count("indexed"), statuses.count("duplicate")) == (files, different, files - different)
    again = [row["status"] for row in add(capfdbinary, base)]
    assert (again.count("unchanged"), again.count("duplicate")) == (different, files - different)
    assert main(["list", "--json"]) == 0
    listed = [json.loads(line) for line in capfdbinary.readouterr().out.decode().split("\n")[:-1]]
    assert len(listed) == different == len({row["document_id"] for row in listed})
    victim = listed[0]["document_id"]
    assert main(["remove", str(victim)]) == 0


def test_every_file_is_accounted_for_whatever_its_name(tmp_path, capfdbinary):
    account(capfdbinary, tmp_path, 150, 1)


@pytest.mark.long
def test_five_thousand_files_are_accounted_for(tmp_path, capfdbinary):
    account(capfdbinary, tmp_path, 5000, 2)
