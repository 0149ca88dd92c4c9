"""A settings file of any content is one sentence."""

import os

import pytest

from phitui.errors import UsageError
from phitui.settings import load_settings

pytestmark = pytest.mark.hostile


@pytest.mark.parametrize(
    "content",
    [
        b"seed = " + b"9" * 5000,
        b"seed = " + b"9" * 4000,
        b"temperature = " + b"9" * 4000,
        b"temperature = 1e999",
        b"temperature = nan",
        b"keys = " + b"[" * 20_000,
        b"keys = " + b"{a=" * 20_000,
        b"model = '" + b"\xff" + b"'",
        b"\0" * 100,
        b"a" * 2_000_000,
        b"[[model]]\n" * 1000,
        b"model = 1979-05-27",
    ],
)
def test_any_content_is_one_sentence(tmp_path, content):
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_settings(file, {})
    assert "\n" not in caught.value.message and len(caught.value.message) < 700


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(UsageError, match="no regular file"):
        load_settings(tmp_path / "config.toml", {})
    with pytest.raises(UsageError, match="it is a folder"):
        load_settings(tmp_path, {})
