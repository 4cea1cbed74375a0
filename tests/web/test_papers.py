"""Papers as PDF: the words of the page in its order, tagged, of the right size, neutral; and nothing is fetched."""

import io
import re
from datetime import timedelta

import pypdf
import pytest

from hub import pdf
from hub.actions.limits import LIMITS, note_failure
from hub.models.location import Location
from hub.models.participant import Participant
from hub.models.slip import Slip
from hub.models.user import User
from hub.pdf_drawing import OwnFiles, draw, with_drawings
from tests.feeds import change
from tests.missing import missing
from tests.places import all_rows, book, give_card, make_offer, make_slot
from tests.web.test_envelope import UNSPOKEN

# Drawing takes seconds, and no question here is new to a database.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
A4, A5, CARD = (210.0, 297.0), (148.0, 210.0), (85.6, 54.0)
OURS = {"Fira-Sans", "Fira-Sans-Extended"}  # nothing from whatever else the machine has
SORBIAN = "Čłowjeć Budyšin źěłać ŕóžki"


@pytest.fixture
def drawn():
    """Everything here needs the system's Pango."""
    if lacking := pdf.missing_libraries():
        missing(f"Pango ({', '.join(lacking)})", "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


def shown(page):
    """What stands on the sheets of a page, without any space: lines break elsewhere on paper."""
    sheets = "".join(re.findall(r"(?s)<article.*?</article>", page.text))
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", sheets)).replace("&#39;", "'")


def download(browser, address, **more):
    answer = browser.get(address, **more)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer


def read(content):
    return pypdf.PdfReader(io.BytesIO(content))


def text_of(file):
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in file.pages))


def sizes(file):
    return [tuple(round(float(side) / 72 * 25.4, 1) for side in page.mediabox[2:]) for page in file.pages]


def fonts(file):
    used = {font["/BaseFont"].split("+")[1] for page in file.pages for font in _objects(page["/Resources"]["/Font"])}
    return {name.partition("-Semi")[0] for name in used}


def _objects(named):
    return [one.get_object() for one in named.values()]


def tags(part):
    """The tags of a document in reading order, as (tag, alternative text)."""
    part = part.get_object() if hasattr(part, "get_object") else part
    if isinstance(part, list):
        return [tag for one in part for tag in tags(one)]
    if not isinstance(part, dict):
        return []
    own = [(part["/S"][1:], part.get("/Alt"))] if "/S" in part else []
    return own + tags(part.get("/K"))


@pytest.fixture
def full(world):
    """Six dates with places, words and the letters of Sorbian, and a card fresh from the press."""
    offer = make_offer(world, title=SORBIAN)
    for day in range(2, 8):
        starts_at = world.at + timedelta(days=day)
        book(world, make_slot(world, offer, starts_at=starts_at), world.cast.tarik)
    change(world, User, world.user("clara").id, name=f"Clara {SORBIAN}")
    give_card(world, world.cast.tarik)


def test_a_sheet_as_pdf_says_what_its_page_says(world, sign_in, drawn, full, subtests):
    clara, person = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    wanted = {"card": [CARD, CARD], "slip": [A5], "large": [A4, A4]}
    for size, papers in wanted.items():
        with subtests.test(size=size):
            page = clara.get(clara.post(f"{person}/slips", data={"size": size, "titles": "yes"}).location)
            file = read(draw(page.text))
            assert text_of(file) == shown(page)
            assert sizes(file) == papers
            assert fonts(file) <= OURS
            root = file.trailer["/Root"]
            assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("de", True)
            found = tags(root["/StructTreeRoot"])
            assert [tag for tag, _ in found if tag in ("H1", "H2")] == ["H1", "H2"]
            assert [tag for tag, _ in found].count("LI") == (3 if size == "card" else 6)
            assert [alt for tag, alt in found if tag == "Figure"] == ["Bild mit der Adresse, die daneben steht"]
            assert dict(file.metadata) == {"/Title": "Meine Termine", "/Producer": "WeasyPrint 70.0"}
            assert UNSPOKEN.findall(text_of(file)) == []


def test_the_file_is_the_page_drawn_in_a_process_of_its_own_and_in_the_persons_language(world, sign_in, drawn, full):
    clara, person = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    address = clara.post(f"{person}/slips", data={"size": "slip"}).location
    page, answer = clara.get(address), download(clara, f"{address}.pdf")
    assert f'href="{address}.pdf"' in page.text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="termine.pdf"'
    assert answer.data == draw(page.text)
    change(world, Participant, world.cast.tarik.id, locale="en")
    address = clara.post(f"{person}/slips", data={"size": "card"}).location
    english = read(download(clara, f"{address}.pdf").data)
    assert english.trailer["/Root"]["/Lang"] == "en"
    assert text_of(english) == shown(clara.get(address))


