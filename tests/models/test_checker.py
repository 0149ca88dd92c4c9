"""Readers of claims: classifiers by their labels, language models by their two answers, each with its own fit."""

import json

import numpy as np
import pytest

from phitui.cli.main import main
from phitui.errors import ModelError
from phitui.models.embed.checker import checker_for
from phitui.models.embed.checker_fits import CheckerFits
from phitui.models.thread import ModelThread
from tests.answers.hand_claims import CLAIMS, PASSAGES

PAIRS = [("The lamp burned whale oil until 1907.", "The lamp burned oil."), ("It is tall.", "Nobody lives there.")]


@pytest.fixture(scope="module")
def thread():
    made = ModelThread()
    yield made
    made.close()


@pytest.fixture(scope="module")
def classifier(tiny_phi, tmp_path_factory):
    """Makes a tiny BERT with these labels."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    def make(*labels):
        folder = tmp_path_factory.mktemp("classifier")
        tokenizer = AutoTokenizer.from_pretrained(tiny_phi)
        named = dict(enumerate(labels))
        config = BertConfig(
            vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
            id2label=named, label2id={name: number for number, name in named.items()},
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return make


def test_the_labels_of_a_classifier_say_which_output_is_which(classifier, thread, tmp_path):
    orders = (("entailment", "neutral", "contradiction"), ("contradiction", "neutral", "entailment"))
    for labels in orders:
        rows = checker_for(str(classifier(*labels)), thread, "cpu", tmp_path).read(PAIRS)
        assert rows.shape == (2, 3) and np.allclose(rows.sum(1), 1, atol=1e-5) and (rows > 0).all()


def test_a_binary_head_tells_support_and_no_contradiction(classifier, thread, tmp_path):
    rows = checker_for(str(classifier("LABEL_0", "LABEL_1")), thread, "cpu", tmp_path).read(PAIRS)
    assert np.allclose(rows[:, :2].sum(1), 1, atol=1e-5) and not rows[:, 2].any()


def test_a_classifier_of_something_else_is_refused_with_its_labels(classifier, thread, tmp_path):
    with pytest.raises(ModelError, match="joy"):
        checker_for(str(classifier("joy", "anger", "fear")), thread, "cpu", tmp_path)


def test_a_language_model_is_read_by_its_two_answers(tiny_phi, thread, tmp_path):
    reader = checker_for(str(tiny_phi), thread, "cpu", tmp_path)
    together, alone = reader.read(PAIRS), [reader.read([pair])[0] for pair in PAIRS]
    assert np.allclose(together, alone, atol=1e-4)
    assert np.allclose(together[:, :2].sum(1), 1) and not together[:, 2].any()


def test_what_was_fitted_is_kept_by_the_name_of_the_reader(tmp_path):
    fits = CheckerFits(tmp_path)
    fitted = {"supported": {}, "contradicted": {}, "threshold": {}, "opposed": 0.5}
    fits.keep("one", fitted)
    fits.keep("other", fitted | {"opposed": 0.7})
    assert fits.of("one") == fitted and fits.of("nobody") is None
    (tmp_path / "checkers.json").write_text("{")
    assert fits.of("one") is None


def test_eval_finds_and_keeps_the_thresholds_of_another_reader(classifier, tmp_path, capsys):
    for number, text in enumerate(PASSAGES):
        (tmp_path / f"paper-{number}.md").write_text(f"# Paper\n\n{text}\n")
    data = ["--data-dir", str(tmp_path / "data")]
    assert main([*data, "add", *map(str, tmp_path.glob("*.md"))]) == 0
    labelled = tmp_path / "claims.jsonl"
    labelled.write_text(
        "\n".join(json.dumps({"claim": c, "label": "supported" if t else "unsupported"}) for c, t in CLAIMS)
    )
    reader = str(classifier("entailment", "neutral", "contradiction"))
    capsys.readouterr()
    assert main([*data, "eval", "--claims", str(labelled), "--checker", reader, "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["thresholds"] == "shipped" and "left out" in second["thresholds"] and "precision" in second
    (kept,) = json.loads((tmp_path / "data" / "data" / "checkers.json").read_text()).values()
    assert set(kept["threshold"]) == {"sentence", "fragment"}
    (tmp_path / "draft.txt").write_text(CLAIMS[0][0])
    assert main([*data, "check", str(tmp_path / "draft.txt"), "--checker", reader, "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1])["checker"] != "bundled" and "no thresholds" not in printed.err


@pytest.mark.parametrize("line", ["{", '{"claim": "One."}', '{"claim": "One.", "label": "maybe"}'])
def test_a_line_without_a_label_is_named(line, tmp_path, capsys):
    (tmp_path / "claims.jsonl").write_text(line)
    assert main(["--data-dir", str(tmp_path / "data"), "eval", "--claims", str(tmp_path / "claims.jsonl")]) == 2
    assert "line 1" in capsys.readouterr().err
