"""Asking: one question at a time, what is pinned and dropped, conversations."""

from collections.abc import Iterable
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING

from phitui.app.jobs.job import Job
from phitui.app.panes.exchange import Exchange, Target
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
    QuotesFound,
    TokensArrived,
    TurnSaved,
)
from phitui.records import Hit
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.app.app import PhituiApp
    from phitui.workbench import Workbench


class Asking:
    """The conversation in view, and the question under way."""

    def __init__(self, app: "PhituiApp"):
        self._app = app
        self.conversation_id: int | None = None
        self.pinned: frozenset[int] = frozenset()
        self.excluded: frozenset[int] = frozenset()
        self.exchange: Exchange | None = None
        """The one whose passages are shown."""
        self.job: Job | None = None
        self._asked: Exchange | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is being answered."""
        return self.job is not None

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

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
        """Asks; False where another question is still being answered."""
        if self.busy:
            self._app.say("The last question is still being answered: esc stops it.")
            return False
        from phitui.answers.turn import Turn

        pinned, excluded, conversation = self.pinned, self.excluded, self.conversation_id
        last = self._app.chat.transcript.exchanges
        parent = parent_id if parent_id is not None else last[-1].turn.turn_id if last else None
        scope = self._app.scope.tags if use_documents and whole is None and not only else ()
        exchange = Exchange(Turn(question.strip(), query or "", parent_id=parent, scope=scope), "searching")
        exchange.without_documents = not use_documents

        def source(bench: "Workbench", cancel: ThreadEvent) -> Iterable[Event]:
            from phitui.answers.ask import AskOptions

            options = AskOptions(
                conversation_id=conversation,
                parent_id=parent,
                query=query,
                pinned=pinned,
                excluded=excluded,
                only=only,
                use_documents=use_documents,
                passages=bench.settings.passages,
                sampling=bench.sampling(),
                whole=whole,
            )
            return bench.ask(question, options, cancel)

        self._asked = self.exchange = exchange
        self._app.call_later(self._app.chat.transcript.add, exchange)
        self.job = self._app.jobs.run(source, lambda event: self._take(exchange, event), self._done)
        self._app.refresh_state()
        return True

    def again(self, exchange: Exchange, *, query: str | None = None, only: frozenset[int] = frozenset()) -> None:
        """The same question with what is pinned and dropped by now."""
        turn = exchange.turn
        whole = turn.reading.document_id if turn.reading and not query and not only else None
        searched = query or turn.query or None
        asked = self.ask(turn.question, query=searched, only=only, parent_id=turn.parent_id, whole=whole)
        if asked and only:
            self._app.say("Answering from this passage alone.")

    def as_typed(self, exchange: Exchange) -> None:
        """The same question, searched for without what was made of it."""
        turn = exchange.turn
        if one_line(turn.query) == one_line(turn.question):
            self._app.say("It was searched for as you typed it.")
        else:
            self.again(exchange, query=turn.question)

    def anyway(self) -> None:
        """The last question, without documents."""
        current = self._app.chat.transcript.current
        engine = self._app.engine
        if current is None:
            self._app.say("Ask a question first.")
        elif engine is None or not engine.writes:
            self._app.say("Without documents only a language model can answer: ^l chooses one.")
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
            self._app.jobs.running.discard(self.job)
            self._finish("stopped")
        else:
            self._asked.note(stage="stopping")
        return True

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, exchange: Exchange, event: Event) -> None:
        exchange.take(event)
        app = self._app
        match event:
            case QueryReady(conversation_id=conversation_id):
                if conversation_id is not None:
                    self.conversation_id = conversation_id
                app.refresh_state()
            case PassagesRetrieved() | PromptPacked() | NotInDocuments():
                if isinstance(event, PromptPacked):
                    exchange.progress.stage = (
                        f"reading {sum(event.parts.values()) - event.parts.get('answer', 0):,} tokens"
                    )
                self.show_passages()
                app.refresh_state()
            case TokensArrived():
                exchange.progress.stage = "writing"
            case ModelLoading(step=step):
                exchange.progress.stage = f"{step} the model" if step == "loading" else step
                app.model_note(step)
            case ModelLoaded():
                app.model_loaded(event)
            case AnswerFinished(reason=reason):
                exchange.progress.stage = "checking" if exchange.turn.answer and reason != "cancelled" else ""
                app.refresh_state()
            case AnswerVerified():
                exchange.progress.stage = ""
            case TurnSaved(problem=problem) if problem:
                exchange.progress.problem = f"Kept in memory only: {problem}"
            case Failed() if app.scope.tags:
                app.indexing.list()  # another program may have taken the last document's tag away
            case Failed() | QuotesFound():
                pass
            case _:
                pass
        app.chat.transcript.grown(exchange)

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
            self._app.chat.transcript.grown(exchange)
        self.show_passages()
        self._app.refresh_state()

    # ── passages ─────────────────────────────────────────────────────────────────────────────────────────────

    def show_passages(self) -> None:
        """The passages of the exchange in use."""
        self._app.passages.show(self.exchange, self.pinned, self.excluded)

    def show_passages_of(self, exchange: Exchange, target: Target) -> None:
        """Those of the exchange that the reader is at, with the cited one chosen."""
        if exchange is not self.exchange:
            self.exchange = exchange
            self.show_passages()
            self._app.refresh_state()
        numbers = {each.number: each.passage_id for each in exchange.turn.packed}
        if target.number in numbers:
            self._app.passages.choose(numbers[target.number])

    def pin(self, passage_id: int) -> None:
        """Pins a passage, or lets it go again."""
        self.pinned ^= {passage_id}
        self.excluded -= {passage_id}
        self._chosen()

    def drop(self, passage_id: int) -> None:
        """Excludes a passage, or lets it back in."""
        self.excluded ^= {passage_id}
        self.pinned -= {passage_id}
        self._chosen()

    def _chosen(self) -> None:
        self.show_passages()
        self._app.refresh_state()

    def edit_query(self, exchange: Exchange, proposed: str = "") -> None:
        """Lets the query be changed, then asks again with it. `proposed` stands there instead of the one in use."""
        from phitui.app.widgets.dialog import Prompt

        def then(query: str | None) -> None:
            if query and query.strip():
                self.again(exchange, query=query.strip())

        hint = "What the library is searched for; the question stays."
        if proposed:
            hint = f"Proposed by the model. Searched for so far: {one_line(exchange.turn.query, 200)}"
        self._app.push_screen(Prompt("Search for", proposed or exchange.turn.query, hint), then)

    def propose_query(self, exchange: Exchange) -> None:
        """Lets the model propose a query, to be edited or accepted."""
        from phitui.answers.proposal import propose
        from phitui.answers.turn_log import REMEMBERED_TURNS

        app = self._app
        if self.busy:
            app.say("The last question is still being answered: esc stops it.")
            return
        if app.engine is None or not app.engine.writes or not app.engine.loaded:
            app.say("Only a loaded language model can propose a query: ^l chooses one.")
            return
        turns = [each.turn for each in app.chat.transcript.exchanges]
        past = [turn for turn in turns[: turns.index(exchange.turn)] if turn.told][-REMEMBERED_TURNS:]
        history = [(turn.question, turn.told) for turn in past]

        def ended(problem: str | None) -> None:
            app.model_note("")
            if problem:
                app.say(problem, trouble=True)

        app.model_note("proposing a query")
        app.jobs.run(
            lambda bench, cancel: [propose(bench.engine, exchange.turn.question, history, cancel)],
            lambda query: self.edit_query(exchange, query) if query else app.say("The model proposes nothing."),
            ended,
        )

    def judge(self, exchange: Exchange, hit: Hit) -> None:
        """Marks a passage as the right one."""
        self._app.jobs.do(
            lambda bench: bench.judge(exchange.turn.question, hit.passage_id),
            lambda problem: self._app.say(problem or "Marked as the right passage for this question."),
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
        transcript = self._app.chat.transcript
        await transcript.open(turns)
        self.exchange = transcript.exchanges[-1] if transcript.exchanges else None
        self.show_passages()
        self._app.refresh_state()
