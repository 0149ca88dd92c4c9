"""The text in scans, recognised on request: the language is chosen where there are several."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.app.control.intake import IntakeControl
from phitui.app.desk import Desk
from phitui.app.requests import Answers, RecogniseDocument
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.texts import plural
from phitui.records import StoredDocument

if TYPE_CHECKING:
    from phitui.workbench import Workbench


class ScanControl:
    """Hands scans to the intake, with their language."""

    def __init__(self, desk: Desk, intake: IntakeControl):
        self._desk, self._intake = desk, intake

    def answers(self) -> Answers:
        return {RecogniseDocument: lambda request: self.recognise(request.document)}

    def recognise(self, document: StoredDocument) -> None:
        """Asks for the language, then recognises the document's pages in the background."""
        if has_pictures(document):
            self._ask(lambda workbench: [Path(document.path)])
        else:
            pages = plural(document.pages, "page")
            self._desk.say(f"All of its {pages} have text: there is nothing to recognise.")

    def recognise_all(self) -> None:
        """The same for every document that lacks text."""
        self._ask(lambda workbench: workbench.library.scans())

    def _ask(self, paths: "Callable[[Workbench], Sequence[Path]]") -> None:
        self._desk.jobs.run(
            lambda workbench, cancel: [(paths(workbench), workbench.library.ocr_languages())],
            lambda found: self._choose(*found),
            lambda problem: self._desk.say(problem, trouble=True) if problem else None,
        )

    def _choose(self, paths: Sequence[Path], languages: list[str]) -> None:
        if not paths:
            self._desk.say("Every page of every document has text: there is nothing to recognise.")
            return
        usual = self._desk.settings.ocr_language
        if languages == [usual]:
            self._intake.add(paths, ocr=usual)
            return

        def find(text: str) -> list[Entry]:
            typed = text.strip()
            entries = [Entry(each, each, "as in the settings" if each == usual else "") for each in ordered]
            found = matching(entries, typed)
            return found if found or not typed else [Entry(typed, typed, "several are joined by +")]

        def then(language: str | None) -> None:
            if language:
                self._intake.add(paths, ocr=language)

        ordered = sorted(languages, key=lambda each: (each != usual, each))
        hint = "enter recognises in this language; eng+deu names two   esc goes back"
        self._desk.put_over(Chooser("Language of the scans", find, hint=hint), then)


def has_pictures(document: StoredDocument) -> bool:
    """Whether it has pages without text, or with text that was recognised."""
    return document.status == "no_text" or document.empty_pages > 0 or document.ocr_pages > 0
