"""Tables in and out: every usual dress is read, hostile ones are refused with a reason, and no cell is a formula."""

import csv
import io
import zipfile
from datetime import date, datetime
from datetime import time as clock_time

import pytest
from openpyxl import Workbook, load_workbook

from hub.errors import InvalidInput
from hub.tables.cells import neutral
from hub.tables.reading import LARGEST, MOST_ROWS, Table, read_table
from hub.tables.writing import write_csv, write_excel, write_table

DANGEROUS = ["=1+1", "+49 3523", "-5", "@SUM(A1)", "\tx", "\rx", "\0x", '=HYPERLINK("https://example.org")']


def excel(*lines, sheets=1):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    for _ in range(sheets - 1):
        book.create_sheet().append(["other"])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def cells(content):
    return [row.cells for row in read_table(content).rows]


def reason(content):
    with pytest.raises(InvalidInput) as refused:
        read_table(content)
    return str(refused.value.fields["table"])


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_encoding_and_separator_is_read(separator, encoding):
    text = f"Titel{separator}Größe\r\nYoga für Ältere{separator}8\r\n"
    table = read_table(text.encode(encoding))
    assert (table.headings, [row.cells for row in table.rows]) == (["Titel", "Größe"], [["Yoga für Ältere", "8"]])


def test_a_line_that_names_the_separator_is_no_heading():
    assert read_table(b"sep=;\r\na,b;c\r\n1,5;2\r\n").headings == ["a,b", "c"]


def test_quotes_line_breaks_and_empty_rows_are_kept_in_place():
    table = read_table(b'Titel,Text\n"a, b","say ""hi""\nthere"\n,,\n\nc,d\n')
    assert [(row.number, row.cells) for row in table.rows] == [(2, ["a, b", 'say "hi"\nthere']), (5, ["c", "d"])]


def test_an_open_quotation_mark_never_swallows_rows():
    assert "Anführungszeichen" in reason(b'Titel,Text\n"a,b\nc,d\ne,f\n')


def test_headings_are_told_apart():
    assert read_table(b"Name;Name;;Ort\na;b;c;d\n").headings == ["Name", "Name #2", "#3", "Ort"]


def test_excel_cells_become_what_people_would_write():
    content = excel(
        ["Tag", "Von", "Zahl", "Text", "Beides"],
        [date(2026, 10, 5), clock_time(9, 30), 8.0, " ja ", datetime.combine(date(2026, 10, 5), clock_time(9, 30))],
    )
    assert cells(content) == [["05.10.2026", "09:30", "8", "ja", "05.10.2026 09:30"]]


def test_a_formula_is_never_worked_out():
    assert cells(excel(["Titel", "Zahl"], ["Yoga", "=1+1"])) == [["Yoga"]]  # nobody has saved a result of it


def test_only_the_first_sheet_that_shows_is_read():
    assert cells(excel(["a"], ["1"], sheets=3)) == [["1"]]


def packed(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return content.getvalue()


def with_part(content, name, text):
    """Return an Excel file with one part exchanged."""
    source, made = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for part in source.namelist():
            file.writestr(part, text if part == name else source.read(part))
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"


def test_a_zip_bomb_is_refused_before_it_unfolds():
    bomb = with_part(excel(["a"], ["b"]), SHEET, HEAD + " " * (70 * 1024 * 1024) + TAIL)
    assert len(bomb) < 1024 * 1024
    assert "zu groß" in reason(bomb)


def test_entities_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + HEAD + TAIL
    assert "beschädigt" in reason(with_part(excel(["a"], ["b"]), SHEET, bomb))


def test_a_cell_at_the_end_of_the_world_costs_nothing():
    far = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
    far += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "zu viel" in reason(with_part(excel(["a"], ["b"]), SHEET, HEAD + far + TAIL))


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "leer"),
        (b"Titel;Ort\n", "steht nichts"),
        (b"Titel\nYo\0ga\n", "nicht als Tabelle"),
        (b"\0\1\2\3" * 100, "nicht als Tabelle"),
        (b"PK\x03\x04 broken", "beschädigt"),
        (packed(**{"a.txt": "no book"}), "beschädigt"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 100, "alte Excel-Format"),
        (b";".join([b"x"] * 1_000_000) + b"\n1\n", "Spalten"),
        (b"a\n" + b"x\n" * (MOST_ROWS + 1), "Zeilen"),
        (b"a\n" + b"x" * 6000, "steht zu viel"),
        (b"a\n" + b"x" * LARGEST, "5 MB"),
    ],
    ids=["empty", "head only", "NUL", "binary", "broken", "no book", "old", "a million columns", "rows", "cell", "MB"],
)
def test_what_cannot_be_read_whole_is_refused_with_its_reason(content, part):
    assert part in reason(content)


@pytest.mark.parametrize("cell", DANGEROUS)
def test_no_written_cell_starts_a_formula(cell):
    written = next(csv.reader(io.StringIO(write_csv([[cell]]).decode("utf-8-sig"), newline=""), delimiter=";"))[0]
    assert written.startswith("'")
    assert "\0" not in written
    book = load_workbook(io.BytesIO(write_excel([[cell]])))
    assert book.active["A1"].data_type == "s"
    assert str(book.active["A1"].value).startswith("'")


def test_csv_is_quoted_after_rfc_4180_and_split_as_a_german_excel_splits_it():
    assert write_csv([["a", 'b "c"'], ["d,e", "f\ng"]]) == (b'\xef\xbb\xbf"a";"b ""c"""\r\n"d,e";"f\ng"\r\n')


@pytest.mark.parametrize(
    "cell", ["a;=1+1", 'a";=1+1', "a\n=1+1", 'a"\n=1+1', ";=1+1", "x;\t=1+1", "a,=1+1;+2", '";"=1+1']
)
def test_no_cell_becomes_two_where_a_program_splits_at_semicolons(cell):
    lines = list(csv.reader(io.StringIO(write_csv([["Titel", cell]]).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert lines == [["Titel", cell]]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_goes_out_comes_back_the_same(suffix):
    lines = [["Titel", "Telefon"], ["=Yoga", "+49 3523 1"], ["Größe", "'"]]
    table = read_table(write_table(suffix, lines))
    assert [table.headings, *(row.cells for row in table.rows)] == lines


def test_a_kept_table_is_the_same_table():
    table = read_table(b"a;b\n1;2\n\n3\n")
    assert Table.from_bytes(table.to_bytes()) == table


def test_ordinary_words_stay_as_they_are():
    assert [neutral(word) for word in ("Yoga", "1", "a=b", "")] == ["Yoga", "1", "a=b", ""]
