"""Petra's Excel file becomes the clinic's dates: mended rows come alone, and a second time changes nothing."""

import io
from datetime import date, time
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from hub.models.slot import Slot
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person
from tests.places import all_rows, make_offer

pytestmark = pytest.mark.browser
HEADINGS = ["Lfd. Nr.", "Kurs", "Datum", "Uhrzeit", "Dauer", "Wer leitet"]


def excel(*lines: list[Any]) -> dict[str, Any]:
    """Return an Excel file as a browser sends it."""
    book, content = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(content)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "Planung.xlsx", "mimeType": kind, "buffer": content.getvalue()}


def bring(petra: Person, file: dict[str, Any]) -> None:
    """Go to the tables and upload one of dates."""
    petra.go("Angebote")
    petra.go("Aus einer Tabelle")
    petra.choose("Termine")
    petra.page.get_by_label("Ihre Tabelle (.xlsx oder .csv)").set_input_files(file)
    petra.press("Tabelle lesen")
    petra.headline("Was bedeuten Ihre Spalten?")


def import_good(house: House, petra: Person) -> None:
    """Import what is good; the page of the running import looks again by itself."""
    petra.press("Die guten Zeilen übernehmen")
    petra.headline("gerade übernommen")
    house.work()
    petra.go("Nachsehen")


def test_an_excel_file_becomes_dates_and_the_bad_rows_come_back_mended(house: House) -> None:
    make_offer(house.world, owner="clinic", title="Rückenschule", location_id=house.world.cast.clinic_house.id)
    petra = house.staff("petra", java_script_enabled=False, accept_downloads=True, **DESK)
    days = [[n, "Rückenschule", date(2026, 10, n), time(10, 0), 45, "Frau Weiß"] for n in range(1, 13)]
    days[4][1], days[7][3] = "Rückenschuhle", "morgens"
    bring(petra, excel(HEADINGS, *days))
    assert petra.page.get_by_label("Wer leitet").input_value() == ""
    petra.pick("Lfd. Nr.", "Ihre Nummer")
    petra.press("Alle Zeilen prüfen")
    petra.headline("10 Zeilen sind gut. 2 Zeilen bleiben liegen.")
    petra.reads("Angebot: Dieses Angebot gibt es bei Ihnen nicht.", "Beginn: Bitte eine Uhrzeit, zum Beispiel 10:30.")
    assert all_rows(house.world, Slot) == []
    import_good(house, petra)
    petra.headline("10 Zeilen sind übernommen. 2 Zeilen bleiben liegen.")

    with petra.page.expect_download() as saving:
        petra.page.get_by_role("link", name="Zeilen als Excel").click()
    book = load_workbook(io.BytesIO(saving.value.path().read_bytes()))
    lines = [list(line) for line in book.active.iter_rows(values_only=True)]
    assert [line[6] for line in lines] == ["Zeile", "6", "9"]
    lines[1][1], lines[2][3] = "Rückenschule", "10 Uhr"
    bring(petra, excel(*lines))
    petra.pick("Lfd. Nr.", "Ihre Nummer")
    petra.press("Alle Zeilen prüfen")
    petra.headline("2 Zeilen sind gut.")
    import_good(house, petra)
    assert len(all_rows(house.world, Slot)) == 12

    days[4][1], days[7][3] = "Rückenschule", time(10, 0)
    bring(petra, excel(HEADINGS, *days))
    assert petra.page.get_by_label("Lfd. Nr.").input_value() == "external_id"  # as last time
    petra.press("Alle Zeilen prüfen")
    petra.headline("Es gibt nichts zu übernehmen.")
    petra.reads("bleibt gleich: 12")
    assert len(all_rows(house.world, Slot)) == 12
