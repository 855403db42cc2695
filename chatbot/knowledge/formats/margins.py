"""What stands at the top and at the bottom of pages and is no text of theirs."""

import re
from collections import Counter
from collections.abc import Sequence

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
_MARGIN = 2  # lines at the top and at the bottom that can be running titles


def without_margins(
    pages: Sequence[list[Line]], heights: Sequence[tuple[float, float]]
) -> list[list[Line]]:
    """The pages without page numbers and what is repeated at the top or bottom of most pages;
    ``heights`` are (bottom, top) of each page."""
    seen: Counter[str] = Counter()
    for number, page in enumerate(pages):
        found = (page[at].text for at in _edges(page, heights[number]))
        seen.update({shape for text in found for shape in _shapes(text, number)})
    often = {shape for shape, many in seen.items() if many >= max(2, len(pages) / 2)}
    kept = []
    for number, page in enumerate(pages):
        gone = {
            at
            for at in _edges(page, heights[number])
            if often.intersection(_shapes(page[at].text, number))
            or _is_number(page[at].text, len(pages))
        }
        printed = {at: _PRINTED.fullmatch(page[at].text) for at in _edges(page, heights[number])}
        if any(match and match["address"] for match in printed.values()):
            gone.update(at for at, match in printed.items() if match)
        kept.append([line for at, line in enumerate(page) if at not in gone])
    return kept


def _is_number(text: str, pages: int) -> bool:
    """Whether a line is the number of a page; of an only page, if it says so: "Page 1 of 1"."""
    match = _PAGE.fullmatch(text)
    return match is not None and (pages > 1 or match[1] == str(pages))


def _edges(page: Sequence[Line], height: tuple[float, float]) -> list[int]:
    """Which lines are the first and last ones of a page, and close to its edges."""
    bottom, top = height
    edge = _EDGE * (top - bottom)
    order = sorted(range(len(page)), key=lambda at: -page[at].y)
    above = [at for at in order[:_MARGIN] if page[at].y > top - edge]
    return above + [at for at in order[-_MARGIN:] if page[at].y < bottom + edge and at not in above]


def _shapes(text: str, page: int) -> list[str]:
    """The line itself, and with each of its numbers as how much it is above the page's."""
    found = [text]
    for match in re.finditer(r"\d{1,4}", text):
        offset = f"#{int(match[0]) - page}"
        found.append(text[: match.start()] + offset + text[match.end() :])
    return found
