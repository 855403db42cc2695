"""The report of a training run."""

from collections.abc import Sequence
from typing import Any

from chatbot.reports.pages import Line, render_page
from chatbot.training.gate import is_right

_SAMPLES = 20


def training_report(
    report: dict[str, Any],
    before: Sequence[dict[str, Any]] = (),
    after: Sequence[dict[str, Any]] = (),
    figures: Sequence[tuple[str, float, float]] = (),
) -> str:
    """The page: how it was trained, the loss, and before and after on held-out cases.

    ``report`` is what :func:`chatbot.training.finetune.finetune` returns, ``before`` and
    ``after`` are rows of the answer evaluation of the same cases, ``figures`` are (name, before,
    after).
    """
    facts = [("Base model", report["base"]), ("Rows", report["rows"]), ("Packs", report["packs"])]
    facts += [(f"Rows of {name}", count) for name, count in report["files"].items()]
    facts += [("Left out as too long", report["left_out"]), ("Seconds", report["seconds"])]
    facts += [(f"Recipe: {key}", value) for key, value in report["recipe"].items()]
    curve = report["curve"]
    lines = [
        Line("training", [(p["step"], p["loss"]) for p in curve if "loss" in p]),
        Line("held out", [(p["step"], p["eval_loss"]) for p in curve if "eval_loss" in p]),
    ]
    points = [point for line in lines for point in line.points]
    last, top = (max(values) or 1.0 for values in zip(*points, strict=True)) if points else (0, 0)
    return render_page(
        "training",
        loss=lines if points else [],
        last=last,
        top=1.05 * top,
        figures=figures,
        samples=_samples(before, after),
        facts=facts,
        problems=report["problems"],
    )


def _samples(
    before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Questions, each with the answers before and after, and whether they are right."""
    return [
        (row["question"], [_judgement(was), _judgement(row)])
        for was, row in list(zip(before, after, strict=True))[:_SAMPLES]
    ]


def _judgement(row: dict[str, Any]) -> tuple[str, bool]:
    return row["answer"], is_right(row)
