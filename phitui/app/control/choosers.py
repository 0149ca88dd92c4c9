"""Choosers over the app: commands, conversations, models, documents to add."""

from pathlib import Path
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any

from phitui.app import keys
from phitui.app.control.paths import completions
from phitui.app.widgets.chooser import Choice, Chooser, matching
from phitui.app.widgets.texts import amount, plural
from phitui.events import DownloadProgress, Failed, ModelLoaded, ModelLoading
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp
    from phitui.library.store.conversations import Conversation
    from phitui.workbench import Workbench

PULL = "pull "
"""Marks a choice that downloads first."""


def palette(app: "PhituiApp") -> None:
    """Every command by name."""
    remapped = app.settings.keys
    choices = [
        Choice(key.action, key.help.split(";")[0], keys.shown(remapped.get(key.id, key.keys)))
        for key in keys.KEYS
        if key.palette or key.where == "scratchpad"
    ]
    choices += [Choice(f"theme('{name}')", f"Theme: {name}", "") for name in ("phitui", "phitui-light", "phitui-16")]
    choices.append(Choice("choose('embedders')", "Search models of the library", ""))
    choices.append(Choice("choose('tags')", "Ask only documents with a tag, or all again", "t"))
    choices.append(Choice("choose('scans')", "Recognise the text in all scans (OCR)", ""))
    choices.append(Choice("stop_adding", "Stop adding documents", "x"))
    choices.append(Choice("pause_adding", "Pause adding documents, or go on", "space"))

    def then(action: str | None) -> None:
        if action:
            app.call_later(app.run_action, f"app.{action}")

    app.push_screen(Chooser("Commands", lambda text: matching(choices, text)), then)


def tags(app: "PhituiApp") -> None:
    """The tag that questions are narrowed to."""
    app.scope.choose()


def scans(app: "PhituiApp") -> None:
    """The text in all scans of the library."""
    from phitui.app.control.scans import recognise_all

    recognise_all(app)


def evaluation(app: "PhituiApp") -> None:
    """How well search does."""
    from phitui.app.screens.evaluation import Evaluation

    if not isinstance(app.screen, Evaluation):
        app.push_screen(Evaluation())


def embedders(app: "PhituiApp") -> None:
    """The library's search models."""
    from phitui.app.control.search_models import choose

    choose(app)


def _said(bench: "Workbench", text: str) -> "list[Conversation]":
    """The conversations that hold a text, or all of them."""
    known = bench.library.conversations
    return known.search(text) if text.strip() else known.list()


def conversations(app: "PhituiApp") -> None:
    """Finds a conversation by what was said in it, and opens it."""
    found: dict[str, list[Choice]] = {}

    def find(text: str) -> list[Choice]:
        if text not in found:
            app.jobs.run(
                lambda bench, cancel: [_said(bench, text)],
                lambda rows: keep(text, rows),
            )
        return found.get(text, [])

    def keep(text: str, rows: Any) -> None:
        found[text] = [
            Choice(
                str(each.conversation_id),
                one_line(each.title) or "untitled",
                f"{plural(each.turns, 'turn')} · {each.updated[:16].replace('T', ' ')}",
            )
            for each in rows
        ]
        if chooser.is_attached and chooser.field.value == text:
            chooser.rows.show(found[text], top=True)

    def then(value: str | None) -> None:
        if value:
            number = int(value)
            app.jobs.run(
                lambda bench, cancel: [bench.turns.of(number)],
                lambda turns: app.call_later(app.asking.show, number, turns),
                lambda problem: app.say(problem, trouble=True) if problem else None,
            )

    chooser = Chooser(
        "Conversations",
        find,
        placeholder="words of a question or an answer",
        hint="enter reopens   esc goes back",
        empty="none yet: every question is kept, with its passages and its answer",
    )
    app.push_screen(chooser, then)


