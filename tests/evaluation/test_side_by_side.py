"""Models side by side: the same passages, one load of the base, and who wins by how much."""

import json
from collections import Counter

import pytest

from phitui.answers.turn import Turn
from phitui.cli.main import main
from phitui.errors import UsageError
from phitui.evaluation.comparison.side_by_side import Answered, in_order, pairs
from phitui.evaluation.comparison.variants import Variant
from phitui.evaluation.comparison.word_diff import word_diff
from phitui.evaluation.questions import Question
from phitui.models import weights
from phitui.records import CheckedSentence
from phitui.settings import Settings
from tests.answers.hand_claims import LIGHTHOUSE
from tests.models.test_adapters import make_adapter

QUESTIONS = [
    {"question": "When was the lighthouse of Alda built?", "answer": "1884"},
    {"question": "What is the boiling point of tungsten carbide?", "in_documents": False},
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    (folder / "alda.md").write_text(f"# Alda\n\n{LIGHTHOUSE}\n")
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    assert main(["--data-dir", str(folder / "data"), "add", str(folder / "alda.md")]) == 0
    return folder


def run(shelf, capsys, *arguments, code=0):
    assert main(["--data-dir", str(shelf / "data"), "--device", "cpu", *arguments]) == code
    return capsys.readouterr()


def test_a_base_and_its_adapter_answer_from_the_same_passages_and_are_loaded_once(
    shelf, capsys, monkeypatch, tiny_phi, tmp_path
):
    adapter = make_adapter(tiny_phi, tmp_path / "adapter")
    loads: Counter[str] = Counter()
    real = weights.read_weights

    def counted(folder, *more, **named):
        loads[str(folder)] += 1
        return real(folder, *more, **named)

    monkeypatch.setattr("phitui.models.engines.loader.read_weights", counted)
    names = [f"{tiny_phi}+{adapter},max_tokens=8", f"{tiny_phi},max_tokens=8"]
    file = str(shelf / "questions.jsonl")
    rows = [
        json.loads(line)
        for line in run(shelf, capsys, "compare", "--models", *names, "--questions", file, "--json").out.splitlines()
    ]

    answers, sums, (pair,) = rows[:4], rows[4:6], rows[6:]
    assert loads == {str(tiny_phi): 1}
    assert [row["model"] for row in answers] == [names[1]] * 2 + [names[0]] * 2
    assert answers[0]["passages"] == answers[2]["passages"] != []
    assert [row["in_documents"] for row in answers] == [True, False] * 2
    assert [row["right"] for row in answers[1::2]] == [True, True] and answers[1]["answer"] is None
    assert answers[0]["tokens_per_second"] and answers[0]["time_to_first_token"]
    assert [row["model"] for row in sums] == names and sums[0]["answered"] == 1
    assert pair["pair"] == names and pair["wins"] + pair["losses"] + pair["ties"] == 2
    assert pair["low"] <= pair["lead"] <= pair["high"]

    told = run(
        shelf, capsys, "compare", "When was it built at Alda?", "--models", "none", f"{tiny_phi},max_tokens=8"
    ).out
    assert "── none" in told and "sentences supported" in told and ("{+" in told or "[-" in told)
    judged = run(
        shelf, capsys, "--model", str(tiny_phi), "compare", "--judge", "model", "--models", *names, "--questions", file
    )
    assert "won" in judged.out


def answered(name, number, text, supported=True, known="41"):
    turn = Turn("How tall?", answer=text, sentences=(CheckedSentence(text, supported, 1.0, ()),))
    question = Question("How tall?", answers=(known,) if known else ())
    return Answered(number, question, Variant(name, name, (), Settings()), turn, None)


def test_who_wins_is_told_with_the_interval_of_the_lead():
    good = [answered("good", number, "It is 41 metres tall.") for number in range(20)]
    bad = [answered("bad", number, "It is 41 metres tall.", supported=number > 14) for number in range(20)]
    variants = [good[0].variant, bad[0].variant]
    (row,) = pairs([*good, *bad], variants, None)
    assert (row["wins"], row["losses"], row["ties"], row["lead"]) == (15, 0, 5, 0.75)
    assert 0.5 < row["low"] < 0.75 < row["high"] < 1 and row["p"] < 0.01
    assert good[0].right and not answered("x", 0, "It is 12 metres tall.").right
    assert answered("x", 0, "It is tall.", known="").right is None

    # One that favours the first place names no winner; one that knows does, in whichever order.
    (row,) = pairs([*good, *[answered("bad", n, "No.") for n in range(20)]], variants, lambda question, a, b: 1.0)
    assert row["ties"] == 20
    (row,) = pairs(
        [*good, *[answered("bad", n, "No.") for n in range(20)]], variants, lambda question, a, b: float("41" in a)
    )
    assert row["wins"] == 20


def test_a_variant_names_a_model_its_adapters_and_its_settings(tmp_path):
    made = Variant.of("base+one+two,temperature=0.7,passages=5", Settings())
    assert (made.model, made.adapters, made.settings.temperature, made.settings.passages) == (
        "base",
        ("one", "two"),
        0.7,
        5,
    )
    odd = tmp_path / "a+b"
    odd.mkdir()
    assert Variant.of(str(odd), Settings()).adapters == ()
    for wrong in ("base,colour=red", "base,library=x", "base,temperature=hot", "+one", "base+"):
        with pytest.raises(UsageError):
            Variant.of(wrong, Settings())
    order = in_order([Variant.of(each, Settings()) for each in ("a+x", "b", "a", "b+y", "a,seed=2")])
    assert [each.name for each in order] == ["a", "a,seed=2", "a+x", "b", "b+y"]


def test_words_that_differ_are_marked():
    assert word_diff("It is 41 metres tall.", "It is 12 metres tall indeed.") == (
        "It is [-41-] {+12+} metres [-tall.-] {+tall indeed.+}"
    )
