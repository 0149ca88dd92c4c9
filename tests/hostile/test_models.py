"""Model folders from anywhere: no code of theirs is run, nothing but safetensors loaded, and none takes the machine."""

import json
import os
import shutil
from typing import Any

import pytest

from phitui.errors import ModelError
from phitui.models.embed.embedder import bundled_folder, embedder_for
from phitui.models.engines.local import LocalEngine
from phitui.models.hub.checkpoint import model_folder
from phitui.models.hub.on_disk import models_on_disk
from phitui.models.inspection.chat_template import Frame
from phitui.models.inspection.inspector import inspect
from phitui.models.thread import ModelThread

pytestmark = pytest.mark.hostile


@pytest.fixture
def model(tiny_phi, tmp_path):
    """A folder to spoil."""
    folder = tmp_path / "model"
    shutil.copytree(tiny_phi, folder)
    return folder


def changed(file, **values):
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **values}), "utf-8")


def refusal(folder):
    """The sentence with which a folder is refused before anything is loaded from it."""
    with pytest.raises(ModelError) as refused:
        inspect(model_folder(str(folder), folder.parent / "models"), "the model")
    message = refused.value.message
    assert "\n" not in message and "\x1b" not in message and "Traceback" not in message
    return message


def test_a_sound_folder_passes_and_is_looked_over_once(model, monkeypatch):
    inspect(model, "the model")
    monkeypatch.setattr("phitui.models.inspection.inspector._asked", lambda *_: pytest.fail("asked again"))
    inspect(model, "the model")


# ── weights ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "part", ["pytorch_model.bin", "../other/model.safetensors", "/tmp/model.safetensors", "a/b.safetensors", "x.pt", ""]
)
def test_an_index_that_names_anything_but_safetensors_beside_it_is_refused(model, part):
    (model / "pytorch_model.bin").write_bytes(b"pickle")
    (model / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": part}}))
    assert "safetensors" in refusal(model)


@pytest.mark.parametrize("content", ["[]", '{"weight_map": {"a": 1}}', '{"weight_map": [["x"]]}', "{", "[" * 100_000])
def test_an_index_that_is_none_is_refused(model, content):
    (model / "model.safetensors.index.json").write_text(content)
    assert "damaged" in refusal(model)


def test_an_adapter_beside_the_weights_is_refused(model):
    (model / "adapter_config.json").write_text('{"base_model_name_or_path": "/somewhere/else"}')
    (model / "adapter_model.bin").write_bytes(b"pickle")
    assert "adapter" in refusal(model)


def test_weights_that_are_no_safetensors_are_refused(model):
    (model / "model.safetensors").write_bytes((1 << 62).to_bytes(8, "little") + b"{}")
    assert "weights" in refusal(model)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "generation_config.json", "chat_template.jinja"])
@pytest.mark.parametrize("kind", ["pipe", "endless", "huge"])
def test_what_is_no_regular_file_of_a_sane_size_is_never_read(model, name, kind):
    (model / name).unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(model / name)
    elif kind == "endless":
        (model / name).symlink_to("/dev/zero")
    else:
        with open(model / name, "wb") as file:
            file.truncate(1 << 40)
    assert "regular file" in refusal(model) or "are read at most" in refusal(model)
    assert models_on_disk(model.parent) is not None  # a list of what is on disk ends as well


# ── configs ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "values",
    [
        {"num_hidden_layers": 10**9},
        {"num_hidden_layers": 10**400},
        {"n_layer": 10**7},
        {"text_config": {"num_hidden_layers": 10**9}},
        {"hidden_size": 10**9},
        {"vocab_size": 10**12},
        {"intermediate_size": 1e15},
        {"max_position_embeddings": 10**13},
        {"num_experts": 10**8},
        {"max_position_embeddings": 0},
        {"hidden_size": -64},
        {"num_hidden_layers": -1},
        {"attn_implementation": "someone/kernel"},
        {"text_config": {"_attn_implementation": "someone/kernel:x"}},
    ],
)
def test_a_config_that_the_weights_do_not_bear_out_is_refused(model, values):
    changed(model / "config.json", **values)
    assert "config.json" in refusal(model)


def test_a_config_that_is_nested_without_end_is_refused(model):
    (model / "config.json").write_text('{"a":' * 50_000 + "1" + "}" * 50_000)
    assert "config.json" in refusal(model)


