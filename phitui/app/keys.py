"""Every key: one registry that feeds bindings, footer, help, command palette and the ctrl+t menu."""

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

from phitui.app.key import Key as Key
from phitui.app.key import Where as Where
from phitui.app.key import shown as shown
from phitui.app.key import shown_all as shown_all
from phitui.app.work_keys import WORK_KEYS


def _pane(name: str, key: str, number: str) -> Key:
    """The key of a pane, and the number that does the same behind ctrl+t."""
    help = f"{name.capitalize()}; again: fill the screen"
    return Key(name, key, f"pane('{name}')", name, help, "everywhere", palette=True, leader=number)


KEYS: tuple[Key, ...] = (
    Key("help", "f1", "help", "help", "Help for the pane in use", "everywhere", True, palette=True),
    Key("help-letter", "question_mark", "help", "help", "Help, outside inputs", "everywhere"),
    Key("palette", "ctrl+p", "choose('palette')", "commands", "Every command, by name", "everywhere", True),
    _pane("chat", "f2", "1"),
    _pane("library", "f3", "2"),
    _pane("passages", "f4", "3"),
    _pane("scratchpad", "f5", "4"),
    Key(
        "panes",
        "ctrl+t",
        "choose('leader')",
        "panes",
        "Then 1-4: as F2-F5, where the terminal keeps those",
        "everywhere",
    ),
    Key("next-pane", "tab", "next_pane(1)", "next pane", "Next pane (in the code editor tab indents)", "everywhere"),
    Key("previous-pane", "shift+tab", "next_pane(-1)", "previous pane", "Previous pane", "everywhere"),
    Key(
        "back",
        "escape",
        "back",
        "stop / back",
        "Stop generating; otherwise one level back. Never quits",
        "everywhere",
        True,
        priority=True,
    ),
    Key(
        "add",
        "ctrl+o",
        "choose('add_documents')",
        "add",
        "Add documents: files or folders",
        "everywhere",
        True,
        palette=True,
    ),
    Key("models", "ctrl+l", "choose('models')", "model", "Choose a language model", "everywhere", True, palette=True),
    Key(
        "conversations",
        "ctrl+r",
        "choose('conversations')",
        "history",
        "Find and reopen a conversation",
        "everywhere",
        palette=True,
    ),
    Key(
        "marks",
        "alt+m",
        "choose('marks')",
        "marks",
        "Find, export and go through what you marked in documents",
        "everywhere",
        palette=True,
        priority=True,  # text areas would take the letter
        leader="m",
    ),
    Key("new", "ctrl+n", "new_conversation", "new", "New conversation", "everywhere", palette=True),
    Key(
        "anyway",
        "f6",
        "ask_anyway",
        "ask anyway",
        "Ask the model without documents",
        "everywhere",
        palette=True,
        priority=True,  # text areas select with F6 and F7
        leader="a",
    ),
    Key(
        "editor",
        "ctrl+g",
        "external_editor",
        "editor",
        "Edit the question or the code in $EDITOR",
        "everywhere",
        palette=True,
    ),
    Key(
        "log",
        "f9",
        "choose('log')",
        "messages",
        "The last 50 messages, and the log of this session",
        "everywhere",
        palette=True,
        leader="l",
    ),
    Key(
        "draw-anew",
        "alt+d",
        "draw_anew",
        "draw anew",
        "Draw the whole screen anew, where another program has written over it",
        "everywhere",
        palette=True,
        priority=True,  # on every screen, and text areas would take the letter
        leader="d",
    ),
    Key("suspend", "ctrl+z", "suspend_process", "suspend", "Suspend phitui; fg brings it back", "everywhere"),
    Key(
        "jump",
        "alt+j",
        "choose('jump')",
        "jump",
        "Letters on everything in view that can be reached; typing them goes there",
        "everywhere",
        palette=True,
        priority=True,  # text areas would take the letter
        leader="v",
    ),
    Key(
        "activity",
        "alt+a",
        "choose('activity')",
        "activity",
        "All that is under way, and what ended last",
        "everywhere",
        palette=True,
        priority=True,  # text areas would take the letter
        leader="j",
    ),
    Key(
        "evaluate",
        "f12",
        "choose('evaluation')",
        "evaluate",
        "Evaluate: how well search finds, quotes and refuses in this library",
        "everywhere",
        palette=True,
        leader="e",
    ),
    Key(
        "compare-models",
        "alt+c",
        "choose('comparison')",
        "compare",
        "Compare models on the last question, side by side",
        "everywhere",
        palette=True,
        priority=True,  # text areas would take the letter
        leader="c",
    ),
    Key(
        "tune",
        "alt+t",
        "choose('tuning')",
        "tune",
        "Tune a language model on records of your own, or on what you found right",
        "everywhere",
        palette=True,
        priority=True,
        leader="t",
    ),
    Key(
        "hide",
        "alt+down",
        "hide_pane",
        "put away",
        "Put this pane away; in the chat: bring all back",
        "everywhere",
        palette=True,
        priority=True,
        leader="h",
    ),
    Key(
        "wider",
        "alt+right",
        "widen(1)",
        "wider",
        "Make this pane wider",
        "everywhere",
        palette=True,
        leader="+",
        priority=True,
    ),
    Key(
        "narrower",
        "alt+left",
        "widen(-1)",
        "narrower",
        "Make this pane narrower",
        "everywhere",
        palette=True,
        leader="-",
        priority=True,
    ),
    Key("quit", "ctrl+q", "leave", "quit", "Quit; everything is saved", "everywhere", True, True, True),
    Key("send", "enter", "send", "send", "Send the question", "composer", True),
    Key("new-line", "ctrl+j,alt+enter", "newline", "new line", "A new line", "composer"),
    Key(
        "older",
        "up",
        "older",
        "examples",
        "Example questions, then what you asked before; of what is typed already, what begins so",
        "composer",
    ),
    Key(
        "template",
        "number_sign",
        "complete('#')",
        "templates",
        "At the beginning: a template for the question",
        "composer",
    ),
    Key(
        "name-document",
        "at",
        "complete('@')",
        "document",
        "Where a word begins: ask a document, by its name",
        "composer",
    ),
    Key("command", "slash", "complete('/')", "command", "In an empty composer: every command, by name", "composer"),
    Key("scroll-up", "pageup", "scroll_chat(-1)", "scroll", "Scroll the chat while composing", "composer"),
    Key("scroll-down", "pagedown", "scroll_chat(1)", "scroll", "Scroll the chat while composing", "composer"),
    Key("down", "j,down", "move(1)", "down", "Next", "list"),
    Key("up", "k,up", "move(-1)", "up", "Previous", "list"),
    Key("first", "g,home", "edge(-1)", "first", "First", "list"),
    Key("last", "G,end", "edge(1)", "last", "Last", "list"),
    Key("page-down", "ctrl+d,pagedown", "leap(1)", "page", "Half a page down", "list"),
    Key("page-up", "ctrl+u,pageup", "leap(-1)", "page", "Half a page up", "list"),
    Key("open", "enter", "open", "open", "Open the page at this place", "list", True),
    Key("span", "s", "open", "open span", "From a sentence to the span that supports it", "chat"),
    Key("numbered", "1,2,3,4,5,6,7,8,9", "open_number", "open [n]", "Open citation [n]", "chat"),
    Key("ask-anyway", "a", "app.ask_anyway", "ask anyway", "Ask the model without documents", "chat"),
    Key("unfold", "v", "unfold", "unfold", "Show what is folded away; again: fold it", "chat"),
    Key(
        "copy-answer",
        "y",
        "copy",
        "copy",
        "Copy the chosen quote or sentence with title and page; where none is chosen, the answer",
        "chat",
        True,
    ),
    Key("copy-sources", "Y", "copy_all('markdown')", "copy all", "Copy the answer with its sources", "chat", True),
    Key("mark-cited", "m", "mark", "mark", "Mark the chosen quote or sentence's source, with a note", "chat"),
    Key("copy-csl", "C", "copy_all('csl-json')", "CSL", "Copy the answer's sources as CSL-JSON", "chat"),
    Key("copy-bibtex", "c", "copy_all('bibtex')", "BibTeX", "Copy the answer's sources as BibTeX", "chat"),
    Key("next-citation", "right_square_bracket", "citation(1)", "next [n]", "The next citation", "chat"),
    Key("last-citation", "left_square_bracket", "citation(-1)", "previous [n]", "The citation before", "chat"),
    Key(
        "branch",
        "b",
        "branch",
        "change",
        "Change this question and ask it in its place, on a branch of its own",
        "chat",
        True,
    ),
    Key("next-branch", "right,l", "step_branch(1)", "next wording", "The next wording of this question", "chat"),
    Key("previous-branch", "left,h", "step_branch(-1)", "wording before", "The wording before", "chat"),
    Key("two-answers", "d", "two_answers", "compare", "This answer beside any other to the same question", "chat"),
    Key("compose", "i", "compose", "write", "Back to the composer", "chat", True),
    Key("re-ask-chat", "r", "again", "re-ask", "Ask this question again", "chat", True),
    Key(
        "as-typed-chat",
        "u",
        "as_typed",
        "as typed",
        "Undo what was made of the question: search for it as you typed it",
        "chat",
    ),
    Key("edit-query-chat", "e", "edit_query", "edit query", "Change what is searched for, and ask again", "chat"),
    Key("propose-chat", "E", "propose_query", "proposed query", "Let the model propose what to search for", "chat"),
    Key("tick", "space", "tick", "tick", "Ask only ticked documents; none ticked: all", "library", True),
    Key("only-document", "o", "only", "only this", "Ask this document alone; again: all", "library", True),
    Key("filter", "slash", "filter", "filter", "Filter by name", "library", True),
    Key("remove", "d,delete", "remove", "remove", "Take the document out of the library (asks first)", "library", True),
    Key(
        "retry",
        "r",
        "retry",
        "retry",
        "Read a failed document again (asks for the password of a locked one)",
        "library",
        True,
    ),
    Key("read", "w", "read", "ask whole", "Ask all of the document, from first page to last", "library", True),
    Key(
        "tags",
        "t",
        "app.choose('tags')",
        "tags",
        "Ask and search only documents with a tag, or all again; kept for the next start",
        "library",
    ),
    Key("pause", "P", "app.pause_adding", "pause", "Pause adding and embedding; again: go on", "library"),
    Key("stop-adding", "x", "app.stop_adding", "stop", "Stop adding documents; what is done is kept", "library"),
    Key("ocr", "O", "ocr", "OCR", "Recognise the text in a document's scans (tesseract)", "library"),
    Key("embedders", "e", "app.choose('embedders')", "search models", "Search models: how far each is", "library"),
    Key("pin", "p", "pin", "pin", "Pin: always among the passages that are read", "passages", True),
    Key("drop", "x", "drop", "drop", "Exclude: never among the passages that are read", "passages", True),
    Key("only", "o", "only", "only this", "Ask this passage alone, or with others so marked; r asks", "passages", True),
    Key("re-ask", "r", "again", "re-ask", "Ask again with what is pinned, dropped or asked alone", "passages", True),
    Key("edit-query", "e", "edit_query", "edit query", "Change what is searched for, and ask again", "passages", True),
    Key("propose", "E", "propose_query", "proposed query", "Let the model propose what to search for", "passages"),
    Key(
        "as-typed",
        "u",
        "as_typed",
        "as typed",
        "Undo what was made of the question: search for it as you typed it",
        "passages",
    ),
    Key("mark-passage", "m", "mark", "mark", "Mark the passage in its document, with a note", "passages"),
    Key("right", "R", "judge", "right one", "This is the right passage; again: take that back", "passages"),
    Key("beside", "d", "beside", "beside", "Hold this passage; on another one: both beside each other", "passages"),
    Key("copy", "y", "copy", "copy", "Copy the passage with title and page", "passages", True),
    *WORK_KEYS,
)
NUMBERED = {"numbered": "open_number", "vote": "vote"}
"""Several keys of one id, and the action that gets the number of the one that was pressed."""
BY_ID = {key.id: key for key in KEYS}
ESSENTIAL = ("palette", "back", "help", "quit")
"""Have a place in the footer at every size; the last longest."""


