"""Chat templates as current models have them, in their published structure and shortened to what a question needs."""

from dataclasses import dataclass

LOOP = "{% for m in messages %}"
END = "{% endfor %}"
GO = "{% if add_generation_prompt %}"
REFUSES_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
ALTERNATES = (
    "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}"
)


@dataclass(frozen=True)
class Template:
    """`end`: what stands behind an answer; `opens`: what the prompt ends with; `named`: a template among several."""

    text: str
    special: tuple[str, ...]
    end: str
    opens: str
    named: str = ""
    bos: bool = False


def roles(begin, middle, end, *, before="", generation=None, answer="assistant"):
    """The commonest structure: each message between marks with its role."""
    role = f"{{{{ '{answer}' if m.role == 'assistant' else m.role }}}}" if answer != "assistant" else "{{ m.role }}"
    open_answer = f"{begin}{answer}{middle}" if generation is None else generation
    return f"{before}{LOOP}{begin}{role}{middle}{{{{ m.content }}}}{end}{END}{GO}{open_answer}{{% endif %}}"


IM = ("<|im_start|>", "<|im_end|>")
HEADERS = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
BOS = "{{ bos_token }}"
CHATML = roles("<|im_start|>", "\n", "<|im_end|>\n")
NO_THOUGHT = "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}"
QWEN_SYSTEM = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
)
TOOLS = "{% if tools %}<tools>{% for tool in tools %}{{ tool | tojson }}{% endfor %}</tools>{% endif %}"

