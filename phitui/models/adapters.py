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
            raise ModelError(_misfit(folder, base, wrong[0]))
    if merged:
        return made.merge_and_unload(adapter_names=names)
    made.base_model.set_adapter(names, inference_mode=True)
    return made.base_model.model


def _misfit(folder: Path, base: str, why: str) -> str:
    shown = model_name(str(folder))
    wanted = adapter_config(folder, shown).get("base_model_name_or_path")
    for_whom = f"it was made for {one_line(wanted, 100)}" if isinstance(wanted, str) and wanted else "it is for another"
    return f"The adapter {shown} does not fit {base}: {for_whom} ({one_line(why, 120)})."
