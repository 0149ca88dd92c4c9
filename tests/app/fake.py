"""A workbench that says what a test wants it to say."""

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event as ThreadEvent
from types import SimpleNamespace
from typing import Any

from phitui.answers.check.library_check import Asked as Claimed
from phitui.answers.past.pairs import Pair
from phitui.answers.request import Request
from phitui.documents.document import Span
from phitui.documents.workers.pages import Picture
from phitui.errors import Cancelled, Cause, DocumentError, PhituiError, UsageError
from phitui.evaluation.measure import Measured
from phitui.evaluation.questions import Question
from phitui.events import (
    AnswerFinished,
    AnswerVerified,
    CodeGenerated,
    DocumentAdded,
    DownloadProgress,
    Event,
    FilesFound,
    IndexingFinished,
    ModelLoaded,
    ModelLoading,
    NotInDocuments,
    OutputArrived,
    PageRead,
    PartRead,
    PassagesEmbedded,
    PassagesRetrieved,
    PromptPacked,
    QueryReady,
    QuotesFound,
    ReadingBegan,
    RunFinished,
    RunStarted,
    TokensArrived,
    TurnSaved,
)
from phitui.library.store.conversations import Buffer, Conversation, Deleted
from phitui.library.store.marks.marks import DeletedMark, Mark
from phitui.models.hub.on_disk import ModelOnDisk
from phitui.models.tuning.events import RecordsRead, TuningFinished, TuningPlanned, TuningStepped
from phitui.records import (
    CheckedSentence,
    Citation,
    Evidence,
    Hit,
    PackedPassage,
    Quote,
    StoredDocument,
    StoredEmbedder,
    StoredPage,
)
from phitui.scratchpad.context import Source
from phitui.scratchpad.region import Region
from phitui.scratchpad.run.runner import NO_WALLS, RunError
from phitui.settings import Settings

TEXT = (
    "The 1973 oil crisis began in October 1973 when the members of the Organization of Arab Petroleum Exporting "
    "Countries proclaimed an oil embargo. By the end of the embargo in March 1974, the price of oil had risen from "
    "US$3 per barrel to nearly $12 globally; US prices were significantly higher."
)
FIRST = TEXT.index(" By the end")


def document(number: int, title: str, **changes: Any) -> StoredDocument:
    """A document that is searchable."""
    made = StoredDocument(
        number, title, f"/papers/{title}.pdf", "indexed", None, 5, 0, 40, 40, "2026-01-01T10:00:00Z", f"hash{number}"
    )
    return replace(made, **changes)


DOCUMENTS = [
    document(1, "1973_oil_crisis"),
    document(2, "Amazon_rainforest", pages=4),
    document(3, "usgs-methods", pages=86, passages=86, embedded=41),
    document(4, "scan-huckleberry-p22", status="no_text", passages=0, embedded=0, reason="Its page is a scan.",
             cause=Cause.SCAN),
    document(5, "libreoffice-writer-password", status="failed", pages=0, passages=0, embedded=0,
             reason="It is encrypted.", cause=Cause.LOCKED),
    document(6, "Economic_inequality", pages=9),
    document(7, "European_Union_law", pages=12),
    document(8, "Steam_engine", pages=7),
]  # fmt: skip


def hit(rank: int, text: str = TEXT, title: str = "1973_oil_crisis", **changes: Any) -> Hit:
    """A passage that both arms found."""
    made = Hit(
        passage_id=100 + rank,
        document_id=1,
        title=title,
        path=f"/papers/{title}.pdf",
        section="",
        page_label=None,
        span=Span(1, 0, 1, len(text)),
        text=text,
        first_sentence=0,
        last_sentence=1,
        rank=rank,
        score=12.0 / rank,
        lexical=14.2 / rank,
        lexical_rank=rank,
        dense=0.81 / rank,
        dense_rank=rank,
        fused=0.97 / rank,
    )
    return replace(made, **changes)


