"""The report of a training run as one HTML page without anything from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import Any

from chatbot.training.gate import is_right

_SAMPLES = 20
_WIDTH, _HEIGHT, _EDGE = 640, 240, 40
_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3rem .6rem;
text-align:left;vertical-align:top}.right{background:#e6f4ea}.wrong{background:#fce8e6}"""


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
    rows = "".join(_row((_figure(name), _figure(a), _figure(b))) for name, a, b in figures)
    table = _row(("", "before", "after"), "th") + rows
    parts = [
        "<h1>Training report</h1>",
        f"<h2>Loss</h2>{_curve(report)}",
        f"<h2>Before and after</h2><table>{table}</table>" if figures else "",
        f"<h2>Samples</h2>{_samples(before, after)}" if after else "",
        f"<h2>How</h2><table>{''.join(_row(fact) for fact in facts)}</table>",
        "".join(f"<p>Left out: {escape(problem)}</p>" for problem in report["problems"]),
    ]
    body = "".join(parts)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Training report</title>'
        f"<style>{_STYLE}</style><body>{body}</body></html>\n"
    )


def _row(cells: Sequence[object], tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(str(cell))}</{tag}>' for cell in cells)}</tr>"


def _figure(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _samples(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> str:
    was = {row["id"]: row for row in before}
    lines = [_row(("question", "before", "after"), "th")]
    for row in after[:_SAMPLES]:
        cells = [f"<td>{escape(row['question'])}</td>"]
        for shown in (was.get(row["id"]), row):
            mark = "right" if shown and is_right(shown) else "wrong"
            cells.append(f'<td class="{mark}">{escape(shown["answer"] if shown else "")}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _curve(report: dict[str, Any]) -> str:
    """Training and held-out loss over steps, as SVG."""
    series = {
        "training": [(p["step"], p["loss"]) for p in report["curve"] if "loss" in p],
        "held out": [(p["step"], p["eval_loss"]) for p in report["curve"] if "eval_loss" in p],
    }
    points = [point for line in series.values() for point in line]
    if not points:
        return "<p>Too few steps for a curve.</p>"
    last = max(step for step, _ in points) or 1
    top = max(loss for _, loss in points) * 1.05 or 1.0

    def at(step: float, loss: float) -> str:
        x = _EDGE + step / last * (_WIDTH - 2 * _EDGE)
        return f"{x:.1f},{_HEIGHT - _EDGE - loss / top * (_HEIGHT - 2 * _EDGE):.1f}"

    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
        f'{" ".join(at(*point) for point in line)}"/>'
        for line, colour in zip(series.values(), ("#1a73e8", "#d93025"), strict=True)
    )
    floor = _HEIGHT - _EDGE
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Loss over steps">'
        f'<path d="M{_EDGE} {_EDGE}V{floor}H{_WIDTH - _EDGE}" fill="none" stroke="#888"/>{lines}'
        f'<text x="4" y="{_EDGE}">{top:.2f}</text><text x="4" y="{floor}">0</text>'
        f'<text x="{_WIDTH - _EDGE}" y="{_HEIGHT - 12}" text-anchor="end">{last} steps</text>'
        "</svg><p>Mean loss in nats a token: training blue, held out red.</p>"
    )
