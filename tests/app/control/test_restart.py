"""A lost graphics card: the app offers, once, to start again in place."""

import os
import sys

import phitui.app
from phitui.app.control import session
from phitui.app.widgets.dialog import Confirm
from phitui.models import device
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import opened, until

WHY = "The graphics card failed (CUDA error), and this run of phitui cannot use it any more: restart phitui."


async def test_a_lost_card_is_answered_by_an_offer_to_restart_that_keeps_everything(app, monkeypatch):
    async with app.run_test() as pilot:
        await opened(pilot)
        monkeypatch.setattr(device, "lost_device", lambda: WHY)
        app.refresh_state()
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Confirm))
        app.refresh_state()
        await pilot.pause()
        assert not isinstance(app.screen, Confirm)
        app.control.session._offered = False
        app.refresh_state()
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: app.return_code == session.RESTART)


def test_the_same_program_is_started_again_in_place(tmp_path, monkeypatch):
    from phitui.app.app import PhituiApp

    started = []
    monkeypatch.setattr(PhituiApp, "run", lambda self: setattr(self, "_return_code", session.RESTART))
    monkeypatch.setattr(os, "execv", lambda program, words: started.append((program, words)))
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-m", "phitui", "--model", "none"])
    phitui.app.run(Settings(), Places.of(tmp_path))
    assert started == [(sys.executable, [sys.executable, "-m", "phitui", "--model", "none"])]
