"""Codes given before they were unique in an offer: each counts as given, and two bearers of one never meet."""

from datetime import timedelta

from sqlalchemy import text

from hub import migrating
from hub.actions.bookings import reschedule_booking
from hub.models.booking import Booking
from hub.models.given_code import GivenCode
from hub.queries.bookings import get_booking
from hub.queries.slots import get_slot
from tests.places import all_rows, book, make_offer, make_slot
from tests.world import World


def test_what_was_given_stays_given_and_two_bearers_of_one_code_never_meet_in_a_date(world: World) -> None:
    offer = make_offer(world)
    weeks = [make_slot(world, offer, starts_at=world.at + timedelta(days=day)) for day in (3, 10)]
    first, second = book(world, weeks[0], world.cast.tarik), book(world, weeks[1], world.cast.heinz)
    migrating.downgrade(world.database, "0011")
    with world.database.transaction() as session:
        session.execute(text("UPDATE bookings SET code = 'Birke 27'"))
    migrating.upgrade(world.database)
    assert [(row.offer_id, row.code) for row in all_rows(world, GivenCode)] == [(offer.id, "Birke 27")]
    with world.database.transaction() as session:
        clara = world.actor("clara")
        row = get_booking(session, clara, first.public_id, at=world.at)
        reschedule_booking(
            session, actor=clara, booking=row, slot=get_slot(session, clara, weeks[1].public_id), at=world.at
        )
    moved, stayed = all_rows(world, Booking)
    assert (moved.slot_id, stayed.code, stayed.id) == (weeks[1].id, "Birke 27", second.id)
    assert moved.code not in (None, "Birke 27")
