"""The command line: its contract, its exit codes, its answers to bad input."""

import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from phitui.cli.main import main

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
NOTES = """# The lighthouse of Alda

The lighthouse of Alda was built in 1884 by Maria Vance. It stands 41 metres tall on the northern cape.
Its lamp burned whale oil until 1907, when electric light replaced it.

## Keepers

Eleven keepers served at Alda. The last of them, Tomas Reyes, left in 1972 when the lamp was automated.
"""
HIT_KEYS = set("query_id rank score dense lexical rerank document_id title path page page_label".split())
HIT_KEYS |= set("passage_id start page_end end text query".split())


@pytest.fixture
def notes(tmp_path):
    file = tmp_path / "alda.md"
    file.write_text(NOTES)
    return file


def run(capsys, *arguments):
    """(exit code, stdout lines as JSON where they are, stderr)."""
    code = main([str(each) for each in arguments])
    out, err = capsys.readouterr()
    assert not CONTROL.search(out + err)
    assert "Traceback" not in err
    rows = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return code, rows or out, err


@pytest.fixture
def library(capsys, notes):
    code, rows, _ = run(capsys, "add", notes, "--json")
    assert (code, [row["status"] for row in rows]) == (0, ["indexed"])
    return notes


def test_a_whole_document_is_read_part_by_part_and_answered_last(capsys, library):
    code, rows, _ = run(capsys, "read", "alda", "list all dates", "--model", "none", "--json")
    assert code == 0 and [row["part"] for row in rows] == [*range(1, rows[0]["parts"] + 1), None]
    assert "1884" in rows[-1]["answer"] and "1907" in rows[-1]["answer"] and rows[-1]["stopped"] == "end"
    _, (page,), _ = run(capsys, "page", "alda", "1", "--json")
    for sentence in rows[-1]["sentences"]:
        cited = sentence["citations"][0]
        assert cited["quote"] == page["text"][cited["start"] : cited["end"]]
    _, text, _ = run(capsys, "read", "alda", "--model", "none")
    assert "1884" in text and "Tomas Reyes" in text and "p. 1" in text
    code, out, err = run(capsys, "read", "alda", "Which volcanoes erupted in Iceland?", "--model", "none")
    assert (code, out) == (0, "") and "Nothing in this document" in err


def test_a_misspelt_query_is_searched_in_the_spelling_of_the_library_which_is_said(capsys, library):
    code, out, err = run(capsys, "search", "who built the lighthoose", "--arm", "lexical")
    assert code == 0 and "Maria Vance" in out
    assert "searching for “who built the lighthouse” (the library's spelling)" in err
    _, hits, err = run(capsys, "search", "who built the lighthoose", "--arm", "lexical", "--json")
    assert (hits[0]["query"], err) == ("who built the lighthouse", "")
    _, hits, err = run(capsys, "search", "who built the lighthouse", "--arm", "lexical")
    assert "spelling" not in err


def test_a_document_is_added_listed_found_shown_and_removed(capsys, library):
    _, (listed,), _ = run(capsys, "list", "--json")
    assert listed["embedded"] == listed["passages"] > 0
    _, hits, _ = run(capsys, "search", "who built the lighthouse", "-k", "3", "--json")
    assert hits[0].keys() >= HIT_KEYS and hits[0]["query_id"] is None and "Maria Vance" in hits[0]["text"]
    _, (page,), _ = run(capsys, "page", "alda", "1", "--json")
    assert hits[0]["text"] == page["text"][hits[0]["start"] : hits[0]["end"]]
    code, rows, _ = run(capsys, "remove", listed["document_id"], "--json")
    assert (code, rows) == (0, [{"document_id": listed["document_id"], "path": listed["path"]}])
    code, out, err = run(capsys, "search", "lighthouse", "--json")
    assert (code, out) == (0, "") and "empty" in err


def test_a_word_after_ocr_is_a_language_unless_it_is_a_file(capsys, monkeypatch, tmp_path, notes):
    from phitui.workbench import Workbench

    asked = []
    monkeypatch.setattr(Workbench, "add", lambda self, paths, **given: asked.append((paths, given["ocr"])) or iter(()))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "abc").mkdir()
    for arguments in (("--ocr", notes), ("--ocr", "deu", notes), ("--ocr", "abc"), ("--ocr=eng+deu", notes), (notes,)):
        assert run(capsys, "add", *arguments)[0] == 0
    assert [([path.name for path in paths], ocr) for paths, ocr in asked] == [
        (["alda.md"], "eng"),
        (["alda.md"], "deu"),
        (["abc"], "eng"),
        (["alda.md"], "eng+deu"),
        (["alda.md"], None),
    ]