def of(*places: Where) -> list[Key]:
    """The keys of these places, in the registry's order."""
    return [key for key in KEYS if key.where in places]


def bindings(*places: Where) -> list[BindingType]:
    """The same as Textual's bindings. An action that takes the key pressed gets it as an argument."""
    made: list[BindingType] = []
    for key in of(*places):
        if key.id in NUMBERED:
            action = NUMBERED[key.id]
            made += [Binding(digit, f"{action}({digit})", key.label, show=False) for digit in key.keys.split(",")]
        else:
            made.append(Binding(key.keys, key.action, key.label, show=False, priority=key.priority, id=key.id))
    return made


def unknown(ids: Iterable[str]) -> list[str]:
    """Those that no key has: mistakes in a settings file."""
    return sorted(set(ids) - set(BY_ID))


def conflicts(keymap: Mapping[str, str]) -> list[str]:
    """What a settings file remaps to a key that does something else in the same place, in words."""
    found = []
    for name, other in ((name, key) for name in keymap if name in BY_ID for key in KEYS):
        together = BY_ID[name].where == other.where or "everywhere" in (BY_ID[name].where, other.where)
        if together and other.id != name and not (other.id in keymap and other.id < name):
            shared = set(keymap[name].split(",")) & set(other.bound(keymap).split(","))
            found += [f"{shown(each)} is {name} and {other.id}" for each in sorted(shared)]
    return found
