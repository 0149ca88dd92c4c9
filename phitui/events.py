"""Everything that can happen while indexing, asking, generating, loading: frozen dataclasses, past tense.

`Workbench` yields them; the app and the command line only render them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from phitui.errors import Cause
from phitui.records import CheckedSentence, Evidence, Hit, PackedPassage, Quote
from phitui.values import dataclass

# ── indexing ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FilesFound:
    """The paths were walked; so many files will be looked at."""

    files: int


@dataclass(frozen=True, slots=True)
class PageRead:
    """A reader delivered a page. `pages` is None where the count is not known yet."""

    path: str
    page: int
    pages: int | None


@dataclass(frozen=True, slots=True)
class PathLeftOut:
    """A folder holds this file or folder, and it is not read."""

    path: str
    reason: str
    """What is, as the second half of a sentence."""
    failed: bool = False
    """It should have been read, and could not be."""


@dataclass(frozen=True, slots=True)
class DocumentAdded:
    """One file is done with (its vectors may still be missing). Fields are those of `phitui add --json`."""

    path: str
    status: str
    """indexed, unchanged, duplicate, no_text or failed; removed where a watched file has gone."""
    document_id: int | None
    pages: int
    empty_pages: int
    passages: int
    reason: str | None
    """What is, not what to do about it: that depends on who shows it."""
    seconds: float
    cause: Cause | None = None
    """What is the matter with the document, where something is."""
    lost_marks: int = 0
    """Marks whose words are no longer in it: they are kept, and say so."""


@dataclass(frozen=True, slots=True)
class PageRecognised:
    """OCR is done with a page, the `done`th of `total` of its document; `problem` says why it found nothing."""

    path: str
    page: int
    done: int
    total: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class PassagesEmbedded:
    """So many texts of this library have vectors now, of so many. Sentences count on their own."""

    done: int
    total: int
    sentences_done: int = 0
    sentences_total: int = 0


@dataclass(frozen=True, slots=True)
class EmbedderChanged:
    """The vectors of another embedder are complete and are searched from now on; the old ones are still there."""

    name: str
    old: str


@dataclass(frozen=True, slots=True)
class VectorsGrouped:
    """The library has grown too large to compare every vector: the nearest groups are searched from now on."""

    vectors: int
    recall: float
    """Share of the 50 nearest passages that are found so, measured on the library's own vectors."""
    note: str
    """The same as a sentence."""


@dataclass(frozen=True, slots=True)
class IndexingFinished:
    """Nothing left to do, or cancelled."""

    indexed: int
    failed: int
    seconds: float
    cancelled: bool = False


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class QueryReady:
    """The standalone query that will be searched, and whether it differs from what was typed."""

    query: str
    rewritten: bool = False
    turn_id: int | None = None
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class LibraryDescribed:
    """The question is about the library itself: `text` says what phitui knows, or which command does.

    `whole`: there is nothing to search for besides.
    """

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class PassagesRetrieved:
    """All candidates, best first. `by_words_only`: the embedder was not ready; a second one follows."""

    hits: tuple[Hit, ...]
    by_words_only: bool = False
    seconds: float = 0.0
    evidence: Evidence | None = None
    left_out: tuple[str, ...] = ()
    """Words that no passage may have, since the question has them behind a hyphen."""


@dataclass(frozen=True, slots=True)
class QuotesFound:
    """Best sentences first. `by_words_only` as in PassagesRetrieved."""

    quotes: tuple[Quote, ...]
    by_words_only: bool = False


