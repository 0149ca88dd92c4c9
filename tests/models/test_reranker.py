"""Rerankers: a language model's log-probability of the question, and cross-encoders, as visible scores."""

import json
import shutil
from types import SimpleNamespace
from typing import Any

import pytest

from phitui.errors import ModelError
from phitui.library.search.reranker import RERANKED, reranked
from phitui.models.engines.local import LocalEngine
from phitui.models.engines.quotation import QuotingEngine
from phitui.models.rerank.pair_format import ASKED, JUDGE, TASK
from phitui.models.rerank.reranker import Rerankers, reranker_for
from phitui.models.thread import ModelThread
from phitui.models.transformer.likelihood import AFTER, BEFORE
from tests.app.fake import hit
from tests.library.made import open_library, statuses

QUESTION = "What did the lamp burn?"
TEXTS = [
    "The lamp burned whale oil until 1907.",
    "It stands 41 metres tall.",
    "def add(a, b): return a + b",
    "",
    "x " * 900,
]


@pytest.fixture(scope="module")
def thread():
    made = ModelThread()
    yield made
    made.close()


def test_the_score_is_the_unbatched_log_probability_of_the_question(tiny_phi, thread, tmp_path):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(tiny_phi), AutoModelForCausalLM.from_pretrained(tiny_phi)
    asked = tokenizer(" " + QUESTION)["input_ids"]
    scores = reranker_for(str(tiny_phi), thread, "cpu", tmp_path).scores(QUESTION, TEXTS)
    for text, score in zip(TEXTS, scores, strict=True):
        before = [*tokenizer(BEFORE)["input_ids"], *tokenizer(text)["input_ids"][:700], *tokenizer(AFTER)["input_ids"]]
        ids = torch.tensor([before + asked])
        with torch.no_grad():
            likely = model(ids).logits[0].log_softmax(-1)
        wanted = [likely[len(before) + place - 1, token].item() for place, token in enumerate(asked)]
        assert score == pytest.approx(sum(wanted) / len(wanted), abs=1e-4)


def test_a_batch_too_big_for_memory_is_scored_one_by_one(tiny_phi, thread, tmp_path, monkeypatch):
    reranker = reranker_for(str(tiny_phi), thread, "cpu", tmp_path)
    wanted = reranker.scores(QUESTION, TEXTS)
    whole = reranker._score

    def score(question, texts):
        if len(texts) > 1:
            raise MemoryError
        return whole(question, texts)

    monkeypatch.setattr(reranker, "_score", score)
    assert reranker.scores(QUESTION, TEXTS) == pytest.approx(wanted, abs=1e-4)


