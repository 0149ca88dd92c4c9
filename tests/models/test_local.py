"""Local models: they load, stream, stop; what cannot be loaded is said in one sentence."""

import copy
import json
import shutil
import subprocess
import sys
from threading import Event

import pytest

from phitui.errors import ModelError
from phitui.events import AnswerFinished
from phitui.models.engine import Sampling
from phitui.models.engines.local import LocalEngine
from phitui.models.hub.checkpoint import model_name
from phitui.models.thread import ModelThread, Priority
from phitui.text import clean

PROMPT = "The lighthouse of Alda was built"


@pytest.fixture(scope="module")
def thread():
    return ModelThread()


@pytest.fixture(scope="module")
def phi(thread, tiny_phi):
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu")
    engine.load(lambda step: None)
    return engine


def finish(engine, prompt=PROMPT, cancel=None, **sampling):
    *pieces, done = engine.stream(prompt, Sampling(**sampling), cancel or Event())
    assert isinstance(done, AnswerFinished)
    assert "".join(piece.text for piece in pieces) == done.text
    return done


@pytest.mark.parametrize("family", ["tiny_phi", "tiny_llama"])
def test_greedy_tokens_equal_those_of_generate(thread, request, family):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = request.getfixturevalue(family)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(PROMPT, return_tensors="pt").input_ids
    wanted = model.generate(ids, do_sample=False, max_new_tokens=40, pad_token_id=0)[0][ids.shape[1] :].tolist()
    engine = LocalEngine(str(folder), thread, folder.parent, "cpu")
    engine.load(lambda step: None)
    done = finish(engine, max_tokens=40)
    assert list(done.tokens) == [token for token in wanted if token != 0]
    assert done.prompt_tokens == ids.shape[1]


def test_a_seed_reproduces_an_answer(phi):
    one, same, other = (finish(phi, max_tokens=20, temperature=1.0, seed=seed).tokens for seed in (1, 1, 2))
    assert one == same != other


def test_cancelling_takes_effect_at_the_next_token(phi):
    cancel = Event()
    seen = []
    for event in phi.stream(PROMPT, Sampling(max_tokens=1500), cancel):
        seen.append(event)
        cancel.set()
    assert seen[-1].reason == "cancelled"
    assert seen[-1].answer_tokens < 1500
    assert finish(phi, max_tokens=3).answer_tokens <= 3


def test_a_stop_string_ends_the_answer_and_is_not_shown(phi):
    whole = finish(phi, max_tokens=40).text
    stop = whole[10:14]
    done = finish(phi, max_tokens=40, stop=(stop,))
    assert (done.reason, done.text) == ("stop", whole.split(stop)[0])


def test_the_windows_end_is_said_and_a_prompt_beyond_it_refused(thread, tmp_path):
    from tests.tiny import make_model

    engine = LocalEngine(str(make_model(tmp_path / "small", window=24)), thread, tmp_path, "cpu")
    engine.load(lambda step: None)
    done = finish(engine, max_tokens=500)
    assert done.reason in ("window", "end")
    assert done.prompt_tokens + done.answer_tokens <= 24
    with pytest.raises(ModelError, match="window of small holds 24"):
        finish(engine, PROMPT * 20)


