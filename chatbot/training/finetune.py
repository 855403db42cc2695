"""LoRA fine-tuning with the Transformers Trainer (Hu et al., 2021, arXiv:2106.09685).

Loss is taken on the reply only, and logits are computed only where there are labels. A reply's
first tokens weigh more than the others, and so do those of its answer behind quotes: with them the
model chooses the sentence that it copies, and what it makes of it. Rows that begin alike are
packed, see :mod:`chatbot.training.packing`.
"""

import inspect
import json
import math
import random
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import ModelUnavailableError, TrainingError
from chatbot.files import parse_json, write_whole
from chatbot.llm.adapters import CHECKPOINTS, read_adapter, write_meta
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.hardware import fastest_dtype
from chatbot.llm.weights import load_weights
from chatbot.prompts import Prompts
from chatbot.training.attention import use_packed_attention
from chatbot.training.begun import REPORT, digest_of, goes_on, training_into
from chatbot.training.data import Mixture
from chatbot.training.memory import give_memory_back, keep_memory
from chatbot.training.packing import (
    IGNORED,
    Packed,
    attends_by_mask,
    collate,
    encode,
    mask_of,
    pack,
)
from chatbot.training.progress import write_progress

_ONE_ROW = 2  # where it begins and where it ends


@dataclass(frozen=True)
class Recipe:
    """How to train; lengths in tokens, ``rate`` is the peak learning rate.

    A step takes ``packs`` packs of at most ``pack_tokens``, one at a time: memory is what one
    pack needs (some 6 GB for ``bundled-small`` in float32). The first ``opening_tokens`` of a
    reply, and of its answer behind quotes, count ``opening`` times in the loss that is trained on,
    once in the one reported.
    """

    rank: int = 16
    alpha: int = 32
    first_layer: int = 0
    dropout: float = 0.0
    opening: float = 3.0
    opening_tokens: int = 4
    rate: float = 6e-4
    packs: int = 4
    pack_tokens: int = 1280
    epochs: float = 1.0
    max_tokens: int = 1024
    held_out: int = 24
    evaluate_every: int = 100
    patience: int = 5
    seed: int = 7


# Models above so many megabytes take one pack a step, smaller steps, and leave the first layers,
# which tell words and syntax, as they are: a quarter less work in the backward pass.
_LARGE_MB = 600
_LARGE: dict[str, Any] = {
    "first_layer": 8,
    "rate": 3e-4,
    "opening": 2.0,
    "packs": 1,
    "pack_tokens": 2600,
    "max_tokens": 2048,
    "held_out": 5,
    "evaluate_every": 40,
}


def recipe_for(entry: LLMEntry) -> Recipe:
    """The recipe that suits the size of the model."""
    return Recipe(**_LARGE) if (entry.size_mb or 0) > _LARGE_MB else Recipe()


def finetune(
    entry: LLMEntry,
    prompts: Prompts,
    mixture: Mixture,
    recipe: Recipe,
    out: Path,
    say: Callable[[str], None],
    start: Path | None = None,
) -> dict[str, Any]:
    """Train an adapter into ``out``; a run that was killed goes on from its last checkpoint, and
    one that was killed when it was trained has its report already.

    ``start`` is an adapter to train further, as corrections do; by default a new one.

    Returns:
        ``rows``, ``left_out`` (too long), ``before`` and ``after`` (mean loss on the held-out
        packs, nats a token) and ``seconds``; also written to ``out/training.json``.

    Raises:
        TrainingError: peft is not installed, there are too few rows, or ``out`` has a training
            that is done, under way or begun with anything else, or disk or memory are full.
        ModelUnavailableError: the base model's weights are missing or do not load.
    """
    with training_into(out):
        return _train(entry, prompts, mixture, recipe, out, say, start)