def test_ocr_without_anything_to_recognise_says_so(capsys, library):
    code, out, err = run(capsys, "add", "--ocr")
    assert (code, out) == (0, "") and "nothing to recognise" in err


def test_ocr_without_tesseract_is_one_sentence(capsys, monkeypatch, notes):
    monkeypatch.setenv("PATH", "/nowhere")
    code, _, err = run(capsys, "add", "--ocr", notes)
    assert code == 1 and err.count("\n") == 1 and "install it" in err


def test_adding_again_changes_nothing_and_a_copy_is_a_duplicate(capsys, library, tmp_path):
    (tmp_path / "copy.md").write_text(NOTES)
    code, rows, _ = run(capsys, "add", tmp_path, "--json")
    assert (code, {row["status"] for row in rows}) == (0, {"unchanged", "duplicate"})


def test_an_answer_by_quotation_is_verbatim_and_cited(capsys, library):
    code, (answer,), _ = run(capsys, "ask", "When was the lighthouse of Alda built?", "--model", "none", "--json")
    assert code == 0 and answer["in_documents"] and answer["model"] == "quoting"
    assert "1884" in answer["quotes"][0]["text"] and answer["quotes"][0]["page"] == 1
    _, (page,), _ = run(capsys, "page", answer["quotes"][0]["path"], "1", "--json")
    for quote in answer["quotes"]:
        assert quote["text"] in page["text"]
    assert all(sentence["supported"] and sentence["citations"] for sentence in answer["sentences"])
    assert {passage["in_prompt"] for passage in answer["passages"]} <= {"in", "trimmed", "out"}


def test_what_is_not_in_the_documents_has_no_answer_but_nearest_misses(capsys, library):
    code, (answer,), _ = run(capsys, "ask", "What is the boiling point of tungsten?", "--json")
    assert (code, answer["in_documents"], answer["answer"]) == (0, False, None)
    assert answer["quotes"]


def test_many_queries_come_from_a_file(capsys, library, tmp_path):
    file = tmp_path / "queries.jsonl"
    file.write_text('{"id": "a", "query": "keepers of Alda"}\n\n{"id": 7, "query": "whale oil lamp"}\n')
    _, hits, _ = run(capsys, "search", "--queries", file, "-k", "1", "--json")
    assert [hit["query_id"] for hit in hits] == ["a", 7]
    _, answers, _ = run(capsys, "ask", "--queries", file, "--json")
    assert [answer["query_id"] for answer in answers] == ["a", 7]


def test_eval_measures_every_arm(capsys, library, tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "Who was the last keeper?", "path": "alda.md", "page": 1, "answer": "Tomas Reyes"}\n')
    code, rows, _ = run(capsys, "eval", file, "--json")
    assert code == 0 and [row["arm"] for row in rows] == ["lexical", "dense", "plain", "fused"]
    assert all(row["questions"] == 1 and row["recall@10"] == 1 and row["answer_in_quotes"] == 1 for row in rows)
    assert rows[-1]["refused_answerable"] == 0 and rows[-1]["balanced_accuracy"] is None
    with file.open("a") as more:
        more.write('{"question": "Which volcanoes erupted in Iceland?", "in_documents": false}\n')
    _, rows, _ = run(capsys, "eval", file, "--json")
    assert rows[-1]["questions"] == 1 and rows[-1]["balanced_accuracy"] == 1 and rows[-1]["accepted_unanswerable"] == 0
    assert len(rows[-1]["refusal_curve"]) == 19
    _, text, _ = run(capsys, "eval", file)
    assert "threshold 0.50  refused   0.0%  wrongly answered   0.0%" in text


def test_eval_says_which_questions_are_on_files_that_are_not_there(capsys, library, tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "Who?", "path": "other.pdf"}\n{"question": "Who?", "path": "alda.md"}\n')
    _, _, err = run(capsys, "eval", file)
    assert "1 of 2 questions name files that are not in this library" in err


