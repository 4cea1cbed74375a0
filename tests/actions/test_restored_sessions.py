"""A session of a course that takes place after all: who is still in the course has it again, as before."""

from sqlalchemy import select, update

from hub.actions.bookings import cancel_booking
from hub.actions.courses import cancel_course_bookings
from hub.actions.slots import call_off_slot, restore_slot
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Notice
from hub.models.offer import Access
from hub.models.slot import Slot
from hub.queries.bookings import get_booking
from hub.queries.courses import get_course
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot
from tests.courses import join, make_course, make_course_offer, sessions_of
from tests.places import all_rows, book, give_consent, make_offer, make_people, make_slot
from tests.queues import broken

GROUPS = ("I0", "I1", "G1", "B1")


def step(world, verb, slot):
    sven = world.actor("sven")
    with world.database.transaction() as session:
        return verb(session, actor=sven, slot=get_own_slot(session, sven, slot.public_id), at=world.at)


def there(world, slot):
    """Who has a place in a date, by key."""
    live = (Booking.slot_id == slot.id, Booking.state == BookingState.CONFIRMED)
    with world.database.reading() as session:
        return list(session.scalars(select(Booking.participant_id).where(*live).order_by(Booking.participant_id)))


def test_it_is_the_same_booking_with_the_same_word_and_the_coach_is_told(world):
    course, tarik = make_course(world), world.cast.tarik
    before = {one.slot_id: one for one in join(world, course, tarik)}
    second = sessions_of(world, course)[1]
    step(world, call_off_slot, second)
    told = len(all_rows(world, Notice))
    assert step(world, restore_slot, second) == 1
    (again,) = [one for one in all_rows(world, Booking) if one.slot_id == second.id]
    assert (again.state, again.public_id, again.code) == (
        BookingState.CONFIRMED,
        before[second.id].public_id,
        before[second.id].code,
    )
    assert (again.sequence, again.cancelled_by, again.cancelled_at, again.told_at) == (2, "", None, None)
    assert [slot.taken for slot in sessions_of(world, course)] == [1] * 6
    assert [one.user_id for one in all_rows(world, Notice)[told:]] == [world.user("clara").id]
    assert broken(world) == []


def test_who_left_the_course_is_elsewhere_or_finds_no_place_stays_out(world):
    course = make_course(world, places=9)
    stays, left, elsewhere, later = make_people(world, 4)
    for person in (stays, left, elsewhere, later):
        join(world, course, person)
    second = sessions_of(world, course)[1]
    step(world, call_off_slot, second)
    clara = world.actor("clara")
    with world.database.transaction() as session:
        person = get_participant(session, clara, left.public_id, at=world.at)
        row = get_course(session, clara, course.public_id)
        cancel_course_bookings(session, actor=clara, course=row, participant=person, by="coach", at=world.at)
    book(world, make_slot(world, make_offer(world), starts_at=second.starts_at), elsewhere)
    assert step(world, restore_slot, second) == 4
    assert there(world, second) == [stays.id, later.id]
    assert broken(world) == []


def test_one_place_less_and_the_last_one_stays_out(world):
    course = make_course(world, places=2)
    first, last = make_people(world, 2)
    for person in (first, last):
        join(world, course, person)
    second = sessions_of(world, course)[1]
    step(world, call_off_slot, second)
    with world.database.transaction() as session:
        slot = session.get_one(Slot, second.id)
        session.refresh(slot, ["pools"])
        slot.places = slot.pools[0].places = 1
    step(world, restore_slot, second)
    assert there(world, second) == [first.id]
    assert broken(world) == []


def test_a_session_a_coach_gave_back_does_not_come_back(world):
    course, tarik, clara = make_course(world), world.cast.tarik, world.actor("clara")
    second = join(world, course, tarik)[1]
    with world.database.transaction() as session:
        own = get_booking(session, clara, second.public_id, at=world.at)
        cancel_booking(session, actor=clara, booking=own, by="coach", at=world.at)
    slot = sessions_of(world, course)[1]
    step(world, call_off_slot, slot)
    assert step(world, restore_slot, slot) == 0
    assert there(world, slot) == []


def test_without_a_consent_nobody_comes_back_and_nothing_is_told_to_the_partner(world):
    offer = make_course_offer(world, access=Access.NAMED)
    tarik = world.cast.tarik
    consent = give_consent(world, tarik, offer, groups=GROUPS)
    course = make_course(world, offer)
    join(world, course, tarik)
    for live in (True, False):
        second = sessions_of(world, course)[1]
        step(world, call_off_slot, second)
        if not live:
            with world.database.transaction() as session:
                session.execute(update(Consent).where(Consent.id == consent.id).values(state=ConsentState.WITHDRAWN))
        step(world, restore_slot, second)
        assert there(world, second) == ([tarik.id] if live else [])


def test_an_enquiry_without_any_date_is_the_coachs_turn_again(world):
    offer, tarik = make_offer(world, access=Access.NAMED), world.cast.tarik
    give_consent(world, tarik, offer, groups=GROUPS)
    slots = [make_slot(world, offer), make_slot(world, offer, starts_at=world.at.replace(day=25))]
    for slot in slots:
        book(world, slot, tarik)
    states = []
    for slot in slots:
        step(world, call_off_slot, slot)
        states.append(all_rows(world, Enquiry)[0].state)
    assert states == [EnquiryState.RUNNING, EnquiryState.ACCEPTED]


def test_a_whole_course_called_off_and_restored_asks_everybody_anew(world):
    course, tarik = make_course(world, count=3, join_until=1), world.cast.tarik
    join(world, course, tarik)
    for slot in sessions_of(world, course):
        step(world, call_off_slot, slot)
    first = sessions_of(world, course)[0]
    assert step(world, restore_slot, first) == 1
    assert there(world, first) == []
