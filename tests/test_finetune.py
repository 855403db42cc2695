"""Fine-tuning on small random checkpoints: data, packs, training, resuming, the gate."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_architectures import TARGETS, save_checkpoint

from chatbot.cases import AnswerRow, GivenPassage, RewriteCase
from chatbot.errors import ModelUnavailableError, TrainingError
from chatbot.llm.adapters import read_adapter
from chatbot.llm.catalogue import LLMEntry, Source
from chatbot.llm.templates import chat_template
from chatbot.prompts import Prompts, load_prompts
from chatbot.reports.training import training_report
from chatbot.settings import load_settings
from chatbot.training.attention import use_packed_attention
from chatbot.training.data import DataFile, Mixture, mix, parse_data_file
from chatbot.training.finetune import Recipe, finetune, load_base, offsets
from chatbot.training.gate import judge
from chatbot.training.packing import Encoded, attends_by_mask, collate, mask_of, pack

PROMPTS = load_prompts(load_settings().prompts)
PASSAGE = (
    "Customers can return a product within {n} days of delivery, and it costs {n} EUR to send "
    "it back by post."
)
SMALL = Recipe(rank=2, alpha=4, rate=5e-3, packs=1, pack_tokens=900, held_out=2, evaluate_every=5)


def rows_file(folder: Path, count: int = 8) -> Path:
    rows: list[Any] = []
    for n in range(count):
        passages = [GivenPassage(path=f"doc{n}-1.md", text=PASSAGE.format(n=n))]
        answer = None if n % 4 == 3 else f"customers can return a product within {n} days"
        rows.append(AnswerRow(id=f"a{n}", question=f"how long {n}?", passages=passages,
                              answer=answer, answerable=answer is not None))  # fmt: skip
        rows.append(AnswerRow(id=f"b{n}", question=f"what does it cost {n}?", passages=passages,
                              answer=f"it costs {n} EUR"))  # fmt: skip
    rows.append(RewriteCase(id="r", question="and there?", standalone="And in the US?"))
    path = folder / "rows.jsonl"
    path.write_text("".join(row.model_dump_json() + "\n" for row in rows))
    return path


def mixture(path: Path, refusals: float = 0.2, seed: int = 7, limit: int | None = None) -> Mixture:
    return mix(
        [DataFile(path, limit)], PROMPTS, chat_template("chatml"), refusals=refusals, seed=seed
    )


def entry_of(checkpoint: Path, architecture: str) -> LLMEntry:
    return LLMEntry(
        name="small", title="small", licence="none", source=Source(path=checkpoint), context=2048,
        template="chatml", lora_targets=tuple(TARGETS[architecture]), engines=("transformers",),
        rewrites=False,
    )  # fmt: skip


def test_the_same_seed_gives_the_same_examples(tmp_path: Path) -> None:
    path = rows_file(tmp_path)
    assert mixture(path) == mixture(path)
    assert mixture(path) != mixture(path, seed=8)


def test_refusals_keep_to_their_share(tmp_path: Path) -> None:
    examples = mixture(rows_file(tmp_path), refusals=0.1).examples
    refusing = [example for example in examples if example.reply == PROMPTS.unknown]
    assert 0 < len(refusing) <= 0.1 * len(examples) + 1


def test_prompts_are_those_of_serving(tmp_path: Path) -> None:
    prompts = [example.prompt for example in mixture(rows_file(tmp_path, count=24)).examples]
    answering = [prompt for prompt in prompts if "[1] " in prompt]
    assert all(prompt.count("[1] ") == 1 for prompt in answering)
    assert any("[2] " in prompt for prompt in answering), "no distractor anywhere"
    assert any(prompt.count("Question: ") == 2 for prompt in answering), "no follow-up anywhere"


def test_replies_are_whole_sentences(tmp_path: Path) -> None:
    replies = {example.reply for example in mixture(rows_file(tmp_path)).examples}
    assert "It costs 4 EUR." in replies


def test_a_reply_says_what_its_pronouns_mean(tmp_path: Path) -> None:
    text = "The parcel is free. It is sent on Monday. Returns are free too."
    rows = [
        {"id": f"{n}", "question": question, "passages": [{"path": "a.md", "text": text}],
         "answer": answer, "answerable": True}
        for n, (question, answer) in enumerate([
            ("When is it sent?", "It is sent on Monday."),
            ("Are returns free?", "Returns are free too."),
        ])
    ]  # fmt: skip
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    replies = {example.reply for example in mixture(path).examples}
    assert replies == {"The parcel is free. It is sent on Monday.", "Returns are free too."}


def test_a_sample_takes_whole_passages(tmp_path: Path) -> None:
    rows = [
        {"id": f"{p}-{q}", "question": f"Question {q}?", "answer": f"Passage {p} says this.",
         "passages": [{"path": f"{p}.md", "text": f"Passage {p} says this. More of it. " * 4}],
         "answerable": True}
        for p in range(8) for q in range(4)
    ]  # fmt: skip
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    taken = mixture(path, refusals=0.0, limit=16).examples
    assert len(taken) == 16
    assert len({example.id.partition("-")[0] for example in taken}) == 4


def test_retrieved_passages_and_written_answers_stay_as_they_are(tmp_path: Path) -> None:
    passages = [
        GivenPassage(path="b.csv", text="A-1,12.50", title="Prices", columns="part | price"),
        GivenPassage(path="a.md", text="We open at nine.", title="Hours", heading="Shop"),
    ]
    answer = "1. Prüfen\n2. Bestellen"
    row = AnswerRow(id="x", question="wie?", passages=passages, answer=answer, retrieved=True)
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{row.model_dump_json()}\n", encoding="utf-8")
    (example,) = mixture(path).examples
    first = "[1] Prices\npart | price\nA-1,12.50\n\n"
    assert f"{first}[2] Hours > Shop\nWe open at nine.\n\nQuestion: wie?" in example.prompt
    assert example.reply == answer


def test_a_correction_is_learned_from_the_passage_that_the_model_reads(tmp_path: Path) -> None:
    screen = [
        GivenPassage(path="b.md", text="Parcels within Europe take two to five working days."),
        GivenPassage(path="a.md", text="Parcels in the US are carried by BlueLine, every day."),
    ]
    answer = "Parcels in the US are carried by BlueLine."
    row = AnswerRow(id="c", question="Who carries it?", passages=screen, answer=answer)
    answer = "Parcels within Europe take two to five working days."
    same_screen = AnswerRow(id="d", question="How long?", passages=screen, answer=answer)
    path = tmp_path / "corrections.jsonl"
    path.write_text(f"{row.model_dump_json()}\n{same_screen.model_dump_json()}\n")
    files = [DataFile(path), DataFile(rows_file(tmp_path))]
    mixed = mix(files, PROMPTS, chat_template("chatml"), refusals=0.2, seed=7, reads=1)
    prompts = {example.id: example.prompt for example in mixed.examples}
    assert "carried by BlueLine, every day" in prompts["c"]
    assert "[2] " not in prompts["c"]
    assert "Parcels within Europe" in prompts["d"]
    assert "[2] " not in prompts["d"]


def test_the_opening_of_each_reply_is_found() -> None:
    import torch

    at = torch.tensor([5, 6, 7, 12, 13, 20])
    assert offsets(at).tolist() == [0, 1, 2, 0, 1, 0]


def test_a_bad_row_is_named_by_its_line(tmp_path: Path) -> None:
    path = rows_file(tmp_path, count=2)
    path.write_text(path.read_text() + '{"id": "x", "question": "no passages"}\n')
    (problem,) = mixture(path).problems
    assert "line 6" in problem


def test_a_file_may_be_limited() -> None:
    assert parse_data_file("a/rows.jsonl=50") == DataFile(Path("a/rows.jsonl"), 50)
    assert parse_data_file("a/rows.jsonl") == DataFile(Path("a/rows.jsonl"))


@pytest.mark.parametrize("way", ["mask", "spans"])
def test_a_pack_has_the_loss_of_its_rows(way: str, tmp_path: Path) -> None:
    """Packed rows do not see each other, and keep their own positions."""
    import torch

    checkpoint = save_checkpoint(tmp_path, "LlamaForCausalLM")
    model, _ = load_base(entry_of(checkpoint, "LlamaForCausalLM"))
    model = model.float()
    rows = [Encoded([*range(10, 40), *tail], 32) for tail in ([50, 51, 52], [60, 61, 62, 63])]
    assert attends_by_mask(model)
    if way == "spans":
        assert use_packed_attention(model)
    (packed,) = pack(rows, 200)
    assert len(packed) < sum(map(len, rows))

    def loss(packs: list[Any]) -> float:
        batch = collate(packs)
        labels = batch.pop("labels")[0]
        if way == "mask":
            batch["attention_mask"] = mask_of(batch.pop("spans"))
        (at,) = (labels != -100).nonzero(as_tuple=True)
        logits = model(**batch, logits_to_keep=at - 1).logits[0]
        return float(torch.nn.functional.cross_entropy(logits, labels[at], reduction="sum"))

    apart = sum(loss([one]) for row in rows for one in pack([row], 0))
    assert loss([packed]) == pytest.approx(apart, rel=1e-4)


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


def test_a_killed_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    entry = entry_of(save_checkpoint(tmp_path / "base", "LlamaForCausalLM"), "LlamaForCausalLM")
    examples, out = mixture(rows_file(tmp_path)), tmp_path / "out"
    short = Recipe(**{**SMALL.__dict__, "epochs": 0.5})
    first = finetune(entry, PROMPTS, examples, short, out, print)
    assert any((out / "checkpoints").iterdir())
    report = finetune(entry, PROMPTS, examples, SMALL, out, print)
    assert report["before"]["loss"] is None, "it began anew"
    assert report["curve"][-1]["step"] > first["curve"][-1]["step"]


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


def row(case: str, answerable: bool, abstained: bool, gold: bool) -> dict[str, Any]:
    return {"id": case, "question": f"<{case}>", "answer": "x", "answerable": answerable,
            "abstained": abstained, "contains_gold": gold, "token_f1": 0.0}  # fmt: skip


def test_the_gate_lets_only_what_is_no_worse_through() -> None:
    old = [row("a", True, False, True), row("b", True, True, False), row("c", False, True, False)]
    better = [row("a", True, False, True), row("b", True, False, True), row("c", False, True, True)]
    worse = [row("a", True, True, False), row("b", True, True, False), row("c", False, True, False)]
    assert judge(old, better).passes
    assert judge(old, better).fixed == ["b"]
    assert not judge(old, worse).passes
    assert judge(old, worse).broken == ["a"]


def test_the_report_shows_samples_as_text() -> None:
    report = {"base": "x", "rows": 1, "packs": 1, "files": {}, "left_out": 0, "seconds": 1,
              "recipe": {}, "curve": [], "problems": []}  # fmt: skip
    page = training_report(report, [row("a", True, False, True)], [row("a", True, True, False)])
    assert "&lt;a&gt;" in page
    assert 'class="right"' in page
    assert 'class="wrong"' in page
