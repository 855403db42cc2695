"""Every architecture for real, with small random checkpoints: load, adapter, stream, stop, cancel.

What a random model says means nothing; that it is what ``generate`` of transformers says, is the
test.
"""

import threading
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import ModelUnavailableError, QuestionError
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.llm.engines.transformers import TransformersEngine

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


@pytest.fixture(scope="module", params=SMALL)
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp("checkpoint"), request.param)


@pytest.fixture(scope="module")
def engine(checkpoint: Path) -> TransformersEngine:
    return TransformersEngine(checkpoint, precision="f32")


def say(engine: TransformersEngine, **options: Any) -> list[Piece]:
    request = GenerationRequest(PROMPT, **({"max_new_tokens": 24} | options))
    return list(engine.stream(request, threading.Event()))


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def generated(checkpoint: Path, adapter: Path | None = None) -> str:
    """What transformers itself says, unmerged adapter included."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32).eval()
    if adapter:
        model = PeftModel.from_pretrained(model, str(adapter)).eval()
    prompt = tokenizer(PROMPT, return_tensors="pt", return_token_type_ids=False)
    out = model.generate(**prompt, max_new_tokens=24, do_sample=False)
    new = out[0][prompt["input_ids"].shape[1] :]
    return str(tokenizer.decode(new, skip_special_tokens=True))


def test_streams_what_generate_says(engine: TransformersEngine, checkpoint: Path) -> None:
    pieces = say(engine)
    assert text_of(pieces) == generated(checkpoint)
    assert len(pieces) > 3
    assert pieces[-1].finish_reason in {"length", "stop"}
    assert pieces[-1].prompt_tokens == engine.count_tokens(PROMPT)


def test_an_adapter_folder_changes_the_answer_as_peft_does(
    engine: TransformersEngine, checkpoint: Path, tmp_path: Path
) -> None:
    import json

    architecture = json.loads((checkpoint / "config.json").read_text())["architectures"][0]
    adapter = save_adapter(tmp_path / "adapter", checkpoint, TARGETS[architecture])
    adapted = TransformersEngine(checkpoint, adapter, precision="f32")
    assert text_of(say(adapted)) == generated(checkpoint, adapter)
    assert text_of(say(adapted)) != text_of(say(engine))


def test_stops_at_a_stop_string(engine: TransformersEngine) -> None:
    whole = text_of(say(engine))
    stop = whole[len(whole) // 2 :][:3]
    pieces = say(engine, stop=(stop,))
    assert text_of(pieces) == whole[: whole.index(stop)]
    assert pieces[-1].finish_reason == "stop"


def test_cancels_between_two_tokens(engine: TransformersEngine) -> None:
    cancel = threading.Event()
    pieces = []
    for piece in engine.stream(GenerationRequest(PROMPT, 400, ("never",)), cancel):
        pieces.append(piece)
        cancel.set()
    assert pieces[-1].finish_reason == "cancelled"
    assert pieces[-1].tokens < 10
    assert text_of(say(engine))  # the next request is served


def test_a_prompt_longer_than_the_context_gets_a_sentence(engine: TransformersEngine) -> None:
    with pytest.raises(QuestionError, match="the model takes 4"):
        say(engine, context=4)
    count = engine.count_tokens(PROMPT)
    assert say(engine, context=count + 2)[-1].tokens <= 2


def test_wrong_weights_and_wrong_adapters_get_a_sentence(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="do not load"):
        TransformersEngine(tmp_path)
    with pytest.raises(ModelUnavailableError, match="does not fit this model"):
        TransformersEngine(checkpoint, tmp_path)
