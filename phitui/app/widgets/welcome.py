"""What stands in the chat before anything was asked."""

from textual.content import Content

from phitui.app.desk import desk
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import wrapped


class Welcome(Lined):
    """What an empty chat says."""

    DEFAULT_CSS = "Welcome { height: auto; background: $background; }"

    LINES = (
        ("strong", "Ask your documents."),
        ("", ""),
        ("soft", "Their own sentences come first, each with its page; then, where a model is loaded, its answer, "
                 "checked sentence by sentence against what it read."),
        ("", ""),
        ("key", "^o|adds files or folders"),
        ("key", "^l|chooses a language model"),
        ("key", "^r|reopens a conversation"),
        ("key", "F1|helps"),
    )  # fmt: skip

    def _lines(self, width: int) -> list[Content]:
        ink = desk(self).ink
        lines = []
        for kind, text in self.LINES:
            if kind == "key":
                key, does = text.split("|")
                lines += wrapped(Content.styled(does, ink.soft), width, Content.styled(f"   {key}  ", ink.accent))
            else:
                style = ink.strong if kind == "strong" else ink.soft
                lines += wrapped(Content.styled(text, style), min(width - 1, 70), "   ")
        return lines
