"""Asking all of a document, from its first page to its last."""

from collections.abc import Callable

from phitui.app.desk import Desk
from phitui.app.widgets.dialog import Prompt
from phitui.app.widgets.texts import file_name, plural
from phitui.records import StoredDocument
from phitui.text import one_line


def ask_document(desk: Desk, document: StoredDocument, ask: Callable[[str, int], bool]) -> None:
    """Lets the question be typed; `ask` gets it with the document's id, and says whether it is asked."""
    from phitui.answers.deep_reading.notes import SUMMARISE

    if not document.passages:
        desk.say(f"{file_name(document.path)} holds no text to read.")
        return

    def then(question: str | None) -> None:
        if question and question.strip() and ask(question, document.document_id):
            desk.show_pane("chat")

    hint = f"Reads all {plural(document.pages, 'page')}. Also: list all deadlines, dates, amounts, definitions."
    desk.put_over(Prompt(f"Ask all of {one_line(document.title, 50)}", SUMMARISE, hint), then)
