"""Every test runs on its own data folder, offline."""

import os
from pathlib import Path

import pytest

# Before torch is imported: threads that wait for each other on a busy machine take minutes over a tiny model.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_make_parametrize_id(val, argname):
    """Files of bytes give a test no name: some hold the time at which they were made."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path_factory, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PHITUI_") and name != "PHITUI_TEST_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PHITUI_DATA_DIR", str(tmp_path_factory.mktemp("phitui")))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


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
