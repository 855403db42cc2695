"""Charts of slides and Word files, which office_oxide tells as three kinds of lines (their title,
the names of their categories, the figures of each series), as tables."""

from collections.abc import Iterator, Sequence

from chatbot.knowledge.blocks import Block, Paragraph, Table

_TITLE, _NAMES = "Title: ", "Categories: "


def with_charts(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks with each chart as a table: a row for each category, a column for each series."""
    at = 0
    while at < len(blocks):
        title = _after(blocks[at], _TITLE)
        first = at + 1 if title and at + 1 < len(blocks) else at
        names = _values(_after(blocks[first], _NAMES))
        series = list(_series(blocks[first + 1 :], len(names))) if names else []
        if not series:
            yield blocks[at]
            at += 1
            continue
        if first > at:
            yield Paragraph(title)
        rows = [["", *(name for name, _ in series)]]
        rows += [
            [name, *(values[n] for _, values in series)] for n, name in enumerate(names)
        ]
        yield Table(rows, 1)
        at = first + 1 + len(series)


def _series(blocks: Sequence[Block], many: int) -> Iterator[tuple[str, list[str]]]:
    """The series that follow: their names, and a figure for each category."""
    for block in blocks:
        name, parted, told = _text(block).rpartition(": ")
        values = _values(told)
        if not parted or len(values) != many or not all(map(_is_figure, values)):
            return
        yield name, values


def _is_figure(text: str) -> bool:
    try:
        float(text or 0)
    except ValueError:
        return False
    return True


def _values(text: str) -> list[str]:
    return text.split(", ") if text else []


def _after(block: Block, begin: str) -> str:
    text = _text(block)
    return text.removeprefix(begin) if text.startswith(begin) else ""


def _text(block: Block) -> str:
    return block.text if isinstance(block, Paragraph) else ""
