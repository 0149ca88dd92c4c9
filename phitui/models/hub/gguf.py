"""GGUF files: what a header says, read in a few milliseconds without a tensor, and how transformers is given the file.

The layout is that of llama.cpp's gguf.md. The file is hostile: every length is checked against the file's.
"""

import importlib.util
import mmap
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from math import prod
from pathlib import Path
from threading import RLock
from typing import Any

from phitui.errors import ModelError
from phitui.reading import open_regular
from phitui.text import one_line

MAGIC = b"GGUF"
PIP = "pip install 'phitui[gguf]'"
NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
"""Kinds of a value in a header that have a fixed width."""
STRING, ARRAY = 8, 9
MOST_ENTRIES = 100_000
"""Of values, of tensors: the largest models have some 2,000. More is no model."""
MOST_STRINGS = 4_000_000
"""In all arrays of a header: the largest vocabularies have some 300,000, and rules for joining them."""
LONGEST_KEPT = 200_000
"""Bytes of a string that is kept: a chat template may be long."""

_quickly = RLock()


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a file says of itself."""

    architecture: str
    """llama.cpp's name, such as llama."""
    values: dict[str, Any]
    """Numbers and strings of the header; an array is its length."""
    parameters: int

    @property
    def context_window(self) -> int | None:
        """Tokens, where it says."""
        given = self.values.get(f"{self.architecture}.context_length")
        return given if isinstance(given, int) and given > 0 else None

    @property
    def parts(self) -> int:
        """Files that the model was split over."""
        given = self.values.get("split.count")
        return given if isinstance(given, int) and given > 0 else 1


def is_gguf(file: Path) -> bool:
    """Whether a file begins as GGUF files do; Ollama's have no ending to go by."""
    try:
        with open_regular(file) as opened:
            return opened.read(4) == MAGIC
    except OSError:
        return False


def read_header(file: Path) -> GgufHeader:
    """Raises ModelError for a file that cannot be read, is none, or ends too early."""
    shown = one_line(file.name, 80)
    try:
        with open_regular(file) as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).header()
    except OSError as error:
        raise ModelError(f"{shown} cannot be read: {one_line(error.strerror or str(error), 80)}.") from None
    except (struct.error, ValueError, IndexError, OverflowError, MemoryError):
        raise ModelError(
            f"{shown} is not a whole GGUF file: its header is damaged or the file ends too early. Download it again."
        ) from None


