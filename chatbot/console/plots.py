"""Bars over days as numbers of an inline SVG, which templates/plot.html draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 600, 96  # of the drawing, in its own units
_GAP = 4


@dataclass(frozen=True)
class Bar:
    """A part of a column; ``series`` is the name of what it counts."""

    series: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Column:
    """A day with its values, one for each series."""

    date: str
    values: tuple[float | None, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Plot:
    """``most`` is the value at the top; ``name`` and ``series`` are keys of words."""

    name: str
    series: tuple[str, ...]
    columns: tuple[Column, ...]
    most: float

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(column.bars for column in self.columns)


def bars(name: str, days: Mapping[str, Any], series: Sequence[str]) -> Plot:
    """A plot of attributes of the days, one above the other; ``None`` is no bar."""
    rows = {date: tuple(getattr(day, part) for part in series) for date, day in days.items()}
    most = max((sum(value or 0 for value in values) for values in rows.values()), default=0)
    step = WIDTH / max(len(rows), 1)
    columns = []
    for number, (date, values) in enumerate(rows.items()):
        drawn, top = [], float(HEIGHT)
        for part, value in zip(series, values, strict=True):
            if value:
                height = round(value / most * HEIGHT, 2)
                top = round(top - height, 2)
                width = round(step - _GAP, 2)
                drawn.append(Bar(part, round(number * step, 2), top, width, height))
        columns.append(Column(date, values, tuple(drawn)))
    return Plot(name, tuple(series), tuple(columns), most)


def line(values: Sequence[tuple[int, float]]) -> str:
    """The points of a polyline, from the first value to the last and from 0 to the largest one;
    empty for fewer than two values."""
    if not values[1:]:
        return ""
    first, last = values[0][0], values[-1][0]
    most = max(value for _, value in values) or 1.0
    points = (
        f"{(step - first) / max(last - first, 1) * WIDTH:.1f},{HEIGHT - value / most * HEIGHT:.1f}"
        for step, value in values
    )
    return " ".join(points)
