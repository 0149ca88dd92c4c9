"""Makes the adapter of `phitui.models.embed.answer_reader`.

`python -m phitui.workshop.answer_pairs FOLDER QUESTIONS.jsonl [MORE.jsonl]`

The files of FOLDER become a library that every question is asked of. A line of the files names a question, the file
that answers it (`path`) and `answers`; one without answers only looks answerable. An hour on two cores.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.answers.evidence.answerable import best_sentences
from phitui.evaluation.questions import Question, read_questions
from phitui.workshop.answer_training import Pair, train

if TYPE_CHECKING:
    from phitui.library.library import Library

LOOKED_AT = 8
"""Sentences among which a right one and wrong ones are sought."""
WRONG = 2
"""Wrong sentences of a question that has a right one."""
BATCH = 64


def pairs(library: "Library", questions: list[Question]) -> list[Pair]:
    """Of each answerable question: its right sentence, wrong ones beside it, and one of the other documents."""
    files = {Path(each.path).name: each.document_id for each in library.documents()}
    found: list[Pair] = []
    for start in range(0, len(questions), BATCH):
        some = questions[start : start + BATCH]
        for asked, query in zip(some, library.queries([library.spelled(each.question) for each in some]), strict=True):
            near = best_sentences(query, library.search(query), library, LOOKED_AT)
            texts = [each.text for each in near]
            if not asked.answers:
                found += [(query.text, text, False) for text in texts[:1]]
                continue
            right = [each.text for each in near if asked.is_answered(each.hit.path, each.text)]
            found += [(query.text, text, True) for text in right[:1]]
            found += [(query.text, text, False) for text in [each for each in texts if each not in right][:WRONG]]
            others = library.search(query, without=[files[Path(asked.path or "").name]])
            found += [(query.text, each.text, False) for each in best_sentences(query, others, library, 1)]
    return found


def main() -> None:
    from safetensors.torch import save_file

    from phitui.models.embed.answer_reader import FILE
    from phitui.models.embed.embedder import bundled_folder
    from phitui.places import Places
    from phitui.settings import Settings
    from phitui.workbench import Workbench

    folder, *files = map(Path, sys.argv[1:])
    questions = [each for file in files for each in read_questions(file)]
    with tempfile.TemporaryDirectory(prefix="phitui-pairs-") as made:
        bench = Workbench(Settings(), Places.of(Path(made)))
        try:
            for _ in bench.library.add([folder]):
                pass
            found = pairs(bench.library, questions)
        finally:
            bench.close()
    print(f"{len(questions)} questions, {len(found)} pairs, {sum(right for *_, right in found)} right", flush=True)
    save_file(train(found, bundled_folder(), 0, lambda text: print(text, flush=True)), FILE)
    print(f"{FILE.stat().st_size} bytes: {FILE.name}")


if __name__ == "__main__":
    main()
