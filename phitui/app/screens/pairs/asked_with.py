"""What an answer was asked with, in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from phitui.app.widgets.texts import plural
from phitui.records import QUOTATION
from phitui.text import one_line, tag_list
from phitui.wording import page_name

if TYPE_CHECKING:
    from phitui.answers.turn import Turn


def asked_with(turn: "Turn", documents: Sequence[str]) -> list[str]:
    """The model with its settings, the passages and the documents that an answer was asked with, a line each."""
    used, done = turn.parameters, turn.finished
    model = done.model if done else str(used.get("model", ""))
    written = model not in ("", QUOTATION)
    told = [one_line(model, 60) if written else "quotes, without a model" if model else "not answered"]
    if written and used:
        named = (("at most", "max_tokens", " tokens"), ("temperature", "temperature", ""), ("top-p", "top_p", ""))
        settings = [f"{before} {used[key]:,}{after}" for before, key, after in named if used.get(key) is not None]
        told.append(" · ".join(settings + ([f"seed {used['seed']}"] if used.get("seed") is not None else [])))
    asked = {*turn.pinned, *turn.excluded, *turn.only}
    names = {
        each.passage_id: f"{one_line(each.name, 40)} {page_name(each.span.page, each.page_label)}"
        for each in turn.hits
        if each.passage_id in asked
    }
    for name, ids in (("pinned", turn.pinned), ("excluded", turn.excluded), ("of these alone", turn.only)):
        known = sorted(names[each] for each in ids if each in names)
        more = [f"{len(ids) - len(known)} more"] if known and len(known) < len(ids) else []
        told += [f"{name}: {', '.join(known + more) or plural(len(ids), 'passage')}"] if ids else []
    told += [f"only documents with {tag_list(turn.scope)}"] if turn.scope else []
    told += [f"only from {', '.join(one_line(each, 60) for each in documents)}"] if documents else []
    told += [f"also asked of {', '.join(one_line(each.title, 40) for each in turn.context)}"] if turn.context else []
    return told
