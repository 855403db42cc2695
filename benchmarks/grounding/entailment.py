"""A cross-encoder of the bundled embedding model, trained to judge whether a text says a sentence.

    python -m benchmarks.grounding.entailment OUT [ROWS...] [--from FOLDER] [--texts DIR...]
        [--epochs N] [--rate R] [--replies NAME...]

ROWS are files of ``{"source", "right", "wrong"}`` a line: a text, sentences that it says and
sentences that it does not say. Without ``--from`` the training begins with the embedding model;
with ``--texts`` it is on sentences of those folders' Markdown, right as they stand and wrong by one
change (:mod:`benchmarks.grounding.swaps`), which teaches to compare at all. The loss is binary
cross-entropy, and within each text a right sentence has to be ahead of a wrong one (pairwise
logistic loss, Burges et al. 2005, with half the weight). ``--replies`` measures it on help centres
of `benchmarks.grounding.replies`: the area under ROC of its best score among five sections. It is
not part of the product: what it gained did not pay (docs/experiments.md, "A trained judge").
"""

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.grounding.replies import help_centre
from benchmarks.grounding.swaps import changed_sentences
from benchmarks.grounding.windows import windows
from chatbot.audience import EVERYTHING
from chatbot.files import parse_json
from chatbot.grounding.reading import read
from chatbot.grounding.sources import all_spans
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.settings import load_settings

MOST_TOKENS = 256  # of a sentence and a text together
_AT_ONCE = 28  # sentences in a step
_POOL = 40  # texts of which those of like length come together
_PAIRS = 0.5
_ELSEWHERE = 16  # of so many sentences one more is wrong, as it is about another text
_HEAD = 5.0  # the new layers learn so many times as fast
_WARM_UP = 0.08


class Row(NamedTuple):
    """A sentence beside a text that says it, if it is ``right``."""

    source: str
    sentence: str
    right: bool


def read_rows(files: Sequence[Path]) -> list[Row]:
    """The sentences of ``files``.

    Raises:
        ValueError: a line is no JSON, or has no text and sentences.
    """
    rows = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            found = parse_json(line)
            try:
                source = found["source"]
                rows += [Row(source, text, True) for text in found["right"]]
                rows += [Row(source, text, False) for text in found["wrong"]]
            except (TypeError, KeyError) as exc:
                raise ValueError(
                    f"{file}, line {number}: 'source', 'right' or 'wrong' is missing."
                ) from exc
    return rows