HITS = tuple(
    [hit(1)]
    + [hit(n, f"Passage {n} speaks of oil prices after the crisis. It has two sentences.",
           ["1973_oil_crisis", "Economic_inequality", "Amazon_rainforest"][n % 3], span=Span(n, 0, n, 40))
       for n in range(2, 13)]
)  # fmt: skip
QUOTES = (
    Quote(TEXT[:FIRST], 101, 1, "1973_oil_crisis", "/papers/1973_oil_crisis.pdf", Span(1, 0, 1, FIRST), None, 1.9),
    Quote("Passage 2 speaks of oil prices after the crisis.", 102, 1, "Amazon_rainforest", "/papers/Amazon.pdf",
          Span(2, 0, 2, 40), "ii", 1.1),
)  # fmt: skip
PACKED = tuple(
    [
        PackedPassage(101, "in", None, 212, TEXT, 1),
        PackedPassage(102, "in", None, 198, "…", 2),
        PackedPassage(103, "trimmed", "budget", 87, "…", 3),
        PackedPassage(104, "out", "overlaps 1", 203, ""),
    ]
    + [PackedPassage(100 + n, "out", "budget", 190 + n, "") for n in range(5, 13)]
)
PARTS = {"instructions": 38, "history": 112, "passages": 497, "question": 14, "answer": 384}
ANSWER = ("It began in October 1973, when Arab oil producers proclaimed an embargo.", "The price rose to $99 a barrel.")


def answered(query: str, hits: Sequence[Hit] = HITS, quotes: Sequence[Quote] = QUOTES) -> list[Event]:
    """What a model that reads passages makes happen."""
    citation = Citation(101, 1, "/papers/1973_oil_crisis.pdf", "1973_oil_crisis", Span(1, 0, 1, FIRST), TEXT[:FIRST])
    return [
        QueryReady(query, turn_id=1, conversation_id=1),
        PassagesRetrieved(tuple(hits)),
        QuotesFound(tuple(quotes)),
        PromptPacked("Instruct: …", PACKED, PARTS, 2048),
        *[TokensArrived(word + " ") for word in " ".join(ANSWER).split()],
        AnswerFinished(" ".join(ANSWER), "end", "phi-2", 661, 480, 31, 0.041, 512.0, 5_600_000_000, (), 12, 9),
        AnswerVerified(
            (CheckedSentence(ANSWER[0], True, 0.9, (citation,)), CheckedSentence(ANSWER[1], False, 0.2, (), ("$99",)))
        ),
        TurnSaved(1, 1),
    ]


def quoted(query: str, quotes: Sequence[Quote] = QUOTES) -> list[Event]:
    """What happens without a model."""
    packed = tuple(replace(each, state="in" if each.number else "out", reason=None if each.number else "not quoted")
                   for each in PACKED)  # fmt: skip
    return [
        QueryReady(query, turn_id=1, conversation_id=1),
        PassagesRetrieved(HITS, by_words_only=True),
        QuotesFound(tuple(quotes), by_words_only=True),
        PassagesRetrieved(HITS),
        QuotesFound(tuple(quotes)),
        PromptPacked("", packed, {"passages": 497}, 2048),
        AnswerFinished("\n".join(each.text for each in quotes), "end", "quoting"),
        TurnSaved(1, 1),
    ]


def read_whole(query: str) -> list[Event]:
    """What happens while a whole document is read."""
    found = Citation(101, 1, "/papers/1973_oil_crisis.pdf", "1973_oil_crisis", Span(1, 0, 1, FIRST), TEXT[:FIRST])
    later = replace(found, passage_id=105, number=2, span=Span(4, 0, 4, 40))
    notes = [
        CheckedSentence(TEXT[:FIRST], True, 1.0, (found,)),
        CheckedSentence("It ended in 1974.", True, 1.0, (later,)),
    ]
    return [
        QueryReady(query, turn_id=1, conversation_id=1),
        ReadingBegan(1, "1973_oil_crisis", "/papers/1973_oil_crisis.pdf", 5, 3),
        PartRead(1, 3, "The embargo", 1, 2, (notes[0],)),
        PartRead(2, 3, "", 3, 3, ()),
        PartRead(3, 3, "Aftermath", 4, 5, (notes[1],)),
        PassagesRetrieved(HITS[:2]),
        PromptPacked("Instruct: notes", PACKED[:2], PARTS, 2048),
        TokensArrived("It began in October 1973."),
        AnswerFinished("It began in October 1973.", "end", "phi-2"),
        AnswerVerified((CheckedSentence("It began in October 1973.", True, 0.9, (found,)),)),
        TurnSaved(1, 1),
    ]


