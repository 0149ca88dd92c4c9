"""Tuning a tiny model: it learns, goes on after a kill, and what comes of it is the adapter that was promised."""

import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from threading import Event

import pytest

from phitui.cli.main import main
from phitui.errors import Cancelled, ModelError
from phitui.models.engine import Sampling
from phitui.models.engines.local import LocalEngine
from phitui.models.thread import ModelThread
from phitui.models.tuning import apart
from phitui.models.tuning.apart import tune_apart
from phitui.models.tuning.data import Record
from phitui.models.tuning.events import RecordsRead, TuningFinished, TuningStepped
from phitui.models.tuning.memory import fitted, needed, shape_of
from phitui.models.tuning.plan import TUTORIAL, Plan, default_for
from phitui.models.tuning.tune import Order

PROMPT = "Instruct: Who keeps the light of Alda?\nOutput:"


@pytest.fixture(autouse=True)
def _needs_peft():
    for name in ("peft", "accelerate"):
        if find_spec(name) is None:
            pytest.skip("the extra tune is not installed")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    ports = ["Alda", "Bryn", "Corva", "Delm"]
    rows = [{"prompt": f"Who keeps the light of {port}?", "response": f"{port}: Vance."} for port in ports * 6]
    file = tmp_path_factory.mktemp("tuning") / "records.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def run(capsys, data, model, output, *more, code=0):
    given = ["--device", "cpu", "--model", str(model), "tune", str(data), "--output", str(output), "--json"]
    options = ["--learning-rate", "0.02", "--batch", "4", "--epochs", "4", "--validation", "0.2"]
    assert main([*given, *options, *more]) == code
    printed = capsys.readouterr()
    return [json.loads(line) for line in printed.out.splitlines()], printed.err


def said(model, adapters=()):
    """Tokens of a greedy answer."""
    thread = ModelThread(1)
    try:
        engine = LocalEngine(str(model), thread, Path("/nowhere"), "cpu", adapters=tuple(map(str, adapters)))
        engine.load(lambda step: None)
        *_, finished = engine.stream(PROMPT, Sampling(max_tokens=12, draft=False), Event())
        return finished.tokens
    finally:
        thread.close()


def test_it_learns_goes_on_after_a_kill_and_merges_into_the_same_model(capsys, data, tiny_phi, tmp_path, monkeypatch):
    whole, told = run(capsys, data, tiny_phi, tmp_path / "whole", "--merge", str(tmp_path / "merged"))
    steps, last = whole[:-1], whole[-1]

    assert "Instruct: Who keeps the light of Alda?" in told and "Output:>> Alda: Vance.<|endoftext|><<" in told
    assert "q_proj, k_proj, v_proj, dense, fc1, fc2" in told and "o measured on" in told
    assert steps[0]["step"] == 0 and steps[-1]["step"] == last["steps"] == 20
    assert last["validation_loss"] < 0.7 * last["validation_loss_before"]
    assert said(tiny_phi, [tmp_path / "whole"]) == said(tmp_path / "merged") != said(tiny_phi)
    assert sorted(each.name for each in (tmp_path / "whole").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "tuning.json",
    ]

    from phitui.models.tuning import trainer

    def killed(self, args, state, control, **more):
        if state.global_step == 11:
            raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(trainer._Teller, "on_step_begin", killed)
        assert run(capsys, data, tiny_phi, tmp_path / "killed", code=1)[0][-1]["step"] == 11
    assert "--learning-rate" not in run(capsys, data, tiny_phi, tmp_path / "killed", "--rank", "4", code=2)[1]
    (tmp_path / "killed" / "checkpoints" / "checkpoint-99").mkdir()  # one that a kill has cut off
    rest, _ = run(capsys, data, tiny_phi, tmp_path / "killed")
    assert rest[0]["step"] == 11 and rest[-1]["validation_loss_before"] == last["validation_loss_before"]
    assert rest[-2]["validation_loss"] == pytest.approx(steps[-1]["validation_loss"], abs=0.02)
    assert said(tiny_phi, [tmp_path / "killed"]) == said(tmp_path / "merged")
    assert "was tuned already" in run(capsys, data, tiny_phi, tmp_path / "killed", code=2)[1]


def test_in_a_process_of_its_own_the_same_happens_and_it_stops_with_a_checkpoint(data, tiny_phi, tmp_path):
    cancel, told = Event(), []
    order = Order(data, str(tiny_phi), tmp_path / "out", Plan(batch=4, epochs=4))

    def follow():
        for event in tune_apart(order, tmp_path, "cpu", cancel):
            told.append(event)
            if isinstance(event, TuningStepped) and event.step:
                cancel.set()

    with pytest.raises(Cancelled, match="stopped at step") as stopped:
        follow()
    step = str(stopped.value).split()[3].rstrip(",")
    assert isinstance(told[0], RecordsRead) and told[0].shown[0][1][1][1] is True and told[1].targets[0] == "q_proj"
    assert (tmp_path / "out" / "checkpoints" / f"checkpoint-{step}").is_dir()
    done = TuningFinished("out", 9, 6.0, None, 1.5, False)
    assert apart._event(json.dumps({"kind": "TuningFinished", **asdict(done)}).encode()) == done
    with pytest.raises(ModelError, match="cut off"):
        apart._event(b"Traceback")


