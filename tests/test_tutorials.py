"""The chapter "phi-2, step by step": each of its commands runs, with tiny models in the place of the two large ones."""

import gc
import json
import shlex
from importlib.util import find_spec

from fpdf import FPDF

from phitui.cli.main import main
from phitui.handbook import HANDBOOK
from phitui.workshop.handbook_markdown import Code, blocks

SCENE = "Maria Vance opened the door of the lighthouse at night. Tomas Reyes kept the light until 1931."
NEEDED = {"tune": ("peft", "accelerate"), "+": ("peft",), "--adapter": ("peft",), "--suite": ("lm_eval",)}


def commands() -> list[str]:
    """Every command of the chapter, on one line each."""
    chapter = HANDBOOK.with_name("12-phi-2.md").read_text("utf-8")
    code = "\n".join("\n".join(block.lines) for block in blocks(chapter) if isinstance(block, Code))
    return code.replace("\\\n", " ").split("\n")


def test_each_command_of_the_chapter_runs(tmp_path, monkeypatch, capfd, tiny_phi, tiny_llama):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gc, "collect", lambda *_: 0)  # over all of torch, after each of twenty models: half of the time
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.multi_cell(0, 8, f"THE LIGHTHOUSE, a script.\n\n{SCENE}")
    pdf.output("movie.pdf")
    (tmp_path / "scene.txt").write_text(SCENE)
    rows = [{"prompt": f"Who kept light {n}?", "response": "Tomas Reyes."} for n in range(6)]
    (tmp_path / "records.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "questions.jsonl").write_text(json.dumps({"question": "Who opened the door?", "answer": "Maria Vance"}))

    every = commands()
    assert len(every) >= 20
    done: dict[str, str] = {}
    for line in every:
        words = [
            word.replace("microsoft/phi-2", str(tiny_phi)).replace("EleutherAI/gpt-neo-2.7B", str(tiny_llama))
            for word in shlex.split(line)
        ]
        needed = {name for sign, names in NEEDED.items() if any(sign in word for word in words) for name in names}
        if any(find_spec(name) is None for name in needed) or "--suite" in words:
            continue  # its extra is not installed, or it would fetch data: the parser has read it elsewhere
        assert words[0] == "phitui" and main(["--device", "cpu", *words[1:]]) == 0, line
        done[line] = capfd.readouterr().out
    said = "\n".join(done.values())
    assert "Maria Vance opened the door of the lighthouse at night." in said
    assert "tuned  my-adapter" in said and "merged  my-phi" in said
    assert "documents  right" in done[every[-1]]


def test_the_command_of_the_table_is_one_that_the_parser_knows():
    from phitui.cli import options
    from phitui.cli.registry import families

    (line,) = [line for line in commands() if "--suite" in line]
    _, rest = options.global_parser().parse_known_args(shlex.split(line)[1:])
    assert options.command_parser(families()).parse_args(rest).suite == "phi-2"
