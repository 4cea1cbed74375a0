"""The pages of foreign calendars: who sees them, what they say, and that no address ever leaves them."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, text

from hub.actions.calendar_sources import Goal
from hub.bench.pages import counting
from hub.fetching import Fetcher
from hub.models.calendar_source import CalendarSource
from hub.models.slot import Slot
from tests import foreign_calendars as foreign
from tests.foreign_calendars import calendar, event, in_days
from tests.places import book, make_offer

SECRET = "https://kalender.example/geheim-4711/a.ics"
ABOUT_A_DATE = [f"/dates/abc/{step}" for step in ("move", "keeping", "dismissal", "proposal")]
STEPS = ["", "/choice", "/dates", "/fetch", "/file", "/end", *ABOUT_A_DATE]


@pytest.fixture
def offer(world):
    return make_offer(world, owner="town", location_id=world.cast.town_hall.id, title="Sprechstunde Rathaus")


def upload(browser, goal, content, name="a.ics", **more):
    data = {"goal": goal, "name": "Outlook", "file": (BytesIO(content), name)} | more
    return browser.post("/calendar-sources", data=data, content_type="multipart/form-data")


def test_a_file_goes_from_the_form_to_dates_of_the_offer(world, offer, sign_in):
    gudrun = sign_in("gudrun")
    assert "Hier wird noch kein Kalender von Ihnen gelesen." in gudrun.get("/calendar-sources").text
    file = calendar(event("a", in_days(world, 1)), event("b", in_days(world, 2), title="Zahnarzt"))
    answer = upload(gudrun, f"offer:{offer.public_id}", file)
    assert answer.status_code == 303
    assert "Der Kalender wird gerade gelesen." in gudrun.get(answer.location).text
    foreign.read(world)
    page = gudrun.get(answer.location).text
    assert "Welche Termine gehören zum Angebot?" in page
    assert "Zahnarzt" in page
    assert gudrun.post(f"{answer.location}/choice", data={"titles": "sprechstunde"}).status_code == 303
    page = gudrun.get(answer.location).text
    assert "Ein neuer Termin steht im Kalender." in page
    assert "Zahnarzt" not in page
    key = page.split('name="dates" value="')[1].split('"')[0]
    assert gudrun.post(f"{answer.location}/dates", data={"dates": key}).status_code == 303
    assert "Alle Termine des Kalenders sind übernommen." in gudrun.get(answer.location).text
    assert "aktuell" in gudrun.get("/calendar-sources").text


def test_a_difference_is_shown_and_a_booked_date_is_settled_on_its_own_page(world, offer, sign_in):
    start = in_days(world, 3)
    gudrun = sign_in("gudrun")
    source = taken(world, gudrun, offer, event("a", start), event("b", in_days(world, 4)))
    with world.database.reading() as session:
        booked = session.query(Slot).filter(Slot.starts_at == start).one()
    book(world, booked, world.cast.tarik)
    later = [event("a", start + timedelta(hours=1)), event("b", in_days(world, 4, 9))]
    foreign.renew(world, "gudrun", source, calendar(*later))
    here = f"/calendar-sources/{source.public_id}"
    page = gudrun.get(here).text
    assert "2 Termine stehen im Kalender jetzt anders." in page
    assert "Ein Mensch hat einen Platz." in page
    link = page.split(f'href="/slots/{booked.public_id}/move?')[1].split('"')[0].replace("&amp;", "&")
    preview = gudrun.get(f"/slots/{booked.public_id}/move?{link}").text
    assert "11" in preview
    assert f'action="/slots/{booked.public_id}/move"' in preview  # nothing has happened yet, the button is there
    step = page.split(f'action="{here}/dates/')[1].split('"')[0]
    key = step.split("/")[0]
    refused = gudrun.post(f"{here}/dates/{key}/move")
    assert refused.status_code == 409
    assert "haben Menschen einen Platz" in refused.text
    free = next(
        part.split("/")[0] for part in page.split(f'action="{here}/dates/')[1:] if "/move" in part.split('"')[0]
    )
    assert gudrun.post(f"{here}/dates/{free}/move").status_code == 303
    assert "Ein Termin steht im Kalender jetzt anders." in gudrun.get(here).text
    assert gudrun.post(f"{here}/dates/{key}/keeping").status_code == 303
    assert "Alle Termine des Kalenders sind übernommen." in gudrun.get(here).text


def taken(world, browser, offer, *events):
    """A source whose dates were taken over."""
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(*events))
    foreign.read(world)
    here = f"/calendar-sources/{source.public_id}"
    browser.post(f"{here}/choice", data={"titles": "sprechstunde"})
    keys = [row.key_digest for row in foreign.rows(world, source)]
    assert browser.post(f"{here}/dates", data={"dates": keys}).status_code == 303
    return source


def test_everybody_else_finds_nothing(world, offer, sign_in):
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(event("a", in_days(world, 1))))
    own = foreign.add(world, "clara", Goal(user_id=world.user("clara").id), calendar(event("a", in_days(world, 1))))
    for who in ("petra", "sven", "kerstin", "clara", "cem", "frank", "lena", "nora", "anna", "otto", "fred"):
        browser = sign_in(who)
        for one in (source, own):
            expected = 200 if (who, one) == ("clara", own) else 404
            here = f"/calendar-sources/{one.public_id}"
            assert browser.get(here).status_code == expected, who
            if expected == 404:
                assert browser.get(f"{here}/edit").status_code == 404, who
                for step in STEPS:
                    assert browser.post(f"{here}{step}", data={"name": "x"}).status_code == 404, (who, step)
    assert sign_in("gudrun").get(f"/calendar-sources/{own.public_id}").status_code == 404


def test_an_address_is_sealed_and_stands_on_no_page(world, offer, sign_in, caplog):
    gudrun = sign_in("gudrun")
    data = {"goal": f"offer:{offer.public_id}", "name": "Rathaus", "url": SECRET}
    answer = gudrun.post("/calendar-sources", data=data)
    assert answer.status_code == 303
    with world.database.reading() as session:
        stored = session.execute(text("SELECT url FROM calendar_sources")).scalar_one()
        logged = str(session.execute(text("SELECT * FROM log_entries")).all())
    assert stored
    assert "geheim" not in stored + logged + gudrun.get(answer.location).text + caplog.text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://kalender.example/a.ics", "Sie muss mit https:// beginnen."),
        ("https://127.0.0.1/a.ics", "Diese Adresse fragen wir nicht ab."),
        ("https://kalender.example:8443/a.ics", "Diese Adresse fragen wir nicht ab."),
        ("", "Bitte tragen Sie eine Adresse ein oder wählen Sie eine Datei."),
    ],
)
def test_an_address_we_never_ask_is_refused_in_the_form(world, offer, sign_in, url, words):
    data = {"goal": f"offer:{offer.public_id}", "name": "Rathaus", "url": url}
    answer = sign_in("gudrun").post("/calendar-sources", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Rathaus" in answer.text


def test_a_calendar_is_never_added_to_what_is_not_ones_own(world, offer, sign_in):
    file = calendar(event("a", in_days(world, 1)))
    for goal in (f"offer:{offer.public_id}", f"room:{foreign.room_of(world).public_id}", "own"):
        assert upload(sign_in("sven"), goal, file).status_code == 422
    assert upload(sign_in("clara"), "own", file).status_code == 303


def test_what_is_odd_is_said_in_plain_words(world, offer, sign_in):
    file = calendar(event("a", in_days(world, 1)), event("x", in_days(world, 1), "RRULE:FREQ=SECONDLY", title="Puls"))
    gudrun = sign_in("gudrun")
    answer = upload(gudrun, f"room:{foreign.room_of(world).public_id}", file)
    foreign.read(world)
    page = gudrun.get(answer.location).text
    assert "Eine Serie wiederholt sich öfter als täglich. Sie fehlt hier." in page
    assert "unbekannt, nicht frei" in page
    assert "unbekannt" in gudrun.get("/calendar-sources").text


def test_the_list_asks_the_database_as_often_for_one_as_for_twenty(world, sign_in):
    gudrun, goal = sign_in("gudrun"), Goal(organisation_id=world.cast.town.id, room=foreign.room_of(world))
    counts = []
    for number in (1, 19):
        for _ in range(number):
            foreign.add(world, "gudrun", goal, calendar(event("a", in_days(world, 1))))
        foreign.read(world)
        with counting(world.database) as statements:
            assert gudrun.get("/calendar-sources").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8
    answer = upload(gudrun, f"room:{goal.room.public_id}", calendar())
    assert answer.status_code == 409
    assert "Mehr als 20 Kalender" in answer.text


def test_a_date_is_left_out_and_brought_back_on_the_page(world, offer, sign_in):
    gudrun = sign_in("gudrun")
    file = calendar(event("a", in_days(world, 1)), event("b", in_days(world, 2)))
    here = upload(gudrun, f"offer:{offer.public_id}", file).location
    foreign.read(world)
    gudrun.post(f"{here}/choice", data={"titles": "sprechstunde"})
    page = gudrun.get(here).text
    assert "2 neue Termine stehen im Kalender." in page
    leave = re.search(rf'action="({here}/dates/\w+/dismissal)"', page)[1]
    assert gudrun.post(leave).status_code == 303
    page = gudrun.get(here).text
    assert "Ein neuer Termin steht im Kalender." in page
    assert "Einen Termin übernehmen Sie nicht" in page
    assert gudrun.post(leave).status_code == 409  # another tab, once more
    keys = re.findall(r'name="dates" value="(\w+)"[^>]*form="take-over"', page)
    assert gudrun.post(f"{here}/dates", data={"dates": keys}).status_code == 303
    page = gudrun.get(here).text
    assert "Im Kalender steht nichts Neues." in page
    back = re.search(rf'action="({here}/dates/\w+/proposal)"', page)[1]
    assert gudrun.post(back).status_code == 303
    assert "Ein neuer Termin steht im Kalender." in gudrun.get(here).text


def test_an_address_is_changed_under_the_same_rules_and_stays_secret(world, offer, sign_in, caplog):
    gudrun = sign_in("gudrun")
    file = calendar(event("a", in_days(world, 1)))
    here = upload(gudrun, f"offer:{offer.public_id}", file).location
    foreign.read(world)
    assert "Ab dann lesen wir statt der Datei diese Adresse" in gudrun.get(f"{here}/edit").text
    for url in (
        "http://kalender.example/a.ics",
        "https://10.0.0.1/a.ics",
        "https://u:w@kalender.example/",
        "ftp://a.b/",
    ):
        refused = gudrun.post(here, data={"name": "Rathaus", "url": url})
        assert refused.status_code == 422
        assert "Diese Adresse fragen wir nicht ab." in refused.text
    assert gudrun.post(here, data={"name": "", "url": SECRET}).status_code == 422
    assert foreign.again(world, first(world)).is_file
    assert gudrun.post(here, data={"name": "Rathaus", "url": SECRET}).status_code == 303
    assert "Der Kalender wird gerade gelesen." in gudrun.get(here).text
    with world.database.reading() as session:
        stored = session.execute(text("SELECT url FROM calendar_sources")).scalar_one()
        logged = str(session.execute(text("SELECT * FROM log_entries")).all())
    pages = gudrun.get(here).text + gudrun.get(f"{here}/edit").text + gudrun.get("/calendar-sources").text
    assert "Rathaus" in pages
    assert "calendar_source.moved" in logged
    assert "geheim" not in stored + logged + pages + caplog.text
    assert gudrun.post(here, data={"name": "Anders", "url": ""}).status_code == 303
    assert first(world).url == SECRET  # no address typed: the one there is stays


def first(world):
    with world.database.reading() as session:
        return session.scalars(select(CalendarSource)).one()


def test_a_light_is_a_shape_and_a_word_and_not_only_a_colour(world, sign_in):
    gudrun, goal = sign_in("gudrun"), Goal(organisation_id=world.cast.town.id, room=foreign.room_of(world))
    whole = calendar(event("a", in_days(world, 1)))
    foreign.add(world, "gudrun", goal, url="https://kalender.example/a.ics")  # waits
    read = foreign.add(world, "gudrun", goal, whole)
    failed = foreign.add(world, "gudrun", goal, whole)
    foreign.add(world, "gudrun", goal, b"no calendar")
    foreign.read(world, Fetcher(resolver=lambda _host, _port: []))
    foreign.renew(world, "gudrun", failed, b"no calendar")
    states = re.findall(
        r'<span class="state (\w+)"><svg.*?#([\w-]+)".*?</svg><span>([^<]+)</span>', listed(gudrun), re.DOTALL
    )
    assert {word for _, _, word in states} == {"aktuell", "nicht ganz aktuell", "unbekannt"}
    assert len({shape for _, shape, _ in states}) == len({colour for colour, _, _ in states}) == 3
    assert foreign.again(world, read).fetched_at == world.at


def listed(browser):
    return browser.get("/calendar-sources").text


def test_a_room_that_is_busy_by_its_calendar_is_asked_about_and_then_taken_all_the_same(world, sign_in):
    room = foreign.room_of(world)
    offer = make_offer(world, owner="town", location_id=world.cast.town_hall.id, room_id=room.id)
    file, gudrun = calendar(event("a", in_days(world, 1))), sign_in("gudrun")
    upload(gudrun, f"room:{room.public_id}", file)
    here = upload(gudrun, f"offer:{offer.public_id}", file).location
    foreign.read(world)
    gudrun.post(f"{here}/choice", data={"titles": "sprechstunde"})
    keys = re.findall(r'name="dates" value="(\w+)"', gudrun.get(here).text)
    asked = gudrun.post(f"{here}/dates", data={"dates": keys})
    assert asked.status_code == 409
    assert "Trotzdem übernehmen" in asked.text
    form = asked.text.split('role="alert"')[1].split("</form>")[0]
    entries = re.findall(r'name="(dates|despite_busy)" value="(\w+)"', form)
    assert gudrun.post(f"{here}/dates", data=dict(entries)).status_code == 303
    assert "Alle Termine des Kalenders sind übernommen." in gudrun.get(here).text
