"""The reports of evaluations: figures, curves, worst cases with their passages."""

from collections.abc import Sequence
from typing import Any

from chatbot.evaluation.metrics import reliability, risk_coverage
from chatbot.reports.pages import Line, render_page

_WORST = 20


def answers_report(rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> str:
    """A page about the rows of ``evaluate answers``; it loads nothing from elsewhere."""
    rows = [row for row in rows if not row.get("failed")]
    right = [(row["confidence"], row["answerable"]) for row in rows]
    alone = [(row["similarity"], row["answerable"]) for row in rows]
    risk = [
        Line("confidence", [(p["coverage"], p["risk"]) for p in risk_coverage(right)]),
        Line("top similarity", [(p["coverage"], p["risk"]) for p in risk_coverage(alone)]),
    ]
    calibration = [
        Line("this gate", [(b["confidence"], b["right"]) for b in reliability(right)]),
        Line("perfectly calibrated", [(0.0, 0.0), (1.0, 1.0)]),
    ]
    cases = [(what, row, _answer_parts(row)) for what, row in _worst(rows)]
    figures = _figures(summary)
    return render_page("answers", figures=figures, risk=risk, calibration=calibration, cases=cases)


def rewrites_report(rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> str:
    """A page about ``evaluate rewrites``: the figures, and the worst rewrites."""
    written = [row for row in rows if not row["failed"]]
    worst = sorted(written, key=lambda row: float(row["token_f1"]))[:_WORST]
    keys = ("token_f1", "question", "rewrite", "standalone")
    listed = [[row[key] for key in keys] for row in worst]
    return render_page("rewrites", figures=_figures(summary), rows=listed)


def _worst(rows: Sequence[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Answers to what is not covered, the surest first; then refusals, then wrong answers."""
    invented = [r for r in rows if not r["answerable"] and not r["abstained"]]
    refused = [r for r in rows if r["answerable"] and r["abstained"]]
    wrong = [r for r in rows if r["answerable"] and not r["abstained"]]
    return [
        *(("answered, not covered", r) for r in _by(invented, "confidence", -1)),
        *(("refused, covered", r) for r in _by(refused, "confidence", 1)),
        *(("least like the right answer", r) for r in _by(wrong, "token_f1", 1)),
    ]


def _by(rows: Sequence[dict[str, Any]], key: str, sign: int) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: sign * float(row[key]))[:_WORST]


def _answer_parts(row: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The answer in parts; an unsupported sentence comes with the reason."""
    text, parts, at = str(row["answer"]), [], 0
    for item in sorted(row["unsupported"], key=lambda item: int(item["start"])):
        parts.append((text[at : item["start"]], None))
        parts.append((text[item["start"] : item["end"]], item["reason"]))
        at = item["end"]
    return [*parts, (text[at:], None)]


def _figures(summary: dict[str, Any]) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in summary.items():
        if isinstance(value, dict):
            flat += [(f"{key}, {inner}", number) for inner, number in value.items()]
        elif not isinstance(value, list):
            flat.append((key, value))
    return flat
