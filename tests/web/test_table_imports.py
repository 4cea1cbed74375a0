"""Tables as pages: read, named, checked, imported, taken away again; each step before anything happens."""

import io
import re

import pytest
from sqlalchemy import func, select

from hub.models.offer import Access, Offer
from hub.models.slot import Slot
from hub.models.table_import import ImportState, TableImport
from hub.tables.reading import read_table
from hub.worker.tables import import_tables
from tests.places import all_rows, book, counted, make_offer, make_slot
from tests.tables import BROKEN, DATES, two_thousand

TABLE = "Nummer;Titel;Ziel;Zugang;Plätze\nA1;Tanzen;Sport;offen;0\nA2;=HYPERLINK(1);Sport;offen;\nA3;Chor;?;offen;1"


def send(browser, text=TABLE, kind="offers", **more):
    data = {"kind": kind, "table": (io.BytesIO(text.encode()), "egal.csv"), **more}
    return browser.post("/table-imports", data=data, content_type="multipart/form-data")


def columns(browser, location):
    """Send the form of the columns as it stands."""
    page = browser.get(location).text
    fields = re.findall(r'<select[^>]*name="(column_\d+)".*?</select>', page, re.DOTALL)
    chosen = re.findall(r'<option selected value="([^"]*)"', page)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    return browser.post(location, data=dict(zip(fields, chosen, strict=True)) | {"version": version})


def checked(browser, text=TABLE, kind="offers", **more):
    """Upload a table and check it; return the address of its page."""
    return columns(browser, send(browser, text, kind, **more).location).location


def version_of(world):
    return {"version": all_rows(world, TableImport)[-1].version}