def test_eval_keeps_what_it_fitted_and_says_so(capsys, monkeypatch, library, tmp_path):
    from phitui.evaluation import fit
    from phitui.evaluation.compare import compare
    from phitui.library.search.calibration import CALIBRATION, Calibration

    def fitted(shelf, embedder, questions, tell):
        made = Calibration(embedder, "2026-03-04", len(questions), None, 0.6, 0.02) if len(questions) == 2 else None
        return fit.Fitted([{"half": "other"}], compare([1, 2], [2, 2]), made, ["The fitted weights do no better."])

    monkeypatch.setattr(fit, "fit", fitted)
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "Who?"}\n' * 2)
    code, rows, err = run(capsys, "eval", file, "--fit", "--json")
    assert code == 0 and "do no better" in err and "Kept and in use from now on: a refusal threshold of 0.60" in err
    assert rows[0] == {"half": "other"} and rows[-1] == {"kept": True, "weights": None, "threshold": 0.6}
    (kept,) = Path(os.environ["PHITUI_DATA_DIR"]).rglob(CALIBRATION)
    assert json.loads(kept.read_text())["questions"] == 2 and stat.S_IMODE(kept.stat().st_mode) == 0o600
    file.write_text('{"question": "Who?"}\n')
    code, text, err = run(capsys, "eval", file, "--fit")
    assert code == 0 and "recall@1   0.500  against before 0.000" in text and "Nothing is kept" in err
    assert run(capsys, "eval", "--synthetic", "3", "--fit")[0] == 2


def test_an_interrupted_eval_prints_what_was_measured(capsys, monkeypatch, library, tmp_path):
    from phitui.evaluation.measure import Measured
    from phitui.workbench import Workbench

    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        pytest.skip("SIGINT is ignored here, as under nohup")

    def measure(bench, questions, cancel, **_):
        for question in questions:
            yield Measured(question, {"fused": 1})
            os.kill(os.getpid(), signal.SIGINT)
            if cancel.wait(10):
                return

    monkeypatch.setattr(Workbench, "measure", measure)
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "Who was the last keeper?"}\n' * 3)
    code, rows, err = run(capsys, "eval", file, "--json")
    assert code == 130 and "Stopped after 1 of 3 questions" in err and rows[-1]["questions"] == 1


def test_eval_compares_two_settings(capsys, library, tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "Who was the last keeper?", "answer": "Tomas Reyes"}\n')
    for other in ("plain", "rerank=off"):
        code, rows, _ = run(capsys, "eval", file, "--against", other, "--json")
        assert code == 0 and [row["measure"] for row in rows] == ["recall@1", "recall@3", "recall@5", "mrr@10"]
        assert all(row["against"] == other and row["difference"] == 0 and row["p"] == 1 for row in rows)
    _, text, _ = run(capsys, "eval", file, "--against", "plain")
    assert "p 1" in text
    for other, said in (("better", "neither"), ("shipped", "ships"), ("colour=red", "no setting")):
        code, _, err = run(capsys, "eval", file, "--against", other)
        assert code == 2 and said in err and err.count("\n") == 1


def test_eval_makes_questions_where_there_is_no_file_and_takes_those_that_were_judged(capsys, library):
    code, rows, err = run(capsys, "eval", "--judged", "--library", "other")
    assert (code, rows) == (0, "") and "empty" in err
    code, rows, err = run(capsys, "eval", "--synthetic", "5", "--json")
    assert code == 0 and "first estimate" in err and all(row["synthetic"] and row["questions"] for row in rows)
    code, _, err = run(capsys, "eval", "--judged")
    assert code == 2 and "R in the workbench" in err
    from phitui.places import Places
    from phitui.settings import Settings
    from phitui.workbench import Workbench

    bench = Workbench(Settings(), Places.of(Path(os.environ["PHITUI_DATA_DIR"])))
    (right,) = bench.library.search(bench.library.query("Maria Vance", by_words=True), 1, "lexical")
    bench.library.conversations.judge("Who built it?", right.passage_id)
    bench.close()
    code, rows, _ = run(capsys, "eval", "--judged", "--json")
    assert code == 0 and rows[-1]["questions"] == 1 and rows[-1]["recall@3"] == 1


