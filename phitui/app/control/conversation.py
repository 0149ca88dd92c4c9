"""The conversation in view: one question at a time, what is pinned and excluded, its passages."""

from collections.abc import Iterable
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING

from phitui.app.control.document_list import DocumentList
from phitui.app.control.models import ModelControl
from phitui.app.control.scope import ScopeControl
from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.panes.chat import ChatPane
from phitui.app.panes.exchange import Exchange
from phitui.app.panes.passages import PassagesPane
from phitui.app.requests import (
    Answers,
    AskAgain,
    AskAsTyped,
    AskQuestion,
    EditQuery,
    ExcludePassage,
    JudgePassage,
    PinPassage,
    ProposeQuery,
    ReadAt,
)
from phitui.errors import UsageError
from phitui.events import (
    AnswerFinished,
    AnswerVerified,
    Event,
    Failed,
    ModelLoaded,
    ModelLoading,
    NotInDocuments,
    PassagesRetrieved,
    PromptPacked,
    QueryReady,
    SentenceRevised,
    TokensArrived,
    TurnSaved,
)
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.workbench import Workbench


BUSY = "The last question is still being answered: esc stops it."


class ConversationControl:
    """Its turns, and the question under way."""

    def __init__(
        self,
        desk: Desk,
        chat: ChatPane,
        passages: PassagesPane,
        scope: ScopeControl,
        models: ModelControl,
        documents: DocumentList,
    ):
        self._desk, self._chat, self._passages = desk, chat, passages
        self._scope, self._models, self._documents = scope, models, documents
        self.conversation_id: int | None = None
        self.pinned: frozenset[int] = frozenset()
        self.excluded: frozenset[int] = frozenset()
        self.turn: Turn | None = None
        """The one whose passages are shown."""
        self.job: Job | None = None
        self._asked: Exchange | None = None
        """The one that is being answered."""

    def answers(self) -> Answers:
        return {
            AskQuestion: lambda request: self.send(request.text),
            AskAgain: lambda request: self.again(request.turn, only=request.only),
            AskAsTyped: lambda request: self.as_typed(request.turn),
            EditQuery: lambda request: self.edit_query(request.turn),
            ProposeQuery: lambda request: self.propose_query(request.turn),
            ReadAt: self.read_at,
            PinPassage: lambda request: self.pin(request.passage_id),
            ExcludePassage: lambda request: self.exclude(request.passage_id),
            JudgePassage: lambda request: self.judge(request.question, request.passage_id),
        }

    @property
    def busy(self) -> bool:
        """Whether a question is being answered."""
        return self.job is not None

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, text: str) -> None:
        """Asks what was typed, and empties the composer where it is asked."""
        if self.ask(text):
            self._chat.composer.clear()
            self._chat.examples.display = False
            asked = [each.turn.question for each in self._chat.transcript.exchanges]
            self._chat.composer.offer([*asked, text.strip()])

    def ask(
        self,
        question: str,
        *,
        query: str | None = None,
        only: frozenset[int] = frozenset(),
        use_documents: bool = True,
        parent_id: int | None = None,
        whole: int | None = None,
    ) -> bool:
        """Asks; False where another question is still being answered, or this one is too long."""
        if self.busy:
            self._desk.say(BUSY)
            return False
        from phitui.answers.request import checked_question
        from phitui.answers.turn import Turn

        try:
            checked_question(question)
        except UsageError as error:
            self._desk.say(error.message, trouble=True)
            return False
        pinned, excluded, conversation = self.pinned, self.excluded, self.conversation_id
        last = self._chat.transcript.exchanges
        parent = parent_id if parent_id is not None else last[-1].turn.turn_id if last else None
        scope = self._scope.tags if use_documents and whole is None and not only else ()
        exchange = Exchange(Turn(question.strip(), query or "", parent_id=parent, scope=scope), "searching")
        exchange.without_documents = not use_documents

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Iterable[Event]:
            from phitui.answers.request import Request
            from phitui.models.engine import Sampling

            request = Request(
                question,
                conversation_id=conversation,
                parent_id=parent,
                query=query,
                pinned=pinned,
                excluded=excluded,
                only=only,
                use_documents=use_documents,
                passages=workbench.settings.passages,
                evidence_tokens=workbench.settings.evidence_tokens,
                bound=workbench.settings.bound,
                sampling=Sampling.of(workbench.settings),
                whole=whole,
            )
            return workbench.ask(request, cancel)

        self._asked, self.turn = exchange, exchange.turn
        self._desk.call_later(self._chat.transcript.add, exchange)
        self.job = self._desk.jobs.run(source, lambda event: self._take(exchange, event), self._done)
        self._desk.refresh_state()
        return True

    def again(self, turn: "Turn", *, query: str | None = None, only: frozenset[int] = frozenset()) -> None:
        """The same question with what is pinned and excluded by now."""
        whole = turn.reading.document_id if turn.reading and not query and not only else None
        searched = query or turn.query or None
        asked = self.ask(turn.question, query=searched, only=only, parent_id=turn.parent_id, whole=whole)
        if asked and only:
            self._desk.say("Answering from this passage alone.")

    def as_typed(self, turn: "Turn") -> None:
        """The same question, searched for without what was made of it."""
        if one_line(turn.query) == one_line(turn.question):
            self._desk.say("It was searched for as you typed it.")
        else:
            self.again(turn, query=turn.question)

    def anyway(self) -> None:
        """The last question, without documents."""
        current = self._chat.transcript.current
        if current is None:
            self._desk.say("Ask a question first.")
        elif not self._models.writes:
            self._desk.say("Without documents only a language model can answer: ^l chooses one.")
        else:
            self.ask(current.turn.question, use_documents=False, parent_id=current.turn.parent_id)

    def stop(self) -> bool:
        """Stops the answer; whether there was one to stop."""
        if self.job is None or self._asked is None:
            return False
        self.job.cancel.set()
        turn = self._asked.turn
        if not (turn.answer or turn.prompt or turn.reading):
            # Nothing is being generated yet: what still runs (loading, searching) is no longer waited for.
            self.job.detached = True
            self._desk.jobs.running.discard(self.job)
            self._finish("stopped")
        else:
            self._asked.note(stage="stopping")
        return True

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, exchange: Exchange, event: Event) -> None:
        exchange.take(event)
        match event:
            case QueryReady(conversation_id=conversation_id):
                if conversation_id is not None:
                    self.conversation_id = conversation_id
                self._desk.refresh_state()
            case PassagesRetrieved() | PromptPacked() | NotInDocuments():
                if isinstance(event, PromptPacked):
                    exchange.progress.stage = (
                        f"reading {sum(event.parts.values()) - event.parts.get('answer', 0):,} tokens"
                    )
                self.show_passages()
                self._desk.refresh_state()
            case TokensArrived():
                exchange.progress.stage = "writing"
            case SentenceRevised(step=step):
                exchange.progress.stage = "writing a sentence anew" if step == "resampled" else "writing"
            case ModelLoading(step=step):
                exchange.progress.stage = f"{step} the model" if step == "loading" else step
                self._models.say_step(step)
            case ModelLoaded():
                self._models.loaded(event)
            case AnswerFinished(reason=reason):
                exchange.progress.stage = "checking" if exchange.turn.answer and reason != "cancelled" else ""
                self._desk.refresh_state()
            case AnswerVerified():
                exchange.progress.stage = ""
            case TurnSaved(problem=problem) if problem:
                exchange.progress.problem = f"Kept in memory only: {problem}"
            case Failed() if self._scope.tags:
                self._documents.read()  # another program may have taken the last document's tag away
            case _:
                pass
        self._chat.transcript.grown(exchange)

    def _done(self, problem: str | None) -> None:
        if self._asked is not None and problem:
            self._asked.note(problem=problem)
        self._finish("")

    def _finish(self, note: str) -> None:
        exchange, self.job, self._asked = self._asked, None, None
        if exchange is not None:
            if note:
                exchange.progress.problem = note
            exchange.progress.stage = ""
            self._chat.transcript.grown(exchange)
        self.show_passages()
        self._desk.refresh_state()

    # ── passages ─────────────────────────────────────────────────────────────────────────────────────────────

    def show_passages(self) -> None:
        """The passages of the turn in use."""
        self._passages.show(self.turn, self.pinned, self.excluded)

    def read_at(self, request: ReadAt) -> None:
        """The passages of the turn that the reader is at, with the cited one chosen."""
        if request.turn is not self.turn:
            self.turn = request.turn
            self.show_passages()
            self._desk.refresh_state()
        numbers = {each.number: each.passage_id for each in request.turn.packed}
        if request.number in numbers:
            self._passages.choose(numbers[request.number])

    def pin(self, passage_id: int) -> None:
        """Pins a passage, or lets it go again."""
        self.pinned ^= {passage_id}
        self.excluded -= {passage_id}
        self._chosen()

    def exclude(self, passage_id: int) -> None:
        """Excludes a passage, or lets it back in."""
        self.excluded ^= {passage_id}
        self.pinned -= {passage_id}
        self._chosen()

    def _chosen(self) -> None:
        self.show_passages()
        self._desk.refresh_state()

    def edit_query(self, turn: "Turn", proposed: str = "") -> None:
        """Lets the query be changed, then asks again with it. `proposed` stands there instead of the one in use."""
        from phitui.app.widgets.dialog import Prompt

        def then(query: str | None) -> None:
            if query and query.strip():
                self.again(turn, query=query.strip())

        hint = "What the library is searched for; the question stays."
        if proposed:
            hint = f"Proposed by the model. Searched for so far: {one_line(turn.query, 200)}"
        self._desk.put_over(Prompt("Search for", proposed or turn.query, hint), then)

    def propose_query(self, turn: "Turn") -> None:
        """Lets the model propose a query, to be edited or accepted."""
        from phitui.answers.proposal import propose
        from phitui.answers.turn_log import REMEMBERED_TURNS

        engine = self._models.engine
        if self.busy:
            self._desk.say(BUSY)
            return
        if engine is None or not self._models.writes or not engine.loaded:
            self._desk.say("Only a loaded language model can propose a query: ^l chooses one.")
            return
        turns = [each.turn for each in self._chat.transcript.exchanges]
        past = [each for each in turns[: turns.index(turn)] if each.told][-REMEMBERED_TURNS:]
        history = [(each.question, each.told) for each in past]

        def ended(problem: str | None) -> None:
            self._models.say_step("")
            if problem:
                self._desk.say(problem, trouble=True)

        self._models.say_step("proposing a query")
        self._desk.jobs.run(
            lambda workbench, cancel: [propose(workbench.models.engine, turn.question, history, cancel)],
            lambda query: self.edit_query(turn, query) if query else self._desk.say("The model proposes nothing."),
            ended,
        )

    def judge(self, question: str, passage_id: int) -> None:
        """Marks a passage as the right one for a question."""
        self._desk.jobs.do(
            lambda workbench: workbench.library.conversations.judge(question, passage_id),
            lambda problem: self._desk.say(problem or "Marked as the right passage for this question."),
        )

    # ── conversations ────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self) -> None:
        """A new, empty conversation."""
        self.stop()
        await self.show(None, [])

    async def show(self, conversation_id: int | None, turns: "list[Turn]") -> None:
        """Another conversation."""
        self.conversation_id = conversation_id
        self.pinned = self.excluded = frozenset()
        transcript = self._chat.transcript
        await transcript.open(turns)
        self.turn = transcript.exchanges[-1].turn if transcript.exchanges else None
        self.show_passages()
        self._desk.refresh_state()
