"""The report of a training run."""

from collections.abc import Sequence
from html import escape
from typing import Any

from chatbot.evaluation.page import Line, page, plot, table
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
    ``after`` are rows of the answer evaluation, ``figures`` are (name, before, after).
    """
    facts = [("Base model", report["base"]), ("Rows", report["rows"]), ("Packs", report["packs"])]
    facts += [(f"Rows of {name}", count) for name, count in report["files"].items()]
    facts += [("Left out as too long", report["left_out"]), ("Seconds", report["seconds"])]
    facts += [(f"Recipe: {key}", value) for key, value in report["recipe"].items()]
    parts = [
        f"<h2>Loss</h2>{_curve(report)}",
        "<h2>Before and after</h2>" + table(figures, ("", "before", "after")) if figures else "",
        f"<h2>Samples</h2>{_samples(before, after)}" if after else "",
        f"<h2>How</h2>{table(facts)}",
        "".join(f"<p>Left out: {escape(problem)}</p>" for problem in report["problems"]),
    ]
    return page("Training report", "".join(parts))


def _samples(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> str:
    was = {row["id"]: row for row in before}
    lines = ["<tr><th>question</th><th>before</th><th>after</th></tr>"]
    for row in after[:_SAMPLES]:
        cells = [f"<td>{escape(row['question'])}</td>"]
        for shown in (was.get(row["id"]), row):
            mark = "right" if shown and is_right(shown) else "wrong"
            cells.append(f'<td class="{mark}">{escape(shown["answer"] if shown else "")}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _curve(report: dict[str, Any]) -> str:
    """Training and held-out loss over steps."""
    lines = [
        Line("training", [(p["step"], p["loss"]) for p in report["curve"] if "loss" in p]),
        Line(
            "held out", [(p["step"], p["eval_loss"]) for p in report["curve"] if "eval_loss" in p]
        ),
    ]
    points = [point for line in lines for point in line.points]
    if not points:
        return "<p>Too few steps for a curve.</p>"
    last, top = (max(values) or 1.0 for values in zip(*points, strict=True))
    return plot("Loss over steps, nats a token (training weighs openings)", lines, last, 1.05 * top)
