"""Benchmarks: which tasks are meant, what is kept, and with the harness installed, the same as its own model finds."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from phitui.cli.main import main
from phitui.errors import UsageError
from phitui.evaluation.benchmarks.code import SandboxedMetric
from phitui.evaluation.benchmarks.kept import Answers, Lines
from phitui.evaluation.benchmarks.measure import Wanted, of_groups, of_suite, wanted
from phitui.evaluation.benchmarks.published import PHI_2, published
from phitui.scratchpad.run.runner import RunError
from phitui.workbench import Workbench
from tests.answers.hand_claims import LIGHTHOUSE

TASK = """task: local_{kind}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data}
output_type: {output}
test_split: test
doc_to_text: "{{{{text}}}}\\nAnswer:"
"""
CHOICE = """doc_to_choice: choices
doc_to_target: label
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
"""
WRITTEN = """doc_to_target: "{{answer}}"
generation_kwargs:
  until: ["\\n\\n"]
  do_sample: false
  max_gen_toks: 12
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
"""


def test_tasks_are_names_or_files_and_those_that_run_code_are_left_out(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("task: 'mine'\n")
    assert wanted([str(file), "boolq"], 3) == ([Wanted("mine", 3), Wanted("boolq", 3)], [tmp_path])
    (tmp_path / "code.yaml").write_text("task: runs\nunsafe_code: true\n")
    (tmp_path / "known.yaml").write_text("task: humaneval_mine\nunsafe_code: true\n")
    assert wanted([str(tmp_path / "known.yaml")], None)[0] == [Wanted("humaneval_mine")]
    for wrong in (str(tmp_path / "code.yaml"), str(tmp_path / "none.yaml")):
        with pytest.raises(UsageError):
            wanted([wrong], None)
    tasks = of_suite("phi-2")
    assert {Wanted("mmlu", 5), Wanted("gsm8k", 8), Wanted("humaneval", 0), Wanted("mbpp", 3)} <= set(tasks)
    with pytest.raises(UsageError, match="there is phi-2"):
        of_suite("phi-9")


def test_the_published_table_stands_beside_the_means_of_its_groups():
    assert [(group.name, group.published) for group in PHI_2] == [
        ("BBH", 59.2),
        ("commonsense reasoning", 68.8),
        ("language understanding", 62.0),
        ("math", 61.1),
        ("coding", 53.7),
    ]
    assert published("gsm8k") == pytest.approx(0.611) and published("piqa") is None
    measured = {"hellaswag": "acc_norm", "openbookqa": "acc_norm", "mmlu": "acc", "boolq": "acc"}
    rows = [{"task": task, "metric": metric, "value": 0.5, "n": 10} for task, metric in measured.items()]
    assert list(of_groups(PHI_2, rows)) == []
    (row,) = of_groups(PHI_2, [*rows, {"task": "squadv2", "metric": "exact", "value": 100.0, "n": 10}])
    assert (row["task"], row["value"], row["n"]) == ("language understanding", 0.6, 50)


def test_programs_of_models_run_in_the_sandbox_and_have_to_stand_their_test_to_its_end():
    right, wrong, gone = "def add(a, b): return a + b", "def add(a, b): return a * b", "raise SystemExit(0)"
    test = "assert add(2, 3) == 5"
    try:
        shares, _ = SandboxedMetric().compute(
            references=[test, test], predictions=[[right, wrong], [gone, wrong]], k=[1, 2]
        )
    except RunError as error:
        pytest.skip(error.message)
    assert shares == {"pass@1": 0.25, "pass@2": 0.5}


def test_answers_are_kept_by_model_and_a_line_that_was_cut_off_is_not_one(tmp_path):
    kept = Answers(tmp_path, "one model")
    key, known = kept.find("text", [[1, 2], 5])
    assert known is None
    kept.add(key, "said")
    file = next(tmp_path.glob("*.answers.jsonl"))
    file.write_text(file.read_text() + '{"key": "x", "ans')
    assert Answers(tmp_path, "one model").find("text", [[1, 2], 5]) == (key, "said")
    assert Answers(tmp_path, "another").find("text", [[1, 2], 5])[1] is None
    assert len(list(Lines(file))) == 1
    Answers(tmp_path, "one model").add("another key", "said more")
    assert [row["answer"] for row in Lines(file)] == ["said", "said more"]


def test_answers_over_the_library_are_measured_by_model_and_shown_again(tmp_path, capsys, monkeypatch, tiny_phi):
    (tmp_path / "alda.md").write_text(f"# Alda\n\n{LIGHTHOUSE}\n")
    questions = [
        {"question": "When was the lighthouse of Alda built?", "answer": "1884"},
        {"question": "What is the boiling point of tungsten carbide?", "in_documents": False},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)))
    assert main(["add", str(tmp_path / "alda.md")]) == 0
    given = ["evals", "documents", str(tmp_path / "questions.jsonl"), "--json"]
    kept = Path(os.environ["PHITUI_DATA_DIR"]) / "data" / "evals"
    with monkeypatch.context() as killed:
        real = Workbench.ask

        def ask(self, request, *more):
            if "tungsten" in request.question:
                raise KeyboardInterrupt
            return real(self, request, *more)

        killed.setattr(Workbench, "ask", ask)
        assert main([*given, "--models", "none"]) != 0
    assert len(list(kept.glob("*.answers.jsonl"))) == 1 and '{"task"' not in capsys.readouterr().out

    assert main([*given, "--models", "none", f"{tiny_phi},max_tokens=4"]) == 0
    told = capsys.readouterr()
    rows = [json.loads(line) for line in told.out.splitlines() if line.startswith('{"task"')]
    assert "1 of 4 answers were given before" in told.err and not list(kept.glob("*.answers.jsonl"))
    found = {(row["model"], row["metric"]): (row["value"], row["n"]) for row in rows}
    assert found["none", "right"] == (1.0, 1) and found["none", "refused rightly"] == (1.0, 1)
    assert found["none", "sentences supported"][0] == 1.0 and (f"{tiny_phi},max_tokens=4", "right") in found
    assert found[f"{tiny_phi},max_tokens=4", "prompt tokens"][1] == 1 and ("none", "prompt tokens") not in found
    assert main(["evals"]) == 0
    assert "none  documents  right  1.0000" in capsys.readouterr().out
    assert main(["evals", "documents"]) == 2


def test_without_the_harness_one_sentence_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setattr("phitui.evaluation.benchmarks.measure.importlib.util.find_spec", lambda name: None)
    assert main(["--model", "none", "evals", "--tasks", "boolq"]) == 1
    assert "pip install 'phitui[evals]'" in capsys.readouterr().err


def test_the_harness_finds_the_same_with_its_own_model(tmp_path, capsys, tiny_phi):
    if find_spec("lm_eval") is None:
        pytest.skip("the extra evals is not installed")
    rows = [
        {"text": f"How tall is it? It is {n} metres tall.", "choices": [str(n), "12"], "label": 0, "answer": str(n)}
        for n in (41, 52)
    ]
    (tmp_path / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for kind, output, rest in (("choice", "multiple_choice", CHOICE), ("text", "generate_until", WRITTEN)):
        told = TASK.format(kind=kind, data=tmp_path / "data.jsonl", output=output)
        (tmp_path / f"{kind}.yaml").write_text(told + rest)
    files = f"{tmp_path / 'choice.yaml'},{tmp_path / 'text.yaml'}"
    given = ["--device", "cpu", "--model", str(tiny_phi), "evals", "--tasks", files, "--json"]
    assert main(given) == 0
    ours = {row["task"]: row["value"] for row in map(json.loads, capsys.readouterr().out.splitlines())}

    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    theirs = simple_evaluate(
        HFLM(pretrained=str(tiny_phi), device="cpu", dtype="float32"),
        tasks=["local_choice", "local_text"],
        task_manager=TaskManager(include_path=str(tmp_path), include_defaults=False),
    )
    assert theirs is not None
    assert ours["local_choice"] == theirs["results"]["local_choice"]["acc,none"]
    assert ours["local_text"] == theirs["results"]["local_text"]["exact_match,none"]
