"""The registry of keys."""

from collections import Counter

import pytest

from phitui.app import keys
from phitui.app.app import PhituiApp
from phitui.app.panes.panes import Panes
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import opened

UNSAFE = {"ctrl+a", "ctrl+b", "ctrl+c", "ctrl+s", "ctrl+z", "ctrl+i", "ctrl+m", "ctrl+h", "ctrl+enter", "shift+enter"}


def test_every_id_is_used_once():
    assert max(Counter(key.id for key in keys.KEYS).values()) == 1


def test_every_key_stands_in_a_place_that_there_is():
    panes = {str(pane.id) for pane in Panes().numbered}
    others = {"everywhere", "list", "composer", "proposal", "output", "page"}
    others |= {"evaluation", "comparison", "tuning", "activity"}
    assert {key.where for key in keys.KEYS} == {*others, *panes}


def test_no_key_does_two_things_in_one_place():
    for place in {key.where for key in keys.KEYS}:
        used = Counter(one for key in keys.of(place) for one in key.keys.split(","))
        assert not [one for one, times in used.items() if times > 1]


def test_no_key_is_one_that_terminals_swallow():
    used = {one for key in keys.KEYS for one in key.keys.split(",")}
    assert not used & UNSAFE


def test_every_function_key_has_a_twin():
    keyed = [key for key in keys.KEYS if key.keys.startswith("f") and key.keys[1:].isdigit()]
    assert all(key.leader or key.id == "help" for key in keyed)


def test_twins_are_different_keys():
    twins = [key.leader for key in keys.KEYS if key.leader]
    assert len(twins) == len(set(twins))


@pytest.mark.parametrize(("name", "sign"), [("ctrl+p", "^p"), ("f1", "F1"), ("escape", "esc"), ("question_mark", "?")])
def test_keys_are_written_as_people_write_them(name, sign):
    assert keys.shown(name) == sign


async def test_a_key_can_be_remapped_in_the_settings(workbench, tmp_path):
    app = PhituiApp(Settings(keys={"library": "ctrl+e"}), Places.of(tmp_path), make=lambda: workbench)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f4")
        await pilot.press("ctrl+e")
        assert app.view.pane == "library"


async def test_an_unknown_key_id_in_the_settings_is_named(workbench, tmp_path):
    app = PhituiApp(Settings(keys={"fly": "f"}), Places.of(tmp_path), make=lambda: workbench)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.pause()
        assert any("fly" in note.message for note in app._notifications)


def test_a_key_that_is_remapped_onto_another_one_is_named():
    assert keys.conflicts({"pin": "x"}) == ["x is pin and drop"]
    assert keys.conflicts({"pin": "ctrl+q"}) == ["^q is pin and quit"]
    assert keys.conflicts({"pin": "z", "fly": "x"}) == []
    assert keys.conflicts({"pin": "z", "drop": "z"}) in (["z is drop and pin"], ["z is pin and drop"])
