"""Packs of rows."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chatbot.training.attention import use_packed_attention
from chatbot.training.data import Example
from chatbot.training.finetune import load_base
from chatbot.training.packing import (
    IGNORED,
    Encoded,
    attends_by_mask,
    collate,
    encode,
    mask_of,
    pack,
)
from tests.support.checkpoints import save_checkpoint
from tests.support.training import entry_of


@pytest.mark.parametrize("way", ["mask", "spans"])
def test_a_pack_has_the_loss_of_its_rows(way: str, tmp_path: Path) -> None:
    """Packed rows do not see each other, and keep their own positions."""
    import torch

    checkpoint = save_checkpoint(tmp_path, "LlamaForCausalLM")
    model, _ = load_base(entry_of(checkpoint, "LlamaForCausalLM"))
    model = model.float()
    rows = [Encoded([*range(10, 40), *tail], 32, 33) for tail in ([50, 51, 52], [60, 61, 62, 63])]
    assert attends_by_mask(model)
    if way == "spans":
        assert use_packed_attention(model)
    (packed,) = pack(rows, 200)
    assert len(packed) < sum(map(len, rows))

    def loss(packs: list[Any]) -> float:
        batch = collate(packs)
        labels = batch.pop("labels")[0]
        del batch["since"]
        if way == "mask":
            batch["attention_mask"] = mask_of(batch.pop("spans"))
        (at,) = (labels != -100).nonzero(as_tuple=True)
        logits = model(**batch, logits_to_keep=at - 1).logits[0]
        return float(torch.nn.functional.cross_entropy(logits, labels[at], reduction="sum"))

    apart = sum(loss([one]) for row in rows for one in pack([row], 0))
    assert loss([packed]) == pytest.approx(apart, rel=1e-4)


def test_a_reply_opens_at_its_quotes_and_again_at_its_answer() -> None:
    """A token for each character."""

    class Characters:
        eos_token = "."

        def __call__(self, text: str, **_: Any) -> Any:
            return SimpleNamespace(input_ids=[ord(c) for c in text])

    told = [Example("a", "ask it", "> q\n\nYes"), Example("b", "ask me", "No")]
    quoting, plain = (encode(Characters(), example) for example in told)
    batch = collate(pack([quoting, plain], 100))
    labelled = batch["labels"][0] != IGNORED
    assert batch["since"][labelled].tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 0, 1, 2]
    assert "".join(map(chr, batch["labels"][0][labelled])) == "> q\n\nYes.No."
