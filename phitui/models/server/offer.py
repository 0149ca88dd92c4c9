"""What a server offers: which program it is, its models, and what they hold."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from phitui.errors import ModelError
from phitui.models.server.address import server_address
from phitui.models.server.client import ServerClient
from phitui.models.server.faults import ServerFault, rubbish
from phitui.models.server.loop import LoopThread
from phitui.text import one_line

Program = Literal["vLLM", "SGLang", "llama.cpp", "Ollama", "TGI", "LM Studio", ""]
"""Empty for any other."""
OWNERS: dict[str, Program] = {
    "vllm": "vLLM",
    "sglang": "SGLang",
    "llamacpp": "llama.cpp",
    "library": "Ollama",
    "organization_owner": "LM Studio",
}
"""Who owns a model, as /v1/models says, by which the program is known."""
OLLAMA_WINDOW = 4096
"""Tokens that Ollama reads where it was not told otherwise, whatever the model holds; it cuts off the rest unsaid."""
UNKNOWN_WINDOW = 4096
"""Tokens, where neither the server nor a setting says it: few models of today hold less."""
_SIZE = re.compile(r"(?<![\w.])(?:(\d{1,3})[xX])?(\d{1,4}(?:\.\d{1,3})?)([bBmM])(?![A-Za-z0-9])")
MOST_MODELS = 1000
"""Of one list that are looked at."""
SHOWN_MODELS = 8


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model of a server."""

    id: str
    server: str
    """Host and port."""
    program: Program
    context_window: int | None
    """Tokens; None where it does not say."""
    parameters: int = 0
    """Weights; 0 where neither the server nor the name says it."""
    root: str = ""
    """What the model is called elsewhere, where the server has given it a name of its own."""

    @property
    def continues(self) -> bool:
        """Whether an answer that has begun can be gone on with."""
        return self.program in ("vLLM", "SGLang", "llama.cpp")


async def served_models(client: ServerClient) -> list[ServedModel]:
    """In the server's order. Raises ServerFault."""
    listed = await client.get("/models")
    rows = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(rows, list):
        raise rubbish(client.address, "no list of models")
    found = [_read(row, client) for row in rows[:MOST_MODELS] if isinstance(row, dict)]
    return [model for model in found if model.id]


def _read(row: dict[str, Any], client: ServerClient) -> ServedModel:
    meta = row["meta"] if isinstance(row.get("meta"), dict) else {}
    window = next((_whole(at.get(key)) for at, key in ((row, "max_model_len"), (meta, "n_ctx")) if at.get(key)), None)
    program: Program = OWNERS.get(str(row.get("owned_by")), "llama.cpp" if "n_vocab" in meta else "")
    # What is sent back is the name as it came: one with control characters in it names nothing.
    name = str(row.get("id") or "")
    root = one_line(str(row.get("root") or ""))
    parameters = _whole(meta.get("n_params"), 10**14) or _named_size(root) or _named_size(name)
    return ServedModel(name if name == one_line(name) else "", client.address.host, program, window, parameters, root)


def _whole(value: Any, limit: int = 100_000_000) -> int | None:
    return value if type(value) is int and 0 < value < limit else None


def _named_size(name: str) -> int:
    """Weights that a name tells of: SmolLM2-135M-Instruct, llama3.1:8b, Mixtral-8x7B; 0 where it does not."""
    found = _SIZE.search(name)
    if found is None:
        return 0
    experts, number, unit = found.groups()
    return round(float(number) * int(experts or 1) * (1e9 if unit in "bB" else 1e6))


async def chosen_model(client: ServerClient, wanted: str) -> ServedModel:
    """The model of that name, or the first where `wanted` is empty, with its window where the server says it.

    A server that lists none is taken at its user's word. Raises ServerFault, ModelError for a name it does not have.
    """
    where = f"The server at {client.address.host}"
    try:
        models = await served_models(client)
    except ServerFault as fault:
        if not (wanted and fault.status in (404, 405)):
            raise
        return ServedModel(wanted, client.address.host, "", None)
    if not models:
        raise ModelError(f"{where} has no model: load or download one there first.")
    found = next((each for each in models if each.id == wanted), None) if wanted else models[0]
    if found is None and (twins := [each for each in models if each.id == f"{wanted}:latest"]):
        found = twins[0]  # as Ollama writes the name without a tag
    if found is None:
        names = ", ".join(one_line(each.id, 80) for each in models[:SHOWN_MODELS])
        more = " …" if len(models) > SHOWN_MODELS else ""
        raise ModelError(f"{where} has no model {one_line(wanted, 80)}; it has {names}{more}.")
    if found.context_window is None:
        return await _asked_further(client, found)
    return found


async def _asked_further(client: ServerClient, model: ServedModel) -> ServedModel:
    """The model with its window, from where each program says it."""
    root, name = client.address.root, model.id
    if model.program == "Ollama":
        running = await _quietly(client, f"{root}/api/ps")
        found = running.get("models")
        rows = found if isinstance(found, list) else []
        loaded = [row for row in rows if isinstance(row, dict) and row.get("name") == name]
        window = _whole(loaded[0].get("context_length")) if loaded else None
        return _with(model, "Ollama", window or OLLAMA_WINDOW)
    if model.program == "LM Studio":
        state = await _quietly(client, f"{root}/api/v0/models/{name}")
        window = _whole(state.get("loaded_context_length")) or _whole(state.get("max_context_length"))
        return _with(model, "LM Studio", window)
    properties = await _quietly(client, f"{root}/props")
    settings = properties.get("default_generation_settings")
    if isinstance(settings, dict):
        return _with(model, "llama.cpp", _whole(settings.get("n_ctx")))
    if not model.program:
        about = await _quietly(client, f"{root}/info")
        if window := _whole(about.get("max_total_tokens")):
            return _with(model, "TGI", window)
    return model


def _with(model: ServedModel, program: Program, window: int | None) -> ServedModel:
    return replace(model, program=program, context_window=window)


async def _quietly(client: ServerClient, address: str) -> dict[str, Any]:
    """What a path of the program's own says; nothing where there is none."""
    try:
        said = await client.get(address)
    except ServerFault:
        return {}
    return said if isinstance(said, dict) else {}


def listed(addresses: Sequence[str], timeout: float) -> Iterator[ServedModel | ModelError]:
    """Each server's, or in their place what is the matter with it. Raises UsageError for an address that is none."""
    if not addresses:
        return
    clients = [ServerClient(server_address(each), timeout) for each in addresses]
    loop = LoopThread()
    try:
        for client in clients:
            try:
                yield from loop.run(served_models(client))
            except ModelError as error:
                yield error
            loop.run(client.close())
    finally:
        loop.close()