def test_from_the_file_to_the_offers(app, world, sign_in):
    sven = sign_in("sven")
    answer = send(sven)
    assert answer.status_code == 303
    page = sven.get(answer.location).text
    assert "Zum Beispiel: Tanzen, =HYPERLINK(1), Chor" in page
    address = columns(sven, answer.location).location
    page = sven.get(address).text
    assert "2 Zeilen sind gut. Eine Zeile bleibt liegen." in page
    assert "Ziel: Das kennen wir nicht. Es gibt: Bewegen," in page
    assert all_rows(world, Offer) == []
    assert sven.post(f"{address}/run", data=version_of(world)).status_code == 303
    running = sven.get(address)
    assert running.headers["Refresh"] == "3"
    assert "2 Zeilen werden gerade übernommen." in running.text
    import_tables(world.database, world.at)
    done = sven.get(address)
    assert "Refresh" not in done.headers
    assert "2 Zeilen sind übernommen. Eine Zeile bleibt liegen." in done.text
    assert [offer.title for offer in all_rows(world, Offer)] == ["Tanzen", "=HYPERLINK(1)"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_rows_left_out_are_downloaded_with_their_cells_and_reasons_and_come_back_alone(world, sign_in, suffix):
    sven = sign_in("sven")
    address = checked(sven)
    answer = sven.get(f"{address}/left-out.{suffix}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="zeilen.{suffix}"'
    table = read_table(answer.data)
    assert table.headings == ["Nummer", "Titel", "Ziel", "Zugang", "Plätze", "Zeile", "Grund"]
    assert table.rows[0].cells[:6] == ["A3", "Chor", "?", "offen", "1", "4"]
    assert table.rows[0].cells[6].startswith("Ziel: Das kennen wir nicht.")
    mended = "\n".join(";".join(line) for line in [table.headings, ["A3", "Chor", "Seele", "offen", "1", "4", "weg"]])
    assert "Eine Zeile ist gut." in sven.get(checked(sven, mended)).text


def test_pressed_twice_it_runs_once(world, sign_in):
    sven = sign_in("sven")
    address, version = checked(sven), version_of(world)
    for version in (version_of(world), version_of(world)):
        assert sven.post(f"{address}/run", data=version).status_code == 303
    import_tables(world.database, world.at)
    assert sven.post(f"{address}/run", data=version).status_code == 303
    import_tables(world.database, world.at)
    assert len(all_rows(world, Offer)) == 2


def test_a_stale_page_starts_nothing(world, sign_in):
    sven = sign_in("sven")
    address = checked(sven)
    answer = sven.post(f"{address}/run", data={"version": "1"})
    assert answer.status_code == 409
    assert "Jemand war schneller." in answer.text
    assert all_rows(world, TableImport)[0].state is ImportState.CHECKED


def test_a_table_is_thrown_away(world, sign_in):
    sven = sign_in("sven")
    address = checked(sven)
    assert sven.post(f"{address}/dropping", data=version_of(world)).status_code == 303
    assert sven.get(address).status_code == 404
    (row,) = all_rows(world, TableImport)
    assert (row.content, row.report) == (None, [])


@pytest.mark.parametrize(
    ("text", "reason"), [("", "Die Datei ist leer."), ("Titel\n", "In der Tabelle steht nichts."), ("a\n\0", "nicht")]
)
def test_what_is_no_table_is_said_beside_the_field(world, sign_in, text, reason):
    answer = send(sign_in("sven"), text)
    assert answer.status_code == 422
    assert reason in answer.text
    assert all_rows(world, TableImport) == []


def test_columns_that_make_no_table_are_refused_and_kept(world, sign_in):
    sven = sign_in("sven")
    location = send(sven, "A;B\nx;y").location
    answer = sven.post(location, data={"column_0": "title", "column_1": "title", "version": "1"})
    assert answer.status_code == 422
    assert "Zwei Spalten bedeuten dasselbe." in answer.text
    assert "Es fehlt eine Spalte" in sven.post(location, data={"column_0": "", "column_1": "", "version": "1"}).text


def test_an_umbrella_brings_the_table_of_its_member_and_others_see_nothing(world, sign_in):
    kerstin = sign_in("kerstin")
    club = world.cast.club.public_id
    address = checked(kerstin, organisation=club)
    assert all_rows(world, TableImport)[0].organisation_id == world.cast.club.id
    assert sign_in("sven").get(address).status_code == 200
    send(sign_in("petra"), organisation=club)  # she acts for one house, so she is not asked
    assert all_rows(world, TableImport)[-1].organisation_id == world.cast.clinic.id
    for key in ("petra", "gudrun", "clara", "cem", "frank", "lena", "nora", "anna", "otto", "fred"):
        browser = sign_in(key)
        for path in ("", "/columns", "/left-out.csv"):
            assert browser.get(address + path).status_code == 404, (key, path)
        for path in ("/columns", "/run", "/dropping"):
            assert browser.post(address + path, data={"version": "1"}).status_code == 404, (key, path)


def test_only_partners_take_tables_away_and_only_their_own(world, sign_in):
    make_slot(world, make_offer(world, title="Yoga"))
    for key in ("clara", "nora", "otto", "fred"):
        browser = sign_in(key)
        assert {browser.get(f"/own-offers/{name}").status_code for name in ("table.csv", "dates.xlsx")} == {404}
    assert "Yoga" not in sign_in("petra").get("/own-offers/table.csv").text
    sven = sign_in("sven")
    assert "Yoga" in sven.get("/own-offers/table.csv").text
    assert sven.get("/own-offers/table.ods").status_code == 404


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_taken_away_comes_back_unchanged(app, world, sign_in, suffix):
    offer = make_offer(world, title='=HYPERLINK("https://example.org")', access=Access.OPEN, summary="a\n+b")
    make_slot(world, offer)
    sven = sign_in("sven")
    for name, kind in (("table", "offers"), ("dates", "dates")):
        content = sven.get(f"/own-offers/{name}.{suffix}").data
        data = {"kind": kind, "table": (io.BytesIO(content), f"x.{suffix}")}
        location = sven.post("/table-imports", data=data, content_type="multipart/form-data").location
        assert "bleibt gleich: 1" in sven.get(columns(sven, location).location).text, name
    assert b"'=HYPERLINK" in sven.get("/own-offers/table.csv").data


def test_no_table_says_who_comes(app, world, sign_in):
    slot = make_slot(world, make_offer(world, title="Yoga"))
    booking = book(world, slot, world.cast.tarik)
    sven = sign_in("sven")
    for name in ("table", "dates"):
        text = sven.get(f"/own-offers/{name}.csv").text
        assert booking.code not in text
        assert "Demirci" not in text


def test_a_long_report_is_one_page_after_the_other_and_costs_no_more(app, world, sign_in):
    make_offer(world, title="Yoga")
    sven, numbers = sign_in("sven"), []
    for rows in (1, 120):
        lines = [f"T{n};Yoga;{n % 28 + 1}.11.2026;{8 + n // 28}:00;{8 + n // 28}:30;;1" for n in range(rows)]
        address = checked(sven, DATES + "\n".join(lines), "dates")
        with counted(world) as statements:
            page = sven.get(address).text
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
    assert page.count('scope="row"') == 50
    assert sven.get(f"{address}?page=3").text.count('scope="row"') == 20
    with world.database.reading() as session:
        assert session.scalar(select(func.count(Slot.id))) == 0


def test_of_two_thousand_rows_the_page_says_all_37_bad_ones_before_and_after(app, world, sign_in):
    make_offer(world, title="Yoga")
    sven, lines = sign_in("sven"), two_thousand()
    numbers = sorted(lines.index(broken) + 2 for broken in BROKEN)
    address = checked(sven, DATES + "\n".join(lines), "dates")
    page = sven.get(address).text
    assert "1963 Zeilen sind gut. 37 Zeilen bleiben liegen." in page
    assert named(page)[:37] == numbers  # those to mend come first
    assert all_rows(world, Slot) == []
    assert sven.post(f"{address}/run", data=version_of(world)).status_code == 303
    assert "1963 Zeilen werden gerade übernommen." in sven.get(address).text
    import_tables(world.database, world.at)
    page = sven.get(address).text
    assert "1963 Zeilen sind übernommen. 37 Zeilen bleiben liegen." in page
    assert named(page)[:37] == numbers
    assert len(all_rows(world, Slot)) == 1963
    rows = read_table(sven.get(f"{address}/left-out.csv").data).rows
    assert [int(row.cells[-2]) for row in rows] == numbers
    assert all(row.cells[-1] for row in rows)  # each with its reason
    assert [row.cells[:7] for row in rows] == [line.split(";")[:7] for line in BROKEN]  # as they were written


def named(page):
    """The numbers of the rows on a page of a report."""
    return [int(number) for number in re.findall(r'scope="row"[^>]*>\s*(\d+)', page)]
