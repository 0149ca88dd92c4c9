"""The prepared run for a machine with a card: what it says is kept, whatever a part does."""

import json

import pytest

from phitui.workshop import card_run
from tests.models.pretended import pretended


def test_a_part_that_hangs_or_fails_costs_no_other():
    said = []
    todo = [
        ("quick", 30, ["-c", "print('{}')"]),
        ("fails", 30, ["-c", "print('half'); raise SystemExit('no card')"]),
        ("hangs", 2, ["-c", "print('begun', flush=True); import time; time.sleep(60)"]),
        ("late", 60, ["-c", "print('never')"]),
    ]
    card_run.run(todo, 11.5, said.append)
    rows = [json.loads(line) for line in said if line.startswith('{"part"')]
    ends = {row.pop("part"): row for row in rows}
    assert (ends["quick"]["code"], ends["fails"]["code"], ends["fails"]["said"]) == (0, 1, "no card")
    assert ends["hangs"]["code"] < 0 and ends["late"] == {"begun": False} and "seconds" in ends["end"]
    assert [line for line in said if "part" not in line] == ["{}", "half", "begun"]


def test_its_commands_are_phituis():
    from phitui.cli.options import command_parser
    from phitui.cli.registry import families

    parser = command_parser(families())
    for name, limit, arguments in card_run.parts("cuda", "phi-2"):
        assert hasattr(card_run, name) or arguments[1] == "phitui"
        assert limit < card_run.BUDGET < 480
        if arguments[1] == "phitui":
            parser.parse_args(arguments[2:])


def test_a_first_and_a_second_load_on_a_card_that_is_the_cpu_by_another_name(monkeypatch, tmp_path, capsys):
    from phitui.bench import decode
    from phitui.models.kernels import trial

    small = {"hidden_size": 32, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 48}
    monkeypatch.setitem(decode.SHAPES, "tiny", {**decode.TINY, **small, "vocab_size": 90})
    monkeypatch.setattr(decode, "CACHE_BYTES", 1 << 14)
    monkeypatch.setattr(trial, "PROMPTS", (5,))
    monkeypatch.setenv("PHITUI_DATA_DIR", str(tmp_path))
    with pretended(monkeypatch):
        card_run.machine("cuda", "tiny")
        card_run.load("cuda", "tiny")
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    first, second = (row["path"] for row in rows if "load" in row)
    assert first == second and first.endswith("Triton kernels, launched early")
    assert [row["greedy"] for row in rows if "greedy" in row] == [True, False]


@pytest.mark.parametrize("family", ["llama"])
def test_the_doctors_look_at_a_card_and_its_kernels(family, monkeypatch):
    from phitui.models import card_check
    from phitui.models.kernels import trial

    small = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 2}
    monkeypatch.setattr(card_check, "SIZES", small)
    monkeypatch.setattr(card_check, "FAMILIES", {family: {"num_key_value_heads": 1}})
    monkeypatch.setattr(trial, "PROMPTS", (5,))
    with pretended(monkeypatch):
        found = list(card_check.compare("cuda"))
    assert [right for right, _ in found] == [True, True], found
    assert "18 of 18 steps recorded" in found[0][1] and "launched early" in found[1][1]