def with_others(rows: Sequence[Row], dice: random.Random) -> list[Row]:
    """``rows``, and some of their sentences beside a text that is about something else."""
    sources = sorted({row.source for row in rows})
    taken = dice.sample(list(rows), len(rows) // _ELSEWHERE)
    return [*rows, *(Row(dice.choice(sources), row.sentence, False) for row in taken)]


def batches(rows: Sequence[Row], dice: random.Random) -> Iterator[list[Row]]:
    """All rows once, those of a text together, beside texts of like length."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    groups = list(by_source.values())
    dice.shuffle(groups)
    found = []
    for first in range(0, len(groups), _POOL):
        pool = sorted(groups[first : first + _POOL], key=lambda group: len(group[0].source))
        flat = [row for group in pool for row in group]
        found += [flat[at : at + _AT_ONCE] for at in range(0, len(flat), _AT_ONCE)]
    dice.shuffle(found)
    yield from found


def train(model: Any, tokenizer: Any, rows: Sequence[Row], epochs: float, rate: float) -> float:
    """Train ``model``; the mean loss of its last hundred steps."""
    import torch

    dice = random.Random(0)
    torch.manual_seed(0)
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    steps = max(1, int(epochs * len(rows) / _AT_ONCE))
    optimizer = _optimizer(model, rate)
    warm = max(1, int(_WARM_UP * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.02, 1 - step / steps)
    )
    losses: list[float] = []
    begun = time.monotonic()
    model.train()
    while len(losses) < steps:
        for batch in batches(rows, dice):
            loss = _loss(model, tokenizer, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            losses.append(loss.item())
            if len(losses) % 25 == 0:
                rest = (time.monotonic() - begun) / len(losses) * (steps - len(losses)) / 60
                print(f"{len(losses)} of {steps} steps, loss {_last(losses):.3f}, {rest:.0f} min")
            if len(losses) >= steps:
                break
    return _last(losses)


def _last(losses: Sequence[float]) -> float:
    return sum(losses[-100:]) / len(losses[-100:])


def _optimizer(model: Any, rate: float) -> Any:
    import torch

    new: list[Any] = []
    old: list[Any] = []
    for name, value in model.named_parameters():
        if value.requires_grad:
            (new if name.startswith(("classifier", "bert.pooler")) else old).append(value)
    return torch.optim.AdamW(
        [{"params": old, "lr": rate}, {"params": new, "lr": rate * _HEAD}], weight_decay=0.01
    )


def _loss(model: Any, tokenizer: Any, batch: Sequence[Row]) -> Any:
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, softplus

    tokens = _tokens(tokenizer, [row.sentence for row in batch], [row.source for row in batch])
    scores = model(**tokens).logits[:, 0]
    right = torch.tensor([float(row.right) for row in batch])
    loss = binary_cross_entropy_with_logits(scores, right)
    pairs = torch.tensor(
        [[float(a.source == b.source and a.right > b.right) for b in batch] for a in batch]
    )
    if pairs.sum() > 0:
        ahead = scores[:, None] - scores[None, :]
        loss = loss + _PAIRS * (softplus(-ahead) * pairs).sum() / pairs.sum()
    return loss


def area(model: Any, tokenizer: Any, name: str) -> float:
    """The area under ROC on the replies of a help centre."""
    import torch

    best = {True: list[float](), False: list[float]()}
    with help_centre(name) as (service, rows):
        retriever = service.retriever(EVERYTHING, 8)
        for row in rows:
            spans = all_spans(retriever.search(row["sentence"]))
            texts = [window.text for window in windows(read(row["sentence"]), spans, 5)]
            with torch.inference_mode():
                pairs = _tokens(tokenizer, [row["sentence"]] * len(texts), texts)
                best[row["right"]].append(float(model(**pairs).logits.max()))
    wins = [
        (right > wrong) + 0.5 * (right == wrong) for right in best[True] for wrong in best[False]
    ]
    return sum(wins) / len(wins)


def _tokens(tokenizer: Any, sentences: Sequence[str], texts: Sequence[str]) -> Any:
    return tokenizer(
        list(sentences),
        list(texts),
        truncation="longest_first",
        max_length=MOST_TOKENS,
        padding=True,
        return_tensors="pt",
    )


def main() -> int:
    """What the command line above does."""
    from transformers import AutoTokenizer, BertForSequenceClassification

    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("rows", type=Path, nargs="*")
    parser.add_argument("--from", dest="begin", type=Path, metavar="FOLDER")
    parser.add_argument("--texts", type=Path, nargs="*", default=[], metavar="DIR")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--replies", nargs="*", default=[], metavar="NAME")
    args = parser.parse_args()
    dice = random.Random(0)
    rows = with_others(read_rows(args.rows), dice)
    rows += [Row(*row) for folder in args.texts for row in changed_sentences(folder, dice)]
    base = require_weights(load_catalogue(load_settings().models).embeddings["bundled"])
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    model: Any = BertForSequenceClassification.from_pretrained(
        args.begin or base, num_labels=1, local_files_only=True
    )
    if rows:
        loss = train(model, tokenizer, rows, args.epochs, args.rate)
        model.save_pretrained(args.out)
        told = {"rows": len(rows), "epochs": args.epochs, "rate": args.rate, "loss": round(loss, 4)}
        (args.out / "training.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    model.eval()
    for name in args.replies:
        print(f"{name}: area under ROC {area(model, tokenizer, name):.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
