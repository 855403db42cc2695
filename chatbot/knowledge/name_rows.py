"""Names of columns as people write them in sheets: below lines about the whole table, with a gap
where a column has none, or in two rows, the second of which names parts of the first one's names.
"""

import re
from collections.abc import Sequence

from chatbot.knowledge.column_names import (
    are_values,
    header_rows,
    is_called,
    is_value,
    says_none,
)

_TOP = 6  # lines about the whole table, at most
_FEW = 2  # cells of such a line: what it says, and of what
_NARROW = 3  # columns; fewer tell no such line from a row
_UNIT = re.compile(
    r"[\[(]?(?:[%°$€£¥]|°?[CF]|[kmcµn]?[mglWVAJ]|k?Wh|[kM]?Hz|[kMGT]i?B|[kM]?bit/s|kcal|bar|dB|rpm|"
    r"ft|in|lbs?|oz|m[²³23]|EUR|USD|GBP|CHF|pcs?\.?|Stk\.?|Stück|[hs]|ms|min\.?|sec\.?|"
    r"hours?|days?|weeks?|months?|years?|Std\.?|Tage?|Wochen?|Monate?|Jahre?)[\])]?",
)

Cells = Sequence[Sequence[str]]


def lines_above(rows: Cells) -> int:
    """How many of the first rows say something of the whole table ("Valid from | 1 May"): they
    have two cells at most, and a row below them names all of at least three columns."""
    if len(rows) < _FEW or len(rows[0]) < _NARROW:
        return 0
    for at, row in enumerate(rows[: _TOP + 1]):
        if sum(map(bool, row)) > _FEW or not row[0]:
            return at if at and _are_sure(rows[at:]) and not are_called(rows[:at]) else 0
    return 0


def names_in(rows: Cells, strong: bool = False, likely: bool = False, merged: bool = False) -> int:
    """How many of the first rows name columns, as :func:`header_rows`; a few columns of several
    may have no name, and names may have parts in a second row. ``merged``: a cell of the first row
    goes over several columns, each of which has its text."""
    if _has_second_names(rows, merged):
        return 2
    return header_rows(rows, strong, likely) or names_with_gaps(rows, strong, likely)


def names_with_gaps(rows: Cells, strong: bool = False, likely: bool = False) -> int:
    """One where the first row names its columns but a few of several, which have no name."""
    named = [at for at, name in enumerate(rows[0]) if name] if rows else []
    if len(named) < _NARROW or named[0] or len(rows[0]) - len(named) > len(named) // _NARROW:
        return 0
    without = [[row[at] for at in named] for row in rows]
    return int(header_rows(without, strong, likely) and (strong or _are_sure(without)))


def _has_second_names(rows: Cells, merged: bool) -> bool:
    """Whether the second row names parts of the names in the first one, which stand over several
    columns, or says in which units all is told."""
    if len(rows) < 3 or len(rows[0]) < _NARROW or rows[1][0] or not rows[2][0]:
        return False
    first, second = rows[0][1:], rows[1][1:]
    if not all(a or b for a, b in zip(first, second, strict=True)) or not first[0]:
        return False
    if any(is_value(name) for name in (*filter(None, first), *filter(None, second))):
        return False
    parts = [at for at, name in enumerate(second) if name]
    if all(first):
        if merged and len(parts) > 1:
            return True
        # A unit stands over numbers; a grade "A" or a size "m" does not.
        return bool(parts) and all(
            _UNIT.fullmatch(second[at]) and are_values([row[at + 1] for row in rows[2:]])
            for at in parts
        )
    return all(second[at] and second[at - 1] for at, name in enumerate(first) if not name)


def with_whole_names(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """The first of two rows of names, with each name over all columns whose parts it has."""
    found = list(first)
    for at in range(1, len(found)):
        if not found[at] and second[at]:
            found[at] = found[at - 1]
    return found


def _are_sure(rows: Cells) -> bool:
    """Whether the first row fills its columns and reads as their names: half of them are called as
    columns are, or one stands over numbers only."""
    first, below = rows[0], rows[1:]
    if not below or not all(first) or not header_rows(rows, likely=True):
        return False
    known = sum(map(is_called, first))
    columns = zip(first, zip(*below, strict=True), strict=True)
    numbers = len(below) > 1 and any(
        are_values(column) and not is_value(name) and not says_none(name)
        for name, column in columns
    )
    return numbers or 2 * known >= len(first)


def are_called(rows: Cells) -> bool:
    """Whether one of the rows may be the names themselves, of columns that have no other."""
    return any(
        len(told) > 1 and all(map(is_called, told))
        for told in (list(filter(None, row)) for row in rows)
    )
