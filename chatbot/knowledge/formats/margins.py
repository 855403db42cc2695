"""What stands at the top and at the bottom of pages and is no text of theirs."""

import re
from collections.abc import Sequence
from itertools import pairwise

from chatbot.knowledge.formats.flow import LARGER, usual_size
from chatbot.knowledge.formats.flow_tables import ALIGNED
from chatbot.knowledge.formats.layout import Line

_PAGE = re.compile(
    r"[-–—\[( ]*(?:page|seite|página|pagina|strona|p\.|s\.)?\s*\d{1,4}"
    r"(?:\s*(?:/|of|von|de|sur|di)\s*(\d{1,4}))?[-–—\]) ]*",
    re.IGNORECASE,
)
# What a browser prints above and below a page: the day with the title, the address.
_PRINTED = re.compile(
    r"(?P<address>(?:file|https?)://\S+)(?:\s+\d+\s?/\s?\d+)?|\d+\s?/\s?\d+|"
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s\d{1,2}:\d\d(?:\s?[AP]M)?(?:\s.*)?"
)
_EDGE = 0.13  # of a page's height, at its top and at its bottom: where running titles stand
_LEVEL = 2.0  # points
_LARGE = "\0"  # in front of a line in larger type
_FAR = 3.0  # times the size of the type: names of columns are not further above a row
_ROMAN = re.compile(r"\W*([ivxlc]{1,7}|[IVXLC]{1,7})\W*")
_ROMANS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_MARGIN = 2  # lines at the top and at the bottom that can be running titles


def without_margins(
    pages: Sequence[list[Line]], heights: Sequence[tuple[float, float]]
) -> list[list[Line]]:
    """The pages without page numbers and what is repeated at the top or bottom of most pages, of
    those on one side of the book, or of some in a row; ``heights`` are (bottom, top) of each
    page. Names over the columns of a table stay, and so do headings in larger type that count."""
    size = usual_size(pages)
    seen: dict[str, list[int]] = {}
    for number, page in enumerate(pages):
        lines = (page[at] for at in _edges(page, heights[number]))
        for shape in {shape for line in lines for shape in _shapes(line, number, size)}:
            seen.setdefault(shape, []).append(number)
    often = {
        shape
        for shape, found in seen.items()
        if len(found) >= max(2, len(pages) / 2)
        or (not shape.startswith(_LARGE) and _is_regular(found, len(pages)))
    }
    kept = []
    for number, page in enumerate(pages):
        edges = _edges(page, heights[number])
        repeated = {at for at in edges if often.intersection(_shapes(page[at], number, size))}
        gone = {at for at in repeated if not _names_columns(page, at, repeated)}
        gone.update(at for at in edges if _is_number(page[at].text, len(pages)))
        printed = {at: _PRINTED.fullmatch(page[at].text) for at in edges}
        if any(match and match["address"] for match in printed.values()):
            gone.update(at for at, match in printed.items() if match)
        kept.append([line for at, line in enumerate(page) if at not in gone])
    return kept


def _is_regular(found: Sequence[int], pages: int) -> bool:
    """Whether what stands on these pages is on every other one for long, or on some in a row."""
    steps = [b - a for a, b in pairwise(found)]
    others = len(found) >= max(2, pages / 4) and all(step == 2 for step in steps)
    return others or any(a == b == 1 for a, b in pairwise(steps))


def _names_columns(page: Sequence[Line], at: int, repeated: set[int]) -> bool:
    """Whether a line stands over rows whose cells begin or end where its own do."""
    names = page[at].cells
    if len(names) < 2 or at + 1 >= len(page) or at + 1 in repeated:
        return False
    row = page[at + 1]
    near = 0 < page[at].y - row.y < _FAR * row.size and len(row.cells) == len(names)
    return near and all(
        min(abs(a[0] - b[0]), abs(a[1] - b[1])) < ALIGNED
        for a, b in zip(names, row.cells, strict=True)
    )


def _is_number(text: str, pages: int) -> bool:
    """Whether a line is the number of a page; of an only page, if it says so: "Page 1 of 1"."""
    match = _PAGE.fullmatch(text)
    return match is not None and (pages > 1 or match[1] == str(pages))


def _edges(page: Sequence[Line], height: tuple[float, float]) -> list[int]:
    """Which lines are the first and last ones of a page, and close to its edges."""
    bottom, top = height
    edge = _EDGE * (top - bottom)
    order = sorted(range(len(page)), key=lambda at: -page[at].y)
    above = [at for at in _outer(page, order) if page[at].y > top - edge]
    below = [at for at in _outer(page, order[::-1]) if page[at].y < bottom + edge]
    return above + [at for at in below if at not in above]


def _outer(page: Sequence[Line], order: Sequence[int]) -> list[int]:
    """The first lines in an order; those of one height count as one."""
    heights: list[float] = []
    found: list[int] = []
    for at in order:
        if not heights or abs(heights[-1] - page[at].y) > _LEVEL:
            heights.append(page[at].y)
        if len(heights) > _MARGIN:
            break
        found.append(at)
    return found


def _shapes(line: Line, page: int, size: float) -> list[str]:
    """The line itself, and with each of its numbers as how much it is above the page's, unless it
    is larger than the text is: "Step 1", "Step 2"."""
    text = line.text
    if line.size >= LARGER * size:
        return [_LARGE + text]
    found = [text]
    for match in re.finditer(r"\d{1,4}", text):
        offset = f"#{int(match[0]) - page}"
        found.append(text[: match.start()] + offset + text[match.end() :])
    if roman := _ROMAN.fullmatch(text):
        found.append(f"#{_value(roman[1].lower()) - page}")
    return found


def _value(roman: str) -> int:
    values = [_ROMANS[letter] for letter in roman]
    return sum(-a if a < b else a for a, b in pairwise([*values, 0]))
