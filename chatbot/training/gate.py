"""Whether a new adapter may take the place of the old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.evaluation.metrics import says_expected


@dataclass(frozen=True)
class Verdict:
    """Shares of right cases, and the ids of those that changed."""

    before: float
    after: float
    fixed: list[str]
    broken: list[str]

    @property
    def passes(self) -> bool:
        """No worse than before, over all cases."""
        return self.after >= self.before


def judge(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Verdict:
    """Compare the rows of ``chatbot evaluate answers`` of two models on the same cases, in the
    same order; several cases may have one id."""
    was, now = [is_right(row) for row in before], [is_right(row) for row in after]
    changed = [
        (row["id"], right)
        for row, right, earlier in zip(after, now, was, strict=True)
        if right != earlier
    ]
    return Verdict(
        before=round(sum(was) / max(len(was), 1), 4),
        after=round(sum(now) / max(len(now), 1), 4),
        fixed=[case for case, right in changed if right],
        broken=[case for case, right in changed if not right],
    )


def is_right(row: dict[str, Any]) -> bool:
    """A refusal where nothing answers; else an answer that says the expected."""
    if row.get("failed"):
        return False
    if not row["answerable"] or row["abstained"]:
        return bool(row["abstained"] and not row["answerable"])
    return says_expected(row["answer"], row["expected"])
