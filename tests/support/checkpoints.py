"""Small random checkpoints of every architecture, with a tokenizer and adapters."""

from pathlib import Path
from typing import Any

VOCABULARY = 400
SMALL: dict[str, dict[str, Any]] = {
    "FalconForCausalLM": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
        "new_decoder_architecture": False, "multi_query": True, "parallel_attn": True,
        "bias": False, "alibi": False,
    },
    "BloomForCausalLM": {"hidden_size": 32, "n_layer": 2, "n_head": 4},
    "LlamaForCausalLM": {
        "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 512,
    },
    "FalconH1ForCausalLM": {
        "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8,
        "mamba_d_ssm": 32, "mamba_n_heads": 4, "mamba_d_head": 8, "mamba_n_groups": 1,
        "mamba_d_state": 16, "mamba_d_conv": 4, "mamba_chunk_size": 16,
        "max_position_embeddings": 512,
    },
}  # fmt: skip
TARGETS = {
    "FalconForCausalLM": ["query_key_value"],
    "BloomForCausalLM": ["query_key_value"],
    "LlamaForCausalLM": ["q_proj", "k_proj", "v_proj", "o_proj"],
    "FalconH1ForCausalLM": ["q_proj", "k_proj", "v_proj", "o_proj"],
}
PROMPT = "Customers can return a product within thirty days of delivery."


def save_tokenizer(folder: Path) -> None:
    """A byte-level tokenizer trained on a few sentences, as GPT-2 and Falcon have."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([PROMPT, "Question: how long? Answer: ñandú 🦅"] * 20, trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|endoftext|>", pad_token="<|endoftext|>"
    ).save_pretrained(folder)


def save_checkpoint(folder: Path, architecture: str) -> Path:
    import torch
    import transformers

    torch.manual_seed(7)
    config_class = getattr(transformers, architecture.replace("ForCausalLM", "Config"))
    config = config_class(
        vocab_size=VOCABULARY,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
        initializer_range=0.5,
        **SMALL[architecture],
    )
    model = getattr(transformers, architecture)(config)
    model.save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def save_adapter(folder: Path, checkpoint: Path, targets: list[str]) -> Path:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(8)
    base = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    config = LoraConfig(
        r=4, lora_alpha=64, target_modules=targets, task_type="CAUSAL_LM", init_lora_weights=False
    )
    get_peft_model(base, config).save_pretrained(folder)
    return folder
