"""Fits the judge of claims to labelled ones: `python -m phitui.workshop.claims.judge_fit CLAIMS.jsonl --data-dir DIR`.

DIR holds a library of the claims' documents. The result goes into `judge.json`, its held-out figures with it.
"""

import argparse
import json
import pickle
from pathlib import Path

from phitui.answers.check.judge import FILE, Judge
from phitui.evaluation.claim_fit import FOREIGN, REMOVED, Row, fit
from phitui.evaluation.claim_rows import measured

FOREIGN_EACH = 4
"""Of so many claims one is held against another document too."""
REMOVED_EACH = 4
"""Of so many true ones one is held against its own without the sentences that decide: with more of them less is called
supported that should not be, and less that should."""


def measure(claims: Path, data_dir: Path | None, reader: Path | None) -> list[Row]:
    """The claims with their signals, evidence by the library's own search. Raises PhituiError.

    Every FOREIGN_EACH-th one is held against another document too, and each true one against its own without the
    sentences that decide: what is merely not contradicted is not supported.
    """
    from phitui.models.embed.claim_reader import FILE as READER
    from phitui.models.embed.claim_reader import ClaimReader
    from phitui.models.embed.embedder import bundled_folder
    from phitui.places import Places
    from phitui.settings import Settings
    from phitui.workbench import Workbench

    items = [json.loads(line) for line in claims.read_text("utf-8").splitlines() if line.strip()]
    workbench = Workbench(Settings(), Places.of(data_dir))
    library, checker = workbench.library, workbench.models.checker()
    documents = {Path(each.path).name: each.document_id for each in library.documents()}
    read = checker.read if checker else ClaimReader(bundled_folder(), "cpu", READER).read
    if reader is not None:
        read = ClaimReader(bundled_folder(), "cpu", reader).read
    judge = Judge(read, library.answers, {})
    rows = measured(items, [documents[each["document"]] for each in items], judge, library)
    names = sorted({each["document"] for each in items})
    others = {name: names[(place + len(names) // 4) % len(names)] for place, name in enumerate(names)}
    foreign = [{**each, "kind": FOREIGN} for each in items[::FOREIGN_EACH]]
    rows += measured(foreign, [documents[others[each["document"]]] for each in foreign], judge, library)
    known = [{**each, "kind": REMOVED} for each in items if each["label"] == "supported" and each["evidence"]]
    known = known[::REMOVED_EACH]
    rows += measured(known, [documents[each["document"]] for each in known], judge, library)
    workbench.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Fits the judge of claims.")
    parser.add_argument("claims", type=Path)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--reader", type=Path, help="instead of the one that phitui ships")
    parser.add_argument("--measured", type=Path, help="keep what was measured there, or use it")
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    if options.measured and options.measured.exists():
        rows = pickle.loads(options.measured.read_bytes())
    else:
        rows = measure(options.claims, options.data_dir, options.reader)
        if options.measured:
            options.measured.write_bytes(pickle.dumps(rows))
    found = fit(rows)
    options.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found["held out"], indent=1))


if __name__ == "__main__":
    main()