class _Reader:
    """Goes through the header of `data`. Raises struct.error, IndexError or ValueError where it makes no sense."""

    def __init__(self, data: mmap.mmap):
        self._data, self._at, self._strings = data, 0, 0

    def header(self) -> GgufHeader:
        if self._data[:4] != MAGIC:
            raise ValueError("no GGUF")
        version, tensors, values = struct.unpack_from("<IQQ", self._data, 4)
        if version not in (2, 3) or max(tensors, values) > MOST_ENTRIES:
            raise ValueError("a version that nobody wrote, or too many entries")
        self._at = 24
        found = {self._string(): self._value(self._number("<I")) for _ in range(values)}
        parameters = sum(self._tensor() for _ in range(tensors))
        architecture = found.get("general.architecture")
        if not isinstance(architecture, str):
            raise ValueError("no architecture")
        return GgufHeader(architecture, found, parameters)

    def _number(self, layout: str) -> Any:
        (value,) = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return value

    def _skip(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            raise ValueError("beyond the end")

    def _string(self) -> str:
        length, at = self._number("<Q"), self._at
        self._skip(length)
        return self._data[at : at + min(length, LONGEST_KEPT)].decode("utf-8", "replace")

    def _value(self, kind: int) -> Any:
        if kind in NUMBERS:
            return self._number(NUMBERS[kind])
        if kind == STRING:
            return self._string()
        if kind != ARRAY:
            raise ValueError("an unknown kind of value")
        inner, count = self._number("<I"), self._number("<Q")
        if inner in NUMBERS:
            self._skip(count * struct.calcsize(NUMBERS[inner]))
        elif inner == STRING:
            self._strings += count
            if self._strings > MOST_STRINGS:
                raise ValueError("more texts than any model has")
            data, at, length = self._data, self._at, struct.Struct("<Q").unpack_from
            for _ in range(count):  # a vocabulary: 150,000 of them
                at += 8 + length(data, at)[0]
            self._at = at
            self._skip(0)
        else:
            raise ValueError("arrays in an array")
        return count

    def _tensor(self) -> int:
        """Numbers in a tensor; where it lies must be in the file."""
        self._string()
        sizes = [self._number("<Q") for _ in range(min(self._number("<I"), 8))]
        self._skip(4)
        if self._number("<Q") > len(self._data):
            raise ValueError("beyond the end")
        return prod(sizes)


# ── for transformers ─────────────────────────────────────────────────────────────────────────────────────────


def gguf_config(file: Path) -> dict[str, Any]:
    """What config.json would say of its kind, as far as it is known beforehand. Raises ModelError."""
    header = read_header(file)
    kind = {"qwen2moe": "qwen2_moe", "qwen3moe": "qwen3_moe", "qwen35": "qwen3_5_text"}.get(header.architecture)
    return {
        "model_type": kind or header.architecture,
        "max_position_embeddings": header.context_window or 0,
        "is_encoder_decoder": header.architecture in ("t5", "t5encoder"),
    }


def checked_gguf(file: Path, shown: str) -> Path:
    """The file, where it can be loaded. Raises ModelError: what it is, its parts, or a package that is missing."""
    if not is_gguf(file):
        raise ModelError(f"{shown} is not a GGUF file, whatever its name says: download it again.")
    header = read_header(file)
    if header.parts > 1:
        raise ModelError(
            f"{shown} is one of the {header.parts} parts of a GGUF model: join them with `llama-gguf-split --merge`,"
            " and give the file that comes of it."
        )
    if any(importlib.util.find_spec(name) is None for name in ("gguf", "accelerate")):
        raise ModelError(f"{shown} is a GGUF file, which takes two packages more to read: `{PIP}`.")
    if header.architecture not in _known():
        raise ModelError(
            f"{shown} is a GGUF file of the architecture {one_line(header.architecture, 40)}, which transformers does"
            " not read from GGUF: give a folder with config.json and safetensors weights of the same model."
        )
    return file


def _known() -> set[str]:
    """Architectures that transformers reads from GGUF files, by llama.cpp's names."""
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES

    known = set(GGUF_SUPPORTED_ARCHITECTURES) - {"general", "tokenizer"}
    with suppress(ImportError):  # since 5.24
        known |= set(vars(import_module("transformers.integrations.gguf.gguf_config_mapping"))["GGUF_CONFIG_ARCHS"])
    return known | {name.replace("_moe", "moe") for name in known}


@contextmanager
def read_quickly() -> Iterator[None]:
    """While this holds, transformers reads GGUF files in a fourth of the time: SmolLM2's in 2.5 s instead of 10.

    The package gguf cuts each number and text of a header out of a memory map, which takes ten times as long as out of
    a plain array; transformers has each header read three times, and all names that a tensor may have made anew for
    every module. Another thread waits for it to end.
    """
    gguf: Any = import_module("gguf")
    with _quickly:
        reader, names = gguf.GGUFReader, gguf.get_tensor_name_map
        if not isinstance(reader, type):  # it holds already
            yield
            return

        class PlainReader(reader):  # type: ignore[misc, valid-type]
            @property
            def data(self) -> Any:
                return self._plain

            @data.setter
            def data(self, mapped: Any) -> None:
                self._plain = mapped.view(import_module("numpy").ndarray)

        gguf.GGUFReader, gguf.get_tensor_name_map = lru_cache(1)(PlainReader), lru_cache(1)(names)
        try:
            yield
        finally:
            gguf.GGUFReader, gguf.get_tensor_name_map = reader, names


@contextmanager
def for_transformers(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """(folder, options of `from_pretrained`) for a model: a GGUF file, or a folder, which needs no options.

    The file is reached through a link for the while: transformers goes by its ending, which Ollama's lack, and would
    look at what else lies in its folder.
    """
    if path.is_dir():
        yield path, {}
        return
    with tempfile.TemporaryDirectory(prefix="phitui-gguf-") as folder:
        os.symlink(path.resolve(), Path(folder) / "model.gguf")
        with read_quickly():
            yield Path(folder), {"gguf_file": "model.gguf"}
