"""What is published of phi-2, and the tasks that it was measured on, with their shots."""

from dataclasses import dataclass

SOURCE = "Microsoft Research, “Phi-2: The surprising power of small language models”, 12 December 2023"


@dataclass(frozen=True, slots=True)
class Group:
    """A row of the table: the mean of its tasks."""

    name: str
    published: float
    """Percent."""
    tasks: tuple[tuple[str, int | None, str], ...]
    """(the harness's name, shots, the figure that counts: the first of the metrics with that name); None: the task's
    own shots."""


PHI_2 = (
    Group("BBH", 59.2, (("bbh_cot_fewshot", None, "exact_match"),)),
    Group(
        "commonsense reasoning",
        68.8,
        (
            ("piqa", 0, "acc"),
            ("winogrande", 0, "acc"),
            ("arc_easy", 0, "acc"),
            ("arc_challenge", 0, "acc_norm"),
            ("social_iqa", 0, "acc"),
        ),
    ),
    Group(
        "language understanding",
        62.0,
        (
            ("hellaswag", 0, "acc_norm"),
            ("openbookqa", 0, "acc_norm"),
            ("mmlu", 5, "acc"),
            ("squadv2", 2, "exact"),
            ("boolq", 0, "acc"),
        ),
    ),
    Group("math", 61.1, (("gsm8k", 8, "exact_match"),)),
    Group("coding", 53.7, (("humaneval", 0, "pass"), ("mbpp", 3, "pass"))),
)
"""Its source gives the five means alone, and does not say which accuracy of a task it counts: those here are the
usual ones. bbh_cot_fewshot has three worked examples of its own."""
SUITES = {"phi-2": PHI_2}


def published(task: str) -> float | None:
    """The published figure, from 0 to 1, of a task that is a row by itself."""
    for group in PHI_2:
        if [name for name, _, _ in group.tasks] == [task]:
            return group.published / 100
    return None
