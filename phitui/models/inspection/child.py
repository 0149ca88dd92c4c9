"""The limited process: whatever a model's files make it do, it ends, and it can write nowhere.

One request as JSON on stdin, lines of JSON on stdout: {"at": what is looked at now}, and last {"result": …}, or
{"problem": why the model is refused, as the second half of a sentence}. Imports no torch and no transformers.
"""

import json
import math
import re
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from phitui.memory import taken_bytes
from phitui.models.inspection.model_files import VOCABULARY_BYTES, read_json
from phitui.reading import open_regular, read_regular

MEMORY_BYTES = 3 << 30
"""Mapped at most: the largest known vocabulary takes 700 MB while it is read."""
CPU_SECONDS = 20
"""The largest known vocabulary is read in two."""
TEMPLATE_BYTES, TEMPLATE_SECONDS = 512 << 20, 3
"""Memory and computing time of a chat template beyond what was used before it: the longest known needs a hundredth."""
LONGEST_PROMPT = 1_000_000
"""Characters around a question: no template writes more."""
HEADER_BYTES = 100_000_000
"""Of a safetensors file: its format allows no more."""
LARGEST_SIZE = 65_536
"""A size in config.json up to this is believed whatever the weights are."""
PACKED = 64
"""Weights in 2 bits, packed, have a size up to so much smaller than config.json says."""
LAYERS = re.compile(r"(num_|n_)?(hidden_|encoder_|decoder_)?(layers?|blocks)|num_.*layers|n_layers?|depth")
SIZES = re.compile(r".*(size|dim|heads?|experts?|embd|inner|rank|width|channels|labels|groups|d_model|d_ff|d_kv|state)")
POSITIONS = re.compile(r"max_position_embeddings|n_positions|n_ctx|max_seq_len|max_sequence_length|seq_length")
NEEDED = frozenset("hidden_size n_embd d_model vocab_size num_attention_heads n_head intermediate_size".split())
SAMPLES = (
    "The lamp burned whale oil until 1907; its keeper, Größe 東京 \U0001f600, left.\n" * 20,
    "a" * 5_000,
    " " * 5_000,
    "0123456789" * 500,
)
"""Texts that a tokenizer has to get through."""
MOST_TOKENS = 16
"""Tokens a character: bytes make four."""
LONGEST_TOKEN = 4_096
"""Characters; runs of spaces have up to 1,024."""


class Refusal(Exception):
    """Why, as the second half of a sentence."""


def main() -> None:
    """Answers the request."""
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    request = json.load(sys.stdin)
    try:
        if "folder" in request:
            look_over(Path(request["folder"]), lambda what: _say({"at": what}))
            _say({"result": None})
        else:
            _say({"at": "its chat template"})
            limit_template()
            _say({"result": rendered(request["template"], request["variables"], request["conversations"])})
    except Refusal as refusal:
        _say({"problem": str(refusal)})
    except MemoryError:
        _say({"problem": "takes too much memory"})
    except RecursionError:
        _say({"problem": "is nested too deeply"})


def _say(row: dict[str, Any]) -> None:
    print(json.dumps(row), flush=True)


# ── a folder ─────────────────────────────────────────────────────────────────────────────────────────────────


def look_over(folder: Path, at: Callable[[str], None]) -> None:
    """Looks at weights' headers, config, tokenizer and template. Raises Refusal, MemoryError, RecursionError."""
    at("its weights")
    largest, tensors, total = _weights(folder)
    at("its config.json")
    if (folder / "config.json").exists():
        _check_config(_json(folder / "config.json"), largest, tensors, total)
    at("its tokenizer")
    _check_tokenizer(folder / "tokenizer.json")
    at("its chat template")
    limit_template()
    settings = _json(folder / "tokenizer_config.json") if (folder / "tokenizer_config.json").exists() else {}
    settings = settings if isinstance(settings, dict) else {}
    variables = {key: value for key, value in settings.items() if key.endswith("_token") and isinstance(value, str)}
    for template in _templates(folder, settings):
        rendered(template, variables, [[[{"role": "user", "content": "x"}], True]])


def _json(file: Path) -> Any:
    try:
        return read_json(file, VOCABULARY_BYTES)
    except (OSError, ValueError):
        raise Refusal("cannot be read: download the model again") from None


def _weights(folder: Path) -> tuple[int, int, int]:
    """(the largest size in any tensor's shape, tensors, bytes of all files)."""
    largest = tensors = total = 0
    for file in sorted(folder.glob("*.safetensors")):
        size = file.stat().st_size
        total += size
        with open_regular(file) as opened:
            length = int.from_bytes(opened.read(8), "little")
            if length > min(size, HEADER_BYTES):
                raise Refusal(f"are damaged or no safetensors ({file.name[:80]}): download the model again")
            try:
                header = json.loads(opened.read(length))
                shapes = [each["shape"] for name, each in header.items() if name != "__metadata__"]
                largest = max([largest, *(int(size) for shape in shapes for size in shape)])
            except (ValueError, LookupError, TypeError, AttributeError):
                raise Refusal(f"are damaged or no safetensors ({file.name[:80]}): download the model again") from None
            tensors += len(shapes)
    return largest, tensors, total


