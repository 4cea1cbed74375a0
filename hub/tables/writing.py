"""Writing tables: CSV after RFC 4180 and Excel; every cell is text, and none of it a formula (R-SEC-10)."""

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from hub.tables.cells import neutral

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Lines = Iterable[Sequence[str]]


def write_table(suffix: str, lines: Lines) -> bytes:
    """Return lines as a file of one of the kinds in TYPES."""
    return write_csv(lines) if suffix == "csv" else write_excel(lines)


def write_csv(lines: Lines) -> bytes:
    """Return lines as CSV; the mark in front tells Excel that it is UTF-8.

    A German Excel splits at semicolons whatever the file means, also inside a cell that is not quoted, so that "a;=1+1"
    would become a formula: therefore semicolons between the cells, and each cell quoted.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([neutral(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def write_excel(lines: Lines) -> bytes:
    """Return lines as the one sheet of an Excel file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in lines:
        sheet.append([_text_cell(sheet, cell) for cell in line])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _text_cell(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", neutral(text)))
    cell.data_type = "s"
    return cell
