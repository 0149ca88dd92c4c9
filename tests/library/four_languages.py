"""26 made-up pages, 65 questions on them and 20 on other things, the same in German, French, Chinese and Arabic.

The first 29 questions share hardly a word with their pages; of the others every second one does.

`python -m tests.library.four_languages FOLDER` writes the pages, and questions for `phitui eval`, a file a language.
"""

import json
import sys
from pathlib import Path

DATA = json.loads(Path(__file__).with_name("four_languages.json").read_text("utf-8"))
"""Language → pages (title, text), questions (question, number of its page from 1) and foreign ones."""


def write(folder: Path) -> None:
    """FOLDER/pages/de-01.txt …, FOLDER/de.jsonl …"""
    (folder / "pages").mkdir(parents=True)
    for language, known in DATA.items():
        for number, (title, text) in enumerate(known["pages"], 1):
            file = folder / "pages" / f"{language}-{number:02}.txt"
            file.write_text(f"{title}\n\n{text}\n", "utf-8")
        rows = [
            {"question": question, "path": f"{language}-{number:02}.txt"} for question, number in known["questions"]
        ]
        rows += [{"question": question, "in_documents": False} for question in known["foreign"]]
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{language}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