def broken(kind, source, folder):
    shutil.copytree(source, folder)
    if kind == "no weights":
        (folder / "model.safetensors").unlink()
    elif kind == "pickle":
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    elif kind == "no config":
        (folder / "config.json").unlink()
    elif kind == "damaged weights":
        (folder / "model.safetensors").write_bytes(b"not weights")
    elif kind == "own code":
        config = {"model_type": "mystery", "auto_map": {"AutoModelForCausalLM": "code.Model"}}
        (folder / "config.json").write_text(json.dumps(config))
    elif kind in FOREIGN_CONFIGS:
        file = folder / "config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | FOREIGN_CONFIGS[kind]))
    elif kind in CHANGED_WEIGHTS:
        from safetensors.torch import load_file, save_file

        changed = CHANGED_WEIGHTS[kind](load_file(folder / "model.safetensors"))
        save_file(
            {name: each.clone() for name, each in changed.items()}, folder / "model.safetensors", {"format": "pt"}
        )
    elif kind == "adapter":
        (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "someone/base"}')
        (folder / "model.safetensors").rename(folder / "adapter_model.safetensors")
    elif kind == "gguf":
        (folder / "model.safetensors").rename(folder / "model-q4.gguf")
    elif kind == "onnx":
        (folder / "model.safetensors").rename(folder / "model.onnx")
    elif kind == "pointer":
        (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    elif kind == "part missing":
        index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder


FOREIGN_CONFIGS = {
    "encoder": {"model_type": "bert", "architectures": ["BertForMaskedLM"]},
    "bare encoder": {"model_type": "modernbert", "architectures": None},
    "encoder and decoder": {"model_type": "t5", "architectures": ["T5Model"], "is_encoder_decoder": True},
    "reward model": {"model_type": "llama", "architectures": ["LlamaForSequenceClassification"]},
}
CHANGED_WEIGHTS = {
    "missing weights": lambda held: {name: each for name, each in held.items() if "layers.1." not in name},
    "foreign names": lambda held: {f"module.{name}": each for name, each in held.items()},
    "another shape": lambda held: held | {"lm_head.weight": held["lm_head.weight"][:-8]},
    "left over": lambda held: held | {"model.layers.2.mlp.fc1.weight": held["lm_head.weight"]},
}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("no weights", "holds no weights"),
        ("pickle", "pickle files"),
        ("no config", "config.json is missing"),
        ("damaged weights", "cannot be loaded"),
        ("own code", "brings its own code"),
        ("encoder", "is an encoder .BertForMaskedLM."),
        ("bare encoder", "is an encoder"),
        ("encoder and decoder", "an encoder and a decoder .T5Model."),
        ("reward model", "classifiers and reward models"),
        ("missing weights", r"do not fit its config.json: \d+ missing, such as model.layers.1"),
        ("foreign names", "left over, such as module"),
        ("another shape", "1 of another shape, such as lm_head.weight .* instead of"),
        ("left over", "1 left over, such as model.layers.2.mlp.fc1.weight"),
        ("adapter", "adapter .LoRA. for someone/base"),
        ("gguf", "model-q4.gguf of .* is not a GGUF file"),
        ("onnx", "ONNX files"),
        ("pointer", "is a Git LFS pointer.*git lfs pull"),
        ("part missing", "1 of 2 files of weights are missing, such as model-00002"),
    ],
)
def test_a_folder_that_cannot_be_loaded_is_said_in_one_sentence(thread, tiny_phi, tmp_path, kind, said):
    engine = LocalEngine(str(broken(kind, tiny_phi, tmp_path / "model")), thread, tmp_path, "cpu")
    with pytest.raises(ModelError, match=said) as raised:
        engine.load(lambda step: None)
    assert "\n" not in raised.value.message
    assert thread.run(lambda: True, Priority.ANSWER)


def test_tables_that_old_files_hold_and_models_work_out_are_no_fault(thread, tiny_llama, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(tiny_llama, tmp_path / "old")
    held = load_file(folder / "model.safetensors")
    held["model.layers.0.self_attn.rotary_emb.inv_freq"] = held["model.norm.weight"].clone()
    save_file(held, folder / "model.safetensors", {"format": "pt"})
    engine = LocalEngine(str(folder), thread, tmp_path, "cpu")
    engine.load(lambda step: None)
    assert finish(engine, max_tokens=3).answer_tokens


def test_a_file_for_other_programs_is_named(thread, tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match="is not a whole GGUF file"):
        LocalEngine(str(tmp_path / "model.gguf"), thread, tmp_path, "cpu").load(lambda step: None)


@pytest.mark.parametrize(("name", "said"), [("nobody/nothing", "models pull"), ("./nowhere", "nothing at")])
def test_a_model_that_is_not_there_is_said(thread, tmp_path, name, said):
    with pytest.raises(ModelError, match=said):
        LocalEngine(name, thread, tmp_path, "cpu").load(lambda step: None)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "~nobody-here/model", "\x1b[31m"])
def test_an_odd_name_is_no_model(thread, tmp_path, name):
    with pytest.raises(ModelError) as raised:
        LocalEngine(name, thread, tmp_path, "cpu").load(lambda step: None)
    assert raised.value.message.isprintable() and len(raised.value.message) < 300


def test_cuda_is_not_replaced_in_silence_where_it_is_absent(thread, tiny_phi):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(ModelError, match="no device cuda here"):
        LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cuda").load(lambda step: None)


def test_a_cached_download_is_called_by_its_id(tmp_path):
    snapshot = tmp_path / "models--someone--tiny" / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    assert model_name(str(snapshot)) == "someone/tiny"
    (tmp_path / "someone--tiny").mkdir()
    assert model_name(str(tmp_path / "someone--tiny")) == "someone/tiny"
    assert model_name("someone/tiny") == "someone/tiny"


