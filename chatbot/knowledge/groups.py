"""Groups of rows: the label of a group stands in its first row only, as people write tables whose
cells are not merged, or in a row of its own above them; each of its rows gets it."""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

_WORD = re.compile(r"[^\W\d_]{2}")
# Rows that add up what stands above them are in no group.
_TOTAL = re.compile(
    r"\W*(?:grand |sub-?|zwischen|gesamt|end)?(?:totals?|sums?|summen?|totaal|totale|insgesamt|"
    r"gesamt|somme|suma|soma|average|mean|durchschnitt|mittelwert|moyenne|promedio|media|razem)\b",
    re.IGNORECASE,
)
# Columns whose empty cells mean that there is none, and what such a column holds.
_CODES = re.compile(
    r"\b(?:\w*code|number|no|id|sku|ean|ref|discount|promo\w*|voucher|coupon|\w*nummer|\w*nr|"
    r"\w*rabatt|\w*gutschein|numéro|n°|réf\w*|remise|bon|código|número|n\.?º|descuento|cupón)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?=\S*\d)[A-Z\d][A-Z\d./_-]+")
_LONGEST = 60  # characters of a title of rows
_DEPTH = 2  # columns that can hold labels


def with_groups(rows: Sequence[Sequence[str]], header: int) -> Sequence[Sequence[str]]:
    """The rows, of which the first ``header`` name the columns, with labels in the empty cells
    below them; as they are where the first cells are no labels."""
    below = rows[header:]
    if not header or len(below) < 3 or len(rows[0]) < 3 or all(row[0] for row in below):
        return rows
    filled = [list(row) for row in rows]
    for column in range(_DEPTH):
        name = rows[header - 1][column].strip()
        if not name or _CODES.search(name) or not _labels(below, column):
            break
        label = told = ""
        for row, shown in zip(below, filled[header:], strict=True):
            if any(cell.strip() for cell in row[: column + 1]):
                # One that is written twice is in all of its rows.
                label = row[column] if row[column] != told else ""
                told = row[column]
            elif label and row[column + 1].strip() and not _is_total(row):
                shown[column] = label
    return filled


def parts_of(rows: Sequence[Sequence[str]], header: int) -> list[tuple[int, str]]:
    """The first row of each part of a table and the label that its rows stand under but do not
    hold: the title in a row of its own above them, or that of their group, whose first row has it.
    """
    found = [(header, "")]
    filled = with_groups(rows, header)
    titled = len(rows[0]) > 2 or _has_titles(rows, header)
    for at in range(header, len(rows)):
        if titled and _is_title(rows, at):
            found += [(at, ""), (at + 1, rows[at][0].strip())]
        elif filled is not rows:
            label = filled[at][0].strip() if filled[at][0] != rows[at][0] else ""
            if label != found[-1][1] and (label or rows[at][0].strip()):
                found.append((at, label))
    return [part for part, after in pairwise([*found, (len(rows), "")]) if part[0] < after[0]]


def _has_titles(rows: Sequence[Sequence[str]], header: int) -> bool:
    """Whether titles part a table of two columns, where an empty cell alone tells none: the first
    row is one, and another follows."""
    titles = [at for at in range(header, len(rows)) if _is_title(rows, at)]
    return len(titles) > 1 and titles[0] == header and len(rows) - header > 2 * len(titles)


def _is_title(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a row is the title of those below it: words in its first cell alone, or in all of
    them the same, and no such row follows."""
    row = rows[at]
    if len(row) < 2 or not row[0].strip() or row[1].strip() not in ("", row[0].strip()):
        return False
    title = row[0].strip()
    if len(title) > _LONGEST or not _WORD.search(title) or at + 1 >= len(rows):
        return False
    told = set(filter(None, map(str.strip, row)))
    return len(told) == 1 and len(set(filter(None, map(str.strip, rows[at + 1])))) > 1


def _labels(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Whether a column holds the labels of groups: words, each once, the first one in the first
    row, and empty cells below some of them."""
    told = [row[column].strip() for row in rows]
    if not told[0] or all(told):
        return False
    # What a merged cell fills is one label.
    named = [text for text, _ in groupby(told) if text]
    if len(named) < 2:
        return False
    if any(map(_CODE.fullmatch, named)):
        return False
    return len(set(named)) == len(named) and all(map(_WORD.search, named))


def _is_total(row: Sequence[str]) -> bool:
    return bool(_TOTAL.match(next(filter(str.strip, row), "").strip()))
