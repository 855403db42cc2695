"""The XML of a sheet, a row after the other: no tree of it is held, however large it is."""

import xml.parsers.expat as expat
from collections.abc import Callable
from typing import IO, NoReturn

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import check_length
from chatbot.knowledge.formats.raised import join_runs
from chatbot.knowledge.formats.sheet_styles import RAISED

Attributes = dict[str, str]
# A cell as it is stored: the attributes of its element; its value, empty where its element is; its
# formula without "=", empty where other cells have the same one; whether the value is the text.
Cell = tuple[Attributes, str | None, str | None, bool]
_AT_ONCE = 1 << 18  # bytes
WIDEST = 16_384  # columns of a sheet
_MOST = 3_000_000  # cells


class SheetParser:
    """Calls ``on_row`` with the attributes and the cells of each row, and ``on_other`` with the
    name and the attributes of each other element."""

    def __init__(
        self,
        on_row: Callable[[Attributes, list[Cell]], None],
        on_other: Callable[[str, Attributes], None],
    ) -> None:
        self._on_row, self._on_other = on_row, on_other
        self._cells: list[Cell] = []
        self._count = 0
        self._of_row: Attributes = {}
        self._of_cell: Attributes = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._is_inline = self._is_left_out = False
        self._pieces: list[str] = []
        self._runs: list[tuple[str, str]] = []  # of a text in its cell
        self._raised = ""
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin_sheet
        self._parser.CharacterDataHandler = self._pieces.append
        self._parser.StartDoctypeDeclHandler = _refuse

    def parse(self, stream: IO[bytes]) -> None:
        """Read a sheet.

        Raises:
            DocumentError: it has more cells, or longer ones, than a sheet has.
            expat.ExpatError: it is damaged.
        """
        while data := stream.read(_AT_ONCE):
            self._parser.Parse(data, False)
            check_length(sum(map(len, self._pieces)))
            if len(self._cells) > WIDEST or self._count > _MOST:
                raise DocumentError(
                    f"a sheet of it has more than {_MOST:,} cells, or more than "
                    f"{WIDEST:,} cells in a row; split it"
                )
        self._parser.Parse(b"", True)

    def _begin_sheet(self, name: str, attributes: Attributes) -> None:
        """Some programs write all names with a prefix, which the first one shows."""
        prefix = name[: name.find(":") + 1]
        begin, end = self._begin, self._end
        if prefix:
            self._parser.StartElementHandler = lambda n, a: begin(_without(n, prefix), a)
            self._parser.EndElementHandler = lambda n: end(_without(n, prefix))
        else:
            self._parser.StartElementHandler = begin
            self._parser.EndElementHandler = end

    def _begin(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._of_cell = attributes
        elif name == "v" or name == "f" or name == "t":
            self._pieces.clear()
        elif name == "is":
            self._is_inline = True
        elif name == "row":
            self._of_row = attributes
        elif name == "rPh" or (name == "strike" and attributes.get("val") not in ("0", "false")):
            self._is_left_out = True  # how a word is read aloud; what is struck out
        elif name == "vertAlign":
            self._raised = RAISED.get(attributes.get("val", ""), "")
        else:
            self._on_other(name, attributes)

    def _end(self, name: str) -> None:
        if name == "c":
            if self._runs:
                self._value = join_runs(self._runs) or None
                self._runs.clear()
            self._cells.append((self._of_cell, self._value, self._formula, self._is_inline))
            self._value = self._formula = None
            self._is_inline = False
        elif name == "v":
            self._value = "".join(self._pieces)
        elif name == "t":
            if self._is_inline and not self._is_left_out:
                self._runs.append(("".join(self._pieces), self._raised))
        elif name == "f":
            self._formula = "".join(self._pieces)
        elif name == "row":
            self._count += len(self._cells)
            self._on_row(self._of_row, self._cells)
            self._cells.clear()
        elif name == "rPh" or name == "r":
            self._is_left_out, self._raised = False, ""


def _without(name: str, prefix: str) -> str:
    """The name, or nothing of an element that is not the sheet's."""
    return name.removeprefix(prefix) if name.startswith(prefix) else ""


def _refuse(*_: object) -> NoReturn:
    raise DocumentError("a sheet of it declares a document type, which no sheet does")
