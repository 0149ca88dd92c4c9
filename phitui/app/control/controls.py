"""All parts of control, put together once, and which of them answers which request."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.app.control.conversation import ConversationControl
from phitui.app.control.document_list import DocumentList
from phitui.app.control.intake import IntakeControl
from phitui.app.control.marks import MarkControl
from phitui.app.control.models import ModelControl
from phitui.app.control.scans import ScanControl
from phitui.app.control.scope import ScopeControl
from phitui.app.control.scratchpad.check import CheckControl
from phitui.app.control.scratchpad.code import CodeControl
from phitui.app.control.scratchpad.sources import SourceControl
from phitui.app.control.session import SessionControl
from phitui.app.control.tour import TourControl
from phitui.app.desk import Desk, Run
from phitui.app.panes.panes import Panes
from phitui.app.requests import Answers, AskDocument, CompleteQuestion, CopyCited
from phitui.settings import Settings

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.app.screens.tuning.run import TuningRun
    from phitui.app.widgets.chooser import Entry
    from phitui.library.store.conversations import Conversation
    from phitui.workbench import Workbench


class Controls:
    """One of each, over the same desk and panes.

    `paths` are added once the library is open; `run` does an action of the app, `end` leaves it with an exit code.
    """

    def __init__(self, desk: Desk, panes: Panes, paths: Sequence[Path], run: Run, end: Callable[[int], object]):
        self._desk, self._run = desk, run
        self.tuning: TuningRun | None = None
        """Made when it is first wanted."""
        self._transcript, self._composer = panes.chat.transcript, panes.chat.composer
        self.models = ModelControl(desk, self._compare)
        self.scope = ScopeControl(desk, panes.library)
        self.documents = DocumentList(desk, panes.library, self.scope, lambda: self.intake.begin(paths))
        self.marks = MarkControl(desk, self.documents, self.documents.open_page)
        self.intake = IntakeControl(desk, panes.library, self.documents)
        self.scans = ScanControl(desk, self.intake)
        self.conversation = ConversationControl(
            desk, panes.chat, panes.passages, self.scope, self.models, self.documents, self._offer_to_keep
        )
        sources = SourceControl(desk, panes.scratchpad, lambda: self.documents.known)
        self.code = CodeControl(desk, panes.scratchpad, self.models, sources, panes.passages.show_used)
        self.run = self.code.run
        self.check = CheckControl(desk, panes.scratchpad)
        self.session = SessionControl(
            desk, panes, self.conversation, self.code, end, lambda: bool(self.tuning and self.tuning.job)
        )
        self.tour = TourControl(desk, panes.chat, self.conversation, self.documents, self.intake, paths)
        self.choosers: dict[str, Callable[[], object]] = {
            "palette": self._choose_command,
            "leader": self._choose_by_letter,
            "jump": self._jump,
            "add_documents": self._choose_files,
            "models": self.models.choose,
            "conversations": self._choose_conversation,
            "export": self._export_conversation,
            "marks": self.marks.choose,
            "settings": self._choose_setting,
            "embedders": self._choose_search_model,
            "tags": self.documents.offer_tags,
            "scans": self.scans.recognise_all,
            "evaluation": self._evaluate,
            "comparison": self._compare,
            "tuning": self._tune,
            "tour": self.tour.begin,
            "log": self._show_log,
            "activity": self._show_activity,
        }
        """What the action `choose(…)` opens, by name."""
        self.scratch: dict[str, Callable[[], object]] = {
            "check": self.check.start,
            "language": self.code.choose_language,
            "copy": self.code.files.copy,
            "save": self.code.files.save,
            "open": self.code.files.open,
            "go_on": self.code.go_on,
            "fill": self.code.fill,
            "explain": self.code.explain,
            "send": self.send_text,
            "older": self.code.older,
            "newer": self.code.newer,
            "run": self.code.run.start,
            "fix": self.code.fix,
            "buffers": self.code.choose_text,
        }
        """What the action `scratch(…)` does, by name."""

    def answers(self) -> Answers:
        """What is called for each kind of request."""
        parts = (
            self.scope,
            self.documents,
            self.intake,
            self.scans,
            self.conversation,
            self.code,
            self.session,
            self.marks,
            self.tour,
        )
        answered = {kind: answer for part in parts for kind, answer in part.answers().items()}
        own: Answers = {
            AskDocument: self._ask_document,
            CopyCited: self._copy_cited,
            CompleteQuestion: lambda request: self._complete(request.sign),
        }
        return {**answered, **own}

    def begin(self) -> None:
        """After the first frame: all that takes time starts here, in threads."""
        self._desk.jobs.open()
        self.models.learn()
        self.documents.read()
        self.scope.learn()

    # ── opened by a key: what it takes is imported by then ───────────────────────────────────────────────────

    def _choose_command(self) -> None:
        from phitui.app.control.choosers.palette import choose_command

        choose_command(self._desk, self._run_named)

    def _choose_by_letter(self) -> None:
        from phitui.app.control.choosers.palette import choose_by_letter

        choose_by_letter(self._desk, self._run)

    def _run_named(self, action: str) -> None:
        """What was found by its name."""
        self.tour.named()
        self._run(action)

    def _complete(self, sign: str) -> None:
        """Something to choose from; after escape the sign is a letter like any other."""
        composer = self._composer

        def typed() -> None:
            composer.insert(sign)

        def put(template: str) -> None:
            text, end = filled(template, composer.text)
            composer.load_text(text)
            before = text[:end]
            composer.move_cursor((before.count("\n"), len(before) - before.rfind("\n") - 1))

        if sign == "/":
            from phitui.app.control.choosers.palette import choose_command

            choose_command(self._desk, self._run_named, typed)
        elif sign == "#":
            from phitui.app.control.choosers.templates import choose_template, filled

            choose_template(self._desk, put, typed)
        else:
            self.documents.offer(lambda name: composer.insert(f"{name} "), typed)

    def _choose_files(self) -> None:
        from phitui.app.control.choosers.files import choose_files

        def add(path: Path) -> None:
            self.intake.add([path])
            self._desk.show_pane("library", where_hidden=True)

        pasted, self.session.pasted = self.session.pasted, None
        choose_files(self._desk, add, str(pasted or ""))

    def _offer_to_keep(self, text: str) -> None:
        from phitui.app.control.choosers.long_text import offer_to_keep

        def keep() -> None:
            if self.conversation.give(text):
                self.conversation.emptied()

        offer_to_keep(self._desk, text, keep, lambda: self._add_text(text))

    def send_text(self) -> None:
        """The next question is also asked of what is selected in the scratchpad, or of all of its text."""
        pad = self.code.pad
        text = pad.selected or pad.text
        if not text.strip():
            pad.say("There is no text to send.")
        elif self.conversation.give(text, self.code.buffers.name):
            self._desk.show_pane("chat")

    def _add_text(self, text: str) -> None:
        def add(file: Path) -> None:
            self.conversation.emptied()
            self.intake.add([file])
            self._desk.show_pane("library", where_hidden=True)

        self.session.keep_text(text, add)

    def _choose_conversation(self) -> None:
        from phitui.app.control.choosers.kept.history import choose_conversation

        def show(number: int, turns: "list[Turn]") -> None:
            self._desk.call_later(self.conversation.show, number, turns)

        choose_conversation(self._desk, show)

    def _jump(self) -> None:
        from phitui.app.screens.jump import jump

        jump(self._desk, self._transcript.screen)

    def _choose_setting(self) -> None:
        from phitui.app.control.choosers.settings import choose_setting

        choose_setting(self._desk, self._adopt)

    def change_setting(self, name: str, value: str) -> None:
        """Changes one at once, and in the settings file."""
        from phitui.app.control.choosers.settings import change

        change(self._desk, self._adopt, name, value)

    def _adopt(self, settings: Settings) -> None:
        """These hold from now on; a prompt in view that would be another one with them is packed anew."""
        old = self._desk.settings
        packs = (settings.evidence_tokens, settings.max_tokens) != (old.evidence_tokens, old.max_tokens)
        self._desk.adopt(settings)

        def adopted(problem: str | None) -> None:
            if packs:
                self.conversation.selection.repack(anew=True)

        self._desk.jobs.do(lambda workbench: workbench.adopt(settings), adopted)

    def _show_log(self) -> None:
        from phitui.app.screens.log_view import LogView
        from phitui.app.terminal.driver import LOG

        self._desk.put_over(LogView(self._desk.places.logs / LOG, self._desk.messages))

    def _show_activity(self) -> None:
        from phitui.app.screens.activity import Activity

        self._desk.put_over(Activity())

    def _export_conversation(self) -> None:
        from phitui.app.control.choosers.kept.history import export_conversation

        number = self.conversation.conversation_id
        if number is None:
            self._desk.say("Ask a question first: there is no conversation yet.")
            return

        def export(found: "list[Conversation]") -> None:
            for each in found:
                export_conversation(self._desk, each)

        def look(workbench: "Workbench", cancel: object) -> "list[list[Conversation]]":
            return [[each for each in workbench.library.conversations.list() if each.conversation_id == number]]

        self._desk.jobs.run(look, export)

    def _choose_search_model(self) -> None:
        from phitui.app.control.choosers.search_models import choose_search_model

        choose_search_model(self._desk)

    def _ask_document(self, request: AskDocument) -> None:
        from phitui.app.control.ask_document import ask_document

        def ask(question: str, number: int) -> bool:
            return self.conversation.ask(question, whole=number)

        ask_document(self._desk, request.document, ask)

    def _copy_cited(self, request: CopyCited) -> None:
        from phitui.answers.citations import write

        text = write([request.turn], self.documents.known, request.form)
        if text.strip():
            self._desk.copy(text)
        else:
            self._desk.say("Nothing was cited there.")

    def _evaluate(self) -> None:
        from phitui.app.screens.evaluation import Evaluation

        self._desk.put_over(Evaluation(self.scope.shown))

    def _compare(self, names: str = "") -> None:
        from phitui.app.control.choosers.comparison import choose_models

        current = self._transcript.current
        choose_models(self._desk, current.turn.question if current else "", self.models.learn, names)

    def _tune(self) -> None:
        from phitui.app.control.choosers.paths import completions
        from phitui.app.screens.tuning.run import TuningRun
        from phitui.app.screens.tuning.screen import Tuning

        control = self.tuning = self.tuning or TuningRun(self._desk)

        def files(typed: str) -> "list[Entry]":
            return completions(typed, lambda path: path.suffix.lower() in (".json", ".jsonl", ".ndjson"))

        def then(wanted: str | None) -> None:
            what, _, names = (wanted or "").partition(" ")
            if what == "compare":
                self._compare(names)
            elif what == "load" and control.finished and control.ran:
                whole = control.ran.plan.method == "full"
                output = control.finished.output
                self.models.load(output if whole else control.ran.model, () if whole else (output,))

        def show(model: str) -> None:
            control.begin(model)
            self._desk.put_over(Tuning(control, files), then)

        self._desk.jobs.run(lambda workbench, cancel: [workbench.models.model], show)
