"""One page of the web is fetched where it was asked for by its address, and nothing else is."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from phitui.cli.main import main
from phitui.errors import Cancelled, DocumentError, UsageError
from phitui.library.intake import web_request
from phitui.library.intake.web_page import fetched, is_address

KEEPER = "<title>Маяк</title><p>Высота 41 метр.</p>".encode("cp1251")
PAGES = {
    "/keeper": (200, {"Content-Type": "text/html; charset=windows-1251"}, KEEPER),
    "/notes.md": (200, {"Content-Type": "application/octet-stream"}, b"# Notes\n\nThe lamp was lit in 1824.\n"),
    "/moved": (302, {"Location": "/keeper"}, b""),
    "/file": (302, {"Location": "file:///etc/passwd"}, b""),
    "/round": (302, {"Location": "/round"}, b""),
    "/gone": (404, {}, b"<p>no"),
    "/nothing": (200, {}, b""),
    "/packed": (200, {"Content-Encoding": "gzip", "Content-Type": "text/html"}, b"\x1f\x8b"),
    "/short": (200, {"Content-Type": "text/html", "Content-Length": "900"}, b"<p>half"),
    "/picture": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + bytes(100)),
}  # fmt: skip


@pytest.fixture
def site():
    """(its address, the paths that were asked for)."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, headers, body = PAGES[self.path.partition("?")[0]]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_a_page_is_kept_in_utf8_with_its_address_and_the_day(site, tmp_path):
    address, asked = site
    file = fetched(f"{address}/keeper#top", tmp_path / "pages")
    text = file.read_text("utf-8-sig")
    assert f"saved from url=({len(address) + 7:04d}){address}/keeper -->" in text and "Высота 41 метр." in text
    assert file.suffix == ".html" and "keeper" in file.name and file.stat().st_mode & 0o777 == 0o600
    assert asked == ["/keeper"]
    assert fetched(f"{address}/keeper", tmp_path / "pages") == file


def test_what_is_no_page_keeps_the_ending_of_its_address(site, tmp_path):
    address, _ = site
    assert fetched(f"{address}/notes.md?raw=1", tmp_path).suffix == ".md"
    assert fetched(f"{address}/moved", tmp_path).read_text("utf-8-sig").count("Высота") == 1


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("/file", "not followed|not allowed"),
        ("/round", "could not be fetched|answered 302"),
        ("/gone", "answered 404"),
        ("/nothing", "with nothing"),
        ("/packed", "packed it as gzip"),
        ("/short", "Only 7 of its 900 bytes|could not be fetched"),
    ],
)
def test_what_cannot_be_fetched_is_said_in_one_sentence(site, tmp_path, page, message):
    with pytest.raises(DocumentError, match=message) as raised:
        fetched(site[0] + page, tmp_path)
    assert "\n" not in str(raised.value) and not list(tmp_path.iterdir())


@pytest.mark.parametrize("address", ["ftp://x/y", "file:///etc/passwd", "http://", "https://me:secret@x/", "http://[x"])
def test_other_addresses_are_refused_unasked(address, tmp_path):
    with pytest.raises(UsageError) as raised:
        fetched(address, tmp_path)
    assert "secret" not in str(raised.value)


def test_a_page_that_is_too_large_or_not_wanted_any_more_is_left(site, tmp_path, monkeypatch):
    with pytest.raises(Cancelled):
        fetched(f"{site[0]}/keeper", tmp_path, lambda: True)
    monkeypatch.setattr(web_request, "MOST_BYTES", 10)
    with pytest.raises(DocumentError, match="larger"):
        fetched(f"{site[0]}/keeper", tmp_path)


def test_paths_are_no_addresses():
    assert is_address("https://a.example/b") and is_address("ftp://x")
    assert not any(map(is_address, ("a/b", "/https://x", "C:\\x", "notes: //x", "~/x")))


def test_a_fetched_page_is_a_document_until_it_is_forgotten(site, tmp_path, capsys):
    address, asked = site
    home = ["--data-dir", str(tmp_path)]
    assert main([*home, "add", f"{address}/notes.md", f"{address}/gone", "--words-only", "--json"]) == 1
    failed, made = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert failed["status"] == "failed" and failed["path"] == f"{address}/gone" and "404" in failed["reason"]
    assert made["status"] == "indexed" and made["path"].endswith(".md")
    assert main([*home, "add", f"{address}/picture", "--words-only"]) == 1
    assert main([*home, "library", "forget", str(made["document_id"])]) == 0
    assert not list(tmp_path.rglob("*notes*.md")) and asked == ["/notes.md", "/gone", "/picture"]