@pytest.mark.parametrize("times", [5, pytest.param(20, marks=pytest.mark.long)])
def test_loading_again_and_again_gives_all_memory_back(thread, tiny_phi, tiny_llama, times):
    import gc

    import torch

    def held():
        gc.unfreeze()
        gc.collect()
        tensors = (each for each in gc.get_objects() if issubclass(type(each), torch.Tensor))
        # Packed weights of oneDNN are opaque; they belong to the embedder, not to the model under test.
        return sum(each.untyped_storage().nbytes() for each in tensors if each.layout == torch.strided)

    before = thread.run(held, Priority.INDEXING)
    for number in range(times):
        engine = LocalEngine(str((tiny_phi, tiny_llama)[number % 2]), thread, tiny_phi.parent, "cpu")
        engine.load(lambda step: None)
        finish(engine, max_tokens=3)
        engine.close()
    assert thread.run(held, Priority.INDEXING) <= before * 1.05


def test_an_idle_model_gives_its_memory_back_and_is_loaded_again(thread, tiny_phi, monkeypatch):
    from phitui.models.engines import local

    class AtOnce:
        """A timer whose time has come when it is started."""

        def __init__(self, seconds, act):
            assert seconds == 60
            self.start, self.cancel, self.daemon = act, lambda: None, True

    monkeypatch.setattr(local, "Timer", AtOnce)
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu", unload_after=60)
    engine.load(lambda step: None)
    wanted = finish(engine, max_tokens=5).tokens
    assert not engine.loaded
    engine.load(lambda step: None)
    assert finish(engine, max_tokens=5).tokens == wanted


def test_a_model_that_is_closed_while_it_loads_is_not_kept(thread, tiny_phi):
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu")
    with pytest.raises(ModelError, match="closed while it was loading"):
        engine.load(lambda step: engine.close())
    assert not engine.loaded


def test_a_question_is_embedded_while_an_answer_is_written(phi, thread):
    from phitui.models.embed.embedder import embedder_for

    embedder = embedder_for("minilm", thread, "cpu")
    alone = finish(phi, max_tokens=300, stop=()).tokens
    stream = phi.stream(PROMPT, Sampling(max_tokens=300), Event())
    next(stream)
    assert embedder.embed(["a question"], urgent=True).shape == (1, 384)
    assert list(stream)[-1].tokens == alone


def test_weights_in_8_bits_are_half_as_large_and_say_nearly_the_same(thread, tmp_path):
    from tests.tiny import make_model

    folder = make_model(tmp_path / "small")
    whole, half = (LocalEngine(str(folder), thread, tmp_path, "cpu", dtype) for dtype in ("float32", "int8"))
    for engine in (whole, half):
        engine.load(lambda step: None)
    assert half.path.endswith("8-bit weights")
    assert finish(half, max_tokens=1).tokens == finish(whole, max_tokens=1).tokens


# ── when things go wrong while generating ────────────────────────────────────────────────────────────────────


def failing(phi, monkeypatch, error, times):
    """Makes the next `times` steps of the model fail; returns how many tokens each step was given."""
    runner, tried = phi._generator.runner, []
    whole = runner.step

    def step(tokens, start):
        tried.append(len(tokens))
        if len(tried) <= times:
            raise error
        return whole(tokens, start)

    monkeypatch.setattr(runner, "step", step)
    return tried


def test_a_prompt_too_big_for_memory_is_read_in_parts_with_the_same_answer(phi, monkeypatch):
    import torch

    tried = failing(phi, monkeypatch, torch.OutOfMemoryError("CUDA out of memory"), times=1)
    prompt = "A prompt that nobody has read before. " * 40
    got = finish(phi, prompt, max_tokens=20)
    assert got.reused_tokens == 0 and tried[0] > tried[1] == tried[2]
    assert got.tokens == finish(phi, prompt, max_tokens=20).tokens


def test_out_of_memory_ends_the_answer_in_one_sentence_and_the_next_one_works(phi, monkeypatch):
    import torch

    failing(phi, monkeypatch, torch.OutOfMemoryError("CUDA out of memory"), times=2)
    with pytest.raises(ModelError, match="too little free memory"):
        finish(phi)
    assert finish(phi, max_tokens=3).answer_tokens


def test_a_model_that_fails_is_said_in_one_sentence(phi, monkeypatch):
    failing(phi, monkeypatch, RuntimeError("probability tensor contains inf\nmore lines"), times=1)
    with pytest.raises(ModelError, match="failed while generating: probability tensor contains inf$"):
        finish(phi)


def test_after_a_failure_that_is_over_the_model_goes_on(thread, tiny_phi, monkeypatch):
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu")
    engine.load(lambda step: None)
    wanted = finish(engine, max_tokens=5).tokens
    failing(engine, monkeypatch, RuntimeError("CUDA error: unspecified launch failure"), times=1)
    with pytest.raises(ModelError, match="failed while generating: CUDA error: unspecified"):
        finish(engine)
    assert engine.loaded
    assert finish(engine, max_tokens=5).tokens == wanted


