"""The coach's week, private time, the sheet for the road, habits, and several visits planned at once."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import hub
from hub.actions.calendar_sources import Goal
from hub.models.booking import Booking, BookingState
from hub.models.offer import Access
from hub.models.subscription import FeedKind
from hub.models.user import User
from hub.policy.scopes import bookings_for
from hub.queries.appointments import list_with_another_coach
from tests import foreign_calendars as foreign
from tests.feeds import fetch, only, subscribe
from tests.foreign_calendars import calendar, event, in_days
from tests.loop import now
from tests.places import all_rows, book, counted, give_card, make_offer, make_people, make_slot
from tests.web.test_visits import enter

STRANGERS = ["frank", "lena", "petra", "sven", "nora", "anna", "otto", "fred"]
BLOCK = {"on": "2026-09-15", "starts": "13:00", "ends": "15:00", "title": "quzsecret", "key": "b1"}
PAGES = ["/week", "/week?view=table", "/blocks/new", "/today/sheet", "/today/settings", "/visits/plan"]


@pytest.mark.parametrize("key", STRANGERS)
def test_these_pages_are_for_coaches(world, sign_in, key):
    browser = sign_in(key)
    assert [path for path in PAGES if browser.get(path).status_code != 404] == []


def test_the_week_shows_own_time_drives_and_peoples_dates_in_both_views(world, sign_in):
    clara = sign_in("clara")
    enter(world, clara, travel_minutes="20")
    book(world, make_slot(world, make_offer(world)), world.cast.heinz)
    for view in ("", "?view=table"):
        page = clara.get(f"/week{view}").text
        assert "Tarik" in page
        assert "Heinz" in page
        assert "Ein Mal sind Sie in dieser Woche unterwegs." in page
    assert "20 Min. Fahrt, ungefähr" in clara.get("/week").text
    assert "Fahrt zurück" in clara.get("/week").text
    assert "In dieser Woche steht nichts an." in clara.get("/week?week=2026-W45").text
    assert "Tarik" not in sign_in("cem").get("/week").text


def test_a_week_without_a_way_says_nowhere_and_after_the_last_way_nowhere_any_more(world, sign_in):
    clara = sign_in("clara")
    book(world, make_slot(world, make_offer(world)), world.cast.heinz)
    assert "Sie müssen in dieser Woche nirgends hin." in clara.get("/week").text
    enter(world, clara)
    with world.database.transaction() as session:  # it was this morning
        visit = session.scalars(select(Booking).where(Booking.coach_id.is_not(None))).one()
        visit.starts_at, visit.ends_at = world.at - timedelta(hours=2), world.at - timedelta(hours=1)
    assert "Sie müssen in dieser Woche nirgends mehr hin." in clara.get("/week").text


def said(browser, week="2026-W38", view=""):
    """Return the words under the headings of days, each as often as it is read, without punctuation."""
    page = browser.get(f"/week?week={week}{view}").text.split('class="opening-links"')[1].split("</div>", 1)[1]
    days = re.sub(r"<h2.*?</h2>", "", page.split('class="section inline"')[0], flags=re.DOTALL)
    return sorted(re.findall(r"[\w\u00ad:]+", re.sub(r"<[^>]*>", " ", days)))


def test_list_and_table_of_the_week_say_the_same(world, sign_in):
    clara = sign_in("clara")
    enter(world, clara, travel_minutes="20")
    enter(world, clara, "heinz", starts="12:00")
    book(world, make_slot(world, make_offer(world)), world.cast.heinz)
    assert clara.post("/blocks", data=BLOCK | {"on": "2026-09-17", "last_on": "2026-09-19"}).status_code == 303
    saturday = in_days(world, 5)
    foreign.add(world, "clara", Goal(user_id=world.user("clara").id), calendar(event("a", saturday)))
    foreign.read(world)
    with world.database.transaction() as session:
        first = session.query(Booking).filter_by(participant_id=world.cast.tarik.id).one()
        first.ends_at += timedelta(minutes=55)
    found = said(clara)
    assert found == said(clara, view="&view=table")
    words = {"Fahrt", "Eigener", "Gebucht", "fehlen", "Freigehalten", "ganz\u00adtags", "Kalender", "bis"}
    assert words - set(found) == set()


def test_every_line_of_the_table_has_a_shape_and_a_word(world, sign_in):
    clara = sign_in("clara")
    enter(world, clara, travel_minutes="20")
    book(world, make_slot(world, make_offer(world)), world.cast.heinz)
    book(world, make_slot(world, make_offer(world, access=Access.OPEN), places=0), world.cast.jolanta)
    table = clara.get("/week?view=table").text
    lines = re.findall(r'<div class="week-slot.*?</div>', table, flags=re.DOTALL)
    shown = [re.search(r'icons[^"]*#([\w-]+)"></use>\s*</svg><span>([^<]+)</span>', line) for line in lines]
    assert [one.groups() for one in shown if one] == [
        ("car", "20 Min. Fahrt, ungefähr"),
        ("next", "Eigener Termin"),
        ("car", "20 Min. Fahrt zurück, ungefähr"),
        ("disc-tick", "Gebucht"),
        ("door", "Einfach hingehen"),
    ]


def test_own_time_over_days_stands_on_each_of_them(world, sign_in):
    clara = sign_in("clara")
    assert clara.post("/blocks", data=BLOCK | {"on": "2026-10-23", "last_on": "2026-10-25"}).status_code == 303
    table = clara.get("/week?week=2026-W43&view=table").text
    for words in ("13:00", "bis So, 15:00", "ganz\u00adtags", "0:00", "bis 15:00"):
        assert words in table
    assert table.count("quzsecret") == 3


def test_missing_minutes_are_named_on_day_and_week(world, sign_in):
    clara = sign_in("clara")
    enter(world, clara)
    enter(world, clara, "heinz", starts="12:00")
    with world.database.transaction() as session:
        first = session.query(Booking).filter_by(participant_id=world.cast.tarik.id).one()
        first.ends_at += timedelta(minutes=55)
    for path in ("/today", "/week", "/week?view=table"):
        assert re.search(r"Es fehlen \d+ Minuten zwischen Tarik und Heinz\.", clara.get(path).text), path


def test_the_own_calendar_stands_in_day_and_week(world, sign_in):
    foreign.add(world, "clara", Goal(user_id=world.user("clara").id), calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    clara = sign_in("clara")
    for path in ("/today", "/week"):
        assert "Laut Ihrem Kalender belegt" in clara.get(path).text
    assert "Laut Ihrem Kalender" not in sign_in("cem").get("/today").text


@pytest.mark.parametrize("n", [1, 50])
@pytest.mark.parametrize("path", ["/week", "/today/sheet"])
def test_statements_stay_within_twelve(world, sign_in, n, path):
    slot = make_slot(world, make_offer(world), places=n, starts_at=world.at + timedelta(hours=26))
    for person in make_people(world, n):
        book(world, slot, person)
    clara = sign_in("clara")
    clara.get(path)
    with counted(world) as statements:
        assert clara.get(path).status_code == 200
    assert len(statements) <= 12, statements


def test_private_time_is_the_coachs_alone(app, world, sign_in):
    clara = sign_in("clara")
    answer = clara.post("/blocks", data=BLOCK)
    assert answer.status_code == 303
    assert clara.post("/blocks", data=BLOCK).status_code == 303  # sent twice
    (block,) = all_rows(world, Booking)
    assert block.is_block
    page = clara.get(answer.headers["Location"]).text
    assert "Diese Zeit halten Sie sich frei." in page
    assert "quzsecret" in page
    assert "quzsecret" in clara.get("/week").text
    for key in ("cem", "lena", "frank", "petra", "anna"):
        stranger = sign_in(key)
        assert stranger.get(f"/bookings/{block.public_id}").status_code == 404
        with world.database.reading() as session:
            assert session.scalars(bookings_for(world.actor(key), world.at)).all() == []
    entry = only(fetch(app, subscribe(world, world.actor("clara"), FeedKind.COACH)[1]))
    assert str(entry["SUMMARY"]) == "Termin"
    assert "quzsecret" not in str(entry)
    assert enter(world, clara, starts="13:30").status_code == 409
    assert clara.post("/blocks", data=BLOCK | {"key": "b2", "starts": "14:00"}).status_code == 409
    assert clara.post(f"/bookings/{block.public_id}/cancellation").status_code == 303
    assert now(world, block).state is BookingState.CANCELLED
    assert enter(world, clara, starts="13:30", again="1").status_code == 303


def test_private_time_over_days_keeps_visits_out_and_wrong_hours_are_named(world, sign_in):
    clara = sign_in("clara")
    assert clara.post("/blocks", data=BLOCK | {"last_on": "2026-09-18"}).status_code == 303
    assert enter(world, clara, on="2026-09-16").status_code == 409
    backwards = clara.post("/blocks", data=BLOCK | {"key": "b3", "on": "2026-09-22", "ends": "12:00"})
    assert backwards.status_code == 422
    assert "Das Ende liegt nach dem Anfang" in backwards.text


def test_private_time_stays_when_people_are_handed_over(world, sign_in):
    sign_in("clara").post("/blocks", data=BLOCK)
    with world.database.reading() as session:
        found = list_with_another_coach(session, world.cast.tarik.id, world.user("cem").id, at=world.at)
    assert found == []


def test_the_sheet_bears_no_name_but_call_words_towns_codes_and_phones(world, sign_in):
    clara = sign_in("clara")
    enter(world, clara, "heinz", travel_minutes="20")
    offer = make_offer(world, title="quztitle", phone="03523 4711")
    booking = book(world, make_slot(world, offer, starts_at=world.at + timedelta(hours=30)), world.cast.tarik)
    clara.post("/blocks", data=BLOCK | {"starts": "07:00", "ends": "07:30"})
    sheet = clara.get("/today/sheet").text
    words = (world.cast.heinz.call_word, world.cast.tarik.call_word, "Coswig", "03523 4711", "Losfahren um", "Stand:")
    assert [word for word in words if word not in sheet] == []
    assert booking.code.replace(" ", "\u00a0") in sheet
    names = [part for one in ("tarik", "heinz") for part in (world.cast.people[one].name["family"],)]
    names += ["Tarik", "Heinz", "quztitle", "quzsecret", "Hausbesuch"]
    assert [name for name in names if name in sheet] == []


def test_a_pause_and_known_drives_change_what_fits(world, sign_in):
    clara = sign_in("clara")
    habits = {"buffer_minutes": "30", "day_starts": "09:00", "day_ends": "12:00"}
    assert clara.post("/today/settings", data=habits).status_code == 303
    journey = {"one": "Coswig", "other": "Nossen", "minutes": "47"}
    assert clara.post("/today/settings/journeys", data=journey).status_code == 303
    page = clara.get("/today/settings").text
    assert "Coswig – Nossen: 47 Minuten" in page
    user = next(one for one in all_rows(world, User) if one.id == world.user("clara").id)
    ((pair, minutes),) = user.journeys.items()
    assert minutes == 47
    assert clara.post("/today/settings/journeys/removal", data={"pair": pair}).status_code == 303
    assert "47 Minuten" not in clara.get("/today/settings").text
    for wrong in (habits | {"day_ends": "08:00"}, habits | {"buffer_minutes": "61"}):
        assert clara.post("/today/settings", data=wrong).status_code == 422
    assert clara.post("/today/settings/journeys", data=journey | {"one": "Atlantis"}).status_code == 422


def test_several_visits_are_proposed_in_order_and_entered_at_once(world, sign_in):
    clara = sign_in("clara")
    chosen = [world.cast.tarik.public_id, world.cast.heinz.public_id]
    page = clara.get("/visits/plan", query_string={"on": "2026-09-15", "minutes": "45", "person": chosen}).text
    visits = re.findall(r'name="visit" value="([^"]+)"', page)
    assert {one.partition(" ")[0] for one in visits} == set(chosen)
    times = [datetime.fromisoformat(one.partition(" ")[2]) for one in visits]
    assert times == sorted(times)
    data = {"on": "2026-09-15", "minutes": "45", "visit": visits, "key": "r1"}
    for _ in range(2):  # sent twice is entered once
        assert clara.post("/visits/plan", data=data).status_code == 303
    assert len(all_rows(world, Booking)) == 2
    refused = clara.post("/visits/plan", data=data | {"key": "r2"})
    assert refused.status_code == 409
    assert len(all_rows(world, Booking)) == 2
    assert clara.post("/visits/plan", data={"on": "2026-09-15", "minutes": "45"}).status_code == 422


def test_nobody_elses_people_are_planned(world, sign_in):
    give_card(world, world.cast.tarik)
    visit = f"{world.cast.tarik.public_id} {in_days(world, 1).isoformat()}"
    data = {"on": "2026-09-15", "minutes": "45", "visit": visit, "key": "r1"}
    assert sign_in("cem").post("/visits/plan", data=data).status_code == 404
    assert all_rows(world, Booking) == []


def test_nothing_of_a_day_is_kept_on_a_telephone():
    scripts = list((Path(hub.__file__).parent / "static" / "js").rglob("*.js"))
    assert scripts
    assert [script.name for script in scripts if "serviceWorker" in script.read_text(encoding="utf-8")] == []
