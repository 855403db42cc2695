"""Drawn tables in formats whose offsets are those of the file: borders become blanks, rows stay."""

import re
from collections.abc import Sequence
from itertools import accumulate

from chatbot.knowledge.blocks import Rows, columns_of
from chatbot.knowledge.drawn import DRAWN, PLAIN_SIGNS, drawn_tables


def with_drawn_tables(text: str, begin: int = 0, aligned: bool = True) -> tuple[str, list[Rows]]:
    """``text`` with the same length and its drawn tables as rows whose cells "|" parts."""
    if not DRAWN.search(text, begin):
        return text, []
    lines = text[begin:].split("\n")
    offsets = [begin, *accumulate((len(line) + 1 for line in lines), initial=begin)][1:]
    found: list[Rows] = []
    pieces = [text[:begin]]
    done = 0
    for table in drawn_tables(lines, aligned):
        for first, end, cells in table.rows:
            pieces += [_blank(line) if done + n >= table.start else f"{line}\n"
                       for n, line in enumerate(lines[done:first])]  # fmt: skip
            pieces.append(_row_text(lines[first:end], cells, table.bars) + "\n")
            done = end
        pieces += map(_blank, lines[done : table.end])
        done = table.end
        names = columns_of([cells for _, _, cells in table.rows], table.header)
        at = tuple(offsets[first] for first, _, _ in table.rows[table.header :])
        last = table.rows[-1][1] - 1
        found.append(Rows(at[0], offsets[last] + len(lines[last]), names, at))
    pieces += [f"{line}\n" for line in lines[done:]]
    return "".join(pieces)[: len(text)], found


def _blank(line: str) -> str:
    return " " * len(line) + "\n"


def _row_text(lines: Sequence[str], cells: Sequence[str], bars: bool) -> str:
    """The lines of a row as one text of the same length, cells parted by "|" where they fit."""
    whole = "\n".join(lines)
    if len(lines) == 1 and bars:
        own = whole.translate(PLAIN_SIGNS) if not whole.isascii() else whole
        told = [cell.strip() for cell in own.strip(" \t>").strip("|").split("|")]
        if told == list(cells):
            return own
    if len(lines) == 1 and not bars and (line := _part_cells(whole, cells)):
        return line
    for between in (" | ", " |", "|"):
        if len(between.join(cells)) <= len(whole):
            return between.join(cells).ljust(len(whole))
    return whole


def _part_cells(line: str, cells: Sequence[str]) -> str:
    """``line`` with bars in the blanks between its cells; nothing where they have no room."""
    pieces: list[str] = []
    at = bars = 0
    for number, cell in enumerate(cells):
        bars += number > 0
        if not cell:
            continue
        match = re.compile(r"\s+".join(map(re.escape, cell.split()))).search(line, at)
        if match is None or (at and match.start() - at < 2 * bars):
            return ""
        gap = match.start() - at
        pieces += [(" |" * bars).ljust(gap) if at else " " * gap, match[0]]
        at, bars = match.end(), 0
    return "".join([*pieces, line[at:]])
