"""Others move a date to another place at the same time: that is news until something that says where has told it."""

from datetime import timedelta

import pytest

from hub.actions.slots import move_slot
from hub.models.booking import Booking
from hub.models.location import Room
from hub.models.offer import Form, Offer
from hub.models.slot import Slot
from hub.models.subscription import Level
from hub.queries.deliveries import list_untold
from hub.web.deliveries import change_of
from tests.actions.test_feed_changes import move_offer
from tests.feeds import change, fetch, subscribe_person
from tests.loop import now
from tests.places import all_rows, book, make_offer, make_slot
from tests.series import change as change_series
from tests.series import publish, slots_of
from tests.telling import partner_does

HOUR = timedelta(hours=1)


def tomorrow(world, *, hours=26, **offer):
    """Return a place of Tarik tomorrow, its date and its offer; the date is where its offer is."""
    made = make_offer(world, **offer)
    slot = make_slot(world, made, starts_at=world.at + hours * HOUR)
    change(world, Slot, slot.id, location_id=None)
    return book(world, slot, world.cast.tarik), slot, made


def room_of(world, place):
    with world.database.transaction() as session:
        room = Room(location_id=world.cast.locations[place].id, name="Seminarraum", places=10, lendable=True)
        session.add(room)
    return room


def into(world, slot, room, hours=0):
    """Let the club move a date into a room, and by some hours."""
    times = {"starts_at": slot.starts_at + hours * HOUR, "ends_at": slot.ends_at + hours * HOUR}
    partner_does(world, slot, move_slot, room=room, **times)


def untold(world):
    with world.database.reading() as session:
        return [str(change_of(one.booking)) for one in list_untold(session, world.actor("clara"), at=world.at)]


def offer_moves(world, slot, offer):
    world.do(move_offer, world=world, offer=offer)


def date_moves(world, slot, offer):
    into(world, slot, room_of(world, "town_hall"))


@pytest.mark.parametrize("way", [offer_moves, date_moves])
def test_another_place_is_news_until_a_calendar_that_says_where_has_fetched_it(app, world, way):
    booking, slot, offer = tomorrow(world)
    discreet = subscribe_person(world, "tarik")
    fetch(app, discreet)
    way(world, slot, offer)
    (news,) = untold(world)
    assert news.startswith("Verlegt: ")
    assert news.endswith(", aber an einem anderen Ort.")
    fetch(app, discreet)
    assert len(untold(world)) == 1, "it only says when"
    fetch(app, subscribe_person(world, "tarik", Level.ADDRESS, name="Uhr"))
    assert untold(world) == []
    assert now(world, booking).starts_at == slot.starts_at


def test_with_a_new_time_it_is_told_as_a_new_time(world):
    booking, slot, _ = tomorrow(world)
    into(world, slot, room_of(world, "town_hall"), hours=1)
    assert "statt" in untold(world)[0]
    assert now(world, booking).moved_from_at == slot.starts_at


def test_what_leads_to_the_same_door_is_no_news(world):
    _, slot, _ = tomorrow(world)
    into(world, slot, room_of(world, "gym"))
    offer_moves(world, *tomorrow(world, hours=30, form=Form.ONLINE)[1:])
    assert untold(world) == []
    assert [one.moved_from_at for one in all_rows(world, Booking)] == [None] * 2
    visit = Slot(location_id=1, offer=Offer(form=Form.HOME_VISIT))
    assert not visit.is_elsewhere_with(2), "it only sets out from there"


def test_a_series_that_changes_its_place_is_news_to_all_who_are_booked(world):
    series = publish(world)
    _, slot, *_ = slots_of(world, series)
    book(world, slot, world.cast.tarik)
    change_series(world, series, location_id=world.cast.town_hall.id, room_id=None)
    (booking,) = all_rows(world, Booking)
    assert booking.moved_from_at == booking.starts_at == slot.starts_at
