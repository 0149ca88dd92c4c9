"""A loopback server that behaves as vLLM, llama-server and Ollama do, and in every other way when told to."""

import json
import select
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

MODEL = "acme/tiny-1B"
LISTS: dict[str, dict[str, Any]] = {
    "vllm": {"id": MODEL, "object": "model", "owned_by": "vllm", "root": MODEL, "max_model_len": 2048},
    "llamacpp": {"id": MODEL, "owned_by": "llamacpp", "meta": {"n_vocab": 9, "n_ctx_train": 8192, "n_params": 10**9}},
    "ollama": {"id": MODEL, "object": "model", "owned_by": "library"},
    "other": {"id": MODEL, "object": "model"},
}
COUNTS = {"vllm": "prompt", "llamacpp": "content"}
"""What programs that count tokens call the text."""


class Asked:
    """One request."""

    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body


class MadeServer:
    """`answers`: what is done with each request for text in turn, the last one from then on."""

    def __init__(self, program="vllm", answers=(), models=None, status=None):
        self.program = program
        self.answers = list(answers) or [says("Hello", " there", ".")]
        self.models = [LISTS[program]] if models is None else models
        self.status = status
        self.embeds, self.reranks = [vectors()], [ranks()]
        """The same for requests for vectors and for scores."""
        self.asked = []
        self.gone = Event()
        """Set when the other side has closed a connection in the middle of an answer."""
        self.address = ""

    @property
    def texts(self):
        """The requests for text."""
        return [each for each in self.asked if each.path.endswith("completions")]


@contextmanager
def serving(*servers):
    """The servers, each with its address."""
    running = []
    for made in servers:
        served = ThreadingHTTPServer(("127.0.0.1", 0), handler(made))
        made.address = f"http://127.0.0.1:{served.server_port}"
        Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        running.append(served)
    try:
        yield servers[0] if len(servers) == 1 else servers
    finally:
        for served in running:
            served.shutdown()
            served.server_close()


def handler(made):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *said):
            pass

        def do_GET(self):
            made.asked.append(Asked(self.path, dict(self.headers), None))
            if made.status:
                self.whole({"error": {"message": "no"}}, made.status)
            elif self.path == "/v1/models":
                self.whole({"object": "list", "data": made.models})
            elif self.path == "/props" and made.program == "llamacpp":
                self.whole({"default_generation_settings": {"n_ctx": 4000}})
            elif self.path == "/api/ps" and made.program == "ollama":
                self.whole({"models": [{"name": MODEL, "context_length": 5000}]})
            else:
                self.whole({"error": "not here"}, 404)

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked = Asked(self.path, dict(self.headers), body)
            made.asked.append(asked)
            if self.path == "/tokenize":
                text = body.get(COUNTS.get(made.program, ""))
                if text is None:
                    self.whole({"error": "not here"}, 404)
                else:
                    tokens = list(range(len(text.split())))
                    self.whole({"tokens": tokens} if made.program == "llamacpp" else {"count": len(tokens)})
                return
            if self.path == "/v1/embeddings" or self.path.endswith("rerank"):
                reads = made.embeds if self.path == "/v1/embeddings" else made.reranks
                try:
                    (reads.pop(0) if len(reads) > 1 else reads[0])(self, asked)
                except OSError:
                    made.gone.set()
                self.close_connection = True
                return
            answer = made.answers.pop(0) if len(made.answers) > 1 else made.answers[0]
            try:
                answer(self, asked)
            except OSError:
                made.gone.set()
            self.close_connection = True

        def whole(self, said, status=200, kind="application/json", **headers):
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        def begin(self, kind="text/event-stream; charset=utf-8"):
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("connection", "close")
            self.end_headers()

        def event(self, said):
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.wfile.write(b"data: " + data + b"\n\n")
            self.wfile.flush()

        def wait_gone(self, seconds=10):
            """Waits until the other side closes the connection."""
            ready, _, _ = select.select([self.connection], [], [], seconds)
            if ready and not self.connection.recv(1):
                made.gone.set()

    return Handler


# ── what a request for vectors or scores is answered with ────────────────────────────────────────────────────


def vectors(size=16, turned=0, most=99, longest=10_000):
    """Of the words in each text, in any order; refuses more texts than `most`, and texts that are too long."""

    def answer(self, asked):
        texts = asked.body["input"]
        if len(texts) > most or any(len(text) > longest for text in texts):
            self.whole({"error": {"message": "maximum context length is exceeded"}}, 413 if len(texts) > most else 400)
            return
        rows = [{"index": place, "embedding": hashed(text, size, turned)} for place, text in enumerate(texts)]
        self.whole({"object": "list", "data": rows[::-1]})

    return answer


def hashed(text, size, turned):
    found = [0.001] * size
    for word in text.lower().split():
        found[(sum(map(ord, word)) + turned) % size] += 1.0
    return found


def ranks(tei=False):
    """Texts that share words with the query first; as text-embeddings-inference speaks, or as others do."""

    def answer(self, asked):
        own = asked.path == "/rerank"
        if own != tei:
            self.whole({"error": "not here"}, 404)
            return
        query = set(asked.body["query"].lower().split())
        texts = asked.body["texts" if tei else "documents"]
        rows = [{"index": at, "score" if tei else "relevance_score": len(query & set(text.lower().split()))}
                for at, text in enumerate(texts)]  # fmt: skip
        self.whole(rows[::-1] if tei else {"results": rows[::-1]})

    return answer


# ── what a request for text is answered with ─────────────────────────────────────────────────────────────────


def piece(asked, text, ended=None, **more):
    """One event of a chat or a completion, as the path was."""
    if asked.path.endswith("chat/completions"):
        return {"choices": [{"index": 0, "delta": {"content": text, **more}, "finish_reason": ended}]}
    return {"choices": [{"index": 0, "text": text, "finish_reason": ended}]}


def says(*words, ended="stop", thoughts=(), usage=None, done=True):
    """A whole answer."""

    def answer(self, asked):
        self.begin()
        self.wfile.write(b": a remark\n\n")
        for thought in thoughts:
            self.event({"choices": [{"index": 0, "delta": {"reasoning_content": thought}, "finish_reason": None}]})
        for word in words:
            self.event(piece(asked, word))
        self.event(piece(asked, "", ended))
        if usage:
            self.event({"choices": [], "usage": usage})
        if done:
            self.event(b"[DONE]")

    return answer


def stalls(*words):
    """Begins, and says nothing more until the other side leaves."""

    def answer(self, asked):
        self.begin()
        for word in words:
            self.event(piece(asked, word))
        self.wait_gone()

    return answer


def hangs(self, asked):
    """Takes the question, and does not even begin."""
    self.wait_gone()


def cuts_off(*words):
    """Ends in the middle of an event."""

    def answer(self, asked):
        self.begin()
        for word in words:
            self.event(piece(asked, word))
        self.wfile.write(b'data: {"choices": [{"index": 0, "del')

    return answer


def streams(data, kind="text/event-stream"):
    """These bytes."""

    def answer(self, asked):
        self.begin(kind)
        self.wfile.write(data)

    return answer


def refuses(status, said=None, kind="application/json", **headers):
    """An HTTP error."""

    def answer(self, asked):
        self.whole({"error": {"message": "no"}} if said is None else said, status, kind, **headers)

    return answer
