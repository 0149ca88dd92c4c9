"""The workbench on the screen: panes, keys and state. What happens is decided by the controllers beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TextIO

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget

from phitui.app import keys
from phitui.app.control.arrangement import Arranging
from phitui.app.control.code import Scribbling
from phitui.app.control.conversation import Asking
from phitui.app.control.documents import Indexing
from phitui.app.control.masthead import Masthead
from phitui.app.control.scope import Scope
from phitui.app.control.session import Leaving
from phitui.app.jobs.job import Job, JobStirred
from phitui.app.jobs.jobs import Jobs
from phitui.app.panes.chat import Chat
from phitui.app.panes.composer import Composer
from phitui.app.panes.exchange import Target
from phitui.app.panes.library import Library
from phitui.app.panes.passages import Passages
from phitui.app.panes.scratchpad import Scratchpad
from phitui.app.theme import THEMES, Ink, variables
from phitui.app.widgets.lines import KeyBar, Line, Tabs
from phitui.events import ModelLoaded
from phitui.places import Places
from phitui.records import StoredDocument
from phitui.settings import Settings
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.documents.document import Span
    from phitui.models.engine import Engine
    from phitui.workbench import Workbench

TOAST_SECONDS = 5


class Main(Screen[None]):
    """The one screen under all others. Tab goes from pane to pane."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.next_pane(1)", "next pane", show=False, id="next-pane"),
        Binding("shift+tab", "app.next_pane(-1)", "previous pane", show=False, id="previous-pane"),
    ]
    ESCAPE_TO_MINIMIZE = False


