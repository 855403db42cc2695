"""Rows as tokens, and packs of rows that begin alike.

The common beginning of a pack is computed once; each row attends to it and to itself only, at the
positions it would have alone. The result is that of the rows apart; the work is a quarter.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.llm.quoting import answer_at
from chatbot.training.data import Example

IGNORED = -100  # torch's cross entropy leaves this label out


@dataclass(frozen=True)
class Encoded:
    """Token ids, the reply's from ``reply_at`` on; behind what it quotes, its answer begins at
    ``answer_at``."""

    ids: list[int]
    reply_at: int
    answer_at: int

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Packed:
    """Rows that share their first ``shared`` tokens."""

    rows: list[Encoded]
    shared: int

    def __len__(self) -> int:
        return self.shared + sum(len(row) - self.shared for row in self.rows)


def encode(tokenizer: Any, example: Example) -> Encoded:
    """Prompt and reply encoded apart, as serving encodes the prompt alone."""

    def tokens(text: str) -> list[int]:
        found: list[int] = tokenizer(text, add_special_tokens=False).input_ids
        return found

    prompt, reply = tokens(example.prompt), tokens(example.reply + tokenizer.eos_token)
    quotes = tokens(example.reply[: answer_at(example.reply)])
    return Encoded([*prompt, *reply], len(prompt), len(prompt) + len(quotes))


def attends_by_mask(model: Any) -> bool:
    """Whether positions and mask alone say what a token sees: not with ALiBi, not with a
    state-space layer, which reads its row from left to right."""
    takes_positions = "position_ids" in inspect.signature(model.forward).parameters
    return (
        takes_positions
        and not getattr(model.config, "alibi", False)
        and not hasattr(model.config, "mamba_d_ssm")
    )


def pack(rows: Sequence[Encoded], budget: int) -> list[Packed]:
    """Neighbours in sorted order that share at least half of their prompt, up to ``budget``
    tokens a pack."""
    packs: list[Packed] = []
    for row in sorted(rows, key=lambda row: row.ids):
        if packs:
            last = packs[-1]
            shared = min(
                last.shared if len(last.rows) > 1 else last.rows[0].reply_at - 1,
                _common(last.rows[0].ids, row.ids),
                row.reply_at - 1,
            )
            joined = Packed([*last.rows, row], shared)
            if 2 * shared >= row.reply_at and len(joined) <= budget:
                packs[-1] = joined
                continue
        packs.append(Packed([row], 0))
    return packs


def _common(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two rows begin with in common."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))


def collate(packs: list[Packed]) -> dict[str, Any]:
    """One pack as a batch of one: ids, positions, labels, in ``spans`` where its rows begin
    (:mod:`chatbot.training.attention`), and in ``since`` (n,) how many tokens ago a reply, or its
    answer behind quotes, began."""
    import torch

    (pack,) = packs
    ids, labels = list(pack.rows[0].ids[: pack.shared]), [IGNORED] * pack.shared
    positions, begins = list(range(pack.shared)), []
    since = [0] * pack.shared
    for row in pack.rows:
        own = row.ids[pack.shared :]
        prompt = row.reply_at - pack.shared
        begins.append(len(ids))
        ids += own
        labels += [*[IGNORED] * prompt, *own[prompt:]]
        positions += range(pack.shared, len(row))
        since += [0] * prompt
        since += [*range(row.answer_at - row.reply_at), *range(len(row) - row.answer_at)]
    return {
        "input_ids": torch.tensor([ids]),
        "labels": torch.tensor([labels]),
        "position_ids": torch.tensor([positions]),
        "spans": torch.tensor([*begins, len(ids)]),
        "since": torch.tensor(since),
    }


def mask_of(spans: Any) -> Any:
    """What ``spans`` say as a mask, shape (1, 1, n, n), for models that know masks only."""
    import torch

    *begins, length = spans.tolist()
    owner = torch.full((length,), -1)
    for at, (begin, end) in enumerate(zip(begins, [*begins[1:], length], strict=True)):
        owner[begin:end] = at
    return ((owner[None] == owner[:, None]) | (owner[None] == -1)).tril()[None, None]
