"""Prompts for servers: one text, as everywhere, and what is made of it for a chat or for a plain completion."""

import re
from typing import Any

from phitui.models.engine import PromptKind, Sampling
from phitui.models.engines.prompt_formats import PHI_STOPS, PLAIN_STOPS, ROLE_MARKS
from phitui.models.server.offer import Program

ANSWER_MARK = "<|assistant|>"
_BEGINS = f"\n\n{ANSWER_MARK}\n"
"""Stands between what is asked and the answer; behind it the answer may have begun."""
_CONTROL = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|<[|｜][^<>\n]{1,40}[|｜]>|</?s>|</?(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|"
    + "|".join(map(re.escape, ROLE_MARKS))
)
"""What models of today read as control tokens: a server does so in a document's text too."""
_PHI = re.compile(r"(?:^|/)phi-?(?:1|1[._]5|2)(?:$|[-_.:]q\d|\.gguf|:latest)", re.IGNORECASE)
"""Base models that are asked in the formats of their card."""
LONGEST_STOPS = 4
"""Stop strings that every server takes; the others are looked for here."""
OPTIONAL = (
    "stream_options", "seed", "stop", "top_p", "top_k", "min_p", "repetition_penalty", "repeat_penalty",
    "chat_template_kwargs", "temperature",
)  # fmt: skip
"""What a request can do without, where a server refuses it by name."""


def is_phi(model: str) -> bool:
    """Whether a model's name is that of phi-2 or one of its elders."""
    return bool(_PHI.search(model))


def wrap(content: str, kind: PromptKind, chat: bool, phi: bool) -> str:
    """The content as one text. Control tokens inside it are defused: it is data."""
    if kind == "raw":
        return content
    content = _CONTROL.sub(lambda found: found.group()[0] + " " + found.group()[1:], content)
    if chat:
        return content + _BEGINS
    if phi:
        return f"Alice: {content}\nBob:" if kind == "chat" else f"Instruct: {content}\nOutput:"
    return f"User: {content}\nAssistant:" if kind == "chat" else f"{content}\n\nAnswer:"


def stops(kind: PromptKind, chat: bool, phi: bool) -> tuple[str, ...]:
    """Stop strings of that format."""
    return () if chat else (PHI_STOPS if phi else PLAIN_STOPS)[kind]


def parted(prompt: str) -> tuple[str, str] | None:
    """(what is asked, the beginning of the answer) of a prompt for a chat; None for plain text."""
    asked, mark, begun = prompt.partition(_BEGINS)
    return (asked, begun) if mark else None


def chat_body(asked: str, begun: str, program: Program, thinks: bool) -> dict[str, Any]:
    """Of /chat/completions. An answer that has begun is gone on with."""
    messages = [{"role": "user", "content": asked}]
    body: dict[str, Any] = {"messages": messages}
    if begun:
        messages.append({"role": "assistant", "content": begun})
        if program in ("vLLM", "SGLang"):
            body |= {"continue_final_message": True, "add_generation_prompt": False}
    if program in ("vLLM", "SGLang", "llama.cpp"):
        body["chat_template_kwargs"] = {"enable_thinking": thinks}
    return body


def plain_body(prompt: str) -> dict[str, Any]:
    """Of /completions. A prompt for a chat becomes one for a base model."""
    if (parts := parted(prompt)) is not None:
        prompt = f"{parts[0]}\n\nAnswer:{' ' if parts[1][:1].isalnum() else ''}{parts[1]}"
    return {"prompt": prompt}


def sampled(sampling: Sampling, program: Program, max_tokens: int) -> dict[str, Any]:
    """How to choose tokens, as far as the program knows it."""
    body: dict[str, Any] = {
        "max_tokens": max_tokens,
        "temperature": sampling.temperature,
        "stream_options": {"include_usage": True},
    }
    if sampling.temperature > 0:
        body["top_p"] = sampling.top_p
        if sampling.seed is not None:
            body["seed"] = sampling.seed % 2**31  # some read 32 bits
    if sampling.stop:
        body["stop"] = list(sampling.stop[:LONGEST_STOPS])
    if program in ("vLLM", "SGLang", "llama.cpp"):
        penalty = "repeat_penalty" if program == "llama.cpp" else "repetition_penalty"
        further = {
            "top_k": (sampling.top_k, 0),
            "min_p": (sampling.min_p, 0.0),
            penalty: (sampling.repetition_penalty, 1.0),
        }
        body |= {key: value for key, (value, default) in further.items() if value != default}
    return body


def without_refused(body: dict[str, Any], said: str) -> dict[str, Any] | None:
    """The request without what the server's refusal names; None where it names nothing of it."""
    if "max_completion_tokens" in said and "max_tokens" in body:
        rest = {key: value for key, value in body.items() if key != "max_tokens"}
        return {**rest, "max_completion_tokens": body["max_tokens"]}
    named = next((key for key in OPTIONAL if key in body and re.search(rf"\b{key}\b", said)), None)
    return {key: value for key, value in body.items() if key != named} if named else None
