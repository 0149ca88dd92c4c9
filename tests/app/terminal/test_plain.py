"""The screen in ASCII."""

import re
from pathlib import Path

from rich.cells import cell_len

import phitui
from phitui.app.terminal.plain import TABLE, plain

SIGNS = re.compile(r"[^\x00-\x7f]")
SAID = re.compile(r"^\s*#.*$|\"\"\".*?\"\"\"", re.MULTILINE | re.DOTALL)


def test_every_sign_that_the_screen_is_drawn_with_has_one_of_ascii_that_is_as_wide():
    sources = [*Path(phitui.__file__).parent.glob("app/**/*.py"), Path(phitui.__file__).with_name("wording.py")]
    drawn = {sign for file in sources for sign in SIGNS.findall(SAID.sub("", file.read_text("utf-8")))}
    assert plain("".join(sorted(drawn))).isascii()
    assert all(cell_len(chr(sign)) == 1 and cell_len(str(plain(chr(sign)))) == 1 for sign in TABLE)


def test_letters_of_documents_stay():
    assert plain("“é” · 日本") == '"é" - 日本'
