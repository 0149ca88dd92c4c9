"""Models worth a download, by size: what they are, what they take, and whether this machine has it."""

import os
from dataclasses import dataclass

from phitui.models.hub.cards import cards, free_beside_cards
from phitui.models.hub.packaged import SMOLLM2, is_installed

OVERHEAD = 1_000_000_000
"""Bytes beside the weights: what CUDA and a step take, and the keys and values of a conversation."""
FORMATS = {"bfloat16": 2.0, "int8": 1.0, "int4": 0.55, "float32": 4.0}
"""Bytes a weight. 4-bit weights come with a scale for every few dozen."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model worth offering."""

    id: str
    parameters: float
    """Thousand millions."""
    licence: str
    window: int
    """Tokens."""
    template: bool
    """Whether it has a chat template; else it is a base model."""
    why: str

    @property
    def bytes(self) -> int:
        """Download size, in 16 bits."""
        return self.memory("bfloat16")

    def memory(self, numbers: str) -> int:
        """Bytes that its weights take in one of FORMATS."""
        return round(self.parameters * 1e9 * FORMATS[numbers])

    @property
    def facts(self) -> str:
        """Parameters, licence, window and template in a few words."""
        size = f"{self.parameters:g} B" if self.parameters >= 1 else f"{self.parameters * 1000:.0f} M"
        form = "chat" if self.template else "base"
        return f"{size} · {self.licence} · {self.window // 1024}k window · {form}"


DEFAULT = "microsoft/phi-2"
APACHE, MIT, LLAMA, GEMMA = "Apache-2.0", "MIT", "Llama licence", "Gemma licence"
CHOICES: tuple[Choice, ...] = (
    Choice(DEFAULT, 2.78, MIT, 2048, False, "the default"),
    *(
        [Choice(SMOLLM2, 0.135, APACHE, 8192, True, "there already, in a Python package; small, to try things")]
        if is_installed()
        else []
    ),
    Choice("HuggingFaceTB/SmolLM2-360M-Instruct", 0.362, APACHE, 8192, True, "runs on any CPU"),
    Choice("Qwen/Qwen3-0.6B", 0.6, APACHE, 40_960, True, "small, many languages"),
    Choice("google/gemma-3-1b-it", 1.0, GEMMA, 32_768, True, "many languages; asks for consent"),
    Choice("Qwen/Qwen2.5-1.5B-Instruct", 1.54, APACHE, 32_768, True, "follows instructions, quick here"),
    Choice("Qwen/Qwen3-1.7B", 1.72, APACHE, 40_960, True, "many languages"),
    Choice("HuggingFaceTB/SmolLM3-3B", 3.08, APACHE, 65_536, True, "open data, six languages"),
    Choice("meta-llama/Llama-3.2-3B-Instruct", 3.21, LLAMA, 131_072, True, "quick here; asks for consent"),
    Choice("ibm-granite/granite-4.0-micro", 3.4, APACHE, 131_072, True, "made for questions on documents"),
    Choice("microsoft/Phi-4-mini-instruct", 3.84, MIT, 131_072, True, "reasons well for its size"),
    Choice("Qwen/Qwen3-4B-Instruct-2507", 4.02, APACHE, 262_144, True, "long documents, many languages"),
    Choice("mistralai/Mistral-7B-Instruct-v0.3", 7.25, APACHE, 32_768, True, "quick here"),
    Choice("Qwen/Qwen3-8B", 8.19, APACHE, 40_960, True, "careful answers, many languages"),
    Choice("microsoft/phi-4", 14.7, MIT, 16_384, True, "reasons well"),
    Choice("Qwen/Qwen3-14B", 14.8, APACHE, 40_960, True, "careful answers, many languages"),
    Choice("mistralai/Mistral-Small-24B-Instruct-2501", 23.6, APACHE, 32_768, True, "for a large card"),
    Choice("Qwen/Qwen3-32B", 32.8, APACHE, 40_960, True, "for a large card"),
)


# ── what fits this machine ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Room:
    """Memory that a model would run in."""

    name: str
    """Of the card, or the processor."""
    free: int
    """Bytes."""
    card: bool

    def verdict(self, parameters: float) -> str:
        """Whether a model of so many thousand millions fits, in which numbers, and else what it lacks."""
        for numbers in ("bfloat16", "int8") if self.card else ("float32",):
            if parameters * 1e9 * FORMATS[numbers] + OVERHEAD <= self.free:
                return "fits" if numbers != "int8" else "fits with --dtype int8"
        least = "int8" if self.card else "float32"
        needed = parameters * 1e9 * FORMATS[least] + OVERHEAD
        return f"needs {needed / 1e9:.1f} GB in {least}, {self.free / 1e9:.1f} GB are free"


def room() -> Room:
    """The card with the most free memory; where there is none, the machine's own memory."""
    card = max(cards(), key=lambda card: card.free, default=None)
    if card is not None:
        return Room(card.name, card.free, True)
    return Room("CPU", _free_memory(), False)


def _free_memory() -> int:
    """Bytes that programs may still take; where the system does not say, all that the machine has."""
    found = free_beside_cards()
    if found is not None:
        return found
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 0
