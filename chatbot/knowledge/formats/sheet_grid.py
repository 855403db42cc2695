"""The cells of a sheet as tables: empty rows part them, and empty columns those that stand beside
each other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, repeat

from chatbot.knowledge.blocks import Block, Paragraph, Table, as_label, columns_of
from chatbot.knowledge.column_names import header_rows, is_called
from chatbot.knowledge.name_rows import are_called, lines_above, names_in, with_whole_names

_MOST_NAMES = 4  # rows that name columns
_PAIR = 2  # cells of a line above them
_LINK = re.compile(r"""(?:of:)?=?HYPERLINK\(\s*"((?:https?://|mailto:)[^"\s]+)""", re.IGNORECASE)


@dataclass
class Grid:
    """Cells of a sheet by row and column from 0; ``numbers`` are the rows that hold numbers,
    ``heads`` those that a filter or a table of the sheet says to name columns, ``wide`` those in
    which a merged cell goes over columns. A cell that is merged goes ``down`` from a row to another
    one. ``hidden_rows`` and ``hidden_columns`` are no gaps; ``unseen`` are the cells in them.
    ``looks`` say how the cells of a row look that are all bold or on one ground, and ``tables``
    which rows and columns are one table."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    numbers: set[int] = field(default_factory=set)
    heads: set[int] = field(default_factory=set)
    wide: set[int] = field(default_factory=set)
    down: dict[int, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unseen: dict[tuple[int, int], str] = field(default_factory=dict)
    looks: dict[int, str] = field(default_factory=dict)
    tables: list[tuple[range, range]] = field(default_factory=list)

    def goes_on(self, row: int, following: int) -> bool:
        """Whether there is nothing but hidden rows between two."""
        return following > row and all(n in self.hidden_rows for n in range(row + 1, following))

    def link(self, row: int, column: int, address: str) -> None:
        """Put where a cell leads to behind its words."""
        text = self.rows.get(row, {}).get(column, "")
        if text and address.rstrip("/") not in text:
            self.rows[row][column] = f"{text} ({address})"

    def fill(self, top: int, bottom: int, left: int, right: int) -> None:
        """Give each cell of a merged range that is shown, in rows that hold something, the text of
        the first one, which may be hidden; ``bottom`` and ``right`` are its last ones."""
        columns = [c for c in range(left, right + 1) if c not in self.hidden_columns]
        text = self.rows.get(top, {}).get(left) or self.unseen.get((top, left))
        if not text or not columns:
            return
        while top in self.hidden_rows:
            top += 1
        if top > bottom:
            return
        self.down[top] = max(bottom, self.down.get(top, 0))
        if len(columns) > 1:
            self.wide.add(top)
        below = self.rows if bottom - top > len(self.rows) else range(top, bottom + 1)
        for row in [row for row in below if top <= row <= bottom and row in self.rows]:
            for column in columns:
                self.rows[row].setdefault(column, text)


def linked_by(formula: str) -> str:
    """The address that a formula of a cell leads to; nothing where it is no link."""
    match = _LINK.match(formula)
    return match[1] if match else ""


def grid_blocks(grid: Grid) -> Iterator[Block]:
    """Tables of a sheet; lines above a table are paragraphs. What goes on behind an empty row, in
    the same columns, has the names of the table before."""
    part: list[int] = []
    before: _Placed | None = None
    for row in [*sorted(grid.rows), -1]:
        if part and (not grid.goes_on(part[-1], row) or _names_again(grid, part, row)):
            titled = grid.goes_on(part[-1], row) and not _is_wide(grid, part[-1])
            title = [part.pop()] if titled else []
            for block in _part(grid, part):
                if not isinstance(block, _Placed):
                    yield block
                    continue
                block = _named(block, before)
                before = block if block.header or block.columns or len(block.rows) == 1 else None
                yield block
            part = title
        part.append(row)


@dataclass(frozen=True)
class _Placed(Table):
    """A table with where its ``places`` are: the numbers of its columns. ``spaced``: an empty row
    stands between each two of its rows, which are read as tables of their own."""

    places: Sequence[int] = ()
    spaced: bool = False


def _named(table: _Placed, before: _Placed | None) -> _Placed:
    alike = before is not None and [*table.places] == [*before.places]
    if table.header or before is None or not alike:
        return table
    if not (before.header or before.columns):  # one row, which may be the names
        rows = [*before.rows, *table.rows]
        sure = len(table.places) > 2 or all(map(is_called, rows[0]))
        names = columns_of(before.rows, int(sure and header_rows(rows)))
        return replace(table, columns=names, spaced=bool(names))
    if before.spaced:
        return replace(table, columns=before.columns, spaced=True)
    if len(table.places) < 3 and not (_asks(table.rows) and _asks(before.rows[before.header :])):
        return table
    return replace(table, columns=before.columns or columns_of(before.rows, before.header))


def _asks(rows: Sequence[Sequence[str]]) -> bool:
    """Whether each row answers a question."""
    return all(row[0].rstrip().endswith("?") for row in rows)


def _part(grid: Grid, numbers: list[int]) -> Iterator[Block]:
    titles = 0
    while titles < len(numbers) and _is_title(grid, numbers[titles : titles + _MOST_NAMES]):
        yield Paragraph(next(iter(grid.rows[numbers[titles]].values())))
        titles += 1
    numbers = numbers[titles:]
    if not numbers:
        return
    columns = sorted(set().union(*(grid.rows[row] for row in numbers)))
    sides = _beside(grid, numbers, columns)
    if len(sides) == 1:
        above = _lines_above(grid, numbers, columns)
        if above:
            yield Paragraph("\n".join(_said(grid, row, columns) for row in numbers[:above]))
        yield _table(grid, numbers[above:], columns)
        return
    for side in sides:
        own = [row for row in numbers if any(map(grid.rows[row].get, side))]
        if sum(column in grid.rows[own[0]] for column in side) == 1:
            yield Paragraph(next(filter(None, map(grid.rows[own[0]].get, side))))
            own = own[1:]
        yield _table(grid, own, side)


def _is_title(grid: Grid, numbers: list[int]) -> bool:
    """Whether the first of some rows says one thing; a name over some of the columns is none."""
    first = grid.rows[numbers[0]]
    if len(set(first.values())) > 1:
        return False
    left = min(min(grid.rows[row]) for row in numbers)
    return numbers[0] not in grid.wide or min(first) == left


def _lines_above(grid: Grid, numbers: list[int], columns: list[int]) -> int:
    """How many rows above the names of the columns say something of the whole table."""
    head = next((at for at, row in enumerate(numbers) if row in grid.heads), 0)
    rows = [_once(grid, row, columns) for row in numbers]
    few = all(len(set(grid.rows[row].values())) <= _PAIR for row in numbers[:head])
    if head and few and not are_called(rows[:head]):
        return head
    return lines_above(rows)


def _once(grid: Grid, row: int, columns: list[int]) -> list[str]:
    """The cells of a row, of which a merged one is told once."""
    cells = [*map(grid.rows[row].get, columns, repeat(""))]
    return [cell if cell != before else "" for before, cell in pairwise(["", *cells])]


def _said(grid: Grid, row: int, columns: list[int]) -> str:
    """A row that says something of the table below it: "Valid from: 1 May 2026"."""
    first, *rest = filter(None, _once(grid, row, columns))
    return " ".join([as_label(first.rstrip(": ")), *rest] if rest else [first])


def _table(grid: Grid, numbers: list[int], columns: list[int]) -> Table:
    rows = [[*map(grid.rows[row].get, columns, repeat(""))] for row in numbers]
    header = (
        1
        if numbers[0] in grid.heads
        else names_in(rows, _is_set_apart(grid, numbers), merged=numbers[0] in grid.wide)
        or _header_by_types(grid, numbers, columns)
        or _header_by_width(grid, numbers)
    )
    if header == 1 and _has_second_names(grid, numbers, columns[0]):
        header = 2
    below = grid.down.get(numbers[0], 0) - numbers[0] + 1
    if 1 < below < len(rows) and not grid.numbers.intersection(numbers[:below]):
        header = below
    if header == 2 and numbers[0] not in grid.wide:
        rows[0] = with_whole_names(rows[0], rows[1])
    # A row that one merged cell fills is the title of those below.
    for row in rows[header:]:
        if row[0] and row[0] == row[-1] and len(row) > 2 and len({*row}) == 1:
            row[1:] = [""] * (len(row) - 1)
    return _Placed(rows, header if header < len(rows) else 0, places=columns)


def _is_set_apart(grid: Grid, numbers: list[int]) -> bool:
    """Whether no other row looks like the first one; the last one may add up the others."""
    look = grid.looks.get(numbers[0])
    return look is not None and all(grid.looks.get(n) != look for n in numbers[1:-1] or numbers[1:])


def _names_again(grid: Grid, part: list[int], row: int) -> bool:
    """Whether a row, which is not the last, looks like the one that names the columns of a part
    and names others: a table directly below another one."""
    look = grid.looks.get(row)
    if look is None or not _is_wide(grid, row) or row in grid.numbers or row + 1 not in grid.rows:
        return False
    names = next((n for n in part if _is_wide(grid, n)), row)
    above = _is_wide(grid, part[-1]) and grid.looks.get(part[-1]) == look  # a name in two rows
    own = names not in grid.numbers and grid.looks.get(names) == look and names < part[-1]
    return own and not above and grid.looks.get(row + 1) != look


def _is_wide(grid: Grid, row: int) -> bool:
    """Whether a row says more than one thing."""
    return len(set(grid.rows[row].values())) > 1


def _header_by_types(grid: Grid, numbers: list[int], columns: list[int]) -> int:
    """One where the first row has words only and numbers stand below, as years as names do."""
    first, rest = numbers[0], numbers[1:]
    words = first not in grid.numbers and all(grid.rows[first].get(c) for c in columns)
    below = any(row in grid.numbers for row in rest[:20])
    return int(words and below and len(columns) > 2)


def _header_by_width(grid: Grid, numbers: list[int]) -> int:
    """The rows above the first numbers, where a cell of the first row goes over several columns,
    as in a pivot table."""
    if numbers[0] not in grid.wide:
        return 0
    above = next((at for at, row in enumerate(numbers) if row in grid.numbers), 0)
    return above if above <= _MOST_NAMES else 0


def _has_second_names(grid: Grid, numbers: list[int], column: int) -> bool:
    """Whether the second row names the parts of a name that goes over several columns."""
    if len(numbers) < 3 or numbers[0] not in grid.wide or numbers[1] in grid.numbers:
        return False
    return not grid.rows[numbers[1]].get(column) and numbers[2] in grid.numbers


def _beside(grid: Grid, numbers: list[int], columns: list[int]) -> list[list[int]]:
    """The columns of each table that stands beside others; all of them where there is but one."""
    sides = [[columns[0]]]
    for column, following in pairwise(columns):
        if not grid.hidden_columns.issuperset(range(column + 1, following)):
            sides.append([])
        sides[-1].append(following)
    apart = len(sides) > 1 and all(
        len(left) > 1 and len(right) > 1 and _are_apart(grid, numbers, left, right)
        for left, right in pairwise(sides)
    )
    return sides if apart else [columns]


def _are_apart(grid: Grid, numbers: list[int], left: list[int], right: list[int]) -> bool:
    """Whether columns with an empty one between them are two tables, not one with a gap: each has
    a title or the same first name, or one is longer, and each has labels of its own; or the
    sheet says so."""
    if (
        len({table for column in (left[0], right[0]) for table in _tables(grid, numbers, column)})
        > 1
    ):
        return True
    first, second = (
        [row for row in numbers if any(map(grid.rows[row].get, side))] for side in (left, right)
    )
    if (
        len(first) < 3
        or len(second) < 3
        or not all(
            _has_labels(grid, rows[1:], side) for rows, side in ((first, left), (second, right))
        )
    ):
        return False
    tops = [
        [grid.rows[rows[0]].get(c, "") for c in side]
        for rows, side in ((first, left), (second, right))
    ]
    titled = all(top[0] and not any(top[1:]) for top in tops)
    return titled or tops[0][0] == tops[1][0] != "" or first[-1] != second[-1]


def _tables(grid: Grid, numbers: list[int], column: int) -> list[int]:
    """Which tables of the sheet have the first of these rows and a column in them."""
    places = enumerate(grid.tables)
    return [at for at, (rows, columns) in places if numbers[0] in rows and column in columns]


def _has_labels(grid: Grid, rows: list[int], side: list[int]) -> bool:
    """Whether the first column has words in each row, no two alike; or the second one has, beside
    groups that are named in their first rows only."""
    labels, following = ([grid.rows[row].get(column, "") for row in rows] for column in side[:2])
    groups = [text for text in labels if text]
    grouped = labels[0] and 1 < len(groups) < len(labels) and _are_names(groups)
    return _are_names(labels) or bool(grouped and _are_names(following))


def _are_names(texts: list[str]) -> bool:
    return len(set(texts)) == len(texts) and all(any(map(str.isalpha, text)) for text in texts)
