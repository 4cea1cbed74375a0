"""Courses: published whole, booked whole or not at all, given back one session or the rest."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.actions.bookings import cancel_booking, reschedule_booking
from hub.actions.courses import cancel_course_bookings
from hub.actions.holds import hold_slot
from hub.actions.series import extend_series, keep_day
from hub.actions.slots import call_off_slot, move_slot
from hub.errors import ConsentMissing, InvalidInput, NotAllowed, NotFound, PersonElsewhere, RuleBroken, SlotFull
from hub.models.booking import Booking, BookingState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access
from hub.models.participant import Participation
from hub.models.series import Series
from hub.models.slot import Course, Slot
from hub.queries.bookings import get_booking
from hub.queries.consequences import consequences_of
from hub.queries.courses import get_course, list_bookings
from hub.queries.invariants import list_broken
from hub.queries.participants import get_participant
from hub.queries.series import list_series_ids_to_extend, lock_series
from hub.queries.slots import get_own_slot, get_slot
from tests.courses import BEFORE_REPENTANCE_DAY, join, make_course, make_course_offer, on, refused, sessions_of
from tests.places import all_rows, book, give_consent, make_offer, make_slot
from tests.world import World

GROUPS = ("I0", "I1", "G1", "B1")


def taken(world: World, course: Course) -> list[int]:
    return [slot.taken for slot in sessions_of(world, course)]


def call_off(world: World, slot: Slot) -> None:
    sven = world.actor("sven")
    with world.database.transaction() as session:
        own = get_own_slot(session, sven, slot.public_id)
        call_off_slot(session, actor=sven, slot=own, at=world.at)


def leave(world: World, course: Course, person: Any, *, by: str = "coach", at: Any = None) -> list[Booking]:
    actor = world.actor("clara")
    with world.database.transaction() as session:
        row = get_participant(session, actor, person.public_id, at=world.at)
        one = get_course(session, actor, course.public_id)
        return cancel_course_bookings(session, actor=actor, course=one, participant=row, by=by, at=at or world.at)


def sound(world: World, at: datetime | None = None) -> bool:
    with world.database.reading() as session:
        return list_broken(session, at=at or world.at) == []


def test_a_course_has_all_its_sessions_at_once_and_a_closed_day_is_none(world: World) -> None:
    course = make_course(world, starts_on=BEFORE_REPENTANCE_DAY)
    days = [(slot.session, slot.starts_at.date()) for slot in sessions_of(world, course)]
    assert [number for number, _ in days] == [1, 2, 3, 4, 5, 6]
    assert [(day.day, day.month) for _, day in days] == [(28, 10), (4, 11), (11, 11), (25, 11), (2, 12), (9, 12)]
    (series,) = all_rows(world, Series)
    assert (series.course_id, series.until_on, series.count) == (course.id, date(2026, 12, 9), None)
    assert (course.name, course.join_until) == ("Herbstkurs", 3)


def test_a_course_goes_beyond_the_horizon_and_grows_no_further(world: World) -> None:
    course = make_course(world, count=40)
    last = sessions_of(world, course)[-1].starts_at
    assert last > world.at + timedelta(weeks=40)
    (series,) = all_rows(world, Series)
    later = world.at + timedelta(weeks=30)
    with world.database.transaction() as session:
        assert list_series_ids_to_extend(session, at=later) == []
        assert extend_series(session, series_id=series.id, at=later) == 0
        sven = world.actor("sven")
        with refused(RuleBroken, "stehen fest"):
            keep_day(session, actor=sven, series=_with_offer(session, series), day=date(2026, 11, 18), at=world.at)


def _with_offer(session: Any, series: Series) -> Series:
    return lock_series(session, series.id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"rule_count": None}, "ending"),
        ({"count": 61}, "count"),
        ({"count": 1, "join_until": 1}, "until_on"),
        ({"join_until": 7}, "join_until"),
        ({"join_until": 0}, "join_until"),
    ],
)
def test_a_course_needs_an_end_few_sessions_and_a_session_to_join(world: World, values: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_course(world, **values)
    assert list(refused.value.fields) == [field]
    assert all_rows(world, Course) == all_rows(world, Slot) == []


def test_where_one_simply_goes_there_is_no_course(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_course(world, make_course_offer(world, access=Access.OPEN))
    assert list(refused.value.fields) == ["course"]


def test_booking_a_course_takes_a_place_with_one_word_in_every_session(world: World) -> None:
    course = make_course(world, make_course_offer(world, companion_welcome=True))
    made = join(world, course, world.cast.tarik, party=2)
    assert [booking.starts_at for booking in made] == [slot.starts_at for slot in sessions_of(world, course)]
    assert len({booking.code for booking in made}) == 1
    assert {booking.state for booking in made} == {BookingState.CONFIRMED}
    assert taken(world, course) == [2] * 6
    assert [row.action for row in all_rows(world, LogEntry)][-1] == "course.booked"
    assert [notice.template for notice in all_rows(world, Notice)] == ["partner_news"]
    assert sound(world)


def test_the_same_form_twice_is_one_booking_of_the_course(world: World) -> None:
    course = make_course(world)
    first = join(world, course, world.cast.tarik, idempotency_key="form-1")
    again = join(world, course, world.cast.tarik, idempotency_key="form-1")
    assert [one.id for one in again] == [one.id for one in first]
    assert taken(world, course) == [1] * 6
    with refused(RuleBroken, "schon abgeschickt"):
        join(world, course, world.cast.jolanta, idempotency_key="form-1")
    with refused(PersonElsewhere, "schon gebucht"):
        join(world, course, world.cast.tarik)


def test_one_joins_until_the_session_that_was_set_and_gets_the_rest(world: World) -> None:
    course = make_course(world, join_until=3)
    made = join(world, course, world.cast.tarik, at=on(24, 9))
    assert [booking.starts_at.day for booking in made] == [30, 7, 14, 21]
    with refused(RuleBroken, "Einsteigen ging bis Termin 3"):
        join(world, course, world.cast.jolanta, at=on(1, 10))
    with refused(RuleBroken, "vorbei"):
        join(world, course, world.cast.jolanta, at=on(1, 12))
    assert taken(world, course) == [0, 0, 1, 1, 1, 1]


def test_a_called_off_session_is_left_out_and_does_not_move_the_door(world: World) -> None:
    course = make_course(world, join_until=1)
    call_off(world, sessions_of(world, course)[0])
    with refused(RuleBroken, "Einsteigen ging bis Termin 1"):
        join(world, course, world.cast.tarik)
    other = make_course(world, make_course_offer(world), join_until=2)
    call_off(world, sessions_of(world, other)[0])
    assert len(join(world, other, world.cast.tarik)) == 5


def test_one_full_session_refuses_the_whole_course_and_is_named(world: World) -> None:
    course = make_course(world, places=2)
    slots = sessions_of(world, course)
    with world.database.transaction() as session:
        session.get_one(type(slots[3].pools[0]), slots[3].pools[0].id).taken = 2
    with refused(SlotFull, r"Termin 4 ist voll: Mittwoch, 7\. Oktober"):
        join(world, course, world.cast.tarik)
    assert taken(world, course) == [0, 0, 0, 2, 0, 0]
    assert all_rows(world, Booking) == []


def test_another_date_at_the_time_of_one_session_refuses_the_course_and_is_named(world: World) -> None:
    course = make_course(world)
    fourth = sessions_of(world, course)[3]
    book(
        world, make_slot(world, make_offer(world), starts_at=fourth.starts_at + timedelta(minutes=30)), world.cast.tarik
    )
    with refused(PersonElsewhere, r"Termin 4 passt nicht: Mittwoch, 7\. Oktober"):
        join(world, course, world.cast.tarik)
    assert len(join(world, course, world.cast.jolanta)) == 6


def test_the_participation_must_run_on_every_day(world: World) -> None:
    course = make_course(world)
    with world.database.transaction() as session:
        for running in session.scalars(
            select(Participation).where(Participation.participant_id == world.cast.tarik.id)
        ):
            running.ends_on = date(2026, 10, 10)
    with refused(RuleBroken, r"14\. Oktober.*läuft die Teilnahme nicht"):
        join(world, course, world.cast.tarik)
    assert all_rows(world, Booking) == []


def test_a_course_with_names_needs_one_consent_that_lasts_to_its_last_session(world: World) -> None:
    offer = make_course_offer(world, access=Access.NAMED)
    course = make_course(world, offer)
    with pytest.raises(ConsentMissing):
        join(world, course, world.cast.tarik)
    give_consent(world, world.cast.tarik, offer, days=20, groups=GROUPS)
    with refused(RuleBroken, "gilt nur bis"):
        join(world, course, world.cast.tarik)
    assert all_rows(world, Booking) == all_rows(world, Enquiry) == []
    give_consent(world, world.cast.tarik, offer, days=60, groups=GROUPS)
    made = join(world, course, world.cast.tarik)
    (enquiry,) = all_rows(world, Enquiry)
    assert {booking.enquiry_id for booking in made} == {enquiry.id}
    assert (enquiry.state, enquiry.slot_id) == (EnquiryState.RUNNING, made[0].slot_id)
    leave(world, course, world.cast.tarik)
    assert all_rows(world, Enquiry)[0].state is EnquiryState.ACCEPTED


def test_a_course_by_enquiry_waits_for_the_partners_yes(world: World) -> None:
    course = make_course(world, make_course_offer(world, access=Access.REQUEST))
    with refused(RuleBroken, "sagt zuerst der Partner zu"):
        join(world, course, world.cast.tarik)


def test_a_session_is_never_booked_held_or_moved_by_itself(world: World) -> None:
    offer = make_course_offer(world, access=Access.NAMED)
    course, clara = make_course(world, offer), world.actor("clara")
    slots = sessions_of(world, course)
    with refused(RuleBroken, "den ganzen Kurs"):
        book(world, slots[0], world.cast.tarik)
    with world.database.transaction() as session, refused(RuleBroken, "den ganzen Kurs"):
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        hold_slot(
            session, actor=clara, slot=get_slot(session, clara, slots[0].public_id), participant=person, at=world.at
        )
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    made = join(world, course, world.cast.tarik)
    single = make_slot(world, offer, starts_at=on(22, 9))
    for target in (single, slots[1]):
        with world.database.transaction() as session:
            row = get_booking(session, clara, made[0].public_id, at=world.at)
            slot = get_slot(session, clara, target.public_id)
            with pytest.raises(RuleBroken):
                reschedule_booking(session, actor=clara, booking=row, slot=slot, at=world.at)
    assert taken(world, course) == [1] * 6


def test_missing_once_gives_back_one_place_and_leaving_gives_back_the_rest(world: World) -> None:
    course = make_course(world, make_course_offer(world, companion_welcome=True))
    clara, made = world.actor("clara"), join(world, course, world.cast.tarik, party=2)
    with world.database.transaction() as session:
        row = get_booking(session, clara, made[1].public_id, at=world.at)
        cancel_booking(session, actor=clara, booking=row, by="coach", at=world.at)
    assert taken(world, course) == [2, 0, 2, 2, 2, 2]
    ended = leave(world, course, world.cast.tarik, at=on(17, 9))
    assert [booking.starts_at.day for booking in ended] == [30, 7, 14, 21]
    assert taken(world, course) == [2, 0, 0, 0, 0, 0]
    with world.database.reading() as session:
        rows = list_bookings(session, course.id, world.cast.tarik.id)
    assert [row.state for row in rows] == [BookingState.CONFIRMED] + [BookingState.CANCELLED] * 5
    assert sound(world, on(17, 9))
    with pytest.raises(RuleBroken):
        leave(world, course, world.cast.tarik, at=on(17, 9))
    assert len(join(world, course, world.cast.tarik, at=on(24, 9))) == 4


def test_what_is_too_near_for_the_person_stays_and_the_rest_goes(world: World) -> None:
    course = make_course(world)
    join(world, course, world.cast.tarik)
    ended = leave(world, course, world.cast.tarik, by="person", at=on(15, 9, 9))
    assert [booking.starts_at.day for booking in ended] == [23, 30, 7, 14, 21]
    with refused(RuleBroken, "schon spät"):
        leave(world, course, world.cast.tarik, by="person", at=on(15, 9, 9))
    assert [row.template for row in all_rows(world, Notice)] == ["partner_news", "partner_news", "staff_news"]


def test_only_who_looks_after_the_person_books_or_cancels(world: World) -> None:
    course = make_course(world)
    for key in ("cem", "sven", "fred", "frank"):
        with pytest.raises((NotFound, NotAllowed)):
            join(world, course, world.cast.tarik, by=key)
    sven = world.actor("sven")
    with world.database.transaction() as session:
        person = session.merge(world.cast.tarik, load=False)
        with pytest.raises(NotAllowed):
            cancel_course_bookings(session, actor=sven, course=course, participant=person, by="coach", at=world.at)


def test_calling_off_sessions_names_the_course_it_breaks(world: World) -> None:
    course = make_course(world)
    join(world, course, world.cast.tarik)
    join(world, course, world.cast.jolanta)
    slots = sessions_of(world, course)
    single = make_slot(world, make_offer(world))
    with world.database.reading() as session:
        hit = consequences_of(session, [slots[4], slots[1], single])
        assert [(course.name, course.dates) for course in hit.courses] == [("Herbstkurs", 2)]
        assert consequences_of(session, [single]).courses == ()
    call_off(world, slots[1])
    assert taken(world, course) == [2, 0, 2, 2, 2, 2]
    assert sound(world)


def test_a_moved_session_keeps_its_number_and_everybody_in_it(world: World) -> None:
    course, sven = make_course(world), world.actor("sven")
    join(world, course, world.cast.tarik)
    second = sessions_of(world, course)[1]
    with world.database.transaction() as session:
        slot = get_own_slot(session, sven, second.public_id)
        starts = slot.starts_at + timedelta(days=1)
        move_slot(session, actor=sven, slot=slot, starts_at=starts, ends_at=starts + timedelta(hours=1), at=world.at)
    with world.database.reading() as session:
        rows = list_bookings(session, course.id, world.cast.tarik.id)
    assert [(row.slot.session, row.starts_at.day) for row in rows][:3] == [(1, 16), (2, 24), (3, 30)]