def missed(query: str) -> list[Event]:
    """What happens where nothing speaks to the question."""
    return [
        QueryReady(query, turn_id=1, conversation_id=1),
        PassagesRetrieved(HITS),
        NotInDocuments(QUOTES, Evidence(0.21, 0.62)),
        AnswerFinished("", "end", "phi-2"),
        TurnSaved(1, 1),
    ]


@dataclass
class Asked:
    """One question as the workbench got it."""

    question: str
    options: Request
    cancel: ThreadEvent


class FakeWorkbench:
    """Set `script` to what an answer consists of. With `hold` set, an answer waits for cancel after its tokens."""

    def __init__(self, documents: Sequence[StoredDocument] = DOCUMENTS, model: str = "phi-2"):
        self.settings = Settings()
        self.engine = SimpleNamespace(
            name=model,
            writes=model != "quoting",
            device="cuda:0",
            loaded=True,
            context_window=2048,
            path="static cache",
        )
        self.stock = list(documents)
        self.script: Any = answered if model != "quoting" else quoted
        self.hold = False
        self.asked: list[Asked] = []
        self.judged: list[tuple[str, int]] = []
        self.marks: list[Mark] = []
        self.archived = False
        """Whether its one conversation is put away."""
        self.renamed: list[tuple[int, str]] = []
        self.removed: list[int] = []
        self.added: list[dict[str, Any]] = []
        self.saved: list[tuple[str, str, str]] = []
        self.written: list[str] = []
        """What is generated, one after the other."""
        self.instructions: list[tuple[str, str, str, tuple[Source, ...]]] = []
        self.ran: list[tuple[str, str, bool]] = []
        self.no_walls = False
        self.kept: list[Buffer] = []
        """Of an earlier session."""
        self.opened = ThreadEvent()
        self.opened.set()
        self.problem: PhituiError | None = None
        self.scope: tuple[str, ...] = ()
        self.past: list[Any] = []
        self.deleted: list[str] = []
        self.model_in_use: tuple[str, tuple[str, ...]] = ("none", ())
        self.changed: list[tuple[str, tuple[str, ...]]] = []
        """Models that a comparison has put into use, and at the end the one of before."""
        self.search_models = [
            StoredEmbedder("a1", "bundled", 286, 286, 900, 900, True, True),
            StoredEmbedder("b2", "older", 40, 286, 0, 900, False, False),
        ]
        self.page_text = TEXT + "\nThe next line."
        self.stop_adding: ThreadEvent | None = None
        self.drawn: list[tuple[int, int, str]] = []
        self.undrawable = ""
        self.closed = self.warmed = False
        self.marked = 0
        """Questions whose passage is marked."""
        self.measuring: list[ThreadEvent] = []
        self.merged: list[tuple[str, tuple[str, ...], Path]] = []
        self.orders: list[Any] = []
        """Of tuning."""
        self.pairs = FakePairs()

    def adopt(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def library(self) -> "FakeLibrary":
        return FakeLibrary(self)

    @property
    def models(self) -> "FakeModels":
        return FakeModels(self)

    @property
    def turns(self) -> "FakeTurns":
        return FakeTurns(self)

    def known_questions(self, count: int | None) -> list[Question]:
        return [Question(f"q{number}") for number in range(self.marked if count is None else min(count, 40))]

    def measure(
        self,
        questions: Sequence[Question],
        cancel: ThreadEvent,
        *,
        refusal: bool = True,
        leave_out: bool = False,
        weights: Mapping[str, float] | None = None,
    ) -> Iterator[Measured]:
        """Finds the right passage for 9 of 10; with `hold`, waits for cancel after the tenth."""
        self.measuring.append(cancel)
        for number, question in enumerate(questions):
            if self.hold and number == 10:
                cancel.wait(20)
                return
            rank = None if number % 10 == 9 else 1
            ranks: Any = {"lexical": 4, "dense": 2, "plain": rank, "fused": rank}
            relevance = number / len(questions)
            yield Measured(question, ranks, {"fused": (True, True)}, relevance, 0.5, relevance / 2)

    def add(self, paths: Sequence[Any], **options: Any) -> Iterator[Event]:
        self.added.append({"paths": [str(each) for each in paths], **options})
        yield FilesFound(len(paths))
        for number, path in enumerate(paths, 50):
            yield PageRead(str(path), 1, 2)
            self.stock.append(document(number, path.stem, path=str(path)))
            yield DocumentAdded(str(path), "indexed", number, 5, 0, 40, None, 0.1)
            yield PassagesEmbedded(20, 40)
        if self.stop_adding is not None:
            self.stop_adding.wait(20)
        yield IndexingFinished(len(paths), 0, 0.2, options["cancel"].is_set())

    def asks_beside(self, variants: Any, cancel: ThreadEvent) -> dict[str, Any]:
        return {}

    def ask(self, request: Request, cancel: ThreadEvent, engine: Any = None) -> Iterator[Event]:
        self.asked.append(Asked(request.question, request, cancel))
        for event in self.script(request.query or request.question):
            if self.hold and isinstance(event, AnswerFinished):
                cancel.wait(20)
                yield replace(event, text=ANSWER[0], reason="cancelled")
                return
            yield event

    def repack(
        self,
        turn: Any,
        conversation_id: int | None,
        *,
        pinned: frozenset[int],
        excluded: frozenset[int],
        only: frozenset[int],
    ) -> PromptPacked:
        """What is excluded is out, what is pinned is in; each passage that is in takes a hundred tokens."""
        packed = []
        for hit in turn.hits:
            key = hit.passage_id
            if only and key not in only:
                continue
            if key in excluded:
                packed.append(PackedPassage(key, "out", "excluded", 100, ""))
            elif key in pinned or key in only or key in (101, 102, 103):
                packed.append(PackedPassage(key, "in", None, 100, hit.text, len(packed) + 1))
            else:
                packed.append(PackedPassage(key, "out", "budget", 100, ""))
        used = 100 * sum(each.state == "in" for each in packed)
        return PromptPacked("Instruct: …", tuple(packed), {**PARTS, "passages": used}, 2048)

    def weighed(self, turn: Any) -> list[Hit]:
        return [hit(rank, f"Passage {rank} was weighed.", "Steam_engine") for rank in range(13, 51)]

    def explain(self, code: str, language: str, cancel: ThreadEvent | None = None) -> Iterator[Event]:
        said = f"It prints one: {code.strip()}\n"
        yield TokensArrived(said)
        yield AnswerFinished(said, "end", "phi-2")
        yield CodeGenerated(said, "text", said, 120.0)

    def generate(
        self,
        instruction: str,
        language: str,
        cancel: ThreadEvent | None = None,
        buffer: str = "",
        sources: Sequence[Source] = (),
        region: Region | None = None,
    ) -> Iterator[Event]:
        """Writes `print(1)`, or what `written` says; from the first two passages where there are sources."""
        self.instructions.append((instruction, language, buffer, tuple(sources)))
        code = self.written.pop(0) if self.written else "print(1)\n"
        if sources:
            yield PassagesRetrieved(HITS[:2])
            yield PromptPacked("Instruct: …", PACKED[:2], PARTS, 2048)
        yield TokensArrived("```python\n" if region is None else "")
        yield TokensArrived(code)
        if region is not None:
            code = buffer[: region.start] + code + buffer[region.end :]
        if self.hold:
            assert cancel is not None
            cancel.wait(20)
            yield AnswerFinished(code, "cancelled", "phi-2")
            yield CodeGenerated(code, language, code, None)
            return
        yield AnswerFinished(f"```python\n{code}```", "end", "phi-2")
        yield CodeGenerated(code, language, f"```python\n{code}```", 120.0)

    def run(self, code: str, language: str, cancel: ThreadEvent, *, walled: bool = False) -> Iterator[Event]:
        """Fails where the code says `broken`; with `hold`, waits for cancel after its first line."""
        self.ran.append((code, language, walled))
        if walled and self.no_walls:
            raise RunError(NO_WALLS)
        yield RunStarted("python -I -B -u main.py", "namespaces" if walled else "limits")
        yield OutputArrived("one\n")
        if self.hold:
            cancel.wait(20)
            yield RunFinished(None, "cancelled", 0.1)
        elif "broken" in code:
            yield OutputArrived("NameError: name 'broken' is not defined\n")
            yield RunFinished(1, None, 0.1)
        else:
            yield RunFinished(0, None, 0.1)

    def check(self, asked: Sequence[Claimed], cancel: ThreadEvent) -> Iterator[CheckedSentence]:
        """Every verdict in turn; with `hold`, waits for cancel after the second."""
        if self.problem:
            raise self.problem
        place = Citation(101, 1, "/papers/1973_oil_crisis.pdf", "1973_oil_crisis", Span(1, 0, 1, 40), TEXT[:40])
        verdicts = ("supported", "contradicted", "related", "unsupported", "partly")
        count = 0
        for number, each in enumerate(asked):
            if self.hold and number == 2:
                cancel.wait(20)
                return
            if each.reason:
                yield CheckedSentence(each.text, False, 0.0, judged="no claim", reason=each.reason)
                continue
            verdict = verdicts[count % len(verdicts)]
            count += 1
            cited = () if verdict == "unsupported" else (place,)
            lacking = () if verdict in ("supported", "contradicted") else (each.text.split()[-1].strip("."),)
            against = (("1974", "1973"),) if verdict == "contradicted" else ()
            yield CheckedSentence(each.text, verdict == "supported", 0.5, cited, lacking, against, judged=verdict)

    def close(self) -> None:
        self.closed = True


class _Part:
    """A part of the workbench: what it does is noted on the workbench, where tests look for it."""

    def __init__(self, workbench: FakeWorkbench):
        self._workbench = workbench


class FakeLibrary(_Part):
    @property
    def scope(self) -> tuple[str, ...]:
        return self._workbench.scope

    @property
    def marks(self) -> "FakeMarks":
        return FakeMarks(self._workbench)

    @property
    def conversations(self) -> "FakeConversations":
        return FakeConversations(self._workbench)

    def keep_scope(self, names: Sequence[str]) -> None:
        self._workbench.scope = tuple(names)

    def resume_scope(self) -> None:
        self._workbench.scope = ()

    def documents(self) -> list[StoredDocument]:
        self._workbench.opened.wait(20)
        if self._workbench.problem:
            raise self._workbench.problem
        return list(self._workbench.stock)

    def warm(self) -> None:
        self._workbench.warmed = True

    def remove(self, document_ids: Sequence[int]) -> None:
        self._workbench.removed += document_ids
        self._workbench.stock = [each for each in self._workbench.stock if each.document_id not in document_ids]

    def whole(self, document_id: int) -> list[Hit]:
        return [replace(each, section="3 Method › 3.2 Merges") for each in HITS[:2]]

    def page(self, document_id: int, number: int) -> StoredPage:
        return StoredPage(
            document_id, "/papers/1973_oil_crisis.pdf", "1973_oil_crisis", number, None, self._workbench.page_text
        )

    def picture(self, document_id: int, number: int, width: int, text: str, cancel: Callable[[], bool]) -> Picture:
        if self._workbench.undrawable:
            raise DocumentError(self._workbench.undrawable)
        self._workbench.drawn.append((number, width, text))
        height = width * 4 // 3
        return Picture(width, height, b"\xff" * (3 * width * height), ((width // 4, 20, width // 2, 30),))

    def scans(self) -> list[Path]:
        return [Path(each.path) for each in self._workbench.stock if each.status == "no_text"]

    def ocr_languages(self) -> list[str]:
        return ["deu", "eng"]

    def embed_missing(self, cancel: ThreadEvent) -> Iterator[Event]:
        yield IndexingFinished(0, 0, 0.0)

    def embedders(self) -> list[StoredEmbedder]:
        return list(self._workbench.search_models)

    def drop_embedder(self, reference: str) -> StoredEmbedder:
        dropped = next(each for each in self._workbench.search_models if each.identity == reference)
        self._workbench.search_models.remove(dropped)
        return dropped


class FakePairs:
    """What was found right."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def keep_answer(self, turn: Any) -> None:
        self.kept.append(Pair("answer", turn.question, turn.answer))

    def keep_code(self, prompt: str, code: str) -> None:
        self.kept.append(Pair("code", prompt, code))

    def all(self) -> builtins.list[Any]:
        return self.kept


class FakeModels(_Part):
    @property
    def engine(self) -> Any:
        return self._workbench.engine

    @property
    def model(self) -> str:
        return self._workbench.model_in_use[0]

    @property
    def adapters(self) -> tuple[str, ...]:
        return self._workbench.model_in_use[1]

    def load(self, model: str, adapters: tuple[str, ...] = ()) -> Iterator[Event]:
        yield ModelLoading(model, "reading weights")
        self._workbench.model_in_use = model, adapters
        self._workbench.engine = SimpleNamespace(
            name=model, writes=True, device="cpu", loaded=True, context_window=2048, path="static cache"
        )
        yield ModelLoaded(model, "cpu", 2048, "")

    def change(self, model: str, adapters: tuple[str, ...] = ()) -> Iterator[Event]:
        self._workbench.changed.append((model, adapters))
        yield from self.load(model, adapters)

    def pull(self, model: str, cancel: ThreadEvent) -> Iterator[Event]:
        for done in (1, 2):
            yield DownloadProgress(model, done * 10**9, 2 * 10**9)
        if self._workbench.problem:
            raise self._workbench.problem

    def tune_apart(self, order: Any, cancel: ThreadEvent) -> Iterator[Any]:
        """Two steps; with `hold`, waits for cancel after the first."""
        self._workbench.orders.append(order)
        if order.data.name == "bad.jsonl":
            raise UsageError("bad.jsonl has 2 bad records: line 3: it is no JSON; line 7: use --max-length 9.")
        pieces = (("Instruct: Who keeps it?\nOutput:", False), (" Tomas [b]Reyes.<|endoftext|>", True))
        yield RecordsRead("prompt and response", 24, 5, 900, 300, 0, tuple((n, pieces) for n in (1, 2, 3)))
        targets = ("q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2")
        yield TuningPlanned("lora", 9, 8, 1, 28_672, 118_416, targets, 900_000_000, 22_000_000_000, "")
        if order.dry:
            return
        for step in range(10):
            measured = 6.0 - step / 3 if step % 3 == 0 else None
            yield TuningStepped(step, 9, step / 3, 6.1 - step / 3 if step else None, measured, 812.0, 90.0 - step)
            if self._workbench.hold and step == 4:
                cancel.wait(20)
                raise Cancelled("stopped at step 4, and kept: started again, it goes on from there.")
        yield TuningFinished(str(order.output), 9, 6.0, 3.0, 65.0, False)

    def on_disk(self) -> list[ModelOnDisk]:
        models = [
            ModelOnDisk("tiny-phi", Path("/models/tiny-phi"), 5_600_000, "PhiForCausalLM", 2048),
            ModelOnDisk("ollama:llama3.2:3b", Path("/o/blobs/sha256-1"), 2 * 10**9, "llama", 131_072, "Ollama", "gguf"),
            ModelOnDisk("keeper", Path("/models/keeper"), 10**7, "LORA", None, kind="adapter", base="tiny-phi"),
        ]
        return [each for each in models if each.id not in self._workbench.deleted]

    def merge(self, model: str, adapters: tuple[str, ...], output: Path) -> None:
        self._workbench.merged.append((model, adapters, output))

    def delete(self, model: str) -> ModelOnDisk:
        found = next(each for each in self.on_disk() if each.id == model)
        self._workbench.deleted.append(model)
        return found

    def on_servers(self) -> list[Any]:
        return [SimpleNamespace(id="served-7b", server="gpu-box:8000")]


class FakeMarks(_Part):
    def list(self, document_id: int | None = None) -> "builtins.list[Mark]":
        found = sorted(self._workbench.marks, key=lambda each: (each.document_id, each.span.page, each.span.start))
        return [each for each in found if document_id in (None, each.document_id)]

    def search(self, text: str) -> "builtins.list[Mark]":
        return [each for each in self.list() if text.lower() in f"{each.text} {each.note}".lower()]

    def add(self, document_id: int, span: Span, note: str = "") -> Mark:
        text = self._workbench.page_text[span.start : span.end]
        found = next(each for each in self._workbench.stock if each.document_id == document_id)
        key = 1 + max((each.mark_id for each in self._workbench.marks), default=0)
        made = Mark(key, document_id, found.title, found.path, None, span, text, note, True, "2026-01-01T10:00:00Z")
        self._workbench.marks.append(made)
        return made

    def write(self, mark_id: int, note: str) -> None:
        self._workbench.marks = [
            replace(each, note=note) if each.mark_id == mark_id else each for each in self._workbench.marks
        ]

    def delete(self, mark_id: int) -> DeletedMark:
        gone = next(each for each in self._workbench.marks if each.mark_id == mark_id)
        self._workbench.marks.remove(gone)
        return DeletedMark((gone,))

    def bring_back(self, deleted: DeletedMark) -> None:
        self._workbench.marks.append(deleted.row[0])


class FakeConversations(_Part):
    def list(self, archived: bool | None = None) -> "builtins.list[Conversation]":
        away, turns = self._workbench.archived, len(self._workbench.past)
        kept = Conversation(1, "When did the oil crisis begin?", "2026-01-01", "2026-01-01T10:00:00Z", turns, away)
        return [kept] if archived in (None, away) else []

    def search(self, text: str, archived: bool | None = None) -> "builtins.list[Conversation]":
        return [each for each in self.list(archived) if text.lower() in each.title.lower()]

    def archive(self, conversation_id: int, archived: bool = True) -> None:
        self._workbench.archived = archived

    def asked(self, most: int) -> "builtins.list[str]":
        return [each.question for each in self._workbench.past][-most:]

    def rename(self, conversation_id: int, title: str) -> None:
        self._workbench.renamed.append((conversation_id, title))

    def delete(self, conversation_id: int) -> Deleted:
        return Deleted((conversation_id,), ())

    def bring_back(self, deleted: Deleted) -> None:
        self._workbench.renamed.append((deleted.conversation[0], "back"))

    def judge(self, question: str, passage_id: int) -> None:
        self._workbench.judged.append((question, passage_id))

    def take_back(self, question: str, passage_id: int) -> None:
        self._workbench.judged.remove((question, passage_id))

    def judged(self, question: str) -> frozenset[int]:
        return frozenset(key for asked, key in self._workbench.judged if asked == question)

    def save_buffer(self, text: str, language: str, name: str) -> int:
        self._workbench.saved.append((text, language, name))
        return 1

    def delete_buffers(self, names: Sequence[str]) -> None:
        self._workbench.saved = [each for each in self._workbench.saved if each[2] not in names]

    def buffers(self) -> "builtins.list[Buffer]":
        return [
            *self._workbench.kept,
            *(Buffer(1, name, language, text, "") for text, language, name in self._workbench.saved[-1:]),
        ]


class FakeTurns(_Part):
    def of(self, conversation_id: int) -> list[Any]:
        return self._workbench.past
