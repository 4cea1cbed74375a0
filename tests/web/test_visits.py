"""Entering and moving a visit: what fits is one tap, a refusal proposes, a lent room is the third way."""

import re
from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest
import time_machine

from hub.actions.calendar_sources import Goal
from hub.models.booking import Booking
from hub.models.user import User
from tests import foreign_calendars as foreign
from tests.foreign_calendars import calendar, event, in_days
from tests.loop import now
from tests.places import all_rows, book, counted, make_offer, make_slot
from tests.rooms import borrow, lend_room, lent_slot


def new_page(world, person="tarik"):
    return f"/people/{world.cast.people[person].public_id}/visits/new"


def proposals(page):
    return [datetime.fromisoformat(one) for one in re.findall(r'name="fit"\s+value="([^"]+)"', page)]


def enter(world, browser, person="tarik", **values):
    data = {"on": "2026-09-15", "starts": "10:00", "minutes": "60", "where": "home", "travel_minutes": "0"}
    path = f"/people/{world.cast.people[person].public_id}/visits"
    return browser.post(path, data=data | {"key": f"k{crc32(repr(values).encode())}"} | values)


def test_a_proposed_time_is_entered_with_one_tap(world, sign_in):
    clara = sign_in("clara")
    page = clara.get(new_page(world)).text
    times = proposals(page)
    assert len(times) == 3
    assert "Passt dazwischen" in page
    answer = enter(world, clara, starts="", fit=times[0].isoformat(), travel_minutes="10")
    assert answer.status_code == 303
    (made,) = all_rows(world, Booking)
    assert (made.starts_at, made.municipality_code) == (times[0], world.cast.tarik.municipality_code)
    assert times[0] not in proposals(clara.get(new_page(world, "heinz")).text)


def test_proposals_avoid_both_people_the_own_calendar_and_what_is_past(world, sign_in):
    book(world, make_slot(world, make_offer(world), starts_at=in_days(world, 1), minutes=180), world.cast.tarik)
    busy = calendar(event("a", in_days(world, 1) + timedelta(hours=4)))
    foreign.add(world, "clara", Goal(user_id=world.user("clara").id), busy)
    foreign.read(world)
    clara = sign_in("clara")
    start = in_days(world, 1)
    for at in proposals(clara.get(new_page(world)).text):
        assert at + timedelta(hours=1) <= start or at >= start + timedelta(hours=3)
        assert at + timedelta(hours=1) <= start + timedelta(hours=4) or at >= start + timedelta(hours=5)
    today = proposals(clara.get(new_page(world) + "?on=2026-09-14").text)
    assert today
    assert min(today) > world.at


def test_a_refusal_proposes_other_hours_and_keeps_the_entries(world, sign_in):
    slot = make_slot(world, make_offer(world), starts_at=datetime(2026, 9, 15, 8, tzinfo=UTC))
    book(world, slot, world.cast.tarik)
    refused = enter(world, sign_in("clara"), minutes="75")
    assert refused.status_code == 409
    assert 'value="75"' in refused.text
    assert proposals(refused.text)


def test_looking_at_another_day_enters_nothing_and_names_the_next_one_that_fits(world, sign_in):
    with world.database.transaction() as session:
        session.get_one(User, world.user("clara").id).day_ends = "08:30"
    clara = sign_in("clara")
    page = enter(world, clara, look="yes", starts="").text
    assert "passt nichts dazwischen" in page
    with world.database.transaction() as session:
        session.get_one(User, world.user("clara").id).day_ends = "17:00"
    whole = make_slot(world, make_offer(world), starts_at=datetime(2026, 9, 15, 5, tzinfo=UTC), minutes=12 * 60)
    book(world, whole, world.cast.tarik)
    page = enter(world, clara, look="yes", starts="").text
    assert "Am Dienstag, 15.\u00a0September passt nichts mehr." in page
    assert {one.date().isoformat() for one in proposals(page)} == {"2026-09-16"}
    assert [one for one in all_rows(world, Booking) if one.access == "own"] == []


def test_a_room_nearby_is_the_third_way_in_one_post(world, sign_in):
    slot = lent_slot(world, lend_room(world, place="gym", room_id=None), hours=3)
    clara = sign_in("clara")
    page = clara.get(new_page(world)).text
    (value,) = re.findall(r'name="room"\s+value="([^"]+)"', page)
    answer = enter(world, clara, room=value, starts="", on="")
    assert answer.status_code == 303
    (made,) = all_rows(world, Booking)
    assert (made.slot_id, made.participant_id) == (slot.id, world.cast.tarik.id)
    again = enter(world, clara, room=value, starts="", on="", other="1")
    assert again.status_code == 409


