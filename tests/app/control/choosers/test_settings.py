"""Settings, changed where they are seen."""

from dataclasses import fields

from phitui.app.control.choosers.settings import reasons
from phitui.settings import Settings, load_settings
from tests.app.conftest import opened, text_of, until


def test_every_setting_has_its_reason():
    assert [each.name for each in fields(Settings) if not reasons().get(each.name)] == []


async def test_a_setting_is_changed_in_the_file_and_a_wrong_value_is_refused(app):
    file = app.places.settings_file
    file.parent.mkdir(parents=True)
    file.write_text("# mine\npassages = 7\n", "utf-8")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        for name, typed in (("run_seconds", "none"), ("run_seconds", "90"), ("notify", "off"), ("stop", "one two")):
            if typed != "90":
                await pilot.press("ctrl+p", *"settings", "enter", *name, "enter")
            await until(pilot, lambda: "enter accepts" in text_of(app))  # after a value that is refused again
            app.screen.field.value = typed
            await pilot.press("enter")
            await pilot.pause()
        assert any("run_seconds must be a whole number" in each for each in app.messages)
    kept = load_settings(file, {})
    assert (kept.passages, kept.run_seconds, kept.notify, kept.stop) == (7, 90, False, ("one", "two"))
    assert file.read_text("utf-8").endswith("# mine\npassages = 7\n")
