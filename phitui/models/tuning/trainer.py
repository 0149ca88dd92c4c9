"""transformers' Trainer at work on one model, and what it says on its way. Imported on the model thread alone."""

import os
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    EarlyStoppingCallback,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)
from transformers.trainer_callback import ProgressCallback

from phitui.models.tuning.events import TuningStepped
from phitui.models.tuning.examples import IGNORED, Example
from phitui.models.tuning.plan import Plan

MEASURED = 10
"""Times that the validation loss is measured, and a checkpoint is written."""
TOLD = 40
"""Times that the loss is told."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it."""

    model: Any
    steps: int
    before: float | None
    after: float | None
    ended_early: bool
    cancelled: bool


def steps_of(plan: Plan, records: int) -> int:
    """Steps of a whole run over so many records."""
    return ceil(plan.epochs * ceil(ceil(records / plan.batch) / plan.accumulate))


def in_four_bits(folder: Path, device: str, kind: torch.dtype) -> Any:
    """The model with its matrices in four bits, which are not trained. Their sums are worked out in `kind`."""
    kind_of_config: Any = BitsAndBytesConfig
    chosen = kind_of_config(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=kind,
    )
    kinds: Any = AutoModelForCausalLM
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False, "use_safetensors": True}
    model = kinds.from_pretrained(folder, dtype=kind, quantization_config=chosen, device_map={"": device}, **options)
    for weight in model.parameters():
        weight.requires_grad = False
    for module in model.modules():
        # On some CPUs measuring a loss would repack the weights into a form that cannot be trained through.
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return model


