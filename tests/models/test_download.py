"""Downloads: whole or not at all, from a hub on this machine."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from phitui.cli.main import main
from phitui.errors import Cancelled, ModelError, UsageError
from phitui.models.engines.local import LocalEngine
from phitui.models.hub.download import _chosen, pull
from phitui.models.thread import ModelThread

COMMIT = "a" * 40


class HubServer(ThreadingHTTPServer):
    """`files` maps names to bytes; weights wait for `gate`."""

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Hub)
        self.files, self.asked, self.gate = files, [], Event()
        self.said = lambda name: {}
        """What it says of a file's hash."""


class Hub(BaseHTTPRequestHandler):
    """The little of the hub's interface that a download uses."""

    server: HubServer

    def do_GET(self):
        files = self.server.files
        if self.path.startswith("/api/models/someone/tiny"):
            siblings = [
                {"rfilename": name, "size": len(data), **self.server.said(name)} for name, data in files.items()
            ]
            self._send(json.dumps({"id": "someone/tiny", "sha": COMMIT, "siblings": siblings}).encode())
        elif self.path.startswith("/someone/tiny/resolve/"):
            name = self.path.rpartition("/")[2]
            self.server.asked.append(name)
            if self.command == "GET" and name.endswith(".safetensors"):
                self.server.gate.wait(30)
            self._send(files[name])
        elif self.path.startswith("/api/models/gated/"):
            self._send(b"", 403, {"X-Error-Code": "GatedRepo"})
        else:
            self._send(b"", 404, {"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET

    def _send(self, data, status=200, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", '"' + hashlib.sha1(data).hexdigest() + '"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(tiny_phi):
    server = HubServer({file.name: file.read_bytes() for file in tiny_phi.iterdir()})
    server.files |= {"pytorch_model.bin": b"pickle", "modeling.py": b"code", "consolidated.safetensors": b"twice"}
    server.gate.set()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address(hub):
    return f"http://127.0.0.1:{hub.server_port}" if hub else "http://127.0.0.1:9"


@pytest.fixture
def download(monkeypatch, tmp_path, capsys):
    """`phitui models pull` from a hub on this machine: its exit code, what it wrote to stdout and to stderr."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf"))
    for name, value in (("HF_HUB_OFFLINE", "0"), ("PHITUI_DATA_DIR", str(tmp_path)), ("NO_PROXY", "127.0.0.1")):
        monkeypatch.setenv(name, value)

    def run(hub, model="someone/tiny"):
        monkeypatch.setenv("HF_ENDPOINT", address(hub))
        code = main(["models", "pull", model, "--json"])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_download_in_a_process_of_its_own_is_a_folder_that_loads(hub, tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment |= {"HF_ENDPOINT": address(hub), "HF_HOME": str(tmp_path / "hf"), "NO_PROXY": "127.0.0.1"}
    environment |= {"PHITUI_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "phitui", "models", "pull", "someone/tiny", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["done"] == json.loads(done.stdout)["total"] > 0
    (folder,) = [file.parent for file in tmp_path.rglob("config.json") if file.parent.name == "someone--tiny"]
    assert not {"pytorch_model.bin", "modeling.py", "consolidated.safetensors"} & set(hub.asked)
    assert not any(file.name.startswith(".") for file in folder.iterdir())
    engine = LocalEngine("someone/tiny", ModelThread(), folder.parent, "cpu")
    engine.load(lambda step: None)
    assert engine.name == "someone/tiny"


def test_a_download_of_what_cannot_be_loaded_leaves_nothing(hub, download, tmp_path):
    del hub.files["model.safetensors"], hub.files["consolidated.safetensors"]
    code, out, told = download(hub)
    assert (code, out) == (1, "")
    assert "someone/tiny was downloaded and cannot be used" in told
    assert not list(tmp_path.rglob("config.json"))


@pytest.mark.parametrize(
    ("model", "said"), [("nobody/nothing", "knows no model nobody/nothing"), ("gated/model", "accepted its terms")]
)
def test_what_the_hub_refuses_is_said(hub, download, model, said):
    code, _, told = download(hub, model)
    assert code == 1
    assert said in told and told.count("\n") == 1


def test_a_hub_that_cannot_be_reached_is_said(download):
    code, _, told = download(None)
    assert code == 1
    assert "hub cannot be reached" in told and told.count("\n") == 1


def test_a_cancel_takes_effect_in_the_middle_of_a_file(hub, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.server_port}")
    hub.gate.clear()
    cancel = Event()

    def pull_until_the_weights_begin():
        for event in pull("someone/tiny", tmp_path, cancel):
            assert event.done < event.total
            if "model.safetensors" in hub.asked:
                cancel.set()

    with pytest.raises(Cancelled, match="second try"):
        pull_until_the_weights_begin()
    hub.gate.set()
    assert not (tmp_path / "someone--tiny").exists()
    begun = list(hub.asked)
    assert list(pull("someone/tiny", tmp_path, Event()))[-1].total > 0
    assert hub.asked[len(begun) :].count("config.json") < 2, "whole files are not downloaded again"
    assert (tmp_path / "someone--tiny" / "config.json").exists()


def test_without_a_network_a_download_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        list(pull("microsoft/phi-2", tmp_path, Event()))


def test_a_download_that_is_there_is_not_repeated(tiny_phi, tmp_path):
    shutil.copytree(tiny_phi, tmp_path / "someone--tiny")
    (event,) = pull("someone/tiny", tmp_path, Event())
    assert event.done == event.total > 0


def test_a_broken_download_is_not_taken_for_one(tiny_phi, tmp_path):
    shutil.copytree(tiny_phi, tmp_path / "someone--tiny")
    (tmp_path / "someone--tiny" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        list(pull("someone/tiny", tmp_path, Event()))


@pytest.mark.parametrize("name", ["../x", "a/b/c", "", "/etc", "a b"])
def test_what_is_no_id_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="no model's id"):
        list(pull(name, tmp_path, Event()))


def test_a_sentence_transformers_model_comes_with_its_steps():
    names = ["model.safetensors", "modules.json", "README.md", "1_Pooling/config.json", "2_Dense/model.safetensors"]
    others = ["onnx/model.onnx", "onnx/config.json", "openvino/openvino_model.xml", "2_Dense/pytorch_model.bin", "a.py"]
    assert sorted(_chosen(dict.fromkeys(names + others, 1))) == sorted(names)


# ── what the hub says of a file ──────────────────────────────────────────────────────────────────────────────


def of_large(data):
    return {"lfs": {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "pointerSize": 100}}


def of_small(data):
    return {"blobId": hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()}


def kept(data, name):
    """The content of that file of the model, of which there must be one."""
    (file,) = [each for each in data.rglob(name) if each.parent.name == "someone--tiny"]
    return file.read_bytes()


def test_files_that_are_what_the_hub_says_are_kept(hub, download, tmp_path):
    hub.said = lambda name: (of_large if name.endswith(".safetensors") else of_small)(hub.files[name])
    assert download(hub)[0] == 0
    assert kept(tmp_path, "model.safetensors") == hub.files["model.safetensors"]


@pytest.mark.hostile
@pytest.mark.parametrize(("name", "said"), [("model.safetensors", of_large), ("config.json", of_small)])
def test_a_file_of_the_right_size_and_another_content_is_not_kept(hub, download, tmp_path, name, said):
    right = dict(hub.files)
    hub.said = lambda each: said(right[each]) if each == name else {}
    hub.files[name] = right[name][:-1] + bytes([right[name][-1] ^ 1])
    code, out, told = download(hub)
    assert code == 1 and out.count('"done": true') == 0
    assert f"{name} of someone/tiny is not the file that the hub tells of" in told
    assert not list(tmp_path.rglob(name))
    hub.files[name] = right[name]  # the second try gets it anew
    assert download(hub)[0] == 0
    assert kept(tmp_path, name) == right[name]