def test_what_was_fitted_is_used_until_it_is_removed(capsys, library, tmp_path):
    from phitui.library.search.calibration import Calibration, CalibrationFile
    from phitui.library.search.ranking import WEIGHTS

    (folder,) = Path(os.environ["PHITUI_DATA_DIR"]).glob("data/libraries/*")
    _, (embedder,), _ = run(capsys, "embedders", "--json")
    fitted = Calibration(embedder["identity"], "2026-03-04", 50, dict.fromkeys(WEIGHTS, 0.0), 1.0, 0.0)
    CalibrationFile(folder).write(fitted)
    _, hits, _ = run(capsys, "search", "who built the lighthouse", "--json")
    assert all(hit["score"] <= 0 for hit in hits)
    _, (answer,), _ = run(capsys, "ask", "Who built the lighthouse?", "--model", "none", "--json")
    assert not answer["in_documents"]
    _, checks, _ = run(capsys, "doctor", "--json")
    assert any("in use: ranking weights" in check["message"] for check in checks)
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "Who was the last keeper?", "answer": "Tomas Reyes"}\n')
    _, rows, err = run(capsys, "eval", file, "--against", "shipped", "--json")
    assert rows and "In use: ranking weights" in err
    assert run(capsys, "eval", "--unfit")[0] == 0
    _, hits, _ = run(capsys, "search", "who built the lighthouse", "--json")
    assert hits[0]["score"] > 0
    code, _, err = run(capsys, "eval", file, "--fit")
    assert code == 2 and "20 answerable" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "/no/such/file"], "does not exist"),
        (["add"], "required"),
        (["search"], "one question or --queries"),
        (["search", "x", "--queries", "y"], "one question or --queries"),
        (["search", ""], "empty"),
        (["ask", "  "], "empty"),
        (["ask", "x" * 50_000], "50,000 characters"),
        (["ask", "x", "--max-tokens", "0"], "between 1"),
        (["ask", "x", "--device", "tpu"], "--device: device must be one of"),
        (["ask", "x", "--no-documents"], "needs a language model"),
        (["search", "x", "-k", "-3"], "whole number"),
        (["search", "x", "--arm", "both"], "invalid choice"),
        (["search", "--queries", "/no/such/file"], "cannot be read"),
        (["page", "nothing", "1"], "nothing"),
        (["remove", "nothing"], "nothing"),
        (["generate", "sort a list"], "needs a language model"),
        (["generate", "sort a list, in rust", "--run"], "Code in rust is not run here"),
        (["generate", "sort a list", "--fix", "1"], "give --run as well"),
        (["generate", "sort a list", "--section", "3"], "name that with --from"),
        (["bench", "nothing"], "no bench"),
        (["bench", "decode", "--random", "huge"], "phi-2"),
        (["complete", "Once upon a time"], "needs a language model"),
        (["complete", ""], "no text to continue"),
        (["models", "pull"], "needs a model's id"),
        (["list", "--library", "../x"], "no name for a library"),
        (["eval", "/no/such/file"], "cannot be read"),
        (["eval"], "--judged"),
        (["eval", "x", "--judged"], "--judged"),
        (["frobnicate"], "neither a command nor a file"),
        (["--frobnicate"], "no option --frobnicate"),
        ([], "needs a terminal"),
        (["--demo"], "needs a terminal"),
    ],
)
def test_bad_usage_gets_one_sentence_and_exit_code_2(capsys, arguments, said):
    code, out, err = run(capsys, *arguments)
    assert code == 2 and not out and said in err and err.startswith("phitui: ") and err.count("\n") == 1


def test_a_folder_without_documents_is_said(capsys, tmp_path):
    code, _, err = run(capsys, "add", tmp_path)
    assert code == 2 and "no document" in err.lower()


