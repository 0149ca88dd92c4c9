"""One question, and how it is to be answered."""

from dataclasses import dataclass, field

from phitui.answers.given_text import GivenText
from phitui.errors import UsageError
from phitui.models.engine import Sampling
from phitui.records import Hit
from phitui.text import clean

LONGEST_QUESTION = 4_000
"""Characters. A longer "question" is a document: it belongs in the library."""


@dataclass(frozen=True, slots=True)
class Request:
    """What goes through asking, packing and reading. Sets hold passage ids."""

    question: str
    conversation_id: int | None = None
    parent_id: int | None = None
    """The turn that it follows, BEGINNING for none; where it is not said, the last one."""
    query: str | None = None
    """Searched instead of what follow-up condensation makes of the question."""
    pinned: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    only: frozenset[int] = frozenset()
    """Answer from these passages and no others."""
    documents: frozenset[int] = frozenset()
    """Search in these documents and no others; none: in all."""
    use_documents: bool = True
    passages: int = 10
    evidence_tokens: int = 0
    """Tokens of passages in the prompt; 0 is what the model's size suggests (`answers.evidence_budget`)."""
    sampling: Sampling = field(default_factory=Sampling)
    words_first: bool = True
    """While the embedder loads, show what words alone find."""
    despite_evidence: bool = False
    """Let the model answer from the passages even where nothing speaks to the question."""
    context: tuple[GivenText, ...] = ()
    """Texts handed over for this conversation alone; always in the prompt, as far as they fit."""
    hits: tuple[Hit, ...] = ()
    """Used instead of a search: those of the turn whose prompt was edited, or whose answer goes on."""
    prompt: str | None = None
    """Sent as it is, instead of what packing makes of question and passages."""
    begun: str = ""
    """An answer that was cut off and is to go on."""
    bound: bool = False
    """Whether sentences that the passages do not say are written anew or replaced (`answers.writing.bound_answer`)."""
    whole: int | None = None
    """A document that is read from its first page to its last, instead of a search."""
    save: bool = True
    history: tuple[tuple[str, str], ...] = ()
    """(question, answer) of the turns before, oldest first; filled in from the conversation."""
    topics: tuple[str, ...] = ()
    """What a follow-up may lean on: what those turns searched for, or the titles that they read; likewise."""

    @property
    def searches(self) -> bool:
        """Whether the library is searched, rather than chosen passages or one document read."""
        return self.use_documents and self.whole is None and not (self.only or self.hits)


def checked_question(question: str) -> str:
    """The question, cleaned. Raises UsageError where it is empty or far too long."""
    question = clean(question).strip()
    if not question:
        raise UsageError("The question is empty: type what you want to know.")
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"The question has {len(question):,} characters, {LONGEST_QUESTION:,} are read at most: "
            "shorten it, or save the text to a file and add that to the library."
        )
    return question
