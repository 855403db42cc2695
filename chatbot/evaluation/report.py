"""The HTML report of an evaluation: curves as inline SVG, worst cases with their passages."""

from collections.abc import Sequence
from html import escape
from typing import Any

from chatbot.evaluation.metrics import reliability, risk_coverage

_SIZE = 320
_EDGE = 36
_WORST = 20
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;
padding:0 1rem}
table{border-collapse:collapse}
td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ccc}
svg{margin-right:2rem}details{margin:.4rem 0}
pre{white-space:pre-wrap;background:#f5f5f5;padding:.5rem}
mark{background:#ffd9a8}"""


def answers_report(rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> str:
    """A page about the rows of ``evaluate answers``; it loads nothing from elsewhere."""
    right = [(row["confidence"], row["answerable"]) for row in rows]
    alone = [(row["similarity"], row["answerable"]) for row in rows]
    curves = _plot(
        "Risk by coverage",
        [
            [(p["coverage"], p["risk"]) for p in risk_coverage(right)],
            [(p["coverage"], p["risk"]) for p in risk_coverage(alone)],
        ],
        "blue: confidence, grey: top similarity alone",
    )
    bins = reliability(right)
    diagram = _plot(
        "Answerable by confidence",
        [[(b["confidence"], b["right"]) for b in bins], [(0.0, 0.0), (1.0, 1.0)]],
        "grey: perfectly calibrated",
    )
    body = _figures(summary) + curves + diagram + "<h2>Worst cases</h2>" + _cases(_worst(rows))
    return _page("Answers", body)


def rewrites_report(rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> str:
    """A page about ``evaluate rewrites``: the figures, and the worst rewrites."""
    worst = sorted(rows, key=lambda row: float(row["token_f1"]))[:_WORST]
    listed = "".join(
        f"<tr><td>{row['token_f1']:.2f}</td><td>{escape(row['question'])}</td>"
        f"<td>{escape(row['rewrite'])}</td><td>{escape(row['standalone'])}</td></tr>"
        for row in worst
    )
    head = "<tr><th>F1</th><th>asked</th><th>rewritten</th><th>by a person</th></tr>"
    return _page(
        "Rewrites", _figures(summary) + f"<h2>Worst cases</h2><table>{head}{listed}</table>"
    )


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
    lines = "".join(f"<tr><td>{escape(k)}</td><td>{escape(str(v))}</td></tr>" for k, v in flat)
    return f"<table>{lines}</table>"


def _plot(title: str, lines: Sequence[Sequence[tuple[float, float]]], note: str) -> str:
    """Lines of (x, y) in 0 to 1; the first in blue, the second in grey."""
    inner = _SIZE - 2 * _EDGE
    drawn = ""
    for points, colour in reversed(list(zip(lines, ("#1f5fbf", "#999"), strict=True))):
        path = " ".join(
            f"{_EDGE + x * inner:.1f},{_SIZE - _EDGE - y * inner:.1f}" for x, y in points
        )
        drawn += f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    low, high = _EDGE, _SIZE - _EDGE
    ticks = "".join(
        f'<text x="{low + v * inner}" y="{high + 16}" font-size="11">{v}</text>'
        f'<text x="{low - 26}" y="{high - v * inner + 4}" font-size="11">{v}</text>'
        for v in (0, 0.5, 1)
    )
    return (
        f'<figure style="display:inline-block"><figcaption>{escape(title)} ({escape(note)})'
        f'</figcaption><svg width="{_SIZE}" height="{_SIZE}" role="img" '
        f'aria-label="{escape(title)}">'
        f'<rect x="{low}" y="{low}" width="{inner}" height="{inner}" fill="none" stroke="#333"/>'
        f"{ticks}{drawn}</svg></figure>"
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>{body}</html>\n"
    )
