"""The model that was chosen last, over restarts."""

import pytest

import phitui.app
from phitui.app.terminal.model_choice import NAME, remember, remembered
from phitui.cli.main import main
from phitui.places import Places
from phitui.settings import Settings


@pytest.fixture
def places(tmp_path):
    return Places.of(tmp_path)


@pytest.fixture
def started_with(tmp_path, monkeypatch):
    """What `phitui` with such arguments opens the workbench with: (model, adapters)."""
    seen = []
    monkeypatch.setattr(phitui.app, "run", lambda settings, *_: seen.append((settings.model, settings.adapter)) or 0)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)

    def start(*arguments):
        assert main(["--data-dir", str(tmp_path), *arguments]) == 0
        return seen.pop()

    return start


def test_it_is_had_again_where_nothing_else_names_one(places, started_with):
    assert started_with() == ("none", ())
    remember(places, "someone/tiny", ("keeper",))
    assert started_with() == ("someone/tiny", ("keeper",))


def test_an_option_the_environment_and_the_settings_file_come_first(places, started_with, monkeypatch):
    remember(places, "someone/tiny", ("keeper",))
    assert started_with("--model", "none") == ("none", ())
    assert started_with("--model", "other") == ("other", ())
    assert started_with("--adapter", "mine") == ("none", ("mine",))
    assert started_with("--server", "http://localhost:9") == ("none", ())
    monkeypatch.setenv("PHITUI_MODEL", "third")
    assert started_with() == ("third", ())
    monkeypatch.delenv("PHITUI_MODEL")
    places.settings_file.parent.mkdir(parents=True, exist_ok=True)
    places.settings_file.write_text('model = "fourth"')
    assert started_with() == ("fourth", ())


@pytest.mark.parametrize(
    "kept", ["", "[]", "{", '{"model": 3, "adapter": []}', '{"model": "a", "adapter": [1]}', "[" * 9999]
)
def test_a_file_that_makes_no_sense_is_no_choice(places, kept):
    places.data.mkdir(parents=True)
    (places.data / NAME).write_text(kept)
    assert remembered(Settings(), places) == Settings()


def test_a_disk_that_takes_nothing_is_no_failure(tmp_path):
    (tmp_path / "data").write_text("no folder")
    remember(Places.of(tmp_path), "someone/tiny", ())
