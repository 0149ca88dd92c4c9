"""Which models are on disk, read without loading anything."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from phitui.errors import ModelError, UsageError
from phitui.models.hub.cards import Card, cards
from phitui.models.hub.catalogue import CHOICES, Room, room
from phitui.models.hub.checkpoint import model_folder
from phitui.models.hub.on_disk import delete, models_on_disk, search_models_on_disk
from tests.models.test_gguf import made_gguf


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Nothing of the machine's own is listed."""
    for name in ("OLLAMA_MODELS", "LLAMA_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def hub_cache(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_downloads_and_the_hubs_cache_are_listed(tiny_phi, tiny_llama, tmp_path, hub_cache):
    shutil.copytree(tiny_phi, tmp_path / "models" / "someone--tiny")
    cached = hub_cache / "models--other--llama"
    shutil.copytree(tiny_llama, cached / "snapshots" / "bbb")
    shutil.copytree(tiny_llama, cached / "snapshots" / "aaa")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("bbb")
    other, own = models_on_disk(tmp_path / "models")
    assert (own.id, own.architecture, own.context_window) == ("someone/tiny", "PhiForCausalLM", 2048)
    assert own.bytes > 0
    assert (other.id, other.architecture, other.path.name) == ("other/llama", "LlamaForCausalLM", "bbb")


def test_folders_that_cannot_be_looked_into_hold_no_model(tmp_path, monkeypatch):
    from huggingface_hub import constants

    nowhere = tmp_path / ("x" * 300)  # any failure will do; root may look everywhere
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(nowhere))
    assert models_on_disk(nowhere) == []


HOSTILE = ["", "[]", "{", "[" * 100_000, '{"architectures": 3}', '{"architectures": []}', '{"text_config": 1}']


@pytest.mark.parametrize("config", HOSTILE)
def test_a_broken_settings_file_hides_its_model_alone(tiny_phi, tmp_path, hub_cache, config):
    shutil.copytree(tiny_phi, tmp_path / "good")
    shutil.copytree(tiny_phi, tmp_path / "broken")
    (tmp_path / "broken" / "config.json").write_text(config)
    assert [model.id for model in models_on_disk(tmp_path)] == ["good"]


def test_embedders_pickles_and_odd_windows_are_told_apart(tiny_phi, tmp_path, hub_cache):
    for name, change in {
        "embedder": {"architectures": ["BertModel"]},
        "odd": {"max_position_embeddings": "many"},
        "nested": {"max_position_embeddings": None, "text_config": {"max_position_embeddings": 4096}},
    }.items():
        folder = shutil.copytree(tiny_phi, tmp_path / name)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | change))
    shutil.copytree(tiny_phi, tmp_path / "pickle")
    (tmp_path / "pickle" / "model.safetensors").rename(tmp_path / "pickle" / "pytorch_model.bin")
    assert {model.id: model.context_window for model in models_on_disk(tmp_path)} == {"odd": None, "nested": 4096}


def test_search_models_are_listed_apart_and_can_be_deleted(tiny_phi, tmp_path, hub_cache):
    modules = {name: f"sentence_transformers.{name}" for name in ("models.Pooling", "cross_encoder.modules.LogitScore")}
    for name, architecture, module, settings in (
        ("owner--embedder", "Qwen3ForCausalLM", "models.Pooling", {"model_type": "SentenceTransformer"}),
        ("modular", "ModernBertModel", "models.Pooling", {"model_type": "CrossEncoder"}),
        ("yes-no", "Qwen3ForCausalLM", "cross_encoder.modules.LogitScore", {}),
        ("classic", "BertForSequenceClassification", None, {}),
        ("odd", "BertModel", "models.Pooling", []),
    ):
        folder = shutil.copytree(tiny_phi, tmp_path / name)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"architectures": [architecture]}))
        (folder / "config_sentence_transformers.json").write_text(json.dumps(settings))
        if module:
            (folder / "modules.json").write_text(json.dumps([{"type": modules[module], "path": "1"}]))
    shutil.copytree(tiny_phi, tmp_path / "writes")
    found = {model.id: model.kind for model in search_models_on_disk(tmp_path)}
    kinds = {"owner/embedder": "embedder", "modular": "reranker", "yes-no": "reranker", "classic": "reranker"}
    assert {name: kind for name, kind in found.items() if name != "odd"} == kinds
    assert [model.id for model in models_on_disk(tmp_path)] == ["writes"]
    assert delete("owner/embedder", tmp_path).kind == "embedder" and not (tmp_path / "owner--embedder").exists()


