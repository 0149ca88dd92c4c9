"""Copying."""

import os
import stat

from phitui.app.terminal.clipboard import copy


def test_outside_tmux_the_terminal_is_asked_and_a_file_is_kept(tmp_path):
    sent = []
    said = copy("héllo", tmp_path / "data", sent.append)
    assert sent == ["héllo"]
    assert "OSC 52" in said
    assert (tmp_path / "data" / "copied.txt").read_text("utf-8") == "héllo"


def test_inside_tmux_its_buffer_is_loaded(tmp_path, monkeypatch):
    tmux = tmp_path / "tmux"
    tmux.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/buffer\n')
    tmux.chmod(tmux.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    sent = []
    assert "tmux" in copy("code", tmp_path, sent.append)
    assert (tmp_path / "buffer").read_text() == "code"
    assert (tmp_path / "arguments").read_text().strip() == "load-buffer -w -"
    assert not sent


def test_a_folder_that_cannot_be_written_still_copies(tmp_path):
    (tmp_path / "file").write_text("")
    sent = []
    assert "also in" not in copy("x", tmp_path / "file", sent.append)
    assert sent == ["x"]
