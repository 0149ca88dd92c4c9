"""The workbench on the screen: what stands on it, its actions, and the desk that its parts know it by."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TextIO, TypeVar

from textual import events, on
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from phitui.app import keys
from phitui.app.control.controls import Controls
from phitui.app.desk import PaneName
from phitui.app.frame.arrangement import Arrangement
from phitui.app.frame.layout import View
from phitui.app.frame.masthead import Masthead
from phitui.app.frame.strips import lighten_strips
from phitui.app.jobs.announce import announce
from phitui.app.jobs.job import JobStirred
from phitui.app.jobs.jobs import Jobs
from phitui.app.panes.panes import Panes
from phitui.app.requests import PaneRequest
from phitui.app.terminal.changes import Changes, Painter
from phitui.app.terminal.paste import LONGEST
from phitui.app.theme import THEMES, Ink, variables
from phitui.app.type_ahead import KeyHandled, TypeAhead
from phitui.app.widgets.lines import ScreenLine
from phitui.app.widgets.rows import Lined, Rows
from phitui.errors import PhituiError
from phitui.places import Places
from phitui.settings import Settings
from phitui.text import clean, one_line

if TYPE_CHECKING:
    from phitui.workbench import Workbench

TOAST_SECONDS = 5
BELOW_COMPOSER = 3
"""Lines that a message leaves free beside those of the composer: the rule above it, and the two below."""
MESSAGES = 50
"""So many of the last messages can be read again."""

Result = TypeVar("Result")


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
        painter: Painter | None = None,
        first_start: bool = False,
        **options: Any,
    ):
        """`first_start`: nobody has opened the workbench here before; the tour is offered."""
        lighten_strips()
        super().__init__(**options)
        self.settings, self.places, self.terminal, self.painter = settings, places, terminal, painter or Painter()
        self._first_start = first_start
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._theme_for(settings.theme)
        self.ink = Ink.of(self.current_theme)
        self.jobs = Jobs(self, make or self._make, partial(announce, self))
        self.crash_file: Path | None = None
        """Where a mistake that ended the app is reported."""
        self.messages: deque[str] = deque(maxlen=MESSAGES)
        """What was said last, each with its time."""
        self.panes = panes = Panes(questions)
        self.library, self.chat = panes.library, panes.chat
        self.passages, self.scratchpad = panes.passages, panes.scratchpad
        self.view = View()
        self.control = Controls(self, panes, paths, self._run, self._end)
        self._answers = self.control.answers()
        self._type_ahead = TypeAhead(self, self._typed)
        self.masthead = Masthead(self, self.control, panes, self.view)
        self._row = Horizontal(id="panes")
        self.arrangement = Arrangement(panes, self.masthead, self.view, self._row)
        control = self.control
        self._ways_back = (
            control.conversation.stop,
            control.conversation.branches.let_go,
            control.code.stop,
            control.code.reject,
            control.check.back,
            control.run.stop,
            self.scratchpad.hide_output,
            self.library.close_filter,
            self.arrangement.let_go,
            control.tour.leave,
        )
        """What escape tries in turn; each says whether there was something to do."""

    def _theme_for(self, name: str) -> str:
        if name == "phitui" and self.console.color_system == "standard":
            return "phitui-16"
        return name if name in self.available_themes else "phitui"

    def _make(self) -> "Workbench":
        from phitui.workbench import Workbench

        workbench = Workbench(self.settings, self.places, spare_cores=1)
        workbench.notice = lambda text: self.call_later(self.say, text)
        workbench.resumes_scope = True
        return workbench

    def get_css_variables(self) -> dict[str, str]:
        return {**super().get_css_variables(), **variables(self.current_theme)}

    def get_default_screen(self) -> Main:
        return Main(id="main")

    def compose(self) -> ComposeResult:
        yield self.masthead.title
        yield self.masthead.tabs
        yield self.masthead.tour
        with self._row:
            yield from self.arrangement.lined(self.panes.main)
        yield self.masthead.status
        yield self.masthead.keys
        yield self.masthead.small

    # ── starting ─────────────────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        self.set_keymap({key: value for key, value in self.settings.keys.items() if key in keys.BY_ID})
        self.theme_changed_signal.subscribe(self, lambda theme: self._inked())
        self.watch(self.screen, "focused", self.arrangement.focus_moved, init=False)
        self.arrangement.resize(self.size)
        self.chat.composer.focus()
        self.refresh_state()
        if not self.is_headless:
            self.control.session.watch_signals()
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """After the first frame."""
        self.control.begin()
        await self._row.mount(*self.arrangement.lined(self.panes.second))
        self.arrangement.fit()
        self.control.session.restore(self.view)
        self.arrangement.fit()
        if self._first_start:
            self.control.tour.offer()
        for said in keys.conflicts(self.settings.keys):
            self.say(f"The settings give one key to two things: {said}. F1 shows all keys.", trouble=True)
        wrong = keys.unknown(self.settings.keys)
        if wrong:
            self.say(f"Settings name keys that do not exist: {', '.join(wrong)} (F1 lists them).", trouble=True)

    # ── what is typed ────────────────────────────────────────────────────────────────────────────────────────

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if not self._type_ahead.holds(event):
                await self._typed(event)
        else:
            await super().on_event(event)

    async def _typed(self, event: events.Key | events.Paste) -> None:
        if isinstance(event, events.Paste) and len(event.text) > LONGEST:
            self.control.session.keep_paste(event.text)
            return
        target = self._type_ahead.target
        await super().on_event(event)
        self._type_ahead.began(target if event.is_forwarded else self._type_ahead.target)

    @on(KeyHandled)
    def _key_handled(self, marker: KeyHandled) -> None:
        self._type_ahead.arrived(marker)

    # ── messages ─────────────────────────────────────────────────────────────────────────────────────────────

    @on(JobStirred)
    def _stirred(self, message: JobStirred) -> None:
        message.job.drain()

    @on(PaneRequest)
    def _requested(self, request: PaneRequest) -> None:
        self._answers[type(request)](request)

    def on_text_area_changed(self) -> None:
        self.control.session.save_soon()

    def on_resize(self, event: events.Resize) -> None:
        self.action_draw_anew()  # also where it is as it was: the terminal may have cut it in between
        self.arrangement.resize(event.size)
        self.refresh_state()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate):
            renderable = Changes(renderable, self.painter)
        super()._display(screen, renderable)

    def _inked(self) -> None:
        old, self.ink = self.ink, Ink.of(self.current_theme)
        for screen in self.screen_stack:
            for widget in screen.walk_children():
                if isinstance(widget, ScreenLine):
                    widget.reink(old)
                elif isinstance(widget, Lined | Rows):
                    widget.redraw()
                widget.refresh()
        self.refresh_state()

    # ── the desk ─────────────────────────────────────────────────────────────────────────────────────────────

    def say(self, text: str, trouble: bool = False) -> None:
        sign = " ! " if trouble else "   "
        self.messages.append(f"{datetime.now():%H:%M:%S}{sign}{one_line(text)}")
        racks = (rack for screen in self.screen_stack[-1:] for rack in screen.query("ToastRack"))  # none while it ends
        for rack in racks:  # never over what is being written
            rack.styles.margin = (0, 0, BELOW_COMPOSER + self.chat.composer.size.height, 0)
        self.notify(one_line(text), severity="error" if trouble else "information", timeout=TOAST_SECONDS, markup=False)

    def copy(self, text: str) -> None:
        from phitui.app.terminal.clipboard import copy

        self.say(copy(text, self.places.data, self.copy_to_clipboard))

    def show_pane(self, name: PaneName, *, where_hidden: bool = False) -> None:
        self.arrangement.show(name, where_hidden=where_hidden)

    def adopt(self, settings: Settings) -> None:
        self.settings = settings
        self.theme = self._theme_for(settings.theme)
        self.painter.ascii = settings.ascii
        self.action_draw_anew()

    def refresh_state(self) -> None:
        self.control.tour.look()
        self.masthead.write()
        self.control.session.save_soon()
        self.control.session.offer_restart()

    def put_over(self, screen: Screen[Result], then: Callable[[Result | None], None] | None = None) -> None:
        self.push_screen(screen, then)
        self.control.tour.saw(screen)

    def _run(self, action: str) -> None:
        self.call_later(self.run_action, f"app.{action}")

    def _end(self, code: int) -> None:
        self.exit(code, return_code=code)

    def _fatal_error(self) -> None:
        """Textual's own report shows what variables held: documents. Ours names the places in the code alone."""
        from phitui.crash import keep

        with suppress(Exception):
            self.control.session.save_now()
        if self._exception is not None:
            self.crash_file = keep(self._exception, self.places.logs)
        self._close_messages_no_wait()

    # ── actions ──────────────────────────────────────────────────────────────────────────────────────────────

    def action_pane(self, name: PaneName) -> None:
        if isinstance(self.screen, Main):
            self.arrangement.press(name)

    def action_next_pane(self, by: int) -> None:
        self.arrangement.step(by)

    async def action_back(self) -> None:
        """Escape: out of a dialog; else stop generating; else one level back. Never quits."""
        if not isinstance(self.screen, Main):
            self.screen.dismiss(None)
        elif any(step() for step in self._ways_back):
            pass
        elif self.focused is self.chat.composer and self.chat.transcript.exchanges:
            self.chat.transcript.focus()
        else:
            self.show_pane("chat")

    def action_help(self) -> None:
        from phitui.app.screens.help import Help

        if isinstance(self.screen, Help):
            return
        groups: list[keys.Where] = ["composer", "chat"] if self.view.pane == "chat" else [self.view.pane]
        if self.view.pane == "scratchpad":
            groups += ["proposal", "output"]
        own: dict[str, keys.Where] = {"PageReader": "page"}
        own |= {name: name.lower() for name in ("Evaluation", "Comparison", "Tuning", "Activity")}
        if (name := self.screen.__class__.__name__) in own:
            groups = [own[name]]
        self.put_over(Help([*groups, "list", "everywhere"], self.settings.keys))

    async def action_act(self, name: str) -> None:
        """Does what a key of a pane does, with that pane in use."""
        key = keys.BY_ID[name]
        self.show_pane(key.where)
        places = {"chat": self.chat.transcript, "library": self.library, "passages": self.passages}
        if key.where == "chat":
            self.chat.transcript.focus()
        await self.run_action(key.action, places[key.where])

    def action_choose(self, what: str) -> None:
        """Opens a chooser (see `Controls.choosers`)."""
        self.control.choosers[what]()

    async def action_new_conversation(self) -> None:
        await self.control.conversation.begin()
        self.show_pane("chat")

    def action_ask_anyway(self) -> None:
        if isinstance(self.screen, Main):
            self.control.conversation.anyway()

    def action_scratch(self, what: str) -> None:
        if not isinstance(self.screen, Main):
            return
        if self.view.pane != "scratchpad":
            self.show_pane("scratchpad")
        self.control.scratch[what]()

    def action_stop_adding(self) -> None:
        if not self.control.intake.stop():
            self.say("Nothing is being added.")

    def action_pause_adding(self) -> None:
        if not self.control.intake.pause():
            self.say("Nothing is being added.")

    def action_draw_anew(self) -> None:
        """Every cell is sent, also those that have not changed: another program may have written there."""
        self.painter.forget()
        self.screen.refresh(layout=True)

    def action_theme(self, name: str) -> None:
        self.control.change_setting("theme", name)

    def action_hide_pane(self) -> None:
        self.say(self.arrangement.hide())
        self.refresh_state()

    def action_widen(self, by: int) -> None:
        self.arrangement.widen(by)
        self.refresh_state()

    def action_external_editor(self) -> None:
        from phitui.app.terminal.external_editor import edit

        code = self.view.pane == "scratchpad"
        area, name = (
            (self.scratchpad.editor, self.scratchpad.file_name) if code else (self.chat.composer, "question.txt")
        )
        try:
            text = edit(area.text, name, self.suspend, self.terminal)
        except PhituiError as error:
            self.say(error.message, trouble=True)
            return
        area.load_text(clean(text))
        area.move_cursor(area.document.end)

    def action_leave(self) -> None:
        self.control.session.ask()
