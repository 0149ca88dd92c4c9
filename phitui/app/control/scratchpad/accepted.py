"""Code that a person took as the model wrote it is kept, to be learnt from (see `answers.past.pairs`)."""

from phitui.app.desk import Desk


class AcceptedCode:
    """One request at a time. Code that documents were read for is not kept: what is forgotten must not come back."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._asked = self._written = ""

    def begin(self, asked: str) -> None:
        """`asked`: the words of the prompt; empty where what comes of it is not to be kept."""
        self._asked, self._written = asked, ""

    def finish(self, code: str) -> None:
        """What the model wrote."""
        self._written = code.strip()

    def take(self, text: str) -> None:
        """The text is accepted as a proposal, copied or saved: if it is what was written, that is kept once."""
        asked, code = self._asked, self._written
        if asked and code and text.strip() == code:
            self._asked = ""
            self._desk.jobs.do(lambda workbench: workbench.pairs.keep_code(asked, text))
