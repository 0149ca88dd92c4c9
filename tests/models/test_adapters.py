"""LoRA adapters made by peft: the tokens are peft's own, and what does not fit is named."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from threading import Event

import pytest

from phitui.errors import ModelError
from phitui.models.engine import Sampling
from phitui.models.engines.local import LocalEngine
from phitui.models.hub.adapter import adapter_folder, base_of
from phitui.models.thread import ModelThread

TEXT = "The lighthouse of Alda was built in"
COUNT = 24


def needs_peft():
    if find_spec("peft") is None:
        pytest.skip("the extra lora is not installed")


def make_adapter(base, folder, seed=0, targets=("q_proj", "v_proj", "dense"), rank=4, **more):
    """An adapter with random weights, saved by peft, that changes what the model says."""
    needs_peft()
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    config = LoraConfig(r=rank, lora_alpha=16, target_modules=list(targets), task_type="CAUSAL_LM", **more)
    made = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if "lora_" in name:
                weight.normal_(0, 0.3)
    made.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def adapter(tiny_phi, tmp_path_factory):
    return make_adapter(tiny_phi, tmp_path_factory.mktemp("adapters") / "keeper")


@pytest.fixture(scope="module")
def second(tiny_phi, tmp_path_factory):
    return make_adapter(tiny_phi, tmp_path_factory.mktemp("adapters") / "second", 1, ("k_proj", "fc1"))


@pytest.fixture(scope="module")
def thread():
    made = ModelThread(1)
    yield made
    made.close()


def ours(thread, model, adapters=(), merged=True, folder=Path("nowhere")):
    """(tokens, engine) of phitui."""
    engine = LocalEngine(str(model), thread, folder, "cpu", adapters=[str(each) for each in adapters], merged=merged)
    engine.load(lambda step: None)
    *_, done = engine.stream(TEXT, Sampling(max_tokens=COUNT), Event())
    engine.unload()
    return list(done.tokens), engine


def of_peft(base, adapters=(), merged=False):
    """What peft's own model says, greedily."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(base), AutoModelForCausalLM.from_pretrained(base).eval()
    names = [f"a{place}" for place in range(len(adapters))]
    for name, folder in zip(names, adapters, strict=True):
        if name == "a0":
            model = PeftModel.from_pretrained(model, folder, adapter_name=name)
        else:
            model.load_adapter(folder, name)
    if names:
        model.base_model.set_adapter(names)
    if merged:
        model = model.merge_and_unload(adapter_names=names)
    ids = tokenizer(TEXT, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        said = model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=COUNT, pad_token_id=0
        )[0, ids.shape[1] :].tolist()
    return said[: said.index(0)] if 0 in said else said


def test_an_adapter_that_is_off_merged_or_beside_the_weights_says_what_peft_says(thread, tiny_phi, adapter):
    plain, _ = ours(thread, tiny_phi)
    merged, quick = ours(thread, tiny_phi, [adapter])
    beside, exact = ours(thread, tiny_phi, [adapter], merged=False)
    assert plain == of_peft(tiny_phi)
    assert merged == of_peft(tiny_phi, [adapter], merged=True)
    assert beside == of_peft(tiny_phi, [adapter])
    assert merged != plain, "the adapter changes nothing, so the test shows nothing"
    assert quick.path == "static cache" and "not merged" in exact.path
    assert ours(thread, tiny_phi)[0] == plain, "the weights that others share were changed"


def test_an_adapter_on_the_matrices_that_are_joined_is_not_lost(thread, tiny_phi, tmp_path):
    only = make_adapter(tiny_phi, tmp_path / "only", targets=["dense", "fc2"])
    tokens, engine = ours(thread, tiny_phi, [only], merged=False)
    assert tokens == of_peft(tiny_phi, [only]) and "not merged" in engine.path


def test_several_adapters_add_up_as_peft_adds_them(thread, tiny_phi, adapter, second):
    both, engine = ours(thread, tiny_phi, [adapter, second])
    assert both == of_peft(tiny_phi, [adapter, second], merged=True)
    assert ours(thread, tiny_phi, [adapter, second], merged=False)[0] == of_peft(tiny_phi, [adapter, second])
    assert engine.name.endswith("tiny-phi + keeper + second")