ODD: list[dict[str, Any]] = [
    {"num_attention_heads": 0},
    {"architectures": 3},
    {"model_type": {"a": 1}},
    {"rope_parameters": {"rope_type": "evil", "factor": 1e308}},
    {"quantization_config": {"quant_method": "gptq"}},
    {"quantization_config": 5},
    {"auto_map": {"AutoModelForCausalLM": "evil.Evil", "AutoConfig": "evil.Evil"}},
    {"tokenizer_class": "evil.Evil", "eos_token_id": 10**9, "_name_or_path": "/etc", "id2label": {"x": "y"}},
]


def test_a_config_of_odd_values_is_one_sentence_and_spoils_no_model_after_it(model, thread):
    (model / "evil.py").write_text(f"open({str(model / 'ran')!r}, 'w')\nclass Evil: pass\n")
    sound = (model / "config.json").read_text("utf-8")
    for values in [*ODD, {}]:
        (model / "config.json").write_text(json.dumps({**json.loads(sound), **values}))
        engine = LocalEngine(str(model), thread, model.parent, "cpu")
        try:
            engine.load(lambda step: None)
            problem = ""
        except ModelError as error:
            problem = error.message
        engine.close()
        assert "\n" not in problem and len(problem) < 400
        assert problem if values in ODD[:6] else values or not problem, (values, problem)
    assert not (model / "ran").exists()


# ── templates ────────────────────────────────────────────────────────────────────────────────────────────────

BOMBS = {
    "repeated": "{{ 'A' * 10**10 }}",
    "wide": "{{ '%0999999999d' % 1 }}",
    "format": "{{ '{:>9999999999}'.format(1) }}",
    "long": "{% for a in range(99999) %}{% for b in range(99999) %}{{ 'x' * 1000 }}{% endfor %}{% endfor %}",
    "list": "{% set x = [1] * 10**10 %}{{ x }}",
    "recursive": "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_template_that_takes_all_memory_is_refused(model, name):
    (model / "chat_template.jinja").write_text(BOMBS[name])
    if name == "recursive":
        inspect(model, "the model")  # it fails as templates may: said when it is used
    else:
        assert "chat template" in refusal(model)


def test_a_template_that_never_ends_is_refused(model, monkeypatch):
    monkeypatch.setattr("phitui.models.inspection.inspector.WALL_SECONDS", 1.5)
    (model / "chat_template.jinja").write_text(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% if a > b %}{% endif %}{% endfor %}{% endfor %}"
    )
    assert "takes too much time" in refusal(model)


class Asked:
    """Of a tokenizer what a template needs."""

    def __init__(self, template):
        self.chat_template, self.special_tokens_map = template, {"bos_token": "<s>"}


def test_a_template_that_waits_for_a_certain_question_never_gets_to_see_one():
    trap = "{% if 'herons' in messages[0].content %}{{ 'A' * 10**10 }}{% endif %}[{{ messages[0].content }}]"
    assert Frame(Asked(trap)).around("Where are the herons?") == "[Where are the herons?]"


def test_a_template_reaches_nothing_outside():
    for trap in (
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.system('touch /tmp/x') }}",
        "{{ messages.__class__.__base__ }}",
        "{% include '/etc/passwd' %}",
    ):
        with pytest.raises(ModelError, match="chat template failed"):
            Frame(Asked(trap + "{{ messages[0].content }}")).around("x")


def test_a_template_writes_what_it_writes_in_transformers(tiny_phi):
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_phi, local_files_only=True)
    for template in (
        "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] | trim }}</s>\n{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
        "{%- for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}{{ messages | tojson }}",
        "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{{ m.content }}"
        "{% break %}{% endfor %}{% if tools is none and not enable_thinking %}!{% endif %}",
    ):
        tokenizer.chat_template = template
        for content in ("Where are the herons?", "  two\nlines  "):
            wanted = tokenizer.apply_chat_template(
                [{"role": "user", "content": content}],
                tokenize=False,
                add_generation_prompt=True,
                enable_thinking=False,
            )
            if "tojson" not in template or content.isprintable():
                assert Frame(tokenizer).around(content) == wanted


# ── tokenizers ───────────────────────────────────────────────────────────────────────────────────────────────


def tokenizer_with(model, **values):
    changed(model / "tokenizer.json", **values)


