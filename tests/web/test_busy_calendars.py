"""What a calendar says about a room or a coach is said where dates are made; unknown is said too."""

from datetime import timedelta

import pytest

from hub.actions.calendar_sources import Goal
from tests import foreign_calendars as foreign
from tests.foreign_calendars import calendar, event, in_days
from tests.places import make_offer


def preview(world, browser):
    room = foreign.room_of(world)
    offer = make_offer(world, owner="town", location_id=world.cast.town_hall.id)
    place = f"{world.cast.town_hall.public_id}/{room.public_id}"
    entries = {"weekdays": "2", "start": "10:00", "end": "11:00", "repeat": "1", "starts_on": "2026-09-14"}
    entries |= {"ending": "open", "holidays": "closed", "places": "6", "place": place}
    answer = browser.get(f"/own-offers/{offer.public_id}/series/preview", query_string=entries)
    assert answer.status_code == 200
    return answer.text


def add_room(world, **source):
    foreign.add(world, "gudrun", Goal(organisation_id=world.cast.town.id, room=foreign.room_of(world)), **source)
    foreign.read(world)


def test_a_preview_says_on_which_dates_the_rooms_calendar_is_busy(world, sign_in):
    add_room(world, content=calendar(event("a", in_days(world, 9))))  # Wednesday in a week, 10 to 11 in Saxony
    text = preview(world, sign_in("gudrun"))
    assert text.count("Raum belegt laut Kalender.") == 1
    assert "ist unbekannt" not in text


def test_a_preview_says_where_the_rooms_calendar_is_unknown(world, sign_in):
    facts = {"goal": Goal(organisation_id=world.cast.town.id, room=foreign.room_of(world)), "content": b"no calendar"}
    foreign.add(world, "gudrun", **facts)
    foreign.read(world)
    assert preview(world, sign_in("gudrun")).count("Ob der Raum frei ist, ist unbekannt") >= 20


def visit(world, browser, start, **more):
    local = start + timedelta(hours=2)  # summer time
    data = {"on": f"{local:%Y-%m-%d}", "starts": f"{local:%H:%M}", "minutes": "60", "where": "home"}
    data |= {"travel_minutes": "0", "key": f"k{start:%d%H}{len(more)}"} | more
    return browser.post(f"/people/{world.cast.tarik.public_id}/visits", data=data, follow_redirects=True)


@pytest.fixture
def clara(world, sign_in):
    goal = Goal(user_id=world.user("clara").id)
    foreign.add(world, "clara", goal, calendar(event("a", in_days(world, 3))))
    foreign.read(world)
    return sign_in("clara")


def test_a_visit_in_a_busy_time_is_asked_about_first(world, clara):
    start = in_days(world, 3)
    refused = visit(world, clara, start)
    assert refused.status_code == 409
    assert "Laut Ihrem Kalender sind Sie da belegt" in refused.text
    journey = visit(world, clara, start + timedelta(hours=1), travel_minutes="30")
    assert journey.status_code == 409  # the drive there would begin in it
    assert visit(world, clara, start, despite="y").status_code == 200
    assert "unbekannt" not in visit(world, clara, in_days(world, 4)).text


def test_a_visit_while_the_own_calendar_is_unknown_is_entered_and_says_so(world, clara):
    url = "https://kalender.example/a.ics"
    foreign.add(world, "clara", Goal(user_id=world.user("clara").id), url=url)
    answer = visit(world, clara, in_days(world, 4))
    assert answer.status_code == 200
    assert "Ob Sie da frei sind, ist unbekannt" in answer.text
