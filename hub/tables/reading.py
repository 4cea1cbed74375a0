"""Reading a table from bytes: CSV in any usual dress, or an Excel file; bounded, and nothing in it is ever run."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.tables.cells import restored
from hub.tables.excel import is_excel, read_sheet

LARGEST = 5 * 1024 * 1024  # bytes of an upload (R-SEC-09)
MOST_ROWS = 10_000
MOST_COLUMNS = 60
LONGEST_CELL = 5_000
SEPARATORS = (";", ",", "\t")
OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
NO_TABLE = N_("Das lässt sich nicht als Tabelle lesen. Bitte speichern Sie sie als Excel-Datei (.xlsx) oder als CSV.")


@dataclass(frozen=True)
class Row:
    """One row as it was written; `number` is the one that Excel shows beside it."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """Headings, each one different, and the rows with anything in them."""

    headings: list[str]
    rows: list[Row]

    def to_bytes(self) -> bytes:
        """Return the table as it is kept between upload and import."""
        return json.dumps([self.headings, [[row.number, row.cells] for row in self.rows]]).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Table":
        """Return a kept table."""
        headings, rows = json.loads(kept)
        return cls(headings, [Row(number, cells) for number, cells in rows])


def read_table(content: bytes) -> Table:
    """Return the table of an upload; raises InvalidInput (422) with the reason why it cannot be read whole."""
    if not content.strip():
        raise _refused(N_("Die Datei ist leer."))
    if len(content) > LARGEST:
        raise _refused(N_("Die Datei ist größer als 5 MB. Bitte teilen Sie die Tabelle."))
    if content.startswith(OLD_EXCEL):
        raise _refused(N_("Das ist das alte Excel-Format. Bitte speichern Sie die Datei als .xlsx."))
    lines = read_sheet(content) if is_excel(content) else _csv_lines(_decoded(content))
    return _table(lines)


def _refused(message: Message) -> InvalidInput:
    return InvalidInput(fields={"table": message})


def _table(lines: Iterable[list[str]]) -> Table:
    numbered = ((number, _trimmed(cells)) for number, cells in enumerate(lines, 1))
    filled = ((number, cells) for number, cells in numbered if cells)
    _, first = next(filled, (0, []))
    if len(first) > MOST_COLUMNS:
        raise _refused(N_("Das sind mehr als {most} Spalten. Bitte löschen Sie, was nicht dazugehört.", most=60))
    rows = [Row(number, _checked(number, cells)) for number, cells in islice(filled, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        raise _refused(N_("Das sind mehr als {most} Zeilen. Bitte teilen Sie die Tabelle.", most="10.000"))
    if not rows:
        raise _refused(N_("In der Tabelle steht nichts. Die erste Zeile sind die Überschriften, danach kommen Zeilen."))
    return Table(_headings(_checked(1, first)), rows)


def _trimmed(cells: list[str]) -> list[str]:
    """Return the cells without spaces around them and without the empty ones at the end."""
    found = [restored(cell.strip()) for cell in cells]
    while found and not found[-1]:
        found.pop()
    return found


def _checked(number: int, cells: list[str]) -> list[str]:
    if len(cells) > 2 * MOST_COLUMNS or any(len(cell) > LONGEST_CELL for cell in cells):
        raise _refused(N_("In Zeile {n} steht zu viel. Stimmen die Trennzeichen und Anführungszeichen?", n=number))
    return cells


def _headings(cells: list[str]) -> list[str]:
    """Return the headings, one line each and every one different."""
    found: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.split())[:80] or f"#{number}"
        found.append(name if name not in found else f"{name} #{number}")
    return found


def _decoded(content: bytes) -> str:
    """Return the text of a CSV file; what says nothing of its encoding is UTF-8 if it can be, else Windows."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refused(NO_TABLE)


def _csv_lines(text: str) -> Iterator[list[str]]:
    """Return the lines of a CSV text; raises InvalidInput (422) for a quotation mark that is never closed."""
    separator, text = _separator(text)
    reader: Any = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused(
                N_("In Zeile {n} stimmt ein Anführungszeichen nicht. Bitte prüfen Sie die Datei.", n=reader.line_num)
            ) from error


def _separator(text: str) -> tuple[str, str]:
    """Return what parts the cells, and the text without a line that only says so (Excel writes "sep=;")."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        return first.strip()[-1], rest
    return max(SEPARATORS, key=first.count), text
