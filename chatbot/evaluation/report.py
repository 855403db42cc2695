"""The report of an evaluation: curves, worst cases with their passages."""

from collections.abc import Sequence
from html import escape
from typing import Any

from chatbot.evaluation.metrics import reliability, risk_coverage
from chatbot.evaluation.page import Line, page, plot, table

_WORST = 20


def answers_report(rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> str:
    """A page about the rows of ``evaluate answers``; it loads nothing from elsewhere."""
    right = [(row["confidence"], row["answerable"]) for row in rows]
    alone = [(row["similarity"], row["answerable"]) for row in rows]
    curves = plot(
        "Risk by coverage",
        [
            Line("confidence", [(p["coverage"], p["risk"]) for p in risk_coverage(right)]),
            Line("top similarity", [(p["coverage"], p["risk"]) for p in risk_coverage(alone)]),
        ],
    )
    diagram = plot(
        "Answerable by confidence",
        [
            Line("this gate", [(b["confidence"], b["right"]) for b in reliability(right)]),
            Line("perfectly calibrated", [(0.0, 0.0), (1.0, 1.0)]),
        ],
    )
    body = _figures(summary) + curves + diagram + "<h2>Worst cases</h2>" + _cases(_worst(rows))
    return page("Answers", body)


def rewrites_report(rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> str:
    """A page about ``evaluate rewrites``: the figures, and the worst rewrites."""
    worst = sorted(rows, key=lambda row: float(row["token_f1"]))[:_WORST]
    listed = table(
        [(row["token_f1"], row["question"], row["rewrite"], row["standalone"]) for row in worst],
        ("F1", "asked", "rewritten", "by a person"),
    )
    return page("Rewrites", f"{_figures(summary)}<h2>Worst cases</h2>{listed}")


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


def _cases(cases: Sequence[tuple[str, dict[str, Any]]]) -> str:
    return "".join(
        f"<details><summary>{escape(what)}, {row['confidence']:.2f}: "
        f"{escape(row['question'][:200])}</summary><p>{_marked(row)}</p>"
        + "".join(
            f"<p>{escape(path)}</p><pre>{escape(text)}</pre>"
            for path, text in zip(row["passages"], row["texts"], strict=True)
        )
        + "</details>"
        for what, row in cases
    )


def _marked(row: dict[str, Any]) -> str:
    """The answer, its unsupported sentences marked."""
    text, parts, at = str(row["answer"]), [], 0
    for item in sorted(row["unsupported"], key=lambda item: int(item["start"])):
        parts.append(escape(text[at : item["start"]]))
        parts.append(
            f'<mark title="{escape(item["reason"])}">'
            f"{escape(text[item['start'] : item['end']])}</mark>"
        )
        at = item["end"]
    return "".join([*parts, escape(text[at:])])


def _figures(summary: dict[str, Any]) -> str:
    flat: list[tuple[str, Any]] = []
    for key, value in summary.items():
        if isinstance(value, dict):
            flat += [(f"{key}, {inner}", number) for inner, number in value.items()]
        elif not isinstance(value, list):
            flat.append((key, value))
    return table(flat)
