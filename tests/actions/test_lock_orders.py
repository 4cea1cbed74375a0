"""Verbs that meet on the same rows take them in the same order; no unit has a second try, so a ring is an error."""

from datetime import date

import pytest

from hub.actions.closures import add_closure, delete_closure
from hub.actions.courses import book_course, cancel_course_bookings
from hub.actions.offers import end_offer
from hub.actions.series_changes import Removed, change_series
from hub.errors import RuleBroken
from hub.models.booking import LIVE, Booking
from hub.models.subscription import FeedKind, Subscription
from hub.queries import courses
from hub.queries.closures import get_closure
from hub.queries.own_offers import get_own_offer
from hub.queries.participants import get_participant
from hub.queries.series import get_own_series
from tests.courses import join, make_course, sessions_of
from tests.crowd import rush
from tests.places import all_rows, book, make_offer, make_people
from tests.queues import broken, keep, release
from tests.series import THURSDAY, TODAY, WEDNESDAY, change, compare, planned, publish, slots_of, weekly

ROUNDS, SESSIONS, PLACES = 6, 5, 6


@pytest.mark.slow
def test_ending_an_offer_and_changing_its_series_never_wait_for_each_other(world):
    sven = world.actor("sven")
    for _ in range(ROUNDS):
        offer = make_offer(world, window_days=300)
        series = publish(world, offer=offer)
        seen = compare(world, series, weekly(THURSDAY)).digest
        rule = {"since": TODAY, "removed": None, "expected": seen, "at": world.at}

        def end(offer=offer):
            with world.database.transaction() as session:
                own = get_own_offer(session, sven, offer.public_id)
                end_offer(session, actor=sven, offer=own, at=world.at)

        def change_it(series=series, rule=rule):
            with world.database.transaction() as session:
                own = get_own_series(session, sven, series.public_id)
                change_series(session, actor=sven, series=own, plan=planned(own, weekly(THURSDAY)), **rule)

        ended, changed = rush([end, change_it])
        assert ended is None
        assert changed is None or issubclass(changed, RuleBroken)


@pytest.mark.slow
def test_joining_a_course_and_leaving_places_that_were_kept_never_wait_in_a_ring(world):
    course, clara = make_course(world, count=SESSIONS, places=PLACES), world.actor("clara")
    people = make_people(world, 2 * PLACES)
    kept = [keep(world, slot, PLACES, programme_id=world.cast.resilience.id) for slot in sessions_of(world, course)]
    for person in people[:PLACES]:
        join(world, course, person)
    for pool in kept:
        assert release(world, pool)

    def unit(number):
        with world.database.transaction() as session:
            person = get_participant(session, clara, people[number].public_id, at=world.at)
            row = courses.get_course(session, clara, course.public_id)
            verb = cancel_course_bookings if number < PLACES else book_course
            more = {"by": "coach"} if number < PLACES else {}
            verb(session, actor=clara, course=row, participant=person, at=world.at, **more)

    turns = [number + half for number in range(PLACES) for half in (0, PLACES)]
    assert rush([lambda number=number: unit(number) for number in turns]) == [None] * len(turns)
    assert len([row for row in all_rows(world, Booking) if row.state in LIVE]) == PLACES * SESSIONS
    assert broken(world) == []


def test_a_change_that_calls_off_and_moves_raises_each_feed_once_and_last(world):
    series = publish(world, weekly(WEDNESDAY, THURSDAY))
    for slot in slots_of(world, series)[:2]:
        book(world, slot, world.cast.tarik)
    feed = make_feed(world)
    change(world, series, weekly(WEDNESDAY, at=(14, 15)), removed=Removed.CALL_OFF)
    assert revision(world, feed) == 2


def test_opening_days_again_raises_the_feed_once_for_all_series(world):
    sven, club = world.actor("sven"), world.cast.club
    days = {"name": "Ferien", "first_on": date(2026, 9, 21), "last_on": date(2026, 9, 27)}
    closure = world.do(add_closure, actor=sven, organisation=club, at=world.at, **days)
    for day in (WEDNESDAY, THURSDAY):
        publish(world, weekly(day))
    feed = make_feed(world)
    with world.database.transaction() as session:
        own = get_closure(session, sven, closure.public_id)
        assert delete_closure(session, actor=sven, closure=own, at=world.at) == 2
    assert revision(world, feed) == 2


def make_feed(world):
    """Add a calendar of the club at revision 1."""
    with world.database.transaction() as session:
        feed = Subscription(
            kind=FeedKind.ORGANISATION,
            organisation_id=world.cast.club.id,
            user_id=world.user("sven").id,
            name="Verein",
            token_digest="0" * 64,
            created_at=world.at,
            revision=1,
        )
        session.add(feed)
    return feed


def revision(world, feed):
    with world.database.reading() as session:
        return session.get_one(Subscription, feed.id).revision