def test_listing_loads_neither_torch_nor_transformers(tmp_path):
    code = (
        "import sys; from pathlib import Path; from phitui.models.hub.on_disk import models_on_disk;"
        f"models_on_disk(Path({str(tmp_path)!r})); print(*{{'torch', 'transformers', 'numpy'}} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_choices_say_what_they_take():
    assert CHOICES[0].id == "microsoft/phi-2"
    assert all(choice.bytes > 10**8 and choice.why and choice.licence and choice.window for choice in CHOICES)
    assert len({choice.id for choice in CHOICES}) == len(CHOICES)
    phi = CHOICES[0]
    assert phi.memory("bfloat16") == 2 * phi.memory("int8") > phi.memory("int4") * 3
    assert phi.facts == "2.78 B · MIT · 2k window · base"


def test_device_memory_is_asked_of_nvidia_smi(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cards() == []
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'GPU-1a2b, NVIDIA H200, 1000, 2000, 580.65.06'\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert cards() == [Card("GPU-1a2b", "NVIDIA H200", 1000 << 20, 2000 << 20, "580.65.06")]
    program.write_text("#!/bin/sh\necho 'No devices were found'\n")
    assert cards() == []


def in_ollama(home, name="library/llama3.2/3b", architecture="llama", digest="sha256:ab12"):
    store = home / ".ollama" / "models"
    manifest = store / "manifests" / "registry.ollama.ai" / name
    manifest.parent.mkdir(parents=True)
    (store / "blobs").mkdir(exist_ok=True)
    kinds = ["application/vnd.ollama.image.template", "application/vnd.ollama.image.model"]
    layers = [{"mediaType": kind, "digest": digest if "model" in kind else "sha256:00"} for kind in kinds]
    manifest.write_text(json.dumps({"layers": layers}))
    blob = "sha256-ab12" if "/" in digest else digest.replace(":", "-")
    return made_gguf(store / "blobs" / blob, architecture, **{f"{architecture}.context_length": 8192})


def test_files_of_other_programs_are_listed_by_the_names_that_those_give_them(home, hub_cache, tmp_path):
    blob = in_ollama(home)
    in_ollama(home, "someone/embedder/latest", "nomic-bert", "sha256:cd34")
    lm = home / ".lmstudio" / "models" / "maker" / "model"
    lm.mkdir(parents=True)
    made_gguf(lm / "model-Q4_K_M.gguf", "qwen2")
    made_gguf(lm / "mmproj-f16.gguf", "clip")
    cache = home / ".cache" / "llama.cpp"
    cache.mkdir(parents=True)
    made_gguf(cache / "tiny.gguf")
    (cache / "broken.gguf").write_bytes(b"GGUF" + bytes(40))
    snapshot = hub_cache / "models--maker--many" / "snapshots" / "a"
    snapshot.mkdir(parents=True)
    for name in ("q4.gguf", "q8.gguf"):
        made_gguf(snapshot / name)
    found = {each.id: each for each in models_on_disk(tmp_path / "models")}
    assert {name: each.source for name, each in found.items()} == {
        "ollama:llama3.2:3b": "Ollama",
        "lmstudio:maker/model/model-Q4_K_M.gguf": "LM Studio",
        "llama.cpp:tiny.gguf": "llama.cpp",
        "maker/many/q4.gguf": "hub cache",
        "maker/many/q8.gguf": "hub cache",
    }
    ollama = found["ollama:llama3.2:3b"]
    assert (ollama.path, ollama.kind, ollama.context_window) == (blob, "gguf", 8192)
    assert all(model_folder(name, tmp_path / "models") == each.path for name, each in found.items())
    for asked, told in {
        "ollama:llama3.2": "perhaps ollama:llama3.2:3b is meant",
        "model-q4_k_m.gguf": "perhaps lmstudio:maker/model/model-Q4_K_M.gguf is meant",
        "smolm2": "perhaps smollm2 is meant",
        "ollama:other": "`phitui models` lists",
        "maker/man": "models pull maker/man",  # it may be another model of the hub
        "./tiny.gguf": "There is nothing at ./tiny.gguf",
    }.items():
        with pytest.raises(ModelError, match=re.escape(told)):
            model_folder(asked, tmp_path / "models")


@pytest.mark.parametrize("manifest", ["", "[]", '{"layers": 3}', "[" * 100_000, '{"layers": [{}]}'])
def test_a_broken_manifest_hides_its_model_alone(home, hub_cache, tmp_path, manifest):
    in_ollama(home)
    odd = home / ".ollama" / "models" / "manifests" / "registry.ollama.ai" / "library" / "odd" / "latest"
    odd.parent.mkdir(parents=True)
    odd.write_text(manifest)
    assert [each.id for each in models_on_disk(tmp_path)] == ["ollama:llama3.2:3b"]


def test_a_manifest_cannot_point_outside_of_its_blobs(home, hub_cache, tmp_path):
    in_ollama(home, digest="sha256/../../../../secret")
    made_gguf(home / "secret")
    assert models_on_disk(tmp_path) == []


def test_an_adapter_is_listed_with_its_base(hub_cache, tmp_path):
    folder = tmp_path / "models" / "keeper"
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA", "base_model_name_or_path": "a/base"}')
    (folder / "adapter_model.safetensors").write_bytes(bytes(10))
    (adapter,) = models_on_disk(tmp_path / "models")
    assert (adapter.kind, adapter.base, adapter.bytes) == ("adapter", "a/base", 10)


def test_only_downloads_of_phitui_and_the_hub_are_deleted(home, tiny_phi, tmp_path, hub_cache):
    models = tmp_path / "models"
    blob = in_ollama(home)
    shutil.copytree(tiny_phi, models / "someone--tiny")
    cached = hub_cache / "models--other--phi"
    shutil.copytree(tiny_phi, cached / "snapshots" / "aaa")
    shutil.copytree(tiny_phi, tmp_path / "elsewhere")
    (models / "linked").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="belongs to Ollama"):
        delete("ollama:llama3.2:3b", models)
    with pytest.raises(UsageError, match="no model nothing on disk"):
        delete("nothing", models)
    for name in ("someone/tiny", "other/phi", "linked"):
        assert delete(name, models).id == name
    assert [each.id for each in models_on_disk(models)] == ["ollama:llama3.2:3b"]
    assert blob.exists() and not cached.exists() and (tmp_path / "elsewhere" / "config.json").exists()
    with pytest.raises(ModelError, match="not on disk"):
        model_folder("someone/tiny", models)


def test_a_verdict_says_what_a_model_needs_and_what_is_free():
    card, processor = Room("H200", 10 * 10**9, True), Room("CPU", 10 * 10**9, False)
    assert card.verdict(3) == "fits" and card.verdict(8) == "fits with --dtype int8"
    assert card.verdict(30) == "needs 31.0 GB in int8, 10.0 GB are free"
    assert processor.verdict(2) == "fits" and processor.verdict(3) == "needs 13.0 GB in float32, 10.0 GB are free"


def test_without_a_card_the_machines_own_memory_counts(monkeypatch):
    monkeypatch.setattr("phitui.models.hub.catalogue.cards", list)
    assert room().name == "CPU" and room().free > 10**8
    found = [Card("a", "small", 1, 9), Card("b", "large", 5, 9)]
    monkeypatch.setattr("phitui.models.hub.catalogue.cards", lambda: found)
    assert room() == Room("large", 5, True)
