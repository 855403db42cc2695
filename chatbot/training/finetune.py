"""LoRA fine-tuning with the Transformers Trainer (Hu et al., 2021, arXiv:2106.09685).

Loss is taken on the reply only, and logits are computed only where there are labels. Rows that
begin alike, such as ten questions about one passage, are packed: their common beginning is
computed once, and each row attends to it and to itself only, at the positions it would have
alone. The result is that of the rows apart; the work is a quarter.
"""

import hashlib
import inspect
import json
import random
import time
from collections.abc import Callable, Sequence
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

    A step takes ``packs`` packs of at most ``pack_tokens``, one at a time: memory is what one
    pack needs (some 6 GB for the bundled model in float32).
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    rate: float = 8e-4
    packs: int = 4
    pack_tokens: int = 1536
    epochs: float = 1.0
    max_tokens: int = 1024
    held_out: int = 40
    evaluate_every: int = 100
    patience: int = 5
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
        packs, nats a token) and ``seconds``; also written to ``out/training.json``.

    Raises:
        TrainingError: peft is not installed, or there are too few rows.
        ModelUnavailableError: the base model's weights are missing or do not load.
    """
    started = time.monotonic()
    model, tokenizer = load_base(entry)
    encoded = [_encode(tokenizer, example) for example in mixture.examples]
    fitting = [row for row in encoded if len(row) <= recipe.max_tokens]
    packs = _pack(fitting, recipe.pack_tokens if _attends_by_mask(model) else 0)
    random.Random(recipe.seed).shuffle(packs)
    if len(packs) <= 2 * recipe.packs:
        raise TrainingError(
            f"{len(fitting)} rows fit into {recipe.max_tokens} tokens and make {len(packs)} packs, "
            f"and training needs more than {2 * recipe.packs}; give more rows with --data."
        )
    held = min(recipe.held_out, len(packs) // 10)
    say(
        f"{len(fitting)} rows in {len(packs)} packs of {sum(map(len, packs))} tokens together, "
        f"{len(encoded) - len(fitting)} left out as too long, {held} packs held out"
    )
    trainer = _trainer(_with_lora(model, entry, recipe), packs, held, recipe, out)
    resumed = any((out / "checkpoints").glob("checkpoint-*"))
    before = None if resumed else trainer.evaluate()["eval_loss"]
    trainer.train(resume_from_checkpoint=resumed)
    report = {
        "base": entry.name,
        "rows": len(fitting),
        "packs": len(packs),
        "tokens": sum(map(len, packs)),
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


@dataclass(frozen=True)
class _Encoded:
    """Token ids, the reply's from ``reply_at`` on."""

    ids: list[int]
    reply_at: int

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class _Packed:
    """Rows that share their first ``shared`` tokens."""

    rows: list[_Encoded]
    shared: int

    def __len__(self) -> int:
        return self.shared + sum(len(row) - self.shared for row in self.rows)


def _encode(tokenizer: Any, example: Example) -> _Encoded:
    """Prompt and reply encoded apart, as serving encodes the prompt alone."""
    prompt = tokenizer(example.prompt, add_special_tokens=False).input_ids
    reply = tokenizer(example.reply + tokenizer.eos_token, add_special_tokens=False).input_ids
    return _Encoded([*prompt, *reply], len(prompt))


def _attends_by_mask(model: Any) -> bool:
    """Whether positions and mask alone say what a token sees: not with ALiBi, not with a
    state-space layer, which reads its row from left to right."""
    takes_positions = "position_ids" in inspect.signature(model.forward).parameters
    return (
        takes_positions
        and not getattr(model.config, "alibi", False)
        and not hasattr(model.config, "mamba_d_ssm")
    )


def _pack(rows: Sequence[_Encoded], budget: int) -> list[_Packed]:
    """Neighbours in sorted order that share at least half of their prompt, up to ``budget``
    tokens a pack."""
    packs: list[_Packed] = []
    for row in sorted(rows, key=lambda row: row.ids):
        if packs:
            last = packs[-1]
            shared = min(
                last.shared if len(last.rows) > 1 else last.rows[0].reply_at - 1,
                _common(last.rows[0].ids, row.ids),
                row.reply_at - 1,
            )
            joined = _Packed([*last.rows, row], shared)
            if 2 * shared >= row.reply_at and len(joined) <= budget:
                packs[-1] = joined
                continue
        packs.append(_Packed([row], 0))
    return packs


def _common(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two rows begin with in common."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))


def _collate(packs: list[_Packed]) -> dict[str, Any]:
    """One pack as a batch of one: ids, positions, labels, and who sees whom."""
    import torch

    (pack,) = packs
    ids, labels = list(pack.rows[0].ids[: pack.shared]), [IGNORED] * pack.shared
    positions, owner = list(range(pack.shared)), [-1] * pack.shared
    for at, row in enumerate(pack.rows):
        own = row.ids[pack.shared :]
        prompt = row.reply_at - pack.shared
        ids += own
        labels += [*[IGNORED] * prompt, *own[prompt:]]
        positions += range(pack.shared, len(row))
        owner += [at] * len(own)
    batch = {
        "input_ids": torch.tensor([ids]),
        "labels": torch.tensor([labels]),
        "position_ids": torch.tensor([positions]),
    }
    if len(pack.rows) > 1:
        owners = torch.tensor(owner)
        sees = (owners[None] == owners[:, None]) | (owners[None] == -1)
        batch["attention_mask"] = sees.tril()[None, None]
    return batch


def _trainer(
    model: Any,
    packs: list[_Packed],
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
            labels = inputs.pop("labels")[0]
            if not takes_positions:
                inputs.pop("position_ids")
            (at,) = (labels != IGNORED).nonzero(as_tuple=True)
            outputs = model(**inputs, logits_to_keep=at - 1, use_cache=False)
            loss = torch.nn.functional.cross_entropy(
                outputs.logits[0].float(), labels[at], reduction="sum"
            )
            # The mean over all packs of a step, as one large batch would have it.
            tokens = len(at) if num_items_in_batch is None else num_items_in_batch
            loss = loss / tokens
            return (loss, {"loss": loss}) if return_outputs else loss

    on_cpu = not torch.cuda.is_available()
    arguments = TrainingArguments(
        output_dir=str(out / "checkpoints"),
        per_device_train_batch_size=1,
        gradient_accumulation_steps=recipe.packs,
        per_device_eval_batch_size=1,
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.rate,
        lr_scheduler_type="cosine",
        warmup_steps=20,
        bf16=fastest_dtype() == torch.bfloat16,
        use_cpu=on_cpu,
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
        train_dataset=packs[held:],
        eval_dataset=packs[:held],
        data_collator=_collate,
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
