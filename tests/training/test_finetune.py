"""Fine-tuning on small random checkpoints: training, resuming, going on from an adapter."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.errors import ModelUnavailableError, TrainingError
from chatbot.llm.adapters import read_adapter
from chatbot.prompts import Prompts
from chatbot.reports.training import training_report
from chatbot.training.begun import PAGE, require_unfinished
from chatbot.training.finetune import Recipe, finetune
from tests.support.checkpoints import TARGETS, save_checkpoint
from tests.support.training import PROMPTS, entry_of, mixture, rows_file

SMALL = Recipe(rank=2, alpha=4, rate=5e-3, packs=1, pack_tokens=900, held_out=2, evaluate_every=5)


def test_the_first_layers_can_be_left_as_they_are(tmp_path: Path) -> None:
    from safetensors import safe_open

    entry = entry_of(save_checkpoint(tmp_path / "base", "LlamaForCausalLM"), "LlamaForCausalLM")
    recipe, out = replace(SMALL, first_layer=1), tmp_path / "out"
    finetune(entry, PROMPTS, mixture(rows_file(tmp_path)), recipe, out, print)
    with safe_open(out / "adapter_model.safetensors", "pt") as weights:
        names = list(weights.keys())
    assert names
    assert not any(".layers.0." in name for name in names)


@pytest.mark.parametrize("architecture", list(TARGETS))
def test_each_architecture_trains_into_an_adapter(architecture: str, tmp_path: Path) -> None:
    entry = entry_of(save_checkpoint(tmp_path / "base", architecture), architecture)
    out = tmp_path / "out"
    report = finetune(entry, PROMPTS, mixture(rows_file(tmp_path)), SMALL, out, print)
    assert report["after"]["loss"] < report["before"]["loss"]
    assert report["left_out"] == 0
    assert read_adapter(out, entry, PROMPTS).digest
    page = training_report(json.loads((out / "training.json").read_text()))
    assert "<polyline" in page


def test_the_log_leaves_the_output_to_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = entry_of(save_checkpoint(tmp_path / "base", "LlamaForCausalLM"), "LlamaForCausalLM")
    finetune(entry, PROMPTS, mixture(rows_file(tmp_path)), SMALL, tmp_path / "out", lambda _: None)
    assert capsys.readouterr().out == ""


def test_a_killed_run_goes_on_from_its_checkpoint_and_no_other_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = entry_of(save_checkpoint(tmp_path / "base", "LlamaForCausalLM"), "LlamaForCausalLM")
    examples, out = mixture(rows_file(tmp_path)), tmp_path / "out"

    def killed(*_: object) -> None:
        if list(out.glob("checkpoints/checkpoint-*/trainer_state.json")):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("chatbot.training.finetune.write_progress", killed)
        with pytest.raises(KeyboardInterrupt):
            finetune(entry, PROMPTS, examples, SMALL, out, print)
    others = replace(examples, examples=examples.examples[1:])
    for rows, recipe in ((others, SMALL), (examples, replace(SMALL, seed=8))):
        with pytest.raises(TrainingError, match="begun with other rows"):
            finetune(entry, PROMPTS, rows, recipe, out, print)
    (out / "begun.txt").unlink()  # as before there were notes
    report = finetune(entry, PROMPTS, examples, SMALL, out, print)
    assert report["before"]["loss"] is None, "it began anew"


def test_what_is_trained_goes_on_to_its_gate_until_that_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = entry_of(save_checkpoint(tmp_path / "base", "LlamaForCausalLM"), "LlamaForCausalLM")
    examples, out = mixture(rows_file(tmp_path)), tmp_path / "out"
    report = finetune(entry, PROMPTS, examples, SMALL, out, print)
    monkeypatch.setattr("chatbot.training.finetune.load_base", None)  # nothing is trained again
    require_unfinished(out)
    again = finetune(entry, PROMPTS, examples, SMALL, out, print)
    assert again["after"] == report["after"]
    with pytest.raises(TrainingError, match="begun with other rows"):
        finetune(entry, PROMPTS, examples, replace(SMALL, seed=8), out, print)
    (out / PAGE).touch()
    with pytest.raises(TrainingError, match="is done; name another folder"):
        finetune(entry, PROMPTS, examples, SMALL, out, print)


def test_an_adapter_is_trained_further_only_on_its_own_prompts(tmp_path: Path) -> None:
    entry = entry_of(save_checkpoint(tmp_path / "base", "LlamaForCausalLM"), "LlamaForCausalLM")
    examples, first = mixture(rows_file(tmp_path)), tmp_path / "first"
    start = finetune(entry, PROMPTS, examples, SMALL, first, print)
    again = finetune(entry, PROMPTS, examples, SMALL, tmp_path / "second", print, first)
    assert again["before"]["loss"] == pytest.approx(start["after"]["loss"], rel=0.1)
    other = Prompts(**{**PROMPTS.__dict__, "answer": PROMPTS.refuse})
    with pytest.raises(ModelUnavailableError, match="other texts"):
        finetune(entry, other, examples, SMALL, tmp_path / "third", print, first)


def test_too_few_rows_get_a_sentence(tmp_path: Path) -> None:
    entry = entry_of(save_checkpoint(tmp_path / "base", "LlamaForCausalLM"), "LlamaForCausalLM")
    examples = mixture(rows_file(tmp_path, count=1))
    with pytest.raises(TrainingError, match="give more rows"):
        finetune(entry, PROMPTS, examples, Recipe(), tmp_path / "out", print)
