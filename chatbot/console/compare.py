"""Two runs of cases beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.store.runs import Result, Run
from chatbot.training.gate import Verdict, judge


@dataclass(frozen=True)
class Change:
    """A case with what was answered in the two runs."""

    question: str
    expected: list[str]
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """``shared`` cases are in both runs; shares of right answers are over those."""

    verdict: Verdict
    shared: int
    only_one: int
    broken: list[Change]
    fixed: list[Change]


def compare(before: Sequence[Result], after: Sequence[Result]) -> Comparison:
    """What a later run changed."""
    was, now = _rows(before), _rows(after)
    shared = [case for case in now if case in was]
    verdict = judge([was[case] for case in shared], [now[case] for case in shared])

    def changes(cases: Sequence[str]) -> list[Change]:
        return [_change(was[case], now[case]) for case in cases]

    return Comparison(
        verdict=verdict,
        shared=len(shared),
        only_one=len(was.keys() ^ now.keys()),
        broken=changes(verdict.broken),
        fixed=changes(verdict.fixed),
    )


def earlier(run: Run, others: Sequence[Run]) -> dict[str, Run]:
    """What a run is best compared with: the ``last`` one of the same cases, and the last ones with
    another ``generation`` of the index and another ``adapter`` or model. ``others`` are newest
    first."""
    before = [
        other
        for other in others
        if other.started_at < run.started_at and other.about == run.about and other.done
    ]
    wanted = {
        "last": lambda other: True,
        "generation": lambda other: other.generation != run.generation,
        "adapter": lambda other: (other.adapter, other.model) != (run.adapter, run.model),
    }
    found = {name: next(filter(fits, before), None) for name, fits in wanted.items()}
    return {name: other for name, other in found.items() if other is not None}


def _rows(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    return {result.case_id: result.row for result in results}


def _change(was: dict[str, Any], now: dict[str, Any]) -> Change:
    return Change(now["question"], now["expected"], was["answer"], now["answer"])
