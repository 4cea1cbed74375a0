"""The demo network shows what becomes of dates: kept places, a course, a waiting list, changes and closed days."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from hub import clock
from hub.models.booking import Booking, BookingState, Waiting, WaitingState
from hub.models.mark import marks_of, valid_marks
from hub.models.offer import Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.programme import Programme
from hub.models.series import Closure, Series
from hub.models.slot import Course, Crowding, Pool, PoolState, Slot, SlotState
from hub.models.user import User
from hub.queries.pools import list_due
from tests.world import AT

TODAY = clock.local_date(AT)


@pytest.fixture
def session(demo_session):
    """Give a reading transaction over the demo network."""
    return demo_session


def own(session, organisation, title):
    query = select(Offer).join(Organisation).where(Organisation.name == organisation, Offer.title == title)
    return session.scalars(query).one()


def coming(session, offer):
    query = select(Slot).where(Slot.offer_id == offer.id, Slot.starts_at > AT).options(selectinload(Slot.pools))
    return list(session.scalars(query.order_by(Slot.starts_at)))


def test_the_clinic_keeps_places_for_a_jobcenter_until_a_clock_gives_them_to_everybody(session):
    kept = [
        pool for slot in coming(session, own(session, "Klinik Rosenpark", "Zur Ruhe kommen")) for pool in slot.pools
    ]
    kept = [pool for pool in kept if pool.kept]
    assert {pool.organisation_id is not None for pool in kept} == {True}
    assert any(pool.state is PoolState.OPEN and pool.release_at > AT for pool in kept)
    assert session.scalar(select(func.count()).where(Pool.kept, Pool.state == PoolState.RELEASED)) >= 1
    assert list_due(session, at=AT) == []  # the worker finds nothing to catch up on


def test_five_people_are_in_a_course_that_runs_and_one_meeting_falls_out(session):
    course = session.scalars(select(Course).order_by(Course.id)).first()
    meetings = list(session.scalars(select(Slot).where(Slot.course_id == course.id).order_by(Slot.session)))
    assert [slot.session for slot in meetings] == list(range(1, 9))
    assert meetings[0].starts_at < AT < meetings[2].starts_at
    assert [slot.session for slot in meetings if slot.state is SlotState.CALLED_OFF] == [5]
    booked = select(Booking).where(Booking.slot_id.in_([slot.id for slot in meetings]))
    bookings = list(session.scalars(booked))
    assert len({one.participant_id for one in bookings}) == 5
    assert {one.state for one in bookings if one.slot_id == meetings[4].id} == {BookingState.CANCELLED}
    open_ones = select(Slot.course_id).where(Slot.session == 1, Slot.starts_at > AT)
    assert session.scalars(open_ones).all()  # and another one is still to begin


def test_one_of_claras_people_is_offered_a_place_and_others_wait(session):
    wishes = list(session.scalars(select(Waiting).options(joinedload(Waiting.booking)).order_by(Waiting.id)))
    assert [one.state for one in wishes] == [WaitingState.OFFERED, WaitingState.WAITING, WaitingState.WAITING]
    clara = session.scalars(select(User.id).where(User.name == "Clara Winkler")).one()
    person = session.get(Participant, wishes[0].participant_id)
    assert person.coach_id == clara
    assert wishes[0].booking.state is BookingState.OFFERED
    assert wishes[0].booking.expires_at > AT


def test_the_clubs_date_is_open_with_people_of_clara_in_it(session):
    (slot,) = session.scalars(select(Slot).where(Slot.state == SlotState.UNSETTLED))
    assert slot.offer_id == own(session, "SV Elbaue Coswig", "Rückenschule im Sitzen").id
    here = select(func.count()).where(Booking.slot_id == slot.id, Booking.state == BookingState.CONFIRMED)
    assert session.scalar(here) >= 3


def test_one_series_takes_place_a_day_later_from_the_week_after_next_on(session):
    offer = own(session, "Rathaus Nossen", "Handy-Sprechstunde")
    days = [slot.local_weekday for slot in coming(session, offer)]
    assert (days[0], days[-1], sorted(set(days))) == (2, 3, [2, 3])
    assert session.scalar(select(func.count()).where(Series.offer_id == offer.id)) == 2


def test_the_clinic_closes_for_a_week_without_dates(session):
    (closure,) = session.scalars(select(Closure))
    assert closure.first_on > TODAY + timedelta(weeks=7)
    clinic = session.scalars(select(Organisation.id).where(Organisation.name == "Klinik Rosenpark")).one()
    assert closure.organisation_id == clinic
    within = (
        Slot.starts_at >= clock.start_of_day(closure.first_on),
        Slot.starts_at < clock.end_of_day(closure.last_on),
    )
    slots = session.scalars(select(Slot).join(Offer).where(Offer.organisation_id == clinic, *within)).all()
    assert len(slots) >= 4
    assert {slot.state for slot in slots} == {SlotState.CALLED_OFF}


def test_an_offer_waits_for_nora_one_pauses_and_some_carry_marks(session):
    network = session.scalars(select(Programme).where(Programme.name == "Resilienz-Netzwerk")).one()
    assert network.reviewing
    waiting = session.scalars(select(Offer).where(Offer.state == OfferState.REVIEW)).one()
    assert len(coming(session, waiting)) >= 8
    paused = session.scalars(select(Offer).where(Offer.state == OfferState.PAUSED)).one()
    assert paused.paused_until > TODAY
    marked = [mark for offer in session.scalars(select(Offer)) for mark in marks_of(offer)]
    assert len(marked) == 2
    assert [mark.running_out(TODAY) for mark in sorted(marked, key=lambda one: one.expires_on)] == [True, False]
    assert all(valid_marks(offer, TODAY) == marks_of(offer) for offer in session.scalars(select(Offer)))


def test_open_hours_say_how_full_they_usually_are(session):
    assert set(session.scalars(select(Slot.crowding).distinct())) == {"", *Crowding}