def test_what_was_cancelled_while_it_waited_is_not_begun(phi, monkeypatch):
    tried = failing(phi, monkeypatch, AssertionError("begun"), times=1)
    cancel = Event()
    cancel.set()
    assert finish(phi, cancel=cancel).reason == "cancelled"
    assert not tried


def test_nobody_waits_for_a_stream_that_is_left(phi):
    stream = phi.stream(PROMPT, Sampling(max_tokens=1900), Event())
    next(stream)
    stream.close()
    assert finish(phi, max_tokens=3).answer_tokens


def test_closing_ends_what_is_being_generated(thread, tiny_phi):
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu")
    engine.load(lambda step: None)
    stream = engine.stream(PROMPT, Sampling(max_tokens=1900), Event())
    next(stream)
    engine.close()
    assert list(stream)[-1].reason == "cancelled"


def test_a_process_that_is_interrupted_while_it_generates_ends_as_such(tmp_path):
    from tests.tiny import make_model

    folder = make_model(tmp_path / "long", "llama", window=100_000)
    command = ["generate", "add", "--model", str(folder), "--max-tokens", "50000"]
    code = f"""if True:
        import os, signal, sys
        from phitui.cli.main import main
        from phitui.models.engines.writer import Writer

        signal.signal(signal.SIGINT, signal.default_int_handler)
        tell, told = Writer._tell, []

        def tell_and_interrupt(self, text):
            tell(self, text)
            if not told:
                told.append(text)
                os.kill(os.getpid(), signal.SIGINT)

        Writer._tell = tell_and_interrupt
        sys.exit(main({command!r}))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 130, done.stderr
    assert "interrupted" in done.stderr and "terminate" not in done.stderr


def test_a_closed_engine_says_so(thread, tiny_phi):
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu")
    engine.load(lambda step: None)
    engine.close()
    thread.run(lambda: None, Priority.INDEXING)
    for use in (lambda: finish(engine), lambda: engine.count_tokens(["x"]), lambda: engine.wrap("x", "chat")):
        with pytest.raises(ModelError, match="not loaded"):
            use()


def test_a_prompt_that_begins_with_the_first_special_token_gets_no_second(thread, tiny_llama, chat_tokenizer, tmp_path):
    from tokenizers.processors import TemplateProcessing

    folder = shutil.copytree(tiny_llama, tmp_path / "chat")
    first = ("<|endoftext|>", 0)
    chat_tokenizer = copy.deepcopy(chat_tokenizer)
    chat_tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<|endoftext|> $A", pair="$A $B", special_tokens=[first]
    )
    chat_tokenizer.save_pretrained(folder)
    engine = LocalEngine(str(folder), thread, tmp_path, "cpu")
    engine.load(lambda step: None)
    plain = finish(engine, "hello", max_tokens=1).prompt_tokens
    assert plain == engine.count_tokens(["hello"])[0] + 1
    assert finish(engine, "<|endoftext|>hello", max_tokens=1).prompt_tokens == plain


@pytest.mark.parametrize("budget", [10, 1, 0])
def test_a_thought_that_is_too_long_is_ended_and_the_answer_has_its_own_tokens(phi, budget):
    done = finish(phi, f"{PROMPT} <think>", max_tokens=8, thought_tokens=budget)
    ids = phi._ready.tokenizer
    closing = ids("</think>\n\n")["input_ids"]
    thought, answer = done.tokens[: max(1, budget)], done.tokens[-8:]
    assert list(done.tokens) == [*thought, *closing, *answer] and done.reason == "length"
    assert done.thoughts == clean(ids.decode(thought)).strip("\ufffd").strip() and done.thoughts not in done.text
    read = [*ids(f"{PROMPT} <think>")["input_ids"], *thought, *closing]
    never = lambda *_: False  # noqa: E731
    again = phi._thread.run(
        lambda: phi._generator.run(read, Sampling(max_tokens=8), 0, phi._ends, never, never), Priority.ANSWER
    )
    assert again.tokens == list(answer)


def test_thoughts_fit_into_the_window_with_the_answer(phi):
    words = phi.context_window - 40
    done = finish(phi, f"{'the ' * (words // 2)}<think>", max_tokens=30, thought_tokens=10**6)
    assert done.prompt_tokens + done.answer_tokens <= phi.context_window and done.thoughts and done.text


def test_without_marks_of_thoughts_the_answer_has_max_tokens_and_no_more(phi):
    done = finish(phi, max_tokens=8, thought_tokens=100)
    assert len(done.tokens) <= 8 and done.thoughts == ""