TEMPLATES = {
    "qwen 2.5": Template(QWEN_SYSTEM + TOOLS + CHATML, IM, "<|im_end|>", "<|im_start|>assistant\n"),
    "qwen 3": Template(
        TOOLS + CHATML.replace("assistant\n{% endif %}", "assistant\n" + NO_THOUGHT + "{% endif %}"),
        (*IM, "<think>", "</think>"),
        "<|im_end|>",
        "<think>\n\n</think>\n\n",
    ),
    "qwen 3 instruct 2507": Template(TOOLS + CHATML, IM, "<|im_end|>", "assistant\n"),
    "smollm2": Template(QWEN_SYSTEM + CHATML, IM, "<|im_end|>", "assistant\n"),
    "smollm3": Template(
        "<|im_start|>system\n## Metadata\n{% if enable_thinking %}/think{% else %}/no_think{% endif %}<|im_end|>\n"
        + CHATML.replace("assistant\n{% endif %}", "assistant\n" + NO_THOUGHT + "{% endif %}"),
        IM,
        "<|im_end|>",
        "<think>\n\n</think>\n\n",
    ),
    "llama 3.1": Template(
        BOS
        + "<|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023<|eot_id|>"
        + roles("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>"),
        HEADERS,
        "<|eot_id|>",
        "assistant<|end_header_id|>\n\n",
        bos=True,
    ),
    "llama 3.2, which writes its first token for every system message": Template(
        LOOP
        + BOS * 2
        + "<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>"
        + END
        + GO
        + "<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}",
        HEADERS,
        "<|eot_id|>",
        "assistant<|end_header_id|>\n\n",
        bos=True,
    ),
    "gemma 2": Template(
        BOS + REFUSES_SYSTEM + roles("<start_of_turn>", "\n", "<end_of_turn>\n", answer="model"),
        ("<start_of_turn>", "<end_of_turn>"),
        "<end_of_turn>",
        "<start_of_turn>model\n",
        bos=True,
    ),
    "gemma 3": Template(
        BOS + roles("<start_of_turn>", "\n", "<end_of_turn>\n", answer="model"),
        ("<start_of_turn>", "<end_of_turn>"),
        "<end_of_turn>",
        "<start_of_turn>model\n",
        bos=True,
    ),
    "mistral 7b 0.3": Template(
        f"{BOS}{REFUSES_SYSTEM}{LOOP}{ALTERNATES}{{% if m.role == 'user' %}}[INST] {{{{ m.content }}}}[/INST]"
        "{% else %} {{ m.content }}</s>{% endif %}{% endfor %}",
        ("[INST]", "[/INST]", "</s>"),
        "</s>",
        "[/INST]",
        bos=True,
    ),
    "mistral small 3": Template(
        f"{BOS}{{% if messages[0].role != 'system' %}}[SYSTEM_PROMPT]Be brief.[/SYSTEM_PROMPT]{{% endif %}}{LOOP}"
        "{% if m.role == 'user' %}[INST]{{ m.content }}[/INST]{% elif m.role == 'assistant' %}{{ m.content }}</s>"
        "{% endif %}{% endfor %}",
        ("[INST]", "[/INST]", "</s>", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
        "</s>",
        "[/INST]",
        bos=True,
    ),
    "phi 3.5": Template(
        roles("<|", "|>\n", "<|end|>\n", generation="<|assistant|>\n"),
        ("<|user|>", "<|assistant|>", "<|system|>", "<|end|>"),
        "<|end|>",
        "<|assistant|>\n",
    ),
    "phi 4": Template(
        roles("<|im_start|>", "<|im_sep|>", "<|im_end|>"), (*IM, "<|im_sep|>"), "<|im_end|>", "assistant<|im_sep|>"
    ),
    "phi 4 mini": Template(
        roles("<|", "|>", "<|end|>", generation="<|assistant|>"),
        ("<|user|>", "<|assistant|>", "<|system|>", "<|end|>"),
        "<|end|>",
        "<|assistant|>",
    ),
    "deepseek r1 distilled": Template(
        f"{BOS}{LOOP}{{% if m.role == 'user' %}}<｜User｜>{{{{ m.content }}}}{{% else %}}<｜Assistant｜>"
        f"{{{{ m.content.split('</think>')[-1] }}}}<｜end▁of▁sentence｜>{{% endif %}}{END}{GO}<｜Assistant｜><think>\n"
        "{% endif %}",
        ("<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>", "<think>", "</think>"),
        "<｜end▁of▁sentence｜>",
        "<think>\n",
        bos=True,
    ),
    "granite 3.3": Template(
        "<|start_of_role|>system<|end_of_role|>Today.<|end_of_text|>\n"
        + roles("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>\n"),
        ("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"),
        "<|end_of_text|>",
        "assistant<|end_of_role|>",
    ),
    "olmo 2": Template(
        f"{BOS}{LOOP}{{% if m.role == 'user' %}}<|user|>\n{{{{ m.content }}}}\n{{% else %}}<|assistant|>\n"
        f"{{{{ m.content }}}}{{{{ eos_token }}}}\n{{% endif %}}{END}{GO}<|assistant|>\n{{% endif %}}",
        (),
        "<|endoftext|>",
        "<|assistant|>\n",
        bos=True,
    ),
    "command r, a template among several": Template(
        f"{BOS}{LOOP}<|START_OF_TURN_TOKEN|>{{% if m.role == 'user' %}}<|USER_TOKEN|>{{% else %}}<|CHATBOT_TOKEN|>"
        f"{{% endif %}}{{{{ m.content }}}}<|END_OF_TURN_TOKEN|>{END}{GO}<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"
        "{% endif %}",
        ("<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
        "<|END_OF_TURN_TOKEN|>",
        "<|CHATBOT_TOKEN|>",
        named="default",
        bos=True,
    ),
    "glm 4, whose next turn ends the answer": Template(
        f"[gMASK]<sop>{LOOP}<|{{{{ m.role }}}}|>\n{{{{ m.content }}}}{END}{GO}<|assistant|>\n{{% endif %}}",
        ("[gMASK]", "<sop>", "<|user|>", "<|assistant|>"),
        "<|user|>",
        "<|assistant|>\n",
    ),
    "exaone 3.5": Template(
        "{% if messages[0].role != 'system' %}[|system|][|endofturn|]\n{% endif %}"
        + roles("[|", "|]", "[|endofturn|]\n", generation="[|assistant|]"),
        ("[|system|]", "[|user|]", "[|assistant|]", "[|endofturn|]"),
        "[|endofturn|]",
        "[|assistant|]",
    ),
    "falcon 3": Template(
        roles("<|", "|>\n", "<|endoftext|>\n", generation="<|assistant|>\n"),
        ("<|user|>", "<|assistant|>"),
        "<|endoftext|>",
        "<|assistant|>\n",
    ),
    "zephyr": Template(
        roles("<|", "|>\n", "</s>\n", generation="<|assistant|>\n"), ("</s>",), "</s>", "<|assistant|>\n"
    ),
    "hermes, for tools alone": Template(
        "{% for tool in tools %}{{ tool | tojson }}{% endfor %}" + CHATML,
        IM,
        "<|im_end|>",
        "assistant\n",
        named="tool_use",
    ),
    "nemotron, which wants a system message": Template(
        "{% if messages[0].role != 'system' %}{{ raise_exception('a system message is needed') }}{% endif %}"
        + roles("<extra_id_", ">", "\n", generation="<extra_id_1>Assistant\n")
        .replace("{{ m.role }}", "1")
        .replace("1>{{ m.content }}", "1>{{ m.role }}\n{{ m.content }}<eot>"),
        ("<eot>", "<extra_id_1>"),
        "<eot>",
        "<extra_id_1>Assistant\n",
    ),
}