def test_a_tokenizer_that_makes_terminal_commands_is_refused(model):
    tokenizer_with(model, decoder={"type": "Replace", "pattern": {"String": "a"}, "content": "\x1b]0;owned\x07"})
    assert "terminal commands" in refusal(model)


def test_a_tokenizer_that_makes_millions_of_characters_of_one_is_refused(model):
    tokenizer_with(model, normalizer={"type": "Replace", "pattern": {"String": "a"}, "content": "b " * 200})
    assert "tokenizer" in refusal(model)


def test_a_tokenizer_with_a_token_of_a_million_characters_is_refused(model):
    made = json.loads((model / "tokenizer.json").read_text("utf-8"))
    last = max(made["model"]["vocab"].values()) + 1000
    token = {"id": last, "content": "x" * 1_000_000, "single_word": False, "lstrip": False, "rstrip": False}
    made["added_tokens"].append({**token, "normalized": False, "special": False})
    (model / "tokenizer.json").write_text(json.dumps(made))
    assert "token of 1,000,000 characters" in refusal(model)


def test_a_tokenizer_that_is_none_is_refused(model):
    (model / "tokenizer.json").write_text('{"version": "1.0"}')
    assert "tokenizer" in refusal(model)


# ── embedders ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def embedder_folder(tmp_path):
    """The bundled sentence-transformers model, to be spoiled."""
    folder = tmp_path / "embedder"
    return shutil.copytree(bundled_folder(), folder, copy_function=_copied)


def _copied(source, goal):
    """Weights as a link, the rest as copies to be spoiled."""
    (os.symlink if source.endswith(".safetensors") else shutil.copy)(source, goal)


@pytest.fixture
def thread():
    made = ModelThread()
    yield made
    made.close()


def embedding_refusal(folder, thread):
    with pytest.raises(ModelError) as refused:
        embedder_for(str(folder), thread, "cpu", folder.parent).embed(["a text"])
    assert "\n" not in refused.value.message
    return refused.value.message


@pytest.mark.parametrize(
    "module",
    [
        {"type": "evil.Evil", "path": ""},
        {"type": "modeling_evil.Evil", "path": ""},
        {"type": "sentence_transformers.models.CLIPModel", "path": ""},
        {"type": "sentence_transformers.models.Router", "path": "1_Router"},
        {"type": "os.system", "path": ""},
        {"type": "sentence_transformers.models.Pooling", "path": "../elsewhere"},
        {"type": "sentence_transformers.models.Pooling", "path": "/tmp"},
        "text",
        {},
    ],
)
def test_an_embedder_of_modules_that_are_not_known_is_refused_and_its_code_not_run(embedder_folder, thread, module):
    modules = json.loads((embedder_folder / "modules.json").read_text())
    (embedder_folder / "modules.json").write_text(json.dumps([*modules, module]))
    for name in ("evil", "modeling_evil"):
        (embedder_folder / f"{name}.py").write_text(f"open({str(embedder_folder / 'ran')!r}, 'w')\nclass Evil: pass\n")
    assert embedding_refusal(embedder_folder, thread)
    assert not (embedder_folder / "ran").exists()


def test_a_dense_module_with_a_function_of_its_own_or_weights_as_a_pickle_is_refused(embedder_folder, thread):
    modules = json.loads((embedder_folder / "modules.json").read_text())
    dense = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    (embedder_folder / "modules.json").write_text(json.dumps([*modules, dense]))
    (embedder_folder / "2_Dense").mkdir()
    config = {"in_features": 384, "out_features": 8, "bias": True, "activation_function": "os.system"}
    (embedder_folder / "2_Dense" / "config.json").write_text(json.dumps(config))
    (embedder_folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"pickle")
    assert "safetensors" in embedding_refusal(embedder_folder, thread)
    shutil.copy(embedder_folder / "model.safetensors", embedder_folder / "2_Dense" / "model.safetensors")
    assert "os.system" in embedding_refusal(embedder_folder, thread)


def test_settings_that_ask_for_code_are_refused(embedder_folder, thread):
    settings = {"max_seq_length": 256, "model_args": {"trust_remote_code": True}}
    (embedder_folder / "sentence_bert_config.json").write_text(json.dumps(settings))
    assert "model_args" in embedding_refusal(embedder_folder, thread)
