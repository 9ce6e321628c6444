"""Excel workbooks to hand out: one sheet whose cells are all text, none a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO


class TextSheet:
    """A sheet that is written row by row and kept nowhere in memory as a whole."""

    def __init__(self, title: str, *, widths: Sequence[float] = (), freeze: str = "") -> None:
        # Imported when a workbook is asked for: it is a tenth of every start.
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
        from openpyxl.styles import Alignment, Font
        from openpyxl.utils import get_column_letter

        self._new_cell, self._illegal = WriteOnlyCell, ILLEGAL_CHARACTERS_RE
        self._wrapped, self._bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        for number, width in enumerate(widths, 1):
            self._sheet.column_dimensions[get_column_letter(number)].width = width
        if freeze:
            self._sheet.freeze_panes = freeze

    def append(self, texts: Iterable[str], *, bold: bool = False) -> None:
        """Add a row; what a cell may not hold is left out."""
        cells = []
        for text in texts:
            cell = self._new_cell(self._sheet, self._illegal.sub("", text))
            cell.data_type, cell.number_format = "s", "@"
            cell.alignment = self._wrapped
            if bold:
                cell.font = self._bold
            cells.append(cell)
        self._sheet.append(cells)

    def save(self, file: BinaryIO) -> None:
        """Write the workbook, once."""
        self._book.save(file)
