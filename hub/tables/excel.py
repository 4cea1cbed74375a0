"""The first sheet of an Excel file as text: unpacked within limits, and no formula is worked out."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook

from hub.errors import InvalidInput
from hub.i18n import N_

LARGEST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 500
MOST_LINES = 20_000  # empty ones between rows included
MOST_CELLS = 250_000  # more take too long to unpack while somebody waits
WIDEST = 16_384  # Excel's own limit, for the headings
WIDEST_ROW = 200
PIECE = 1024 * 1024
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")  # Excel writes none; a small one can unfold to gigabytes


def is_excel(content: bytes) -> bool:
    """Tell whether this is a packed file, as Excel's are."""
    return content.startswith(b"PK\x03\x04")


def read_sheet(content: bytes) -> Iterator[list[str]]:
    """Return the lines of the first visible sheet; raises InvalidInput (422) for what is no Excel file or too large."""
    try:
        _require_harmless(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts it does not know: drawings, validations
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            lines = list(_lines(book))
            book.close()
    except InvalidInput:
        raise
    except Exception as error:
        raise InvalidInput(
            fields={"table": N_("Diese Excel-Datei ist beschädigt. Bitte öffnen und speichern Sie sie noch einmal.")}
        ) from error
    return iter(lines)


def _require_harmless(content: bytes) -> None:
    """Unpack each part once and forget it, so that what the file says of its sizes does not count."""
    too_large = InvalidInput(fields={"table": N_("Ausgepackt ist diese Datei zu groß. Bitte teilen Sie die Tabelle.")})
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise too_large
        left = LARGEST_UNPACKED
        for part in parts:
            with packed.open(part) as source:
                before = b""
                while piece := source.read(PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise too_large
                    if any(word in (before + piece).replace(b"\0", b"") for word in DECLARATIONS):
                        raise ValueError("declares entities")
                    before = piece[-2 * len(DECLARATIONS[0]) :]


def _lines(book: Any) -> Iterator[list[str]]:
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    sheet = shown[0]
    sheet.reset_dimensions()  # what the file says of its own size is only a claim
    yield from _first_lines(sheet)
    seen = 0
    for number, cells in enumerate(sheet.iter_rows(min_row=2, max_col=WIDEST_ROW, values_only=True), 2):
        line = [_text(cell) for cell in cells]
        seen += sum(1 for cell in line if cell)
        if number > MOST_LINES or seen > MOST_CELLS:
            raise InvalidInput(fields={"table": N_("Das ist zu viel auf einmal. Bitte teilen Sie die Tabelle.")})
        yield line


def _first_lines(sheet: Any) -> Iterator[list[str]]:
    for cells in sheet.iter_rows(max_row=1, max_col=WIDEST, values_only=True):
        yield [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    """Return a cell as people here would write it: 05.10.2026, 09:30, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%d.%m.%Y" if cell.time() == time() else "%d.%m.%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