def test_a_room_in_the_time_of_a_visit_is_not_offered(world, sign_in):
    slot = lent_slot(world, lend_room(world, place="gym", room_id=None), hours=3)
    clara = sign_in("clara")
    assert enter(world, clara, "heinz", fit=slot.starts_at.isoformat()).status_code == 303
    assert 'name="room"' not in clara.get(new_page(world)).text


def test_a_loan_in_a_busy_time_is_asked_about_first(world, sign_in):
    foreign.add(world, "clara", Goal(user_id=world.user("clara").id), calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    offer = lend_room(world, place="gym", room_id=None)
    slot = make_slot(world, offer, starts_at=in_days(world, 1), places=1)
    clara = sign_in("clara")
    data = {"travel_minutes": "0", "key": "k1", "seen": slot.starts_at.isoformat(), "person": ""}
    refused = clara.post(f"/rooms/{slot.public_id}/loans", data=data)
    assert refused.status_code == 409
    assert "Laut Ihrem Kalender sind Sie da belegt" in refused.text
    assert clara.post(f"/rooms/{slot.public_id}/loans", data=data | {"despite": "y"}).status_code == 303


def test_an_hour_the_spring_night_leaves_out_is_refused_and_a_doubled_one_named(world, sign_in):
    clara = sign_in("clara")
    with time_machine.travel(datetime(2027, 3, 20, 8, tzinfo=UTC), tick=True):
        clara = sign_in("clara")
        refused = enter(world, clara, on="2027-03-28", starts="02:30")
        assert refused.status_code == 422
        assert "springt die Uhr" in refused.text
    with time_machine.travel(datetime(2026, 10, 20, 8, tzinfo=UTC), tick=True):
        clara = sign_in("clara")
        answer = enter(world, clara, on="2026-10-25", starts="02:30", again="1")
        assert answer.status_code == 303
        assert "gibt es in dieser Nacht zweimal" in clara.get(answer.headers["Location"]).text
    (made,) = all_rows(world, Booking)
    assert made.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_visit_is_moved_from_its_page(world, sign_in):
    clara = sign_in("clara")
    page = clara.get(enter(world, clara).headers["Location"]).text
    (made,) = all_rows(world, Booking)
    path = f"/bookings/{made.public_id}/time"
    assert path in page
    form = clara.get(path).text
    assert "Statt Dienstag, 15.\u00a0September, 10\u00a0Uhr" in form
    data = {"on": "2026-09-15", "starts": "13:00", "minutes": "60", "travel_minutes": "0", "seen": "0"}
    assert clara.post(path, data=data).status_code == 303
    assert clara.post(path, data=data).status_code == 303  # sent twice: one move
    assert (now(world, made).sequence, now(world, made).starts_at.hour) == (1, 11)
    stale = clara.post(path, data=data | {"starts": "15:00"})
    assert stale.status_code == 409
    fit = proposals(clara.get(path).text)[0]
    assert clara.post(path, data=data | {"seen": "1", "fit": fit.isoformat()}).status_code == 303
    assert now(world, made).starts_at == fit


@pytest.mark.parametrize("key", ["cem", "frank", "lena", "petra", "fred"])
def test_nobody_else_moves_it_and_a_place_is_not_moved_here(world, sign_in, key):
    made = enter(world, sign_in("clara"))
    (row,) = all_rows(world, Booking)
    assert made.status_code == 303
    for method in ("get", "post"):
        assert getattr(sign_in(key), method)(f"/bookings/{row.public_id}/time").status_code == 404
    loan = borrow(world, lent_slot(world, days=5))
    assert sign_in("clara").get(f"/bookings/{loan.public_id}/time").status_code == 404


def test_statements_of_form_plan_and_person_stay_within_twelve(world, sign_in):
    clara = sign_in("clara")
    for hours in range(3):
        lent_slot(world, lend_room(world, place="gym", room_id=None), hours=hours)
    enter(world, clara)
    chosen = [world.cast.tarik.public_id, world.cast.heinz.public_id]
    plan = "/visits/plan?on=2026-09-16&minutes=45&" + "&".join(f"person={one}" for one in chosen)
    (made,) = (one for one in all_rows(world, Booking) if one.access == "own")
    for path in (new_page(world), plan, f"/people/{chosen[0]}", f"/bookings/{made.public_id}/time"):
        clara.get(path)
        with counted(world) as statements:
            assert clara.get(path).status_code == 200
        assert len(statements) <= 12, (path, len(statements))
