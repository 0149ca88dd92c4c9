"""Which models are on disk, read without loading anything."""

import json
import shutil
import subprocess
import sys

import pytest

from phitui.models.hub.cards import Card, cards
from phitui.models.hub.catalogue import CHOICES, models_on_disk


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


def test_listing_loads_neither_torch_nor_transformers(tmp_path):
    code = (
        "import sys; from pathlib import Path; from phitui.models.hub.catalogue import models_on_disk;"
        f"models_on_disk(Path({str(tmp_path)!r})); print(*{{'torch', 'transformers', 'numpy'}} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_choices_say_what_they_take():
    assert CHOICES[0].id == "microsoft/phi-2"
    assert all(choice.bytes > 10**8 and choice.why for choice in CHOICES)


def test_device_memory_is_asked_of_nvidia_smi(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cards() == []
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'GPU-1a2b, NVIDIA H200, 1000, 2000'\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert cards() == [Card("GPU-1a2b", "NVIDIA H200", 1000 << 20, 2000 << 20)]
    program.write_text("#!/bin/sh\necho 'No devices were found'\n")
    assert cards() == []