def test_without_a_model_the_base_is_the_one_that_the_adapter_names(thread, tiny_phi, adapter):
    assert base_of(str(adapter), Path("nowhere")) == str(tiny_phi)
    tokens, engine = ours(thread, "none", [adapter])
    assert tokens == ours(thread, tiny_phi, [adapter])[0] and engine.name == "tiny-phi + keeper"


def trouble(thread, model, adapter, folder=Path("nowhere")):
    with pytest.raises(ModelError) as caught:
        ours(thread, model, [adapter], folder=folder)
    assert "\n" not in caught.value.message and len(caught.value.message) < 400
    return caught.value.message


def test_a_wrong_base_is_named_with_the_one_that_the_adapter_was_made_for(
    thread, tiny_llama, tiny_phi, adapter, tmp_path
):
    said = trouble(thread, tiny_llama, adapter)
    assert "keeper does not fit" in said and "tiny-llama" in said and "tiny-phi" in said
    wide = make_adapter(tiny_phi, tmp_path / "wide", targets=["dense"])
    from safetensors.torch import load_file, save_file

    weights = load_file(wide / "adapter_model.safetensors")
    save_file({name: each.repeat(1, 2) for name, each in weights.items()}, wide / "adapter_model.safetensors")
    assert "wide does not fit" in trouble(thread, tiny_phi, wide)
    save_file({f"{name}.more": each for name, each in weights.items()}, wide / "adapter_model.safetensors")
    assert "wide does not fit" in trouble(thread, tiny_phi, wide)


def test_what_is_no_adapter_that_can_be_used_is_named_as_what_it_is(thread, tiny_phi, adapter, tmp_path, monkeypatch):
    pickle = shutil.copytree(adapter, tmp_path / "pickle")
    (pickle / "adapter_model.safetensors").rename(pickle / "adapter_model.bin")
    assert "pickle" in trouble(thread, tiny_phi, pickle)
    (pickle / "adapter_model.bin").unlink()
    assert "has no adapter_model.safetensors" in trouble(thread, tiny_phi, pickle)
    pointer = shutil.copytree(adapter, tmp_path / "pointer")
    (pointer / "adapter_model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "LFS" in trouble(thread, tiny_phi, pointer)
    (pointer / "adapter_config.json").write_text("[" * 50_000)
    assert "damaged" in trouble(thread, tiny_phi, pointer)
    (pointer / "adapter_config.json").write_text(json.dumps({"peft_type": "PREFIX_TUNING"}))
    assert "PREFIX_TUNING" in trouble(thread, tiny_phi, pointer)
    assert "whole model" in trouble(thread, tiny_phi, tiny_phi)
    assert "not on disk" in trouble(thread, tiny_phi, "someone/nothing")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"pip install 'phitui\[lora\]'"):
        adapter_folder(str(adapter), tmp_path)


def test_adapters_are_changed_on_weights_that_are_loaded_once(thread, tiny_phi, adapter, second, tmp_path):
    engine = LocalEngine(str(tiny_phi), thread, Path("/nowhere"), "cpu")
    engine.load(lambda step: None)

    def said():
        *_, finished = engine.stream(TEXT, Sampling(max_tokens=COUNT, draft=False), Event())
        return list(finished.tokens)

    worn = {}
    for folders in ([], [adapter], [second], [adapter, second], []):
        assert engine.change_adapters(tuple(map(str, folders)))
        worn[len(worn)] = said()
    assert worn[0] == worn[4] == of_peft(tiny_phi)
    assert worn[1] == of_peft(tiny_phi, [adapter], merged=True) != worn[0]
    assert worn[2] == of_peft(tiny_phi, [second], merged=True)
    assert worn[3] == of_peft(tiny_phi, [adapter, second], merged=True)

    shutil.copytree(adapter, tmp_path / "more")
    config = json.loads((adapter / "adapter_config.json").read_text())
    (tmp_path / "more" / "adapter_config.json").write_text(json.dumps({**config, "use_dora": True}))
    assert not engine.change_adapters([str(tmp_path / "more")])
    with pytest.raises(ModelError):
        engine.change_adapters([str(tmp_path)])
    assert said() == worn[0]