class PhituiApp(App[int]):
    """Opens at once; library and models follow in threads."""

    TITLE = "phitui"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = None
    CSS_PATH = None
    CSS = """
    Main { background: $background; overflow: hidden; }
    #panes { height: 1fr; }
    Toast { background: $panel; border-left: outer $primary; padding: 0 1; width: auto; max-width: 80%; }
    ToastRack { align: right bottom; margin-bottom: 2; }
    * { scrollbar-color: $hairline; scrollbar-color-hover: $soft; scrollbar-color-active: $soft;
        scrollbar-background: $background; scrollbar-background-hover: $background;
        scrollbar-background-active: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        each for each in keys.bindings("everywhere", "scratchpad") if getattr(each, "id", "")[-5:] != "-pane"
    ]

    def __init__(
        self,
        settings: Settings,
        places: Places,
        paths: Sequence[Path] = (),
        questions: Sequence[str] = (),
        *,
        make: "Callable[[], Workbench] | None" = None,
        terminal: TextIO | None = None,
        **options: Any,
    ):
        super().__init__(**options)
        self.settings, self.places, self.terminal = settings, places, terminal
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._theme_for(settings.theme)
        self.ink = Ink.of(self.current_theme)
        self.jobs = Jobs(self, make or self._make)
        self.asking, self.indexing, self.scribbling = Asking(self), Indexing(self), Scribbling(self)
        self.leaving, self.scope = Leaving(self), Scope(self)
        self.masthead, self.arranging = Masthead(self), Arranging(self)
        self.downloading: Job | None = None
        self.engine: Engine | None = None
        """The workbench's, fetched in a thread: its lock may be held for long."""
        self.pane = "chat"
        """The one in use."""
        self._paths = list(paths)
        self.model_step = ""
        self.documents: list[StoredDocument] = []
        self.first_list = True
        self.title_line, self.tabs, self.status = Line("title"), Tabs("tabs"), Line("status")
        self.key_bar, self.small = KeyBar("keys"), Line("small")
        self.library, self.chat, self.passages, self.scratchpad = Library(), Chat(questions), Passages(), Scratchpad()

    def _theme_for(self, name: str) -> str:
        if name == "phitui" and self.console.color_system == "standard":
            return "phitui-16"
        return name if name in self.available_themes else "phitui"

    def _make(self) -> "Workbench":
        from phitui.workbench import Workbench

        bench = Workbench(self.settings, self.places, spare_cores=1)
        bench.notice = lambda text: self.call_later(self.say, text)
        bench.resumes_scope = True
        return bench

    def get_css_variables(self) -> dict[str, str]:
        return {**super().get_css_variables(), **variables(self.current_theme)}

    def get_default_screen(self) -> Main:
        return Main(id="main")

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.tabs
        with Horizontal(id="panes"):
            yield self.library
            yield self.arranging.lines["chat"]
            yield self.chat
            yield self.arranging.lines["passages"]
            yield self.passages
        yield self.status
        yield self.key_bar
        yield self.small

    @property
    def panes(self) -> dict[str, Widget]:
        """The panes by name."""
        return {"library": self.library, "chat": self.chat, "passages": self.passages, "scratchpad": self.scratchpad}

    # ── starting ─────────────────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        self.set_keymap({key: value for key, value in self.settings.keys.items() if key in keys.BY_ID})
        self.theme_changed_signal.subscribe(self, lambda theme: self._inked())
        self.watch(self.screen, "focused", self.arranging.focus_moved, init=False)
        self.arranging.fit()
        self.chat.composer.focus()
        self.refresh_state()
        self.leaving.watch_signals()
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """After the first frame: everything that takes time starts here, in threads."""
        self.jobs.open()
        self.learn_engine()
        self.indexing.list()
        self.scope.learn()
        await self.query_one("#panes").mount(self.arranging.lines["scratchpad"], self.scratchpad)
        self.arranging.fit()
        self.leaving.restore()
        wrong = keys.unknown(self.settings.keys)
        if wrong:
            self.say(f"Settings name keys that do not exist: {', '.join(wrong)} (F1 lists them).", trouble=True)

    def show_documents(self, documents: list[StoredDocument]) -> None:
        """The library's documents, read anew."""
        first, self.first_list = self.first_list, False
        if first or documents != self.documents or self.library.problem:
            self.documents = documents
            self.library.show(documents)
            self.scope.check(documents)
            self.refresh_state()
        if first:
            if documents:
                # Not before what stands there is painted: importing torch holds the interpreter for half a second.
                self.call_after_refresh(
                    self.jobs.do, lambda bench: bench.library.warm(), lambda problem: self._warmed(problem)
                )
            if self._paths:
                self.indexing.add(self._paths, quiet=True)

    def _warmed(self, problem: str | None) -> None:
        if problem:
            self.say(problem, trouble=True)
        else:
            self.indexing.resume()

    @on(JobStirred)
    def _stirred(self, message: JobStirred) -> None:
        message.job.drain()

    # ── state on the screen ──────────────────────────────────────────────────────────────────────────────────

    def _inked(self) -> None:
        self.ink = Ink.of(self.current_theme)
        self.refresh_state()
        for widget in self.screen.walk_children():
            redraw = getattr(widget, "redraw", None) or getattr(widget, "changed", None)
            if callable(redraw):
                redraw()
            widget.refresh()

    def refresh_state(self) -> None:
        """Writes title, tabs, status and keys."""
        self.masthead.write()

    def learn_engine(self) -> None:
        """Asks the workbench which engine it has now."""
        self.jobs.run(lambda bench, cancel: [bench.models.engine], self._engine_known)

    def _engine_known(self, engine: "Engine") -> None:
        self.engine = engine
        self.refresh_state()

    def model_note(self, step: str) -> None:
        """What is being done to a model; empty when nothing is."""
        self.model_step = one_line(step, 40)
        self.refresh_state()

    def model_loaded(self, event: ModelLoaded) -> None:
        """A model is ready."""
        self.model_note("")
        self.learn_engine()
        if event.note:
            self.say(one_line(event.note))

    def say(self, text: str, trouble: bool = False) -> None:
        """A short message that goes away again."""
        self.notify(one_line(text), severity="error" if trouble else "information", timeout=TOAST_SECONDS, markup=False)

    # ── panes ────────────────────────────────────────────────────────────────────────────────────────────────

    def on_resize(self, event: events.Resize) -> None:
        self.arranging.fit(event.size)
        self.refresh_state()

    def action_pane(self, name: str) -> None:
        if isinstance(self.screen, Main):
            self.arranging.press(name)

    def action_next_pane(self, by: int) -> None:
        self.arranging.step(by)

    # ── actions ──────────────────────────────────────────────────────────────────────────────────────────────

    def on_composer_sent(self, event: Composer.Sent) -> None:
        if self.asking.ask(event.text):
            self.chat.composer.clear()
            self.chat.examples.display = False
            asked = [each.turn.question for each in self.chat.transcript.exchanges]
            self.chat.composer.offer([*asked, event.text.strip()])

    def on_scratchpad_wanted(self, event: Scratchpad.Wanted) -> None:
        self.scribbling.generate(event.instruction)

    def on_scratchpad_changed(self, event: Scratchpad.Changed) -> None:
        self.leaving.soon()

    def on_text_area_changed(self) -> None:
        self.leaving.soon()

    async def action_back(self) -> None:
        """Escape: out of a dialog; else stop generating; else one level back. Never quits."""
        if not isinstance(self.screen, Main):
            self.screen.dismiss(None)
        elif self.asking.stop() or self.scribbling.stop() or self.library.close_filter() or self.arranging.let_go():
            pass
        elif self.focused is self.chat.composer and self.chat.transcript.exchanges:
            self.chat.transcript.focus()
        else:
            self.arranging.show("chat")

    def action_help(self) -> None:
        from phitui.app.screens.help import Help

        if isinstance(self.screen, Help):
            return
        here: keys.Where = self.pane  # type: ignore[assignment]
        groups: list[keys.Where] = ["composer", "chat"] if here == "chat" else [here]
        own: dict[str, keys.Where] = {"PageReader": "page", "Evaluation": "evaluation"}
        if (name := self.screen.__class__.__name__) in own:
            groups = [own[name]]
        self.push_screen(Help([*groups, "list", "everywhere"], self.settings.keys))

    def action_choose(self, what: str) -> None:
        """Opens a chooser: palette, add_documents, models, conversations."""
        from phitui.app.control import choosers

        getattr(choosers, what)(self)

    def action_leader(self) -> None:
        from phitui.app.widgets.dialog import Leader

        chosen = {key.leader: key for key in keys.KEYS if key.leader}

        def then(letter: str | None) -> None:
            if letter:
                self.call_later(self.run_action, f"app.{chosen[letter].action}")

        self.push_screen(Leader({letter: key.label for letter, key in chosen.items()}), then)

    async def action_new_conversation(self) -> None:
        await self.asking.begin()
        self.arranging.show("chat")

    def action_ask_anyway(self) -> None:
        if isinstance(self.screen, Main):
            self.asking.anyway()

    def action_scratch(self, what: str) -> None:
        if not isinstance(self.screen, Main):
            return
        if self.pane != "scratchpad":
            self.arranging.show("scratchpad")
        getattr(self.scribbling, what)()

    def action_stop_adding(self) -> None:
        if not self.indexing.stop():
            self.say("Nothing is being added.")

    def action_pause_adding(self) -> None:
        if not self.indexing.pause():
            self.say("Nothing is being added.")

    def action_theme(self, name: str) -> None:
        self.theme = name

    def action_log_view(self) -> None:
        from phitui.app.screens.log_view import LogView
        from phitui.app.terminal.driver import LOG

        self.push_screen(LogView(self.places.logs / LOG))

    def action_external_editor(self) -> None:
        from phitui.app.terminal.external_editor import edit

        edit(self)

    def action_leave(self) -> None:
        self.leaving.ask()

    # ── what panes ask for ───────────────────────────────────────────────────────────────────────────────────

    def open_target(self, target: Target) -> None:
        """The page that a quote or citation stands on."""
        self.open_page(target.document_id, target.span.page, target.span, target.path)

    def open_page(self, document_id: int | None, number: int, span: "Span | None" = None, path: str = "") -> None:
        """A page of a document, with a span marked."""
        from phitui.app.screens.page_reader import PageReader

        found = next((each for each in self.documents if each.document_id == document_id or each.path == path), None)
        if document_id is None and found is not None:
            document_id = found.document_id
        if document_id is None:
            self.say("That document is no longer in the library.", trouble=True)
            return
        self.push_screen(PageReader(document_id, number, span, found.pages if found else None))

    def copy(self, text: str) -> None:
        """Copies by the route that arrives, and says which."""
        from phitui.app.terminal.clipboard import copy

        self.say(copy(text, self.places.data, self.copy_to_clipboard))
