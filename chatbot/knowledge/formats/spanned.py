"""Cells of AsciiDoc that go over several columns or rows."""

from collections.abc import Sequence

from chatbot.knowledge.formats.tables import require_readable

_MOST_SPANNED = 100  # columns of a cell


def spans(spec: str) -> tuple[int, int]:
    """Over how many columns and rows a cell goes, by what stands before it."""
    columns, _, rows = spec.partition("+")[0].partition(".") if "+" in spec else ("", "", "")
    return min(int(columns or 1), _MOST_SPANNED) or 1, int(rows or 1) or 1


def placed(cells: Sequence[tuple[str, int, int]], wide: int) -> list[list[str]]:
    """Cells (text, columns, rows) as rows of so many columns, spanned ones filled in.

    Raises:
        DocumentError: there are more of them, or they hold more text, than can be read.
    """
    grid = _Grid(wide)
    for text, across, down in cells:
        grid.fill_from_above()
        for _ in range(min(across, wide - len(grid.rows[-1]))):
            grid.add(text, down)
    return [row + [""] * (wide - len(row)) for row in grid.rows if row]


class _Grid:
    """Rows that are filled from the left; ``_over`` has, by column, a cell from above and how many
    rows it still spans."""

    def __init__(self, wide: int) -> None:
        self.rows: list[list[str]] = [[]]
        self._wide = wide
        self._over: dict[int, tuple[str, int]] = {}
        self._count = self._length = 0

    def add(self, text: str, down: int) -> None:
        """Put a cell that goes over ``down`` rows behind the last one."""
        row = self.rows[-1]
        if down > 1:
            self._over[len(row)] = (text, down - 1)
        row.append(text)
        self._count += 1
        self._length += len(text)
        require_readable(self._count, self._length)

    def fill_from_above(self) -> None:
        """Fill in the cells from above that stand here, and begin a row where one is full; none
        goes on below a row in which no cell begins."""
        filled = 0
        while True:
            at = len(self.rows[-1])
            if at >= self._wide:
                self.rows.append([])
                if filled >= self._wide:
                    self._over.clear()
            elif at in self._over:
                filled += 1
                self.add(*self._over.pop(at))
            else:
                return
