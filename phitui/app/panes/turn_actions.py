"""The keys that chat and passages share: what can be done with the question in use."""

from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from phitui.app.requests import AskAgain, AskAsTyped, EditQuery, ProposeQuery

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

    def _request(self, kind: "type[AskAgain | AskAsTyped | EditQuery | ProposeQuery]") -> None:
        if self.turn is not None:
            self.post_message(kind(self.turn))
