"""LoRA fine-tuning with the Transformers Trainer (Hu et al., 2021, arXiv:2106.09685).

Loss is taken on the reply only, and logits are computed only where there are labels: with left
padding the replies are the last columns of a batch, so every architecture's own
``logits_to_keep`` cuts them out.
"""

import hashlib
import inspect
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import ModelUnavailableError, TrainingError
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.hardware import fastest_dtype
from chatbot.prompts import Prompts
from chatbot.training.data import Example, Mixture

IGNORED = -100  # torch's cross entropy leaves this label out


@dataclass(frozen=True)
class Recipe:
    """How to train; lengths in tokens, ``rate`` is the peak learning rate.

    A step takes ``batch`` rows, ``micro_batch`` at a time: eight rows of 1,024 tokens at once
    need over 20 GB in float32.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    rate: float = 8e-4
    batch: int = 8
    micro_batch: int = 2
    epochs: float = 1.0
    max_tokens: int = 1024
    held_out: int = 48
    evaluate_every: int = 50
    patience: int = 6
    seed: int = 7


def finetune(
    entry: LLMEntry,
    prompts: Prompts,
    mixture: Mixture,
    recipe: Recipe,
    out: Path,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Train an adapter into ``out``; a run that was killed goes on from its last checkpoint.

    Returns:
        ``rows``, ``left_out`` (too long), ``before`` and ``after`` (mean loss on the held-out
        rows, nats a token) and ``seconds``; also written to ``out/training.json``.

    Raises:
        TrainingError: peft is not installed, or there are too few rows.
        ModelUnavailableError: the base model's weights are missing or do not load.
    """
    started = time.monotonic()
    model, tokenizer = load_base(entry)
    encoded = [_encode(tokenizer, example) for example in mixture.examples]
    fitting = [item for item in encoded if len(item["input_ids"]) <= recipe.max_tokens]
    if len(fitting) <= 2 * recipe.batch:
        raise TrainingError(
            f"{len(fitting)} rows fit into {recipe.max_tokens} tokens, and training needs more "
            f"than {2 * recipe.batch}; give more rows with --data."
        )
    held = min(recipe.held_out, len(fitting) // 10)
    say(f"{len(fitting)} rows, {len(encoded) - len(fitting)} left out as too long, {held} held out")
    trainer = _trainer(_with_lora(model, entry, recipe), tokenizer, fitting, held, recipe, out)
    resumed = any((out / "checkpoints").glob("checkpoint-*"))
    before = None if resumed else trainer.evaluate()["eval_loss"]
    trainer.train(resume_from_checkpoint=resumed)
    report = {
        "base": entry.name,
        "rows": len(fitting),
        "left_out": len(encoded) - len(fitting),
        "files": mixture.counts,
        "problems": mixture.problems,
        "before": {"loss": before},
        "after": {"loss": trainer.evaluate()["eval_loss"]},
        "recipe": asdict(recipe),
        "curve": [step for step in trainer.state.log_history if "loss" in step],
        "seconds": round(time.monotonic() - started, 1),
    }
    _save(trainer.model, entry, prompts, report, out)
    return report


def load_base(entry: LLMEntry) -> tuple[Any, Any]:
    """(model, tokenizer) of the untouched base, in the fastest number format here.

    Raises:
        ModelUnavailableError: the weights are missing or do not load.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    path = require_weights(entry)
    source: dict[str, Any] = {"pretrained_model_name_or_path": str(path)}
    options: dict[str, Any] = {}
    if path.suffix == ".gguf":
        source = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
        # Packed weights would be unpacked again in every matrix product.
        options = {"quantization_config": GgufConfig(dequantize=True)}
    try:
        tokenizer = AutoTokenizer.from_pretrained(**source, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            **source, **options, local_files_only=True, dtype=fastest_dtype()
        )
    except (OSError, ValueError, RuntimeError, ImportError) as exc:
        raise ModelUnavailableError(f"The weights '{path}' do not load ({exc}).") from exc
    _detach_quantizer(model)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def prompt_fingerprint(prompts: Prompts) -> dict[str, str]:
    """Name to version and hash of the text: what an adapter was trained on."""
    return {
        p.name: f"{p.version}-{hashlib.sha256(repr(p.messages).encode()).hexdigest()[:12]}"
        for p in (prompts.answer, prompts.condense)
    }


def _detach_quantizer(model: Any) -> None:
    """Weights read from a GGUF file are plain tensors, but still carry the file's quantizer."""
    for name in ("hf_quantizer", "quantization_method"):
        if hasattr(model, name):
            delattr(model, name)
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config


def _with_lora(model: Any, entry: LLMEntry, recipe: Recipe) -> Any:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as exc:
        raise TrainingError(
            "Fine-tuning needs peft; run 'pip install peregrine-chatbot[train]'."
        ) from exc
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=list(entry.lora_targets),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def _encode(tokenizer: Any, example: Example) -> dict[str, list[int]]:
    """Prompt and reply encoded apart, as serving encodes the prompt alone."""
    prompt = tokenizer(example.prompt, add_special_tokens=False).input_ids
    reply = tokenizer(example.reply + tokenizer.eos_token, add_special_tokens=False).input_ids
    return {"input_ids": [*prompt, *reply], "labels": [*[IGNORED] * len(prompt), *reply]}


def _collate(padding: int) -> Callable[[list[dict[str, list[int]]]], dict[str, Any]]:
    import torch

    def collate(items: list[dict[str, list[int]]]) -> dict[str, Any]:
        width = max(len(item["input_ids"]) for item in items)
        gaps = [width - len(item["input_ids"]) for item in items]

        def left(name: str, value: int) -> Any:
            rows = zip(items, gaps, strict=True)
            return torch.tensor([[value] * gap + item[name] for item, gap in rows])

        mask = torch.tensor([[0] * gap + [1] * (width - gap) for gap in gaps])
        return {
            "input_ids": left("input_ids", padding),
            "labels": left("labels", IGNORED),
            "attention_mask": mask,
            "position_ids": (mask.cumsum(-1) - 1).clamp(min=0),
        }

    return collate


def _trainer(
    model: Any,
    tokenizer: Any,
    rows: list[dict[str, list[int]]],
    held: int,
    recipe: Recipe,
    out: Path,
) -> Any:
    import torch
    from transformers import EarlyStoppingCallback, Trainer, TrainingArguments

    takes_positions = "position_ids" in inspect.signature(model.get_base_model().forward).parameters

    class ReplyTrainer(Trainer):
        """Cross entropy over the reply's tokens only."""

        def compute_loss(
            self,
            model: Any,
            inputs: dict[str, Any],
            return_outputs: bool = False,
            num_items_in_batch: Any = None,
        ) -> Any:
            labels = inputs.pop("labels")
            if not takes_positions:
                inputs.pop("position_ids")
            first = int((labels != IGNORED).any(0).nonzero()[0])
            kept = labels.shape[1] - first
            outputs = model(**inputs, logits_to_keep=kept + 1, use_cache=False)
            loss = torch.nn.functional.cross_entropy(
                outputs.logits[:, :-1].flatten(0, 1).float(),
                labels[:, first:].flatten(),
                ignore_index=IGNORED,
                reduction="sum",
            )
            # The mean over all micro-batches of a step, as one large batch would have it.
            tokens = (labels != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
            loss = loss / tokens
            return (loss, {"loss": loss}) if return_outputs else loss

    on_cpu = not torch.cuda.is_available()
    arguments = TrainingArguments(
        output_dir=str(out / "checkpoints"),
        per_device_train_batch_size=recipe.micro_batch,
        gradient_accumulation_steps=recipe.batch // recipe.micro_batch,
        per_device_eval_batch_size=recipe.micro_batch,
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.rate,
        lr_scheduler_type="cosine",
        warmup_steps=20,
        bf16=fastest_dtype() == torch.bfloat16,
        use_cpu=on_cpu,
        train_sampling_strategy="group_by_length",
        remove_unused_columns=False,
        label_names=["labels"],
        prediction_loss_only=True,
        eval_strategy="steps",
        eval_steps=recipe.evaluate_every,
        save_steps=recipe.evaluate_every,
        save_total_limit=2,
        load_best_model_at_end=True,
        logging_steps=20,
        seed=recipe.seed,
        report_to="none",
        dataloader_pin_memory=not on_cpu,
    )
    return ReplyTrainer(
        model=model,
        args=arguments,
        train_dataset=rows[held:],
        eval_dataset=rows[:held],
        data_collator=_collate(tokenizer.pad_token_id),
        callbacks=[EarlyStoppingCallback(recipe.patience)],
    )


def _save(model: Any, entry: LLMEntry, prompts: Prompts, report: dict[str, Any], out: Path) -> None:
    """The adapter in bfloat16, what it was trained on, and the report."""
    import torch

    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.to(torch.bfloat16)
    model.save_pretrained(str(out))
    meta = {"base": entry.name, "template": entry.template, "prompts": prompt_fingerprint(prompts)}
    (out / "peregrine.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    (out / "training.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