def test_files_that_cannot_be_read_fail_with_a_reason_and_the_rest_is_done(capsys, library, tmp_path):
    (tmp_path / "nothing.pdf").write_bytes(b"")
    (tmp_path / "picture.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    (tmp_path / "gone.pdf").symlink_to(tmp_path / "nowhere.pdf")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "evil\x1b[31m\n.md").write_text("# Evil\n\nA name with an escape sequence and a newline in it.")
    code, rows, _ = run(capsys, "add", tmp_path, "--json")
    status = {re.split("[/.]", row["path"])[-2]: row["status"] for row in rows}
    assert code == 1
    assert [status[name] for name in ("alda", "nothing", "picture", "gone")] == [
        "unchanged",
        "failed",
        "failed",
        "failed",
    ]
    assert all(row["reason"] for row in rows if row["status"] == "failed")
    assert len(rows) == 5


def test_a_settings_file_with_a_mistake_is_named_with_its_line(capsys):
    folder = os.path.join(os.environ["PHITUI_DATA_DIR"], "config")
    os.makedirs(folder)
    with open(os.path.join(folder, "config.toml"), "w") as file:
        file.write('model = "none"\ncolour = 3\n')
    code, _, err = run(capsys, "list")
    assert code == 2 and "line 2" in err and "colour" in err


def test_global_options_may_stand_before_or_after_the_command(capsys, notes):
    for arguments in (["--library", "a", "add", notes, "--json"], ["add", notes, "--json", "--library", "b"]):
        assert run(capsys, *arguments)[0] == 0
    assert len(run(capsys, "list", "--json", "--library", "b")[1]) == 1
    assert run(capsys, "list", "--json")[1] == ""


def test_everything_written_is_private(capsys, library):
    for root, folders, files in os.walk(os.environ["PHITUI_DATA_DIR"]):
        for name in folders:
            assert stat.S_IMODE(os.stat(os.path.join(root, name)).st_mode) == 0o700
        for name in files:
            assert stat.S_IMODE(os.stat(os.path.join(root, name)).st_mode) == 0o600


@pytest.mark.parametrize(
    ("number", "how"), [(signal.SIGINT, []), (signal.SIGTERM, ["--words-only"]), (signal.SIGHUP, ["--words-only"])]
)
def test_an_interrupted_add_leaves_the_library_whole_and_goes_on(tmp_path, number, how):
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip(f"{number.name} is ignored here, as under nohup")
    for note in range(40):
        (tmp_path / f"n{note:02}.md").write_text(NOTES.replace("Alda", f"Alda{note}"))
    command = [sys.executable, "-m", "phitui", "add", str(tmp_path), "--json", *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err
    assert "interrupted" in err and "kept: repeat to go on" in err
    assert number == signal.SIGINT or number.name in err
    again = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert len([json.loads(line) for line in again.stdout.splitlines()]) == 40


def test_the_core_and_the_command_line_import_nothing_heavy():
    code = (
        "import sys, phitui.cli.main, phitui.workbench, phitui.app; from phitui.cli import registry;"
        "registry.commands();"
        "heavy = ('torch', 'transformers', 'faiss', 'numpy', 'pypdfium2', 'PyPDF2', 'tantivy');"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_model_streams_an_answer_that_is_grounded(capsys, library, tiny_phi):
    arguments = ["ask", "When was the lighthouse built?", "--model", tiny_phi, "--max-tokens", "20", "--device", "cpu"]
    code, (answer,), _ = run(capsys, *arguments, "--json")
    assert code == 0 and answer["answer_tokens"] <= 20 and answer["prompt_tokens"] > 50
    assert answer["sentences"] and answer["time_to_first_token"] > 0
    assert any(passage["in_prompt"] in ("in", "trimmed") for passage in answer["passages"])


def test_generate_prints_code_only(capsys, tiny_llama):
    code, (row,), _ = run(capsys, "generate", "add", "--model", tiny_llama, "--max-tokens", "12", "--json")
    assert code == 0 and row["language"] == "python" and row["tokens_per_second"] > 0


def test_generate_runs_what_it_wrote_and_has_it_corrected(capsys, tiny_llama):
    written = ["generate", "add", "--model", tiny_llama, "--max-tokens", "12", "--run", "--fix", "1"]
    code, (row,), said = run(capsys, *written, "--json")
    assert code == 1 and row["run"]["exit_code"] == 1 and "Error" in row["run"]["output"]
    assert said.count("$ python") == 2 and "no home folder (" in said and "exit code 1" in said


def test_complete_continues_a_text_and_says_how(capsys, tiny_phi, monkeypatch):
    arguments = ["complete", "The lighthouse of ", "--model", tiny_phi, "--max-tokens", "12", "--device", "cpu"]
    code, (row,), _ = run(capsys, *arguments, "--json")
    assert code == 0 and len(row["tokens"]) <= 12 and row["stopped"] in ("length", "end")
    assert row["prompt_tokens"] > 0 and row["reused_tokens"] == 0 and row["time_to_first_token"] > 0
    assert main([str(each) for each in arguments]) == 0
    assert capsys.readouterr().out == row["text"]
    monkeypatch.setattr("sys.stdin", io.StringIO("The lighthouse of "))
    arguments[1] = "-"
    _, (again,), _ = run(capsys, *arguments, "--json")
    assert again["tokens"] == row["tokens"]


def test_sampling_options_reach_the_model(capsys, tiny_phi):
    arguments = ["complete", "The lamp", "--model", tiny_phi, "--max-tokens", "12", "--device", "cpu", "--json"]
    _, (greedy,), _ = run(capsys, *arguments)
    _, (narrow,), _ = run(capsys, *arguments, "--temperature", "1", "--top-k", "1")
    _, (wide,), _ = run(capsys, *arguments, "--temperature", "3", "--top-p", "1", "--seed", "5")
    _, (same,), _ = run(capsys, *arguments, "--temperature", "3", "--top-p", "1", "--seed", "5")
    assert greedy["tokens"] == narrow["tokens"] != wide["tokens"] == same["tokens"]
    _, (fresh,), _ = run(capsys, *arguments, "--repetition-penalty", "5")
    assert len(set(fresh["tokens"])) == len(fresh["tokens"])


def test_the_library_is_cared_for_from_the_shell(capsys, library, tmp_path):
    """Backup, bin, tags, citations, export, import, forgetting: each as a command."""
    assert run(capsys, "library", "backups", "--json")[1][0]["number"] == 1
    assert run(capsys, "library", "backup", "--json")[1][0]["number"] == 2
    _, (row,), _ = run(capsys, "edit", "alda", "--tag", "sea", "--year", "1999", "--author", "M. Vance", "--json")
    assert (row["tags"], row["year"], row["author"]) == (["sea"], 1999, "M. Vance")
    assert run(capsys, "search", "lighthouse", "--in", "sea", "--json")[1]
    assert run(capsys, "search", "lighthouse", "--in", "land")[0] == 2
    assert len(run(capsys, "list", "--in", "sea", "--json")[1]) == 1
    run(capsys, "ask", "When was the lighthouse of Alda built?", "--model", "none", "--in", "sea")
    assert "M. Vance" in run(capsys, "cite")[1] and "1999" in run(capsys, "cite", "--format", "bibtex")[1]
    assert run(capsys, "export", tmp_path / "alda.phitui", "--json")[1][0]["documents"] == 1
    assert run(capsys, "import", tmp_path / "alda.phitui")[0] == 2, "this library is not empty"
    assert run(capsys, "import", tmp_path / "alda.phitui", "--library", "copy", "--json")[1][0]["documents"] == 1
    assert run(capsys, "search", "lighthouse", "--library", "copy", "--json")[1]
    assert run(capsys, "library", "restore")[0] == 1, "it is sound"
    run(capsys, "remove", "alda")
    assert len(run(capsys, "library", "bin", "--json")[1]) == 1
    assert run(capsys, "library", "bring-back", "alda", "--json")[1][0]["path"] == row["path"]
    assert run(capsys, "library", "rebuild")[0] == 0
    code, (gone,), err = run(capsys, "library", "forget", "alda", "--json")
    # The library "copy" holds it too, and is another one.
    assert (code, gone["path"]) == (1, row["path"])
    assert "libraries/copy/library.db may still hold it" in err and len(err.splitlines()) == 1
    assert run(capsys, "library", "bin", "--json")[1] == ""


def test_failed_files_are_retried_all_together(capsys, tmp_path):
    bad, gone = tmp_path / "bad.pdf", tmp_path / "gone.pdf"
    bad.write_bytes(b"%PDF-1.4 nothing")
    gone.write_bytes(b"%PDF-1.4 less")
    assert run(capsys, "add", tmp_path)[0] == 1
    gone.unlink()
    bad.rename(tmp_path / "aside")
    bad.write_text("# Mended\n\nIt is a text after all, with a sentence or two in it.")
    code, rows, _ = run(capsys, "add", "--retry-failed", "--json")
    assert code == 1 and {row["path"].rsplit("/")[-1]: row["reason"] for row in rows}["gone.pdf"] == "The file is gone."
    assert run(capsys, "add", "--watch")[0] == 2