@pytest.fixture(scope="module")
def cross_encoder(tiny_phi, tmp_path_factory):
    """A tiny BERT with one label."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("models") / "tiny-cross-encoder"
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi)
    own: Any = BertConfig
    config = own(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=1,
        pad_token_id=0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_cross_encoder_scores_each_pair(cross_encoder, thread, tmp_path):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(cross_encoder)
    model = AutoModelForSequenceClassification.from_pretrained(cross_encoder)
    scores = reranker_for(str(cross_encoder), thread, "cpu", tmp_path).scores(QUESTION, TEXTS)
    for text, score in zip(TEXTS[:4], scores, strict=False):
        with torch.no_grad():
            wanted = model(**tokenizer(QUESTION, text, return_tensors="pt")).logits.item()
        assert score == pytest.approx(wanted, abs=1e-4)


@pytest.fixture(scope="module")
def modular(tiny_phi, tmp_path_factory):
    """As the ettin rerankers are built: an encoder, pooling, and dense modules that end in a score."""
    import torch
    from sentence_transformers import CrossEncoder
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import LayerNorm, Pooling
    from transformers import AutoTokenizer, BertConfig, BertModel

    plain = tmp_path_factory.mktemp("models") / "encoder"
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    own: Any = BertConfig
    BertModel(own(vocab_size=len(tokenizer), pad_token_id=0, **sizes)).save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    modules: Any = [
        Transformer(str(plain)),
        Pooling(32, "cls"),
        Dense(32, 32, activation_function=torch.nn.GELU()),
        LayerNorm(32),
        Dense(32, 1, activation_function=torch.nn.Identity(), module_output_name="scores"),
    ]
    folder = plain.with_name("modular")
    CrossEncoder(modules=modules, device="cpu").save_pretrained(str(folder))
    return folder


def test_a_reranker_of_modules_scores_as_sentence_transformers_does(modular, thread, tmp_path):
    import torch
    from sentence_transformers import CrossEncoder

    scores = reranker_for(str(modular), thread, "cpu", tmp_path).scores(QUESTION, TEXTS)
    wanted = CrossEncoder(str(modular), device="cpu", local_files_only=True, activation_fn=torch.nn.Identity())
    made = wanted.predict([(QUESTION, text) for text in TEXTS[:4]], show_progress_bar=False)
    assert scores[:4] == pytest.approx([float(each) for each in made], abs=1e-4)
    assert len({round(score, 5) for score in scores}) > 1


PAIR_TEMPLATE = (
    "{{ messages | selectattr('role', 'eq', 'query') | map(attribute='content') | first }} ## "
    "{{ messages | selectattr('role', 'eq', 'document') | map(attribute='content') | first }} => "
)
CHAT_TEMPLATE = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}[assistant] "
LOOP_TEMPLATE = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize("template", [PAIR_TEMPLATE, CHAT_TEMPLATE, ""])
@pytest.mark.parametrize("modules", [True, False])
def test_a_reranker_that_says_yes_or_no_is_asked_by_its_template(tiny_phi, thread, tmp_path, template, modules):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path / ("tiny" if modules else "Qwen3-Reranker-tiny")
    shutil.copytree(tiny_phi, folder)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    if template:
        tokenizer.chat_template = template
        tokenizer.save_pretrained(folder)
    yes, no = tokenizer("yes")["input_ids"][0], tokenizer("no")["input_ids"][0]
    if modules:
        kinds = [("base.modules.transformer.Transformer", ""), ("cross_encoder.modules.logit_score.LogitScore", "1")]
        rows = [{"type": f"sentence_transformers.{kind}", "path": path} for kind, path in kinds]
        (folder / "modules.json").write_text(json.dumps(rows))
        (folder / "1").mkdir()
        (folder / "1" / "config.json").write_text(json.dumps({"true_token_id": no, "false_token_id": yes}))
        yes, no = no, yes
    asked = ASKED.format(task=TASK, question=QUESTION, text=TEXTS[0])
    written = {
        PAIR_TEMPLATE: f"{QUESTION} ## {TEXTS[0]} => ",
        CHAT_TEMPLATE: f"[system] {JUDGE}\n[user] {asked}\n[assistant] ",
        "": f"{JUDGE}\n\n{asked}\n\nAnswer:",
    }
    with torch.no_grad():
        logits = model(**tokenizer(written[template], return_tensors="pt", add_special_tokens=False)).logits[0, -1]
    scores = reranker_for(str(folder), thread, "cpu", tmp_path).scores(QUESTION, TEXTS)
    assert len(scores) == len(TEXTS)
    # Cut where the template joins them, words may be cut into other tokens than in one piece.
    assert scores[0] == pytest.approx(float(logits[yes] - logits[no]), abs=0.5)
    alone = reranker_for(str(folder), thread, "cpu", tmp_path).scores(QUESTION, TEXTS[:1])
    assert scores[:1] == pytest.approx(alone, abs=1e-4)


def test_a_rerankers_template_or_settings_that_are_wrong_end_in_one_sentence(
    tiny_phi, modular, thread, tmp_path, monkeypatch
):
    folder = tmp_path / "Qwen3-Reranker-tiny"
    shutil.copytree(tiny_phi, folder)
    (folder / "chat_template.jinja").write_text(LOOP_TEMPLATE)
    with monkeypatch.context() as patch:
        patch.setattr("phitui.models.inspection.inspector.WALL_SECONDS", 1.5)
        with pytest.raises(ModelError):
            reranker_for(str(folder), thread, "cpu", tmp_path).scores(QUESTION, TEXTS[:1])
    (folder / "chat_template.jinja").unlink()
    rows = [{"type": "sentence_transformers.cross_encoder.modules.logit_score.LogitScore", "path": "1"}]
    (folder / "modules.json").write_text(json.dumps(rows))
    (folder / "1").mkdir()
    for settings, message in (({"true_token_id": "x"}, "which tokens"), ({"true_token_id": 10**9}, "does not have")):
        (folder / "1" / "config.json").write_text(json.dumps(settings))
        with pytest.raises(ModelError, match=message):
            reranker_for(str(folder), thread, "cpu", tmp_path).scores(QUESTION, TEXTS[:1])
    odd = shutil.copytree(modular, tmp_path / "odd")
    rows = json.loads((odd / "modules.json").read_text())
    (odd / "modules.json").write_text(json.dumps([*rows, {"type": "evil.Evil", "path": ""}]))
    with pytest.raises(ModelError, match="does not know"):
        reranker_for(str(odd), thread, "cpu", tmp_path)


def test_a_model_that_cannot_rerank_is_said(cross_encoder, thread, tmp_path):
    with pytest.raises(ModelError, match="not on disk"):
        reranker_for("nobody/nothing", thread, "cpu", tmp_path)
    config = json.loads((cross_encoder / "config.json").read_text())
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.safetensors").write_text("broken")
    (other / "config.json").write_text(json.dumps(config | {"architectures": ["BertModel"]}))
    with pytest.raises(ModelError, match="cannot rerank"):
        reranker_for(str(other), thread, "cpu", tmp_path)
    (other / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="cannot be loaded"):
        reranker_for(str(other), thread, "cpu", tmp_path).scores(QUESTION, TEXTS)


class Scripted:
    """Likes long texts, or fails."""

    name = "scripted"

    def __init__(self, problem=None):
        self.problem, self.asked = problem, []

    def scores(self, question, texts):
        self.asked.append((question, list(texts)))
        if self.problem:
            raise self.problem
        return [float(len(text)) for text in texts]


def test_the_order_follows_both_scores_and_the_reranker_s_is_shown():
    hits = [hit(n, "word " * n, score=30 - n, signals={"fused": 0.5}) for n in range(1, RERANKED + 6)]
    found = reranked(QUESTION, hits, Scripted())
    assert [each.rank for each in found] == list(range(1, len(hits) + 1))
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    best = found[0]
    assert best.rerank is not None and 0 <= best.signals["rerank"] <= 1 and best.signals["fused"] == 0.5
    assert all(each.rerank is None for each in found[RERANKED:])
    assert {each.passage_id for each in found} == {each.passage_id for each in hits}
    twins = [hit(n, "word " * n, score=1.0) for n in range(1, 4)]
    assert [each.passage_id for each in reranked(QUESTION, twins, Scripted())] == [103, 102, 101]


def test_a_search_goes_on_without_a_reranker_that_fails():
    hits = [hit(1), hit(2)]
    assert reranked(QUESTION, hits, Scripted(ModelError("Out of memory."))) == hits
    assert reranked(QUESTION, [], Scripted()) == []


def test_a_search_reranks_its_best_candidates_but_not_while_words_alone_answer(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "whales.txt").write_text("Whales sing. Whales dive deep in the cold sea. Whales are large.")
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    reranker = Scripted()
    library.reranker = lambda: reranker
    assert all(each.rerank is not None for each in library.search(library.query("whales")))
    assert reranker.asked[0][0] == "whales" and reranker.asked[0][1][0].startswith("whales\n")
    assert all(each.rerank is None for each in library.search(library.query("whales", by_words=True)))
    assert all(each.rerank is None for each in library.search(library.query("whales"), arm="dense"))
    library.close()


def test_auto_reranks_by_the_model_that_is_loaded_on_a_gpu(tiny_phi, thread, tmp_path, monkeypatch):
    monkeypatch.setattr("phitui.models.rerank.reranker.best_device", lambda wanted: "cpu")

    def now(setting, engine=None, model=str(tiny_phi)):
        return Rerankers(setting, thread, "cpu", tmp_path).now(engine or QuotingEngine(), model)

    engine = LocalEngine(str(tiny_phi), thread, tmp_path, "cpu")
    assert now("auto") is now("off") is now("on") is None
    assert now("auto", engine) is None
    assert now("on", engine).name == "tiny-phi"
    engine.load(lambda step: None)
    assert now("auto", engine) is None
    alone = now(str(tiny_phi)).scores(QUESTION, TEXTS)
    assert now("on", engine).scores(QUESTION, TEXTS) == pytest.approx(alone, abs=1e-4)
    engine.device = "cuda:0"
    assert now("auto", engine).scores(QUESTION, TEXTS) == pytest.approx(alone, abs=1e-4)
    assert now("off", engine) is None
    vars(engine)["_ready"] = SimpleNamespace(tokenizer=None, model=None)
    with pytest.raises(ModelError, match="8 bits"):
        now("auto", engine).scores(QUESTION, TEXTS)
    engine.close()


@pytest.mark.parametrize(
    ("device", "jobs"), [("cuda:0", [[3, 3, 3], [40, 40], [41], [900]]), ("cpu", [[3] * 3 + [40], [40, 41, 900]])]
)
def test_passages_go_to_a_card_in_batches_by_their_length(device, jobs, thread, monkeypatch):
    from phitui.models.rerank import reranker
    from tests.models.fake_cards import fake_cards

    seen = []

    def score(question, texts):
        seen.append([len(text) for text in texts])
        return [float(len(text)) for text in texts]

    monkeypatch.setattr(reranker, "CARD_CHARACTERS", 90)
    with fake_cards(monkeypatch):
        made = reranker.ThreadReranker("one", thread, lambda: score, device)
        lengths = [40, 3, 900, 3, 41, 3, 40]
        assert made.scores("who?", ["x" * length for length in lengths]) == lengths
        assert made.scores("who?", []) == []
    assert seen == jobs


def test_batches_cost_no_more_than_there_is_room_for():
    from phitui.models.batches import batches

    lengths = [7, 1, 30, 2, 2, 7, 100, 3]
    made = [*batches(lengths, 20)]
    assert sorted(place for batch in made for place in batch) == [*range(8)]
    assert all(len(batch) * max(lengths[i] for i in batch) <= 20 or len(batch) == 1 for batch in made)
    assert [len(batch) for batch in batches(lengths, 1 << 30, 3)] == [3, 3, 2]
    assert [*batches([], 5)] == []
