"""HTML pages of reports: one file each, nothing from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_WIDTH, _HEIGHT, _EDGE = 420, 320, 40
_COLOURS = ("#1f5fbf", "#999", "#d93025")
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;
padding:0 1rem}
table{border-collapse:collapse}
td,th{padding:.2rem .8rem;text-align:left;vertical-align:top;border-bottom:1px solid #ccc}
figure{display:inline-block;margin:0 2rem 0 0}details{margin:.4rem 0}
pre{white-space:pre-wrap;background:#f5f5f5;padding:.5rem}
mark{background:#ffd9a8}.right{background:#e6f4ea}.wrong{background:#fce8e6}"""


class Line(NamedTuple):
    """A line of a plot; points are (x, y) from 0 on."""

    name: str
    points: Sequence[tuple[float, float]]


def page(title: str, body: str) -> str:
    """The whole page; ``body`` is HTML."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>\n"
    )


def table(rows: Sequence[Sequence[object]], head: Sequence[str] = ()) -> str:
    """Rows of text; numbers with a fraction get three digits."""
    top = _row(head, "th") if head else ""
    return f"<table>{top}{''.join(_row(row, 'td') for row in rows)}</table>"


def _row(cells: Sequence[object], tag: str) -> str:
    texts = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells)
    return f"<tr>{''.join(f'<{tag}>{escape(text)}</{tag}>' for text in texts)}</tr>"


def plot(title: str, lines: Sequence[Line], right: float = 1.0, top: float = 1.0) -> str:
    """Up to three lines in a frame from 0 to ``right`` and from 0 to ``top``, as SVG."""
    wide, high, floor = _WIDTH - 2 * _EDGE, _HEIGHT - 2 * _EDGE, _HEIGHT - _EDGE
    drawn, legend = "", []
    for line, colour in zip(lines, _COLOURS, strict=False):
        path = " ".join(
            f"{_EDGE + x / right * wide:.1f},{floor - y / top * high:.1f}" for x, y in line.points
        )
        drawn = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{drawn}'
        legend.append(f'<span style="color:{colour}">{escape(line.name)}</span>')
    ticks = "".join(
        f'<text x="{_EDGE + part * wide}" y="{floor + 16}" font-size="11">{part * right:g}</text>'
        f'<text x="4" y="{floor - part * high + 4}" font-size="11">{part * top:.3g}</text>'
        for part in (0, 0.5, 1)
    )
    return (
        f"<figure><figcaption>{escape(title)}: {', '.join(legend)}</figcaption>"
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{wide}" height="{high}" fill="none" '
        f'stroke="#333"/>{ticks}{drawn}</svg></figure>'
    )
