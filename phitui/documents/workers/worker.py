"""`python -m phitui.documents.workers.worker BYTES`: reads documents in a process that may hang, crash or be killed.

Speaks JSON lines. A request on stdin: {"path", "password", "reader", "first"} (pages before `first` are not read).
Replies on stdout: {"kind": "opened"}, then {"kind": "page"} for each page, {"kind": "outline"} and {"kind": "done"};
or {"kind": "refused"} where another reader may do better, or {"kind": "failed"}. A request with a "task" is about one
page: see `rendering.serve_page`.
"""

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from phitui.documents.content import unreadable
from phitui.documents.formats.blocks import Flow, Source, paginate
from phitui.documents.formats.registry import Format
from phitui.documents.kinds import recognised
from phitui.errors import Cause, DocumentError
from phitui.text import one_line

PAGE_CHARACTERS = 1_000_000
"""No page of a book is longer; the rest of such a page is cut off."""
NOTE_CHARACTERS = 1000
YOUNG_OBJECTS = 50_000
"""Between two looks for cycles: the words of some pages, of which none is part of a cycle."""
PARENT_POLL_SECONDS = 0.3
LAST_RESORT_SECONDS = 60
"""The kernel ends a worker that computes for so long without a reply, even one whose parent is dead and whose
native code holds the interpreter's lock, so that `_watch_parent` cannot run."""

Reply = dict[str, Any]


def main(address_space: int) -> None:
    """Serves requests until stdin ends or the parent is gone. `address_space`: bytes that may be mapped."""
    replies = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print must not mix with the replies
    _confine(address_space)
    gc.set_threshold(YOUNG_OBJECTS)

    def send(reply: Reply) -> None:
        signal.alarm(0)  # a parent that is suspended does not read; that is no reason to die
        replies.write(json.dumps(reply) + "\n")
        replies.flush()
        signal.alarm(LAST_RESORT_SECONDS)

    send({"kind": "ready"})
    signal.alarm(0)
    for line in sys.stdin:
        signal.alarm(LAST_RESORT_SECONDS)
        serve(json.loads(line), send)
        signal.alarm(0)


def serve(request: Reply, send: Callable[[Reply], None]) -> None:
    """Answers one request; never raises for a bad document."""
    from phitui.documents.pdf.reader import Refused

    kind = "pdf"
    try:
        path = Path(request["path"])
        format_ = recognised(Source.of(path))
        kind = format_.name
        if "task" in request:
            if kind != "pdf":
                raise DocumentError("Only pages of PDFs can be drawn.", Cause.UNKNOWN_KIND)
            from phitui.documents.workers.pictures import serve_page

            serve_page(request, send)
        elif kind == "pdf":
            _serve_pdf(path, request, send)
        else:
            _serve_flow(path, format_, send)
        send({"kind": "done"})
    except Refused as refusal:
        send({"kind": "refused", "message": str(refusal)[:500], "missing": refusal.missing})
    except DocumentError as error:
        send(_failed(error))
    except OSError as error:
        send(_failed(unreadable(error)))
    except MemoryError:
        send(_failed(DocumentError("Reading it takes more memory than a document may use (1 GB).", Cause.TOO_LARGE)))
    except Exception as error:
        message = f"{type(error).__name__}: {error}"[:500]
        if kind == "pdf":
            send({"kind": "refused", "message": message})
        else:
            send(_failed(DocumentError(f"The file is damaged ({one_line(message, 200)}).", Cause.DAMAGED)))


def _failed(error: DocumentError) -> Reply:
    return {"kind": "failed", "cause": error.cause, "message": error.message}


def _serve_pdf(path: Path, request: Reply, send: Callable[[Reply], None]) -> None:
    from phitui.documents.pdf.open import open_pdf

    document = open_pdf(request["reader"], path, request.get("password"))
    title = author = ""
    with suppress(Exception):
        title, author = document.title()[:1000], document.author()[:1000]
    notes: list[str] = []
    with suppress(Exception):
        notes = [note[:NOTE_CHARACTERS] for note in document.notes()]
    opened = {"kind": "opened", "pages": document.count, "title": title, "author": author, "notes": notes}
    send(opened | {"reader": request["reader"]})
    for index in range(request["first"] - 1, document.count):
        reply: Reply = {"kind": "page", "number": index + 1, "text": "", "label": None, "scan": False}
        try:
            page = document.page(index)
            reply |= {"text": page.text[:PAGE_CHARACTERS], "label": page.label and page.label[:100], "scan": page.scan}
        except MemoryError:
            reply |= {"lost": "it takes too much memory", "cause": Cause.TOO_LARGE}
        except Exception as error:
            why = f"it is damaged ({str(error)[:200] or type(error).__name__})"
            reply |= {"lost": why, "cause": Cause.DAMAGED}
        send(reply)
    headings: list[tuple[str, int, int, int]] = []
    with suppress(Exception):
        headings.extend((title[:500], level, page, -1) for title, level, page in document.outline())
    send({"kind": "outline", "headings": headings})
    flow = Flow()
    with suppress(MemoryError):
        flow.blocks = document.attached(flow)
        _send_flow(flow, document.count, send)


def _send_flow(flow: Flow, pages: int, send: Callable[[Reply], None]) -> None:
    """The pages of a flow, behind so many others, and what is known when it has been read."""
    headings = []
    for number, page in enumerate(paginate(flow.blocks), pages + 1):
        send({"kind": "page", "number": number, "text": page.text, "label": page.label[:100] or None, "scan": False})
        headings += [(title, level, number, offset) for title, level, offset in page.headings]
    notes = [note[:NOTE_CHARACTERS] for note in flow.notes[:20]]
    known = {"title": flow.title[:1000], "author": flow.author[:1000], "notes": notes}
    send({"kind": "outline", "headings": headings[:5000], **known})


def _serve_flow(path: Path, format_: Format, send: Callable[[Reply], None]) -> None:
    flow = format_.read(Source.of(path))
    send({"kind": "opened", "pages": None, "title": flow.title[:1000], "reader": format_.name})
    _send_flow(flow, 0, send)


# ── staying killable ─────────────────────────────────────────────────────────────────────────────────────────


def _confine(address_space: int) -> None:
    """Limits memory, yields the processor and the memory to others first, and dies with the parent."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        os.nice(5)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()


def _watch_parent(parent: int) -> None:
    """Ends the process once its parent is gone, whatever native code is busy with (it releases the lock)."""
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_SECONDS)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with the programs that it has started
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
