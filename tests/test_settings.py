"""Settings: defaults, file, environment, options."""

import pytest

from phitui.errors import UsageError
from phitui.settings import Settings, load_settings, override


def test_without_a_file_the_defaults_hold(tmp_path):
    assert load_settings(tmp_path / "config.toml", {}) == Settings()


def test_the_environment_overrides_the_file(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('model = "a"\npassages = 7\n[keys]\nsend = "f9"\n')
    settings = load_settings(file, {"PHITUI_MODEL": "b", "PHITUI_TEMPERATURE": "0.5"})
    assert (settings.model, settings.passages, settings.temperature) == ("b", 7, 0.5)
    assert settings.keys == {"send": "f9"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('model = "x"\n\ncolour = "red"\n', "line 3: there is no setting 'colour'"),
        ('\nmax_tokens = "many"\n', "line 2: max_tokens must be a whole number"),
        ("passages = true\n", "line 1: passages must be a whole number"),
        ('device = "tpu"\n', "line 1: device must be one of"),
        ("top_p = 3.0\n", "line 1: top_p must lie between"),
        ("stop = [1]\n", "line 1: stop must be a list of strings"),
        ("[keys]\nsend = 3\n", "line 1: keys must be a table of strings"),
        ("model = \n", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, said):
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=said.replace("[", r"\[")):
        load_settings(file, {})


def test_an_option_out_of_range_names_the_option():
    with pytest.raises(UsageError, match="^--max-tokens: max_tokens must lie between 1"):
        override(Settings(), "max_tokens", 0, "--max-tokens")
