"""What to do with a text that is too long to be a question."""

from collections.abc import Callable

from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Chooser, Entry, matching


def offer_to_keep(desk: Desk, text: str, as_text: Callable[[], object], as_document: Callable[[], object]) -> None:
    """Lets one keep it with the conversation or in the library; after escape it still stands in the composer."""
    from phitui.answers.given_text import LONGEST_CONTEXT
    from phitui.answers.request import LONGEST_QUESTION

    entries = [Entry("document", "Add it to the library, as a document", "kept for good")]
    if len(text) <= LONGEST_CONTEXT:
        entries.insert(0, Entry("text", "Keep it as a text of this conversation", "questions read it"))

    def then(choice: str | None) -> None:
        if choice == "text":
            as_text()
        elif choice == "document":
            as_document()

    title = f"Too long to ask: {len(text):,} characters, {LONGEST_QUESTION:,} are read at most"
    hint = "enter keeps it there   esc leaves it in the composer, to be shortened"
    desk.put_over(Chooser(title, lambda typed: matching(entries, typed), placeholder="keep it", hint=hint), then)
