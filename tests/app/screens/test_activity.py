"""What is under way, and the terminal that says when it has ended."""

import pytest

from phitui.app.jobs import announce
from phitui.app.screens.activity import Activity
from phitui.app.terminal.notification import notification
from tests.app.conftest import opened, text_of, until


async def test_what_is_under_way_is_shown_stopped_and_then_among_what_has_ended(app, workbench):
    workbench.hold = True
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.chat.composer.load_text("When?")
        await pilot.press("enter", "alt+a")
        await until(pilot, lambda: "◐ Answer" in text_of(app) and "◐ Documents" not in text_of(app))
        assert isinstance(app.screen, Activity)
        await pilot.press("x")
        await until(pilot, lambda: "○ Answer" in text_of(app) and "stopped after" in text_of(app))


async def test_the_terminal_is_told_only_of_what_was_long_and_ends_out_of_focus(app, workbench, monkeypatch):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        told: list[str] = []
        monkeypatch.setattr(app._driver, "write", told.append)
        for long, focus in ((0.0, True), (60.0, False), (0.0, False)):
            monkeypatch.setattr(announce, "LONG_SECONDS", long)
            app.app_focus = focus
            app.control.code.job = None
            app.scratchpad.load("", "python")
            app.control.code.generate("print one")
            await until(pilot, lambda: app.control.code.job is None and app.scratchpad.text)
        assert [each for each in told if each.startswith("\x1b]9")] == ["\x1b]9;phitui: Code: done\x07\x07"]


@pytest.mark.parametrize(
    ("environment", "written"),
    [
        ({"TERM": "xterm-256color"}, "\x1b]9;phitui: a,b\x07\x07"),
        ({"TERM": "foot"}, "\x1b]777;notify;phitui;a,b\x07\x07"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0"}, "\x1bPtmux;\x1b\x1b]9;phitui: a,b\x07\x1b\\\x07"),
    ],
)
def test_each_terminal_is_asked_in_its_own_way_and_text_commands_none(environment, written):
    assert notification("a;b", environment) == written
    assert "\x1b]2" not in notification("x\x1b]2;title\x07", environment)


def _breaks() -> None:
    said = "the words of a document"
    raise RuntimeError(said)


async def _broken(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.chat.composer.load_text("my draft")
        app.call_later(_breaks)
        await pilot.pause()
        await pilot.pause()


async def test_a_mistake_that_ends_the_app_is_reported_without_what_documents_say(app, tmp_path):
    with pytest.raises(RuntimeError, match="words"):
        await _broken(app)
    report = app.crash_file.read_text("utf-8")
    assert "in _breaks" in report and "builtins.RuntimeError" in report and "words of" not in report
    assert [each.read_text("utf-8") for each in tmp_path.rglob("draft.txt")] == ["my draft"]
