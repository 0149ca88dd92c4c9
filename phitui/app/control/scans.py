"""The text in scans, recognised on request: the language is chosen where there are several."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.app.widgets.chooser import Choice, Chooser, matching
from phitui.app.widgets.texts import plural
from phitui.records import StoredDocument

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp
    from phitui.workbench import Workbench


def recognise(app: "PhituiApp", document: StoredDocument) -> None:
    """Asks for the language, then recognises the document's pages in the background."""
    if has_pictures(document):
        _ask(app, lambda bench: [Path(document.path)])
    else:
        app.say(f"All of its {plural(document.pages, 'page')} have text: there is nothing to recognise.")


def recognise_all(app: "PhituiApp") -> None:
    """The same for every document that lacks text."""
    _ask(app, lambda bench: bench.library.scans())


def has_pictures(document: StoredDocument) -> bool:
    """Whether it has pages without text, or with text that was recognised."""
    return document.status == "no_text" or document.empty_pages > 0 or document.ocr_pages > 0


def _ask(app: "PhituiApp", paths: "Callable[[Workbench], Sequence[Path]]") -> None:
    app.jobs.run(
        lambda bench, cancel: [(paths(bench), bench.library.ocr_languages())],
        lambda found: _choose(app, *found),
        lambda problem: app.say(problem, trouble=True) if problem else None,
    )


def _choose(app: "PhituiApp", paths: Sequence[Path], languages: list[str]) -> None:
    if not paths:
        app.say("Every page of every document has text: there is nothing to recognise.")
        return
    usual = app.settings.ocr_language
    if languages == [usual]:
        app.indexing.add(paths, ocr=usual)
        return

    def find(text: str) -> list[Choice]:
        typed = text.strip()
        choices = [Choice(each, each, "as in the settings" if each == usual else "") for each in ordered]
        found = matching(choices, typed)
        return found if found or not typed else [Choice(typed, typed, "several are joined by +")]

    def then(language: str | None) -> None:
        if language:
            app.indexing.add(paths, ocr=language)

    ordered = sorted(languages, key=lambda each: (each != usual, each))
    hint = "enter recognises in this language; eng+deu names two   esc goes back"
    app.push_screen(Chooser("Language of the scans", find, hint=hint), then)
