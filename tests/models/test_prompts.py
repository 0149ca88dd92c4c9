"""What embedders want before a text: from their settings, or by their family; another thing before a question."""

import json
import shutil
from typing import Any

import numpy as np
import pytest

from phitui.models.embed.embedder import embedder_for
from phitui.models.embed.prompts import E5, NONE, Prompts, prompts_of
from phitui.models.thread import ModelThread
from tests.library.made import open_library

SEARCH = "Given a web search query, retrieve relevant passages that answer the query"


@pytest.fixture(scope="module")
def thread():
    made = ModelThread()
    yield made
    made.close()


@pytest.fixture(scope="module")
def made(tiny_phi, tmp_path_factory):
    """A tiny sentence-transformers model, as the package writes it: pooling by the first token, a dense module."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
    from transformers import AutoTokenizer, BertConfig, BertModel

    plain = tmp_path_factory.mktemp("models") / "encoder"
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    own: Any = BertConfig
    BertModel(own(vocab_size=len(tokenizer), pad_token_id=0, **sizes)).save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    modules: Any = [Transformer(str(plain), max_seq_length=16), Pooling(32, "cls"), Dense(32, 24), Normalize()]
    folder = plain.with_name("model")
    SentenceTransformer(modules=modules, device="cpu").save_pretrained(str(folder))
    return folder


def with_prompts(made, tmp_path, name, **settings):
    """A copy of that name, with these settings of prompts."""
    folder = shutil.copytree(made, tmp_path / name)
    file = folder / "config_sentence_transformers.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))
    return folder


@pytest.mark.parametrize(
    ("name", "settings", "wanted"),
    [
        ("a", {"prompts": {"query": "q: ", "document": "d: "}}, Prompts("q: ", "d: ")),
        ("a", {"prompts": {"query": "q: "}, "default_prompt_name": None}, Prompts("q: ")),
        ("a", {"prompts": {"web_search_query": "w: ", "sts_query": "s: "}}, Prompts("w: ")),
        ("a", {"prompts": {"passage": "p: ", "x": "x: "}, "default_prompt_name": "x"}, Prompts("x: ", "p: ")),
        ("a", {"prompts": {"query": 3, "document": "d" * 3000}}, NONE),
        ("a", {"prompts": "none"}, NONE),
        ("multilingual-e5-base", {"prompts": {"query": "own ", "document": ""}}, Prompts("own ")),
        ("intfloat--multilingual-e5-small", {"prompts": {"query": "", "document": ""}}, E5),
        ("multilingual-e5-large-instruct", {}, Prompts(f"Instruct: {SEARCH}\nQuery: ")),
        ("Qwen3-Embedding-0.6B", {}, Prompts(f"Instruct: {SEARCH}\nQuery:")),
        ("harrier-oss-v1-270m", {}, Prompts(f"Instruct: {SEARCH}\nQuery: ")),
        ("KaLM-embedding-multilingual-mini-instruct-v2", {}, Prompts(f"Instruct: {SEARCH} \n Query: ")),
        ("KaLM-embedding-multilingual-mini-v1", {}, NONE),
        ("bge-multilingual-gemma2", {}, Prompts(f"<instruct>{SEARCH}\n<query>")),
        ("modernbert-embed-base", {}, Prompts("search_query: ", "search_document: ")),
        ("ruri-v3-30m", {}, Prompts("検索クエリ: ", "検索文書: ")),
        ("embeddinggemma-300m", {}, Prompts("task: search result | query: ", "title: none | text: ")),
        ("bge-small-en-v1.5", {}, Prompts("Represent this sentence for searching relevant passages: ")),
        ("bge-large-zh-v1.5", {}, Prompts("为这个句子生成表示以用于检索相关文章：")),
        ("snowflake-arctic-embed-l-v2.0", {}, Prompts("query: ")),
        ("snowflake-arctic-embed-xs", {}, Prompts("Represent this sentence for searching relevant passages: ")),
        ("nomic-embed-text-v1.5", {}, Prompts("search_query: ", "search_document: ")),
        ("mxbai-embed-large-v1", {}, Prompts("Represent this sentence for searching relevant passages: ")),
        ("granite-embedding-97m-multilingual-r2", {}, NONE),
        ("gte-base-en-v1.5", {}, NONE),
        ("bge-m3", {}, NONE),
        ("all-MiniLM-L6-v2", {}, NONE),
    ],
)
def test_prompts_are_those_of_the_settings_or_else_of_the_family(tmp_path, name, settings, wanted):
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps(settings))
    assert prompts_of(tmp_path, name) == wanted
    (tmp_path / "config.json").write_text(json.dumps({"_name_or_path": f"someone/{name}"}))
    assert prompts_of(tmp_path, "renamed") == wanted


def test_questions_and_documents_get_theirs(made, thread, tmp_path):
    from sentence_transformers import SentenceTransformer

    folder = with_prompts(made, tmp_path, "mine", prompts={"query": "ask ", "document": "say "})
    embedder = embedder_for(str(folder), thread, "cpu")
    assert embedder.dimension == 24 and "'ask '" in embedder.identity
    assert embedder_for(str(made), thread).identity != embedder.identity
    texts = ["the lamp", "long " * 40]
    plain = SentenceTransformer(str(made), device="cpu", local_files_only=True)
    for asked, prefix in ((True, "ask "), (False, "say ")):
        wanted = plain.encode([prefix + text for text in texts], normalize_embeddings=True)
        np.testing.assert_allclose(embedder.embed(texts, asked=asked), wanted, atol=1e-5)
        np.testing.assert_allclose(embedder.embed(texts[:1], urgent=True, asked=asked), wanted[:1], atol=1e-5)


def test_a_library_asks_with_the_one_and_stores_with_the_other(made, thread, tmp_path):
    folder = with_prompts(made, tmp_path, "e5-base", prompts={})
    embedder = embedder_for(str(folder), thread, "cpu")
    text = "The lamp burned whale oil until 1907."
    (tmp_path / "lamp.txt").write_text(text)
    library = open_library(tmp_path / "library", embedder)
    list(library.add([tmp_path / "lamp.txt"]))
    plain = embedder_for(str(made), thread, "cpu")
    question, claim = library.query(text), library.queries([text], literal=True)[0]
    np.testing.assert_allclose(question.vector, plain.embed([f"query: {text}"])[0], atol=1e-5)
    np.testing.assert_allclose(claim.vector, plain.embed([f"passage: {text}"])[0], atol=1e-5)
    (hit,) = library.search(question)
    (sentence,) = library.sentences(hit)
    np.testing.assert_allclose(sentence.vector, claim.vector, atol=1e-2)
    library.close()


@pytest.mark.parametrize(
    ("pooling", "wanted"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True, "include_prompt": True}, 64),
        ({"pooling_mode": "lasttoken"}, 32),
        ({"pooling_mode": ["cls", "mean", "max"]}, 96),
    ],
)
def test_the_length_of_vectors_is_told_by_the_modules(made, thread, tmp_path, pooling, wanted):
    folder = shutil.copytree(made, tmp_path / "model")
    modules = json.loads((folder / "modules.json").read_text())
    kept = [each for each in modules if each["type"].endswith(("Transformer", "Pooling"))]
    (folder / "modules.json").write_text(json.dumps(kept))
    place = next(each["path"] for each in kept if each["type"].endswith("Pooling"))
    (folder / place / "config.json").write_text(json.dumps({"word_embedding_dimension": 32} | pooling))
    embedder = embedder_for(str(folder), thread, "cpu")
    assert embedder.dimension == wanted and embedder.embed(["a text"]).shape == (1, wanted)
