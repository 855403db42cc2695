"""Pieces of text and drawn tables at their places on a page.

Coordinates are in points from the lower left corner.
"""

from typing import Any, NamedTuple


class Grid(NamedTuple):
    """A drawn table: its rows, of which the first ``header`` name the columns, and the ``edges``
    of these from left to right; ``bold``: so is its first row."""

    rows: tuple[tuple[str, ...], ...]
    header: int
    edges: tuple[float, ...]
    bold: bool


class Span(NamedTuple):
    """A piece of text at the height ``y``; ``size`` is that of its type. One with a ``grid`` is
    the whole of a drawn table; ``source`` is pdf_oxide's, which tells the widths of its letters,
    and ``way`` says whether it runs "up" or "down" beside upright text."""

    left: float
    y: float
    right: float
    size: float
    text: str
    bold: bool
    grid: Grid | None = None
    source: Any = None
    way: str = ""