def test_weights_in_four_bits_are_learnt_over_where_that_can_be(capsys, data, tiny_phi, tmp_path):
    there = find_spec("bitsandbytes") is not None
    more = ("--four-bit", "--epochs", "1")
    rows, told = run(capsys, data, tiny_phi, tmp_path / "small", *more, code=0 if there else 1)
    if there:
        assert rows[-1]["validation_loss"] < rows[-1]["validation_loss_before"]
        assert said(tiny_phi, [tmp_path / "small"]) != said(tiny_phi)
    else:
        assert "four bits take a package more: `pip install bitsandbytes`" in told
    assert "cannot be trained" in run(capsys, data, tiny_phi, tmp_path / "all", *more, "--method", "full", code=2)[1]
    shape = shape_of(tiny_phi)
    assert shape.weights(Plan(four_bit=True), 2) < shape.weights(Plan(), 2) - shape.inside


def test_bad_data_or_a_folder_with_other_files_ends_it_before_anything_is_written(capsys, data, tiny_phi, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text(data.read_text() + "\n7\n")
    _, told = run(capsys, bad, tiny_phi, tmp_path / "new", code=2)
    assert "line 25: it is a number" in told
    long = tmp_path / "long.jsonl"
    long.write_text(json.dumps({"prompt": "Who? " * 40, "response": "I."}))
    assert (
        "line 1: its prompt alone fills"
        in run(capsys, long, tiny_phi, tmp_path / "new", "--max-length", "20", "--validation", "0", code=2)[1]
    )
    run(capsys, data, tiny_phi, tmp_path / "new", "--dry-run")
    assert not (tmp_path / "new").exists()
    assert "holds other files" in run(capsys, data, tiny_phi, tmp_path, code=2)[1]


def test_all_weights_can_be_trained_and_the_model_stands_alone(capsys, data, tiny_llama, tmp_path):
    rows, _ = run(capsys, data, tiny_llama, tmp_path / "full", "--method", "full", "--epochs", "1", "--sparing")
    assert rows[-1]["validation_loss"] < rows[-1]["validation_loss_before"]
    assert said(tmp_path / "full") != said(tiny_llama)


def test_the_loss_counts_where_the_assistant_speaks(chat_tokenizer, tiny_tokenizer, tmp_path):
    from phitui.models.tuning.examples import IGNORED, ExampleMaker

    talk = (
        ("system", "Be brief."),
        ("user", "Who?"),
        ("assistant", "Vance."),
        ("user", "When?"),
        ("assistant", "1884."),
    )
    turns = [Record(1, "chats", talk)]
    (made,) = ExampleMaker(tiny_tokenizer, "phi", 99).make(turns, tmp_path)
    assert [text for text, counts in made.pieces if counts] == [" Vance.\n", " 1884.<|endoftext|>"]
    assert "".join(text for text, _ in made.pieces).startswith("Be brief.\n\nAlice: Who?\nBob: Vance.\nAlice: When?")
    learnt = [number for number, label in zip(made.ids, made.labels, strict=True) if label != IGNORED]
    assert tiny_tokenizer.decode(learnt) == " Vance.\n 1884.<|endoftext|>"

    template = chat_tokenizer.chat_template
    chat_tokenizer.chat_template = template.replace("{% endfor %}", "{% endfor %}{% if add_generation_prompt %}")
    chat_tokenizer.chat_template += "{% endif %}"
    try:
        (made,) = ExampleMaker(chat_tokenizer, "llama", 200).make(turns, tmp_path)
        (pair,) = ExampleMaker(chat_tokenizer, "llama", 200).make([Record(1, "pairs", talk[1:3])], tmp_path)
    finally:
        chat_tokenizer.chat_template = template
    assert [text for text, counts in made.pieces if counts] == ["Vance.<|im_end|>", "1884.<|im_end|>"]
    assert pair.pieces[-1] == ("Vance.<|im_end|>", True) and pair.pieces[0][0].endswith("<|im_start|>assistant\n")


def test_a_plan_is_made_to_fit_the_memory_or_says_what_would(tiny_phi):
    shape = shape_of(tiny_phi)
    assert shape.targets == ("q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2")
    plan = Plan(batch=8)
    least = needed(shape, Plan(batch=1, sparing=True), 500, 4)
    assert fitted(shape, plan, 500, 4, 1 << 40) == (plan, "")
    half, changed = fitted(shape, plan, 500, 4, int(needed(shape, Plan(batch=2), 500, 4) / 0.9) + 1)
    assert (half.batch, half.accumulate, changed) == (2, 4, "2 of the 8 records of a step at once")
    tight, changed = fitted(shape, plan, 500, 4, int(least / 0.9) + 1)
    assert tight.batch == 1 and tight.sparing and changed.endswith("with gradient checkpointing")
    with pytest.raises(ModelError, match=r"use --max-length 250 or --four-bit.* or a smaller model"):
        fitted(shape, plan, 500, 4, int(least / 0.9) - 10_000)


def test_the_tutorials_choices_are_a_preset_and_all_weights_take_smaller_steps():
    assert (TUTORIAL.batch, TUTORIAL.epochs, TUTORIAL.learning_rate, TUTORIAL.weight_decay) == (1, 3, 5e-5, 0.01)
    assert default_for("full", "default").learning_rate < default_for("lora", "default").learning_rate / 5
    assert default_for("full", "tutorial").learning_rate == TUTORIAL.learning_rate


def test_tuning_needs_one_model_here_and_a_folder(capsys, data):
    for arguments in (["tune", str(data)], ["--model", "x", "tune", str(data)]):
        assert main(arguments) == 2
    told = capsys.readouterr().err
    assert "takes one model on this machine" in told and "Name a new folder" in told
