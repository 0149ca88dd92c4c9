"""LoRA adapters on a model's weights, by peft: added to them, or kept beside them."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.hub.adapter import adapter_config
from phitui.models.hub.checkpoint import model_name
from phitui.models.thread import is_out_of_memory
from phitui.text import one_line


def with_adapters(model: Any, folders: Sequence[Path], merged: bool, base: str) -> Any:
    """transformers' model with all of the adapters at work, their effects added up.

    `merged`: they become part of the weights, and the model runs as any other does; else they are worked out beside
    them at each step, exactly as they were trained. `base` is the model's name. Raises ModelError that names the
    adapter which was made for another model.
    """
    made, names = _put_on(model, folders, base)
    if merged:
        return made.merge_and_unload(adapter_names=names)
    made.base_model.set_adapter(names, inference_mode=True)
    return made.base_model.model


class AdapterChanges:
    """What adapters add to a model's weights, added in place and taken away again: its base is held once.

    What stands on the same weights, such as the loop's joined matrices, sees the change.
    """

    def __init__(self, model: Any):
        self._model = model
        self._kept: dict[str, Any] = {}
        """Name of a matrix → as it was, in the machine's memory."""

    def put_on(self, folders: Sequence[Path], base: str) -> None:
        """These in the place of those before. Raises ModelError as `with_adapters`."""
        from peft.tuners.lora import LoraLayer

        self.take_off()
        if not folders:
            return
        made, names = _put_on(self._model, folders, base)
        added: dict[str, Any] = {}
        try:
            for name, layer in made.base_model.model.named_modules():
                if isinstance(layer, LoraLayer):
                    of: Any = layer
                    added[name] = sum(of.get_delta_weight(each) for each in names if each in of.lora_A)
        finally:
            made.unload()
        for name, more in added.items():
            weight = self._model.get_submodule(name).weight
            self._kept[name] = weight.detach().cpu().clone()
            weight.data.add_(more.to(weight.dtype))

    def take_off(self) -> None:
        """The weights become what they were, to the bit."""
        while self._kept:
            name, before = self._kept.popitem()
            self._model.get_submodule(name).weight.data.copy_(before)


def is_plain(folder: Path) -> bool:
    """Whether an adapter does nothing but add to matrices, so that `AdapterChanges` can put it on."""
    config = adapter_config(folder, model_name(str(folder)))
    others = ("use_dora", "modules_to_save", "target_parameters", "trainable_token_indices", "alora_invocation_tokens")
    return config.get("bias", "none") == "none" and not any(config.get(name) for name in others)


def _put_on(model: Any, folders: Sequence[Path], base: str) -> tuple[Any, list[str]]:
    """peft's model, which has all of them loaded, and their names in it."""
    from peft import PeftConfig, PeftModel

    names = [f"adapter{place}" for place in range(len(folders))]
    made: Any = None
    for name, folder in zip(names, folders, strict=True):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what does not fit is an error below
                if made is None:
                    config = PeftConfig.from_pretrained(str(folder))
                    config.inference_mode = True
                    made = PeftModel(model, config, adapter_name=name)
                found = made.load_adapter(str(folder), name, torch_device=str(model.device))
            wrong = [*found.missing_keys, *found.unexpected_keys]
        except Exception as error:  # peft says each misfit in another way
            if is_out_of_memory(error):
                raise
            wrong = [str(error).strip().split("\n")[-1].strip()]
        if wrong:
            if made is not None:
                made.unload()
            raise ModelError(_misfit(folder, base, wrong[0]))
    return made, names


def _misfit(folder: Path, base: str, why: str) -> str:
    shown = model_name(str(folder))
    wanted = adapter_config(folder, shown).get("base_model_name_or_path")
    for_whom = f"it was made for {one_line(wanted, 100)}" if isinstance(wanted, str) and wanted else "it is for another"
    return f"The adapter {shown} does not fit {base}: {for_whom} ({one_line(why, 120)})."