def _check_config(config: Any, largest: int, tensors: int, total: int) -> None:
    """Compares what config.json says with the weights: a model is built by the one before the others are looked at."""
    hidden = 1
    for key, value in _numbers(config):
        if LAYERS.fullmatch(key) and value > max(tensors, 8):
            raise Refusal(f"speaks of {_figure(value)} layers ({key}), and there are weights of {tensors:,} at most")
        if SIZES.fullmatch(key) and not LAYERS.fullmatch(key) and value > max(LARGEST_SIZE, PACKED * largest):
            raise Refusal(f"gives {key} as {_figure(value)}, and no weights are that large")
        if key in ("hidden_size", "n_embd", "d_model"):
            hidden = max(hidden, value)
    for key, value in _numbers(config):
        if (value < 0 and (key in NEEDED or LAYERS.fullmatch(key))) or (value < 1 and POSITIONS.fullmatch(key)):
            raise Refusal(f"gives {key} as {value:,}, and no model is built so")
        if POSITIONS.fullmatch(key) and value * hidden > 2**31 + 8 * total:
            raise Refusal(f"gives {key} as {_figure(value)}, which is too long for such a model")
    for key, text in _strings(config):
        if key.endswith("_implementation") and ("/" in text or ":" in text):
            raise Refusal(f"names a program of others ({key}), which phitui does not run")


def _figure(value: int) -> str:
    return f"{value:,}" if value < 10**15 else "a number of over 15 digits"


def _numbers(value: Any, key: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _numbers(each, str(name))
    elif isinstance(value, list):
        for each in value:
            yield from _numbers(each, key)
    elif isinstance(value, float) and value == value and abs(value) != float("inf"):
        yield key, int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield key, value


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _strings(each, str(name))
    elif isinstance(value, str):
        yield key, value


def _check_tokenizer(file: Path) -> None:
    if not file.exists():
        return  # an older kind, of which the size of the files is what there is to look at
    import tokenizers

    text = read_regular(file, VOCABULARY_BYTES).decode("utf-8", "replace")
    for found in re.finditer(r"\\u001b", text, re.IGNORECASE):
        around = text[found.start() - 1 : found.end() + 1]
        if around != f'"{found.group()}"':
            raise Refusal("makes terminal commands (ESC) out of its tokens")
    try:
        made = tokenizers.Tokenizer.from_str(text)
    except Exception as error:
        raise Refusal(f"cannot be read ({str(error)[:120]}): download the model again") from None
    longest = max(map(len, made.get_vocab(with_added_tokens=True)), default=0)
    if longest > LONGEST_TOKEN:
        raise Refusal(f"has a token of {longest:,} characters")
    made.no_truncation()
    made.no_padding()
    for sample in SAMPLES:
        ids = made.encode(sample, add_special_tokens=True).ids
        if len(ids) > MOST_TOKENS * len(sample) + 1_000:
            raise Refusal(f"makes {len(ids):,} tokens of {len(sample):,} characters")
        if len(made.decode(ids[:2_000], skip_special_tokens=False)) > LONGEST_PROMPT:
            raise Refusal("makes too much text of a few tokens")


def _templates(folder: Path, settings: dict[str, Any]) -> Iterator[str]:
    """Every template that the model may be asked by."""
    for file in (folder / "chat_template.jinja", folder / "chat_template.json"):
        if file.exists():
            try:
                text = read_regular(file).decode("utf-8")
            except (OSError, ValueError):
                raise Refusal("cannot be read: download the model again") from None
            if file.suffix == ".json":
                inside = _json(file)
                text = inside.get("chat_template", "") if isinstance(inside, dict) else ""
            yield text if isinstance(text, str) else ""
    given = settings.get("chat_template")
    for each in given if isinstance(given, list) else [given]:
        template = each.get("template") if isinstance(each, dict) else each
        if isinstance(template, str):
            yield template


# ── a chat template ──────────────────────────────────────────────────────────────────────────────────────────


def limit_template() -> None:
    """From here on this process may take little more than it has taken."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    seconds = min(CPU_SECONDS, math.ceil(used) + TEMPLATE_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, CPU_SECONDS))
    taken = taken_bytes()
    if taken is not None:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (min(MEMORY_BYTES, taken[0] + TEMPLATE_BYTES), MEMORY_BYTES))


def rendered(template: str, variables: dict[str, Any], conversations: list[Any]) -> list[dict[str, str]]:
    """What the template makes of each [messages, whether the answer is to be begun]: {"text"} or {"error"}.

    The names and filters are those that transformers gives to templates. Raises Refusal where it writes too much,
    MemoryError.
    """
    import jinja2
    import jinja2.ext
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(jinja2.ext.Extension):
        """{% generation %}, which marks what the model says: here it changes nothing."""

        tags = {"generation"}  # noqa: RUF012 - as jinja2 declares it

        def parse(self, parser: Any) -> Any:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    def complain(message: str) -> None:
        raise jinja2.TemplateError(message)

    def as_json(
        value: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, sort_keys: bool = False
    ) -> str:
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    environment.filters["tojson"] = as_json
    environment.globals["raise_exception"] = complain
    environment.globals["strftime_now"] = lambda pattern: datetime.now().strftime(pattern)
    found = []
    for messages, begun in conversations:
        failed: dict[str, str] | None = None
        # Some templates cannot do without tools, others not without a system message.
        for turns, tools in ((messages, None), (messages, []), ([{"role": "system", "content": ""}, *messages], None)):
            given = {"enable_thinking": False, **variables, "messages": turns, "add_generation_prompt": begun}
            try:
                size, pieces = 0, []
                for piece in environment.from_string(template).generate(tools=tools, documents=None, **given):
                    size += len(piece)
                    if size > LONGEST_PROMPT:
                        raise Refusal("writes too much around a question")
                    pieces.append(piece)
                found.append({"text": "".join(pieces)})
                break
            except (Refusal, MemoryError):
                raise
            except Exception as error:  # a template is a program, and may raise whatever it likes
                why = f"{type(error).__name__}: {error}" if not str(error) else str(error)
                failed = failed or {"error": why[:300]}
        else:
            found.append(failed or {})
    return found
