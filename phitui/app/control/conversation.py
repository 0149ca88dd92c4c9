"""The conversation in view: one question at a time, what is pinned and excluded, its passages."""

from collections.abc import Callable, Iterable
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING

from phitui.app.control.document_list import DocumentList
from phitui.app.control.models import ModelControl
from phitui.app.control.scope import ScopeControl
from phitui.app.control.turns.branches import Branches, LeftAt
from phitui.app.control.turns.selection import PassageSelection
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
    EditQuestion,
    ProposeQuery,
    ReadAt,
    StepBranch,
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
from phitui.records import BEGINNING, STOPPED
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.answers.given_text import GivenText
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
        too_long: Callable[[str], object],
    ):
        """`too_long` gets a text that is no question any more."""
        self._too_long = too_long
        self._desk, self._chat, self._passages = desk, chat, passages
        self._scope, self._models, self._documents = scope, models, documents
        self.conversation_id: int | None = None
        self.selection = PassageSelection(desk, passages, lambda: (self.turn, self.conversation_id))
        self.branches = Branches(desk, chat, scope)
        self.given: tuple[GivenText, ...] = ()
        """Texts that go with the next question, and then with its conversation."""
        self.turn: Turn | None = None
        """The one whose passages are shown."""
        self.job: Job | None = None
        self._asked: Exchange | None = None
        """The one that is being answered."""

    def answers(self) -> Answers:
        return {
            AskQuestion: lambda request: self.send(request.text),
            AskAgain: lambda request: self.again(request.turn),
            AskAsTyped: lambda request: self.as_typed(request.turn),
            EditQuery: lambda request: self.edit_query(request.turn),
            ProposeQuery: lambda request: self.propose_query(request.turn),
            ReadAt: self.read_at,
            **self.selection.answers(),
            **self.branches.answers(),
            EditQuestion: lambda request: self.edit_question(request.turn),
            StepBranch: lambda request: self._desk.call_later(self.step_branch, request.turn, request.by),
        }

    @property
    def busy(self) -> bool:
        """Whether a question is being answered."""
        return self.job is not None

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, text: str) -> None:
        """Asks what was typed, and empties the composer where it is asked."""
        from phitui.answers.request import LONGEST_QUESTION

        if len(text.strip()) > LONGEST_QUESTION and not self.busy:
            self._too_long(text)
        elif self.branches.changed is not None and not self.busy:
            self._desk.call_later(self._branch, self.branches.changed, text)
        elif self.ask(text):
            self.emptied()
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
        before: "Turn | None" = None,
    ) -> bool:
        """Asks; False where another is still being answered, or it is too long. `before`: as it was answered before."""
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
        pinned, excluded, conversation = self.selection.pinned, self.selection.excluded, self.conversation_id
        last = self._chat.transcript.last
        parent = parent_id if parent_id is not None else last.turn_id if last else None
        searches = use_documents and whole is None and not only
        documents = self._scope.ticked if searches else frozenset()
        context = ((*last.context, *self.given) if last else self.given) if use_documents else ()
        asked = Turn(
            question.strip(),
            query or "",
            parent_id=parent or None,
            begins=parent == BEGINNING,
            scope=self._scope.tags if searches else (),
            context=context,
            pinned=tuple(sorted(pinned)),
            excluded=tuple(sorted(excluded)),
            only=tuple(sorted(only)),
            documents=tuple(sorted(documents)),
        )
        exchange = Exchange(asked, "searching", before, self._scope.names(asked.documents))
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
                documents=documents,
                use_documents=use_documents,
                passages=workbench.settings.passages,
                evidence_tokens=workbench.settings.evidence_tokens,
                bound=workbench.settings.bound,
                sampling=Sampling.of(workbench.settings),
                whole=whole,
                context=context,
            )
            return workbench.ask(request, cancel)

        self._asked, self.turn, self.given = exchange, exchange.turn, ()
        self.branches.turns.append(exchange.turn)
        self.selection.asked()
        self._desk.call_later(self._chat.transcript.add, exchange)
        self.job = self._desk.jobs.run(source, lambda event: self._take(exchange, event), self._done, "Answer")
        self._desk.refresh_state()
        return True

    def again(self, turn: "Turn", *, query: str | None = None) -> None:
        """The same question with what is pinned, excluded or asked alone by now."""
        only = self.selection.only
        whole = turn.reading.document_id if turn.reading and not query and not only else None
        searched = query or turn.query or None
        parent = turn.parent_id or BEGINNING
        if self.ask(turn.question, query=searched, only=only, parent_id=parent, whole=whole, before=turn):
            self._desk.show_pane("chat", where_hidden=True)

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
            self.ask(current.turn.question, use_documents=False, parent_id=current.turn.parent_id or BEGINNING)

    def give(self, text: str, title: str = "") -> bool:
        """Keeps a text that the next question, and those after it, are also asked of; whether it could be kept."""
        from phitui.answers.given_text import PASTED, GivenText

        try:
            made = GivenText.of(text, title or PASTED)
        except UsageError as error:
            self._desk.say(error.message, trouble=True)
            return False
        self.given += (made,)
        self._chat.header.set(f"with a text of {len(made.text):,} characters")
        self._desk.say("The next question is also asked of this text.")
        return True

    def emptied(self) -> None:
        """What stood in the composer has gone where it belongs."""
        self._chat.composer.clear()
        self._chat.examples.display = False

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
            self._finish(STOPPED)
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
        if self.job is not None:
            self.job.told = exchange.progress.stage
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
        self.selection.show()

    def read_at(self, request: ReadAt) -> None:
        """The passages of the turn that the reader is at, with the cited one chosen."""
        if request.turn is not self.turn:
            self.turn = request.turn
            self.selection.repack()
            self.show_passages()
            self._desk.refresh_state()
        numbers = {each.number: each.passage_id for each in request.turn.packed}
        if request.number in numbers:
            self._passages.choose(numbers[request.number])

    def edit_query(self, turn: "Turn") -> None:
        """Lets the query be changed, then asks again with it."""
        from phitui.app.control.turns.search_query import edit_query

        edit_query(self._desk, turn, lambda query: self.again(turn, query=query))

    def propose_query(self, turn: "Turn") -> None:
        """Lets the model propose a query, to be edited or accepted."""
        from phitui.app.control.turns.search_query import propose_query

        if self.busy:
            self._desk.say(BUSY)
            return
        turns = [each.turn for each in self._chat.transcript.exchanges]
        before = turns[: turns.index(turn)]
        propose_query(self._desk, self._models, turn, before, lambda query: self.again(turn, query=query))

    # ── conversations ────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self) -> None:
        """A new, empty conversation."""
        self.stop()
        await self.show(None, [])

    async def show(self, conversation_id: int | None, turns: "list[Turn]", left: LeftAt | None = None) -> None:
        """Another conversation, at its end or where it was left."""
        self.conversation_id = conversation_id
        self.given = ()
        last = turns[-1] if turns else None
        self.selection.keep(frozenset(last.pinned if last else ()), frozenset(last.excluded if last else ()))
        self._scope.tick(last.documents if last else ())
        await self.branches.open(turns, left)
        self.turn = self._chat.transcript.last
        self.show_passages()
        self._desk.refresh_state()

    @property
    def ticked(self) -> frozenset[int]:
        """The documents that alone are asked."""
        return self._scope.ticked

    def resume(self, pinned: Iterable[int], excluded: Iterable[int], ticked: Iterable[int]) -> None:
        """What was chosen when it was left."""
        self._scope.tick(ticked)
        self.selection.keep(frozenset(pinned), frozenset(excluded))
        self.selection.repack()
        self.show_passages()

    def edit_question(self, turn: "Turn") -> None:
        """Puts a question back into the composer: what is sent takes its place, on a branch of its own."""
        if self.busy:
            self._desk.say(BUSY)
        else:
            self.branches.begin(turn)
            self._desk.show_pane("chat")

    async def _branch(self, turn: "Turn", text: str) -> None:
        await self.branches.open_above(turn)
        if self.ask(text, parent_id=turn.parent_id or BEGINNING):
            self.emptied()

    async def step_branch(self, turn: "Turn", by: int) -> None:
        """Shows the wording of a question before or after this one, with what follows it."""
        if self.busy:
            self._desk.say(BUSY)
            return
        shown = await self.branches.step(turn, by)
        if shown is not None:
            self.turn = shown
            self.show_passages()
            self._desk.refresh_state()