def test_several_sheets_are_one_file_and_an_old_one_is_none(world, sign_in, drawn):
    clara, person = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    address = clara.post(f"{person}/slips", data={"size": "slip"}).location
    change(world, type(booking), booking.id, changed_at=world.at + timedelta(minutes=1))
    assert clara.get(f"{address}.pdf").location == address
    change(world, type(booking), booking.id, changed_at=world.at - timedelta(minutes=1))
    named = {"slip": [slip.public_id for slip in all_rows(world, Slip)]}
    page = clara.get("/reprints/print", query_string=named)
    file = read(download(clara, "/reprints/print.pdf", query_string=named).data)
    assert text_of(file) == shown(page)
    assert clara.get("/reprints/print.pdf?slip=nothing").status_code == 404


def test_the_week_of_a_house_as_pdf(world, app, drawn):
    house = world.cast.locations["town_hall"]
    change(world, Location, house.id, house=True)
    offer = make_offer(world, title=f"Frühstück {SORBIAN}", location_id=house.id)
    for day in range(5):
        make_slot(world, offer, starts_at=world.at + timedelta(days=day, hours=1))
    visitor, address = app.test_client(), f"/houses/{house.public_id}/week"
    page = visitor.get(address)
    assert "Woche 38. Stand: 14.\u00a0September\u00a02026" in page.text
    link = re.search(r'href="([^"]+week\.pdf[^"]*)"', page.text)[1]
    answer = download(visitor, link)
    file = read(answer.data)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="programm.pdf"'
    heads = "ZeitWasRaum"  # read aloud alone: painted outside of the order, tagged inside
    assert text_of(file).replace(heads, "") == shown(page).replace(heads, "")
    assert (sizes(file), fonts(file)) == ([A4], OURS)
    found = [tag for tag, _ in tags(file.trailer["/Root"]["/StructTreeRoot"])]
    assert (found.count("H1"), found.count("H2"), found.count("TH")) == (1, 6, 15)
    with world.database.transaction() as session:
        for _ in range(LIMITS["pdf"].tries):
            note_failure(session, "pdf", "127.0.0.1", world.at)
    assert visitor.get(link).status_code == 429


def test_where_the_system_cannot_draw_no_pdf_is_offered(world, app, sign_in, monkeypatch, full):
    monkeypatch.setattr(pdf, "find_library", lambda name: None)
    pdf.missing_libraries.cache_clear()
    clara = sign_in("clara")
    try:
        address = clara.post(f"/people/{world.cast.tarik.public_id}/slips", data={"size": "slip"}).location
        page = clara.get(address)
        assert page.status_code == 200
        assert ".pdf" not in page.text
        answer = clara.get(f"{address}.pdf")
        assert answer.status_code == 503
        assert "Bitte drucken Sie die Seite." in answer.text
    finally:
        monkeypatch.undo()
        pdf.missing_libraries.cache_clear()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/mark.png",
        "https://example.org/style.css",
        "file:///etc/passwd",
        "ftp://example.org/file",
        "https://paper.invalid/people",
        "https://paper.invalid/static/../keys.py",
        "https://paper.invalid/static/%2e%2e/%2e%2e/pyproject.toml",
        "https://paper.invalid.example.org/static/css/print.css",
    ],
)
def test_nothing_but_our_own_files_is_ever_fetched(database_kind, address):
    with pytest.raises(ValueError, match="Only our own files"):
        OwnFiles().fetch(address)


def test_our_stylesheet_is_found_and_what_was_typed_stays_text(database_kind, drawn):
    assert b"@page slip" in OwnFiles().fetch("https://paper.invalid/static/css/print.css?v=1").read()
    typed = "&lt;img src=http://127.0.0.1:9/x&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    file = pypdf.PdfReader(io.BytesIO(draw(f'<html lang="de"><title>Probe</title><p>{typed}</p></html>')))
    assert "<script>alert(1)</script>" in text_of(file)
    assert "/JavaScript" not in str(file.trailer["/Root"])
    assert '<use href="/static/icons.svg#no">' in with_drawings('<b><use href="/static/icons.svg#no"></use></b>')