def with_adapter(model: Any, plan: Plan, targets: Sequence[str], base: str) -> Any:
    """The model with a new adapter, which alone is trained. `base` is what `--model` has to name."""
    torch.manual_seed(plan.seed)
    config = LoraConfig(
        r=plan.rank,
        lora_alpha=plan.alpha,
        lora_dropout=plan.dropout,
        target_modules=list(targets),
        task_type="CAUSAL_LM",
        base_model_name_or_path=base,
        fan_in_fan_out=str(model.config.model_type) == "gpt2",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # words to programmers, such as on names that will change
        made: Any = get_peft_model(model, config)
    made.peft_config["default"].base_model_name_or_path = base
    return made


def train(
    model: Any,
    plan: Plan,
    learnt: Sequence[Example],
    measured: Sequence[Example],
    folder: Path,
    checkpoint: Path | None,
    show: Callable[[TuningStepped], None],
    cancelled: Callable[[], bool],
) -> Trained:
    """Trains, from a checkpoint where one is given; at the end the model is the best one that was measured.

    `folder` takes checkpoints; where `cancelled` says so, one is written, and it ends.
    """
    device = next(model.parameters()).device
    steps = steps_of(plan, len(learnt))
    often = max(1, steps // MEASURED)
    options: dict[str, Any] = {"gradient_checkpointing_kwargs": {"use_reentrant": False}} if plan.sparing else {}
    if measured:
        options |= {"eval_strategy": "steps", "eval_steps": often, "load_best_model_at_end": True}
        options |= {"metric_for_best_model": "eval_loss", "greater_is_better": False}
        options |= {"eval_on_start": checkpoint is None}
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=plan.epochs,
        per_device_train_batch_size=plan.batch,
        per_device_eval_batch_size=plan.batch,
        gradient_accumulation_steps=plan.accumulate,
        learning_rate=plan.learning_rate,
        weight_decay=plan.weight_decay,
        warmup_steps=plan.warmup if plan.warmup < 1 else 0,
        lr_scheduler_type=plan.schedule,
        gradient_checkpointing=plan.sparing,
        seed=plan.seed,
        bf16=device.type == "cuda",
        use_cpu=device.type == "cpu",
        logging_steps=max(1, steps // TOLD),
        save_strategy="steps",
        save_steps=often,
        save_total_limit=2,  # the best and the last: of one alone Trainer keeps the best, and a stop would lose steps
        train_sampling_strategy="group_by_length" if plan.batch > 1 else "random",
        include_num_input_tokens_seen="non_padding",
        label_names=["labels"],
        remove_unused_columns=False,
        dataloader_pin_memory=device.type == "cuda",
        disable_tqdm=True,
        report_to="none",
        **options,
    )
    arguments._n_gpu = min(1, arguments.n_gpu)  # one card: Trainer would spread batches over all that there are
    teller = _Teller(show, cancelled)
    callbacks: list[TrainerCallback] = [teller]
    if measured and plan.patience:
        callbacks.append(EarlyStoppingCallback(plan.patience))
    trainer = Trainer(model, arguments, _collated, _rows(learnt), _rows(measured) or None, callbacks=callbacks)
    for noisy in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(noisy)
    with torch.enable_grad():  # the model thread has gradients off
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    history = [each["eval_loss"] for each in trainer.state.log_history if "eval_loss" in each]
    after = min(history[1:], default=None) if history else None
    early = trainer.state.global_step < trainer.state.max_steps
    before = history[0] if history else None
    return Trained(trainer.model, trainer.state.global_step, before, after, early, teller.stopped)


class _Teller(TrainerCallback):
    """Says how far it is, and ends it where that is wished."""

    def __init__(self, show: Callable[[TuningStepped], None], cancelled: Callable[[], bool]):
        self.stopped = False
        self._show, self._cancelled = show, cancelled
        self._began = self._step_began = time.monotonic()
        self._in_steps = 0.0
        self._from: tuple[int, int] | None = None
        """Steps and tokens that were done before."""

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._began = time.monotonic()
        for logs in list(state.log_history):
            if "loss" in logs or "eval_loss" in logs:
                self._tell(state, logs, logs["step"], logs.get("epoch", 0.0), past=True)

    def on_step_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._step_began = time.monotonic()
        self._from = self._from or (state.global_step, int(state.num_input_tokens_seen))

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._in_steps += time.monotonic() - self._step_began
        if state.global_step >= state.max_steps:
            control.should_save = True
            control.should_evaluate = args.eval_strategy != "no"
        if self._cancelled():
            self.stopped = control.should_save = control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
        if logs and ("loss" in logs or "eval_loss" in logs):
            self._tell(state, logs, state.global_step, state.epoch or 0.0, past=False)

    def _tell(self, state: Any, logs: Any, step: int, epoch: float, past: bool) -> None:
        steps, seen = self._from or (step, 0)
        done, tokens = step - steps, int(state.num_input_tokens_seen) - seen
        rate = tokens / self._in_steps if tokens and self._in_steps else None
        passed = time.monotonic() - self._began
        left = passed / done * (state.max_steps - step) if done > 0 else None
        told = (None, None) if past else (rate, left)
        self._show(
            TuningStepped(step, state.max_steps, epoch, logs.get("loss"), logs.get("eval_loss"), *told, past=past)
        )


def _rows(examples: Sequence[Example]) -> Any:
    return [{"input_ids": list(each.ids), "labels": list(each.labels)} for each in examples]


def _collated(rows: list[dict[str, list[int]]]) -> dict[str, Any]:
    """(records, longest) of tokens, of what is read, and of labels: filled up at the end."""
    width = max(len(row["input_ids"]) for row in rows)

    def filled(name: str, with_: int) -> Any:
        return torch.tensor([row[name] + [with_] * (width - len(row[name])) for row in rows])

    seen = torch.tensor([[1] * len(row["labels"]) + [0] * (width - len(row["labels"])) for row in rows])
    return {"input_ids": filled("input_ids", 0), "attention_mask": seen, "labels": filled("labels", IGNORED)}


def save(model: Any, tokenizer: Any, plan: Plan, into: Path) -> None:
    """The adapter, or the whole model with its tokenizer."""
    model.save_pretrained(into)
    if plan.method == "full":
        tokenizer.save_pretrained(into)
    for file in into.iterdir():
        os.chmod(file, 0o600)
