"""Below the documents: languages that the search model does not know, and one that does."""

from collections.abc import Sequence

from textual.content import Content

from phitui.app.desk import desk
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import wrapped
from phitui.records import StoredDocument
from phitui.text import one_line


class Languages(Lined):
    """As high as what there is to say; nothing where every language is known."""

    DEFAULT_CSS = "Languages { height: auto; max-height: 12; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self._said = ""

    def show(self, documents: Sequence[StoredDocument]) -> None:
        """Of other documents."""
        from phitui.library.languages import advice  # not before the first frame

        said = one_line(advice(documents))
        if said != self._said:
            self._said = said
            self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        return wrapped(Content.styled(self._said, desk(self).ink.soft), width - 1, " ") if self._said else []
