"""What a model is told of a program that failed."""

from phitui.events import RunFinished

HEAD, TAIL = 700, 900
"""Characters of its output: a compiler's first error says most, and of a traceback the end."""


def fix_instruction(output: str, ended: RunFinished) -> str:
    """Asks for the whole program again, corrected."""
    said = output.strip()
    if len(said) > HEAD + TAIL:
        said = f"{said[:HEAD]}\n[…]\n{said[-TAIL:]}"
    why = f"went over its limit of {ended.limit}" if ended.limit else f"ended with exit code {ended.code}"
    return f"Correct the program below. When it was run it {why}. It wrote:\n{said or '(nothing)'}\n\nWrite all of it."
