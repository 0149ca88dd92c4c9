"""What phitui promises, and the tests that hold each promise: none without one, and none of those tests gone."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PROMISES = {
    "Nothing that a user typed, and at most the last second of what the model said, is lost": (
        "app/test_pty.py::test_a_signal_saves_the_draft_and_restores_the_terminal",
        "app/test_pty.py::test_a_terminal_that_goes_away_ends_the_program_with_the_draft_kept",
        "app/terminal/test_drafts.py::test_a_draft_is_on_disk_soon_after_it_was_typed_and_comes_back",
        "library/test_full_disk.py::test_a_question_asked_on_a_full_disk_is_refused_by_the_store_and_nothing_else_breaks",
    ),
    "No process outlives phitui": (
        "documents/test_worker.py::test_a_worker_dies_with_its_parent_even_by_kill_9_and_even_when_busy",
    ),
    "A file is indexed whole or not at all": (
        "library/test_killing.py::test_a_kill_is_survived",
        "library/test_killing.py::test_a_run_that_is_replacing_a_document_keeps_the_old_one_until_the_new_one_is_whole",
    ),
    "No document, model or server can crash the app, write to the terminal, or run code": (
        "app/test_hostile.py::test_nothing_hostile_reaches_the_screen",
        "documents/test_worker.py::test_hostile_files_end_and_leave_nothing_that_a_terminal_obeys",
        "documents/test_worker.py::test_modules_in_the_working_folder_are_not_run",
        "hostile/test_models.py::test_a_template_reaches_nothing_outside",
        "hostile/test_injection.py::test_a_document_cannot_command",
        "hostile/test_injection.py::test_what_the_command_prints_commands_no_terminal",
        "models/test_templates.py::test_a_document_that_writes_the_models_own_turns_makes_none",
        "hostile/test_models.py::test_an_embedder_of_modules_that_are_not_known_is_refused_and_its_code_not_run",
    ),
    "What the passages pane shows is what the model saw": (
        "answers/test_packing.py::test_an_edited_prompt_is_sent_as_it_is_and_says_what_is_left_of_each_passage",
    ),
    "No network access but the model download that the user asked for and the server that the user named": (
        "hostile/test_network.py::test_nothing_asks_the_network_unasked",
        "models/test_download.py::test_without_a_network_a_download_is_refused_in_one_sentence",
    ),
}
"""Beginnings of the promises in DESIGN, § 9, each with the tests that hold it."""
DESIGN = TESTS.parents[1] / "shared" / "DESIGN.md"
"""Beside the repository, where it is worked on."""


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_held_by_tests_that_are_there(promise):
    assert PROMISES[promise]
    for each in PROMISES[promise]:
        file, _, name = each.partition("::")
        assert re.search(rf"^(async )?def {name}\(", (TESTS / file).read_text("utf-8"), re.MULTILINE), each


def test_every_promise_of_the_design_is_listed():
    if not DESIGN.is_file():
        pytest.skip("the design is not beside the repository")
    section = DESIGN.read_text("utf-8").partition("## 9. Promises")[2].partition("\n## ")[0]
    promises = re.findall(r"^- (.+)$", section, re.MULTILINE)
    assert promises and [each for each in promises if not each.startswith(tuple(PROMISES))] == []