def add_documents(app: "PhituiApp", text: str = "") -> None:
    """A path, completed while it is typed."""

    def then(typed: str | None) -> None:
        if not typed:
            return
        path = Path(typed).expanduser()
        try:
            there = path.exists()
        except (OSError, ValueError):
            there = False
        if there:
            app.indexing.add([path])
            app.arranging.bring_into_view("library")
        else:
            app.say(f"There is no {one_line(typed, 100)}.", trouble=True)
            add_documents(app, typed)

    chooser = Chooser(
        "Add documents",
        completions,
        text=text,
        placeholder="a file or a folder",
        hint="tab completes   enter adds the file, or everything in the folder   esc goes back\n"
        "PDF, Markdown, text, HTML, DOCX, EPUB",
        free=True,
        empty="no such file or folder",
    )
    app.push_screen(chooser, then)


def models(app: "PhituiApp") -> None:
    """What is on disk, what can be downloaded, or a folder typed in."""
    rows: list[Choice] = [Choice("none", "none: answer by quotation", "nothing to load")]
    offered: list[Choice] = []

    def find(text: str) -> list[Choice]:
        known = matching([*rows, *offered], text)
        typed = text.strip()
        return known if known or not typed else [Choice(typed, f"load {typed}", "folder or hub id on disk")]

    def look(bench: "Workbench", cancel: ThreadEvent) -> Any:
        from phitui.models.hub.catalogue import CHOICES, free_device_memory

        return [(bench.models.on_disk(), CHOICES, free_device_memory())]

    def keep(found: Any) -> None:
        present, choices, cards = found
        there = {each.id for each in present}
        rows.extend(Choice(str(each.path), one_line(each.id), f"{amount(each.bytes)} · on disk") for each in present)
        offered.extend(
            Choice(PULL + each.id, f"download {each.id}", f"{amount(each.bytes)} · {each.why}")
            for each in choices
            if each.id not in there
        )
        for name, free, total in cards:
            chooser.hint.put(f"{one_line(name)}: {amount(free)} of {amount(total)} free\n{hint}")
        if chooser.is_attached:
            chooser.refill()

    def then(value: str | None) -> None:
        if value and value.startswith(PULL):
            pull(app, value.removeprefix(PULL))
        elif value:
            load(app, value)

    hint = "enter loads, or downloads after asking; a folder or hub id can be typed   esc goes back"
    chooser = Chooser("Language model", find, placeholder="name, folder or hub id", hint=hint)
    app.push_screen(chooser, then)
    app.jobs.run(look, keep)


def load(app: "PhituiApp", model: str) -> None:
    """Loads a model; the one before stays where that fails."""

    def take(event: Any) -> None:
        match event:
            case ModelLoading(step=step):
                app.model_note(step)
            case ModelLoaded():
                app.model_loaded(event)
            case Failed(message=message):
                app.model_note("")
                app.say(message, trouble=True)

    def done(problem: str | None) -> None:
        app.model_note("")
        app.learn_engine()
        if problem:
            app.say(problem, trouble=True)

    app.model_note("loading")
    app.jobs.run(lambda bench, cancel: bench.models.load(model), take, done)


def pull(app: "PhituiApp", model: str) -> None:
    """Asks, downloads in the background, then loads."""
    from phitui.app.widgets.dialog import Confirm

    def take(event: Any) -> None:
        match event:
            case DownloadProgress(done=done, total=total):
                share = f"{done / total:.0%} of {amount(total)}" if total else amount(done)
                app.model_note(f"downloading {share}")
            case Failed(message=message):
                app.say(message, trouble=True)

    def done(problem: str | None) -> None:
        app.downloading = None
        app.model_note("")
        if problem:
            app.say(problem, trouble=True)
        else:
            load(app, model)

    def then(answer: str | None) -> None:
        if answer:

            def source(bench: Any, cancel: ThreadEvent) -> Any:
                return bench.models.pull(model, cancel)

            app.model_note("downloading")
            app.downloading = app.jobs.run(source, take, done)

    app.push_screen(
        Confirm(
            f"Download {one_line(model)}?",
            "It comes from the Hugging Face hub, in the background, and is loaded when it is there.",
        ),
        then,
    )
