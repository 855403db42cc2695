"""Tables that are drawn with characters: "+---+---+" borders, "=====  =====" lines, columns that
only stand under each other. Programs print them, and people write them in mails and texts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from chatbot.knowledge.column_names import header_rows, is_words

_BORDER = re.compile(r"[ \t>]*\+(?:[-=:~]+\+)+[ \t]*$")
_RULES = re.compile(r"[ \t]*(?:={2,}|-{2,})(?:[ \t]+(?:={2,}|-{2,}))+[ \t]*$")
_CROSSED = re.compile(r"[ \t]*-+(?:\+-+)+[ \t]*$")
_RULE = re.compile(r"[=-]+")
_PIECE = re.compile(r"\S+(?: \S+)*")
PLAIN_SIGNS = str.maketrans(
    dict.fromkeys("┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝╒╤╕╞╪╡╘╧╛╭╮╰╯┏┳┓┣╋┫┗┻┛┡╇┩", "+")
    | dict.fromkeys("│┃║", "|")
    | dict.fromkeys("─━", "-")
    | {"═": "="}
)
DRAWN = re.compile(r"\+[-=]{2}|--|==|[─━═]|\S(?: {2}|\t)[ \t]*\S")
_MOST = 100  # columns
_LONGEST = 2_000  # characters of a line
_LINES = 50  # of one row
_EARLY = 20  # lines by which a table without marks shows itself
_FULL = 2  # rows with a cell under each name make columns that nothing marks a table

Row = tuple[int, int, list[str]]


@dataclass(frozen=True)
class Drawn:
    """A table from line ``start`` to ``end``; a row is (first line, last line + 1, cells), and the
    first ``header`` rows name the columns. ``bars``: its cells are parted by "|" already. One
    without rows is none, and what looked like it is not looked at again."""

    start: int
    end: int
    rows: list[Row]
    header: int
    bars: bool


def drawn_tables(lines: Sequence[str], aligned: bool = True) -> Iterator[Drawn]:
    """The tables drawn in these lines, in order; with ``aligned`` those too that have no mark but
    that three lines or more stand in columns under their names."""
    at = free = 0
    while at < len(lines):
        line = lines[at]
        found = None
        if len(line) <= _LONGEST and DRAWN.search(line):
            found = _at(lines, at, free, aligned)
        if found is None:
            at += 1
            continue
        if found.rows:
            yield found
        at = free = found.end


def _at(lines: Sequence[str], at: int, free: int, aligned: bool) -> Drawn | None:
    """The table whose first border or line stands at ``at``; lines before ``free`` are taken."""
    line = lines[at].translate(PLAIN_SIGNS)
    if _BORDER.match(line):
        return _bordered_table(lines, at)
    if _RULES.match(line):
        return _ruled_table(lines, at, free)
    if _CROSSED.match(line) and at > free and "|" in lines[at - 1]:
        return _crossed_table(lines, at)
    return _aligned_table(lines, at) if aligned else None


# Borders: rows stand between them, or, where only the names are parted off, on a line each.


def _bordered_table(lines: Sequence[str], start: int) -> Drawn | None:
    inside = _framed_lines(lines, start)
    borders = [at for at, line in enumerate(inside) if _BORDER.match(line)]
    places = sorted({at for n in borders for at, sign in enumerate(inside[n]) if sign == "+"})
    if len(borders) < 2 or not 2 <= len(places) - 1 <= _MOST:
        return Drawn(start, start + len(inside), [], 0, True)
    inside = inside[: borders[-1] + 1]
    names = _below_names(inside, borders)
    rows: list[Row] = []
    above: list[set[int]] = []  # of each row the columns of cells that go on from the row above
    going: set[int] = set()
    header = 0
    part: list[list[str]] = []
    for number, line in enumerate(inside):
        segments = _segments(line, places)
        border = any(segment and not segment.strip("-=:~+") for segment in segments)
        alone = names.alone and number > names.at and part  # each line below the names is a row
        if (border or alone) and part:
            cells = [" ".join(filter(None, column)) for column in zip(*part, strict=True)]
            rows.append((start + number - len(part), start + number, cells))
            above.append(going)
            part = []
        if number == names.at:
            header = len(rows)
        if border:
            going = {n for n, segment in enumerate(segments) if segment.strip("-=+:~")}
        elif len(part) < _LINES:
            part.append(_cells(line, places))
    if rows:
        _fill(rows, above)
    header = header if 0 < header < len(rows) else header_rows([cells for _, _, cells in rows])
    return Drawn(start, start + len(inside), rows, header, True)


def _framed_lines(lines: Sequence[str], start: int) -> list[str]:
    """The lines from ``start`` on that begin with a bar or a border, in plain signs."""
    inside = []
    for at in range(start, len(lines)):  # a slice for each table takes the square of their number
        plain = lines[at].translate(PLAIN_SIGNS)
        if plain.lstrip(" \t>")[:1] not in ("+", "|") or len(plain) > _LONGEST:
            break
        inside.append(plain)
    return inside


class _Names(NamedTuple):
    """The border below the names of the columns, 0 for none; ``alone``: it is the only one within
    the table."""

    at: int
    alone: bool


def _below_names(inside: Sequence[str], borders: Sequence[int]) -> _Names:
    if "=" not in inside[borders[0]]:
        for at in borders[1:-1]:
            if "=" in inside[at]:
                return _Names(at, False)
    alone = len(borders) == 3 and borders[1] - borders[0] < borders[2] - borders[1]
    return _Names(borders[1], True) if alone else _Names(0, False)


def _fill(rows: Sequence[Row], above: Sequence[set[int]]) -> None:
    """Each row gets the whole text of a cell that goes over several."""
    for column in range(len(rows[0][2])):
        first = 0
        for at in range(1, len(rows) + 1):
            if at < len(rows) and column in above[at]:
                continue
            texts = [rows[number][2][column] for number in range(first, at)]
            for number in range(first, at):
                rows[number][2][column] = " ".join(filter(None, texts))
            first = at


def _segments(line: str, places: Sequence[int]) -> list[str]:
    """What stands between the borders of each column."""
    return [line[a + 1 : b] for a, b in pairwise(places)]


def _cells(line: str, places: Sequence[int]) -> list[str]:
    """The cells of a line; one that goes over several columns stands in each of them."""
    width = len(places) - 1
    parts = line.strip(" \t>").strip("|").split("|")
    if len(parts) == width:  # wide letters may have moved the bars
        return [part.strip() for part in parts]
    cells: list[str] = []
    begin = 0
    for column in range(width):
        if line[places[column + 1] : places[column + 1] + 1] == "|" or column == width - 1:
            text = line[places[begin] + 1 : places[column + 1]].strip(" |")
            cells += [text] * (column + 1 - begin)
            begin = column + 1
    return cells


# Rules: "=====  =====" of reStructuredText, "-----  -----" of pandoc and of many programs.


def _ruled_table(lines: Sequence[str], at: int, free: int) -> Drawn | None:
    columns = [(match.start(), match.end()) for match in _RULE.finditer(lines[at])]
    if len(columns) > _MOST:
        return None
    rules = [at]
    start = at
    end = at + 1
    gap = False
    while end < len(lines) and len(lines[end]) <= _LONGEST:
        if _RULES.match(lines[end]):
            rules.append(end)
            gap = False
        elif not lines[end].strip():
            if gap or lines[at].lstrip()[0] == "-":  # pandoc's end at an empty line
                break
            gap = True
        elif gap and len(rules) < 2:
            break
        end += 1
    if len(rules) > 1:
        end = rules[-1] + 1
    above = at > free and bool(lines[at - 1].strip()) and len(rules) < 3
    if above and not (at - 1 > free and lines[at - 2].strip()):
        start = at - 1  # the names stand on one line above the first rule
    elif len(rules) < 2:
        return None
    rows: list[Row] = []
    header = 0
    places = set(rules)
    for number in range(start, end):
        if number in places:
            inner = number not in (rules[-1], start) or (number == at and start < at)
            header = header or (len(rows) if inner else 0)
            continue
        cells = _words_by_column(lines[number], columns)
        if not any(cells):
            continue
        if rows and not cells[0] and header < len(rows) and number - rows[-1][0] < _LINES:
            joined = [" ".join(filter(None, pair)) for pair in zip(rows[-1][2], cells, strict=True)]
            rows[-1] = (rows[-1][0], number + 1, joined)
        else:
            rows.append((number, number + 1, cells))
    found = [row for _, _, row in rows]
    if len(rows) < 2 or max(map(_count_filled, found)) < 2:
        return Drawn(start, end, [], 0, False)
    return Drawn(start, end, rows, header if 0 < header < len(rows) else header_rows(found), False)


def _count_filled(cells: Sequence[str]) -> int:
    return sum(map(bool, cells))


def _words_by_column(line: str, columns: Sequence[tuple[int, int]]) -> list[str]:
    """The words of a line by the columns that they stand in, mostly or most closely."""
    cells = [""] * len(columns)
    for start, end, text in _pieces(line):
        shared = [min(end, right) - max(start, left) for left, right in columns]
        at = max(range(len(columns)), key=lambda n: shared[n])
        cells[at] = f"{cells[at]} {text}".strip()
    return cells


def _pieces(line: str) -> list[tuple[int, int, str]]:
    """(start, end, text) of what two blanks or more part."""
    return [(match.start(), match.end(), match[0]) for match in _PIECE.finditer(line)]


# "name | size" above "-----+-----", as databases print it.


def _crossed_table(lines: Sequence[str], at: int) -> Drawn | None:
    width = lines[at].count("+") + 1
    if width > _MOST or lines[at - 1].count("|") != width - 1:
        return None
    end = at + 1
    while end < len(lines) and lines[end].count("|") == width - 1:
        end += 1
    numbers = [at - 1, *range(at + 1, end)]
    rows = [(n, n + 1, [cell.strip() for cell in lines[n].split("|")]) for n in numbers]
    return Drawn(at - 1, end, rows, 1, True) if len(rows) > 1 else None


# Columns without a mark: each word group begins or ends where a name of the first line does.


def _aligned_table(lines: Sequence[str], start: int) -> Drawn | None:
    names = _pieces(lines[start])
    texts = [text for _, _, text in names]
    if not 2 <= len(names) <= _MOST or "\t" in lines[start] or "|" in lines[start]:
        return None
    if not is_words(texts) or any(text.endswith((".", ",", ";", ":")) for text in texts):
        return None
    rows: list[Row] = [(start, start + 1, texts)]
    end = start + 1
    full = 0
    while end < len(lines) and len(lines[end]) <= _LONGEST:
        cells = _under(_pieces(lines[end]), names)
        if cells is None:
            break
        rows.append((end, end + 1, cells))
        full += all(cells)
        end += 1
        if end - start > _EARLY and full < _FULL:
            break
    header = header_rows([cells for _, _, cells in rows])
    return Drawn(start, end, rows, header, False) if full >= _FULL else None


def _under(
    pieces: Sequence[tuple[int, int, str]], names: Sequence[tuple[int, int, str]]
) -> list[str] | None:
    cells = [""] * len(names)
    for start, end, text in pieces:
        fitting = [n for n, (left, right, _) in enumerate(names) if start == left or end == right]
        if len(fitting) != 1 or cells[fitting[0]]:
            return None
        cells[fitting[0]] = text
    return cells if cells[0] and _count_filled(cells) > 1 else None
