"""Every test runs on its own data folder, offline."""

import copy
import gc
import os
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# An example that takes long on a busy machine is no fault.
settings.register_profile("phitui", deadline=None)
settings.load_profile("phitui")
# Before torch is imported: threads that wait for each other on a busy machine take minutes over a tiny model.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# And where phitui asks for several, they sleep while they wait: spinning they took two thirds of all processor time.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Without compiled files each program that a test starts compiles phitui anew, and each worker all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


MANY_MODULES = 100
"""So many that a test has loaded are worth no second walk through them."""
_freeze, _seen = gc.freeze, 0


def _stay():
    """What is loaded by now stays: walking through it again and again is a quarter of the time of tests of the app, and
    through torch of that of tests of models."""
    global _seen
    gc.collect()
    _freeze()
    _seen = len(sys.modules)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    _stay()
    gc.set_threshold(10_000, 10, 10)
    gc.freeze = gc.unfreeze = lambda: None  # a test's own models go with it, as those of a process do at its end


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    if len(sys.modules) > _seen + MANY_MODULES:
        _stay()


def pytest_make_parametrize_id(val, argname):
    """Files of bytes give a test no name: some hold the time at which they were made."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.fixture(scope="session")
def _data_folders(tmp_path_factory):
    """A new path for each test; none is made before a test has need of it."""
    home = tmp_path_factory.mktemp("phitui")
    return (home / str(number) for number in count())


@pytest.fixture(autouse=True)
def _own_data_folder(_data_folders, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PHITUI_") and name != "PHITUI_TEST_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PHITUI_DATA_DIR", str(next(_data_folders)))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session", autouse=True)
def _bundled_models_are_read_once():
    """On a CPU each workbench gets copies of them, as fresh as if they were read, which share the weights."""
    from phitui.models.embed import answer_reader, claim_reader, minilm

    kinds = (minilm.MiniLM, answer_reader.CrossMiniLM, claim_reader.ClaimReader)
    with pytest.MonkeyPatch.context() as patch:
        for module, kind in zip((minilm, answer_reader, claim_reader), kinds, strict=True):
            patch.setattr(module, kind.__name__, _Shared(kind))
        yield


class _Shared:
    """Makes models of that class."""

    def __init__(self, kind: Any):
        self._kind, self._made = kind, {}

    def __call__(self, folder: Path, device: str, *more: Any, **options: Any) -> Any:
        if device != "cpu" or more:
            return self._kind(folder, device, *more, **options)
        key = (folder, (folder / "model.safetensors").stat().st_mtime_ns, *sorted(options.items()))
        if key not in self._made:
            self._made[key] = self._kind(folder, device, **options)
        fresh = copy.copy(self._made[key])
        if fresh._way is not None:
            fresh._way = fresh._encode  # its own
        return fresh


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real PDFs, hostile PDFs and questions, beside the repository or where PHITUI_TEST_DATA points."""
    folder = Path(os.environ.get("PHITUI_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("needs ../shared/data (or PHITUI_TEST_DATA)")
    return folder


@pytest.fixture(scope="session")
def tiny_phi(tmp_path_factory) -> Path:
    """A tiny random Phi model's folder."""
    from tests.tiny import make_model

    return make_model(tmp_path_factory.mktemp("models") / "tiny-phi")


@pytest.fixture(scope="session")
def tiny_llama(tmp_path_factory) -> Path:
    """A tiny random Llama model's folder."""
    from tests.tiny import make_model

    return make_model(tmp_path_factory.mktemp("models") / "tiny-llama", "llama")