def _train(
    entry: LLMEntry,
    prompts: Prompts,
    mixture: Mixture,
    recipe: Recipe,
    out: Path,
    say: Callable[[str], None],
    start: Path | None,
) -> dict[str, Any]:
    started = time.monotonic()
    begins = read_adapter(start, entry, prompts).digest if start else None
    resumed = goes_on(out, digest_of(mixture.examples, recipe, entry.name, begins))
    if resumed and (out / REPORT).exists():
        done: dict[str, Any] = parse_json((out / REPORT).read_text(encoding="utf-8"))
        return done
    model, tokenizer = load_base(entry)
    encoded = [encode(tokenizer, example) for example in mixture.examples]
    fitting = [row for row in encoded if len(row) <= recipe.max_tokens]
    packs = pack(fitting, recipe.pack_tokens if attends_by_mask(model) else 0)
    random.Random(recipe.seed).shuffle(packs)
    if len(packs) <= 2 * recipe.packs:
        raise TrainingError(
            f"{len(fitting)} rows fit into {recipe.max_tokens} tokens and make {len(packs)} packs, "
            f"and training needs more than {2 * recipe.packs}; give more rows with --data."
        )
    held = max(1, min(recipe.held_out, len(packs) // 10))
    say(
        f"{len(fitting)} rows in {len(packs)} packs of {sum(map(len, packs))} tokens together, "
        f"{len(encoded) - len(fitting)} left out as too long, {held} packs held out"
    )
    if start is None:
        tuned = with_lora(model, entry, recipe)
    else:
        tuned = require_peft().PeftModel.from_pretrained(model, str(start), is_trainable=True)
    trainer = _trainer(tuned, packs, held, recipe, out)
    with redirect_stdout(sys.stderr):  # where the Trainer writes its log is for the result
        before = None if resumed else trainer.evaluate()["eval_loss"]
        trainer.train(resume_from_checkpoint=resumed)
        after = trainer.evaluate()["eval_loss"]
    report = {
        "base": entry.name,
        "from": str(start.name) if start else None,
        "rows": len(fitting),
        "packs": len(packs),
        "tokens": sum(map(len, packs)),
        "left_out": len(encoded) - len(fitting),
        "files": mixture.counts,
        "problems": mixture.problems,
        "before": {"loss": before},
        "after": {"loss": after},
        "recipe": asdict(recipe),
        "curve": [p for p in trainer.state.log_history if "loss" in p or "eval_loss" in p],
        "seconds": round(time.monotonic() - started, 1),
    }
    _save(trainer.model, entry, prompts, report, out)
    return report


def load_base(entry: LLMEntry) -> tuple[Any, Any]:
    """(model, tokenizer) of the untouched base, in the fastest number format here.

    Raises:
        ModelUnavailableError: the weights are missing or do not load.
    """
    path = require_weights(entry)
    try:
        tokenizer, model = load_weights(path)
    except (OSError, ValueError, RuntimeError, ImportError) as exc:
        raise ModelUnavailableError(f"The weights '{path}' do not load ({exc}).") from exc
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def with_lora(model: Any, entry: LLMEntry, recipe: Recipe) -> Any:
    """``model`` with an untrained adapter."""
    peft = require_peft()
    layers = model.config.num_hidden_layers
    config = peft.LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=list(entry.lora_targets),
        layers_to_transform=list(range(recipe.first_layer, layers)) if recipe.first_layer else None,
        task_type="CAUSAL_LM",
    )
    return peft.get_peft_model(model, config)


def require_peft() -> Any:
    """The peft library.

    Raises:
        TrainingError: it is not installed.
    """
    try:
        import peft
    except ImportError as exc:
        raise TrainingError(
            "Training and exporting need peft; run 'pip install peregrine-chatbot[train]'."
        ) from exc
    return peft


def _trainer(
    model: Any,
    packs: list[Packed],
    held: int,
    recipe: Recipe,
    out: Path,
) -> Any:
    import torch
    from peft.helpers import disable_input_dtype_casting
    from transformers import EarlyStoppingCallback, Trainer, TrainerCallback, TrainingArguments

    bf16 = fastest_dtype() == torch.bfloat16
    packed = use_packed_attention(model.get_base_model())
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
            labels, since = inputs.pop("labels")[0], inputs.pop("since")
            if not takes_positions:
                inputs.pop("position_ids")
            if not packed:
                spans = inputs.pop("spans")
                if len(spans) > _ONE_ROW:
                    inputs["attention_mask"] = mask_of(spans)
            (at,) = (labels != IGNORED).nonzero(as_tuple=True)
            # An adapter in float32 would keep a copy in float32 of all that goes into it.
            with disable_input_dtype_casting(model, active=bf16):
                outputs = model(**inputs, logits_to_keep=at - 1, use_cache=False)
            losses = torch.nn.functional.cross_entropy(
                outputs.logits[0].float(), labels[at], reduction="none"
            )
            if model.training:
                opens = since[at] < recipe.opening_tokens
                losses = torch.where(opens, losses * recipe.opening, losses)
            loss = losses.sum()
            # The mean over all packs of a step, as one large batch would have it.
            tokens = len(at) if num_items_in_batch is None else num_items_in_batch
            loss = loss / tokens
            return (loss, {"loss": loss}) if return_outputs else loss

    class EachStep(TrainerCallback):
        """Says how far it is whenever the Trainer logs, and keeps memory from growing."""

        def on_log(self, _: Any, state: Any, control: Any, **more: Any) -> None:
            write_progress(out, state.global_step, state.max_steps, state.log_history)

        def on_step_end(self, _: Any, state: Any, control: Any, **more: Any) -> None:
            give_memory_back(state.global_step)

    on_cpu = not torch.cuda.is_available()
    if on_cpu:
        keep_memory()
    steps = math.ceil((len(packs) - held) / recipe.packs * recipe.epochs)
    every = max(1, min(recipe.evaluate_every, steps // 4))
    arguments = TrainingArguments(
        output_dir=str(out / CHECKPOINTS),
        per_device_train_batch_size=1,
        gradient_accumulation_steps=recipe.packs,
        per_device_eval_batch_size=1,
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.rate,
        lr_scheduler_type="cosine",
        warmup_steps=min(20, steps // 10),
        bf16=bf16,
        use_cpu=on_cpu,
        remove_unused_columns=False,
        label_names=["labels"],
        prediction_loss_only=True,
        eval_strategy="steps",
        eval_steps=every,
        save_steps=every,
        save_total_limit=2,
        load_best_model_at_end=True,
        logging_steps=min(20, every),
        seed=recipe.seed,
        report_to="none",
        dataloader_pin_memory=not on_cpu,
    )
    return ReplyTrainer(
        model=model,
        args=arguments,
        train_dataset=packs[held:],
        eval_dataset=packs[:held],
        data_collator=collate,
        callbacks=[EarlyStoppingCallback(recipe.patience), EachStep()],
    )


def _save(model: Any, entry: LLMEntry, prompts: Prompts, report: dict[str, Any], out: Path) -> None:
    """The adapter in bfloat16, what it was trained on, and the report."""
    import torch

    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.to(torch.bfloat16)
    for config in model.peft_config.values():
        config.base_model_name_or_path = entry.title  # not a path of this machine
    model.save_pretrained(str(out))
    write_meta(out, entry, prompts)
    write_whole(out / REPORT, [json.dumps(report, indent=1), "\n"])
