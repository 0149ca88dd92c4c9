"""What can be done with the question in use, from the chat or the passages."""

from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from phitui.app.requests import AskAgain, AskAsTyped, CompareAnswers, EditQuery, EditQuestion, ProposeQuery

if TYPE_CHECKING:
    from phitui.answers.turn import Turn


class TurnActions(MessagePump):
    """Mixed into a widget, which says which question is in use."""

    @property
    def turn(self) -> "Turn | None":
        """The question in use, where there is one."""
        raise NotImplementedError

    def action_again(self) -> None:
        self._request(AskAgain)

    def action_as_typed(self) -> None:
        self._request(AskAsTyped)

    def action_edit_query(self) -> None:
        self._request(EditQuery)

    def action_propose_query(self) -> None:
        self._request(ProposeQuery)

    def action_branch(self) -> None:
        self._request(EditQuestion)

    def action_two_answers(self) -> None:
        self._request(CompareAnswers)

    def _request(
        self, kind: "type[AskAgain | AskAsTyped | CompareAnswers | EditQuery | EditQuestion | ProposeQuery]"
    ) -> None:
        if self.turn is not None:
            self.post_message(kind(self.turn))