@dataclass(frozen=True, slots=True)
class NotInDocuments:
    """Nothing in the library speaks to the question; `nearest` are the best misses."""

    nearest: tuple[Quote, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class PromptPacked:
    """The exact prompt. `parts` maps instructions, history, passages, question, answer to tokens."""

    prompt: str
    passages: tuple[PackedPassage, ...]
    parts: Mapping[str, int]
    window: int


@dataclass(frozen=True, slots=True)
class TokensArrived:
    """A batch of generated text."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    """The whole answer and its figures. Times in seconds, memory in bytes."""

    text: str
    reason: str
    """end, stop, length, window or cancelled; of one bound to its evidence also repeated, where it went in circles, or
    unsupported, where nothing more could be said from the passages."""
    model: str
    prompt_tokens: int = 0
    reused_tokens: int = 0
    answer_tokens: int = 0
    time_to_first_token: float | None = None
    tokens_per_second: float | None = None
    peak_memory: int | None = None
    tokens: tuple[int, ...] = ()
    guessed_tokens: int = 0
    accepted_tokens: int = 0
    """Tokens that prompt lookup guessed, and how many of them the model would have said."""
    thoughts: str = ""
    """What the model wrote to itself before it answered; no part of the text."""


@dataclass(frozen=True, slots=True)
class SentencesChecked:
    """The complete sentences of an answer that is still growing, checked by words alone."""

    sentences: tuple[CheckedSentence, ...]


@dataclass(frozen=True, slots=True)
class SentenceRevised:
    """A sentence of the answer was taken back: the passages do not say it, or it was said before."""

    answer: str
    """What stands now, with the quote in place of the sentence where there is one; it goes on from here."""
    sentence: str
    """What was taken back; empty where nothing was said."""
    step: Literal["resampled", "replaced", "dropped", "repeated"]
    """It is written anew, a quote stands for it, or the answer ends: for want of quotes, or as it goes in circles."""
    quote: str = ""
    """What replaced it."""


@dataclass(frozen=True, slots=True)
class AnswerVerified:
    """Grounding is done."""

    sentences: tuple[CheckedSentence, ...]


@dataclass(frozen=True, slots=True)
class ReadingBegan:
    """A whole document is read, in so many parts."""

    document_id: int
    title: str
    path: str
    pages: int
    parts: int


@dataclass(frozen=True, slots=True)
class PartRead:
    """One part of a document that is read whole, and what it says to the question: nothing, or checked sentences."""

    part: int
    """From 1."""
    parts: int
    section: str
    page: int
    page_end: int
    sentences: tuple[CheckedSentence, ...]
    labels: Sequence[str | None] = (None, None)
    """Printed on its first page and on its last one."""


@dataclass(frozen=True, slots=True)
class TurnSaved:
    """The turn is on disk, or `problem` says why it is only in memory."""

    conversation_id: int | None
    turn_id: int | None
    problem: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Model, library and sampling that the answer was made with."""


# ── models and scratchpad ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """A step of loading, for the status line: "importing torch", "reading weights"."""

    model: str
    step: str


@dataclass(frozen=True, slots=True)
class ModelLoaded:
    """Ready. `note` says what a user should know (which device, why)."""

    model: str
    device: str
    context_window: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Bytes of a model download."""

    model: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class CodeGenerated:
    """The scratchpad's result: `code` without fences, `text` as the model wrote it."""

    code: str
    language: str
    text: str
    tokens_per_second: float | None


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A text of the scratchpad runs. `protection`: bubblewrap, namespaces, landlock, else limits."""

    command: str
    protection: str


@dataclass(frozen=True, slots=True)
class OutputArrived:
    """What it wrote, output and errors in one stream, free of control characters."""

    text: str


RunLimit = Literal["time", "memory", "processes", "folder", "output", "cancelled"]


@dataclass(frozen=True, slots=True)
class RunFinished:
    """It ended. `code` as shells count it, None where it was ended; `limit` says by what, None where by itself."""

    code: int | None
    limit: RunLimit | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong, said in one sentence; the stream ends here."""

    message: str
    details: Sequence[str] = field(default_factory=tuple)


Event = (
    FilesFound
    | PathLeftOut
    | PageRead
    | DocumentAdded
    | PageRecognised
    | PassagesEmbedded
    | EmbedderChanged
    | VectorsGrouped
    | IndexingFinished
    | QueryReady
    | LibraryDescribed
    | PassagesRetrieved
    | QuotesFound
    | NotInDocuments
    | PromptPacked
    | TokensArrived
    | AnswerFinished
    | SentencesChecked
    | SentenceRevised
    | AnswerVerified
    | ReadingBegan
    | PartRead
    | TurnSaved
    | ModelLoading
    | ModelLoaded
    | DownloadProgress
    | CodeGenerated
    | RunStarted
    | OutputArrived
    | RunFinished
    | Failed
)
