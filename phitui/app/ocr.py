"""The text in a document's scans, recognised on request: the language is chosen where there are several."""

from pathlib import Path
from typing import TYPE_CHECKING

from phitui.app.chooser import Choice, Chooser, matching
from phitui.app.texts import plural
from phitui.library.records import StoredDocument

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp


def recognise(app: "PhituiApp", document: StoredDocument) -> None:
    """Asks for the language, then recognises its pages in the background."""
    has_pictures = document.status == "no_text" or document.empty_pages or "OCR" in (document.reason or "")
    if not has_pictures:
        app.say(f"All of its {plural(document.pages, 'page')} have text: there is nothing to recognise.")
        return
    app.jobs.run(
        lambda bench, cancel: [bench.ocr_languages()],
        lambda languages: _choose(app, document, languages),
        lambda problem: app.say(problem, trouble=True) if problem else None,
    )


def _choose(app: "PhituiApp", document: StoredDocument, languages: list[str]) -> None:
    usual = app.settings.ocr_language
    if languages == [usual]:
        app.indexing.add([Path(document.path)], ocr=usual)
        return

    def find(text: str) -> list[Choice]:
        typed = text.strip()
        choices = [Choice(each, each, "as in the settings" if each == usual else "") for each in ordered]
        found = matching(choices, typed)
        return found if found or not typed else [Choice(typed, typed, "several are joined by +")]

    def then(language: str | None) -> None:
        if language:
            app.indexing.add([Path(document.path)], ocr=language)

    ordered = sorted(languages, key=lambda each: (each != usual, each))
    hint = "enter recognises in this language; eng+deu names two   esc goes back"
    app.push_screen(Chooser("Language of the scans", find, hint=hint), then)
