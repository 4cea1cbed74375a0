"""Courses in the search: one joinable session each, no more statements, and still on the indexes."""

from datetime import timedelta

from hub.models.offer import Form
from hub.models.slot import Course, SlotState
from hub.policy.actor import ANONYMOUS
from hub.queries import offers
from hub.queries.offer_filters import OfferFilter
from tests.catalogue import make_many_slots, make_offer, make_slot, statements

DAY = timedelta(days=1)


def make_course(session, world, title, *, first=DAY, count=4, join_until=2, **more):
    """Add an offer with one course of daily sessions."""
    offer = make_offer(session, world, title, form=Form.COURSE, **more)
    course = Course(offer_id=offer.id, join_until=join_until, created_at=world.at)
    session.add(course)
    session.flush()
    return offer, add_sessions(session, offer, course, [world.at + first + n * DAY for n in range(count)])


def add_sessions(session, offer, course, starts):
    """Add the sessions of a course by number."""
    slots = [make_slot(session, offer, at, course_id=course.id) for at in starts]
    for number, slot in enumerate(slots, start=1):
        slot.session = number
    session.flush()
    return slots


def dates(session, world, *, at=None, **filters):
    """Return the sessions of the hits."""
    page = offers.search(session, ANONYMOUS, OfferFilter(**filters), at=at or world.at)
    return [[slot.session for slot in hit.slots] for hit in page.hits]


def test_only_the_session_to_join_is_listed(session, world):
    make_course(session, world, "Rückenkurs")
    assert dates(session, world) == [[1]]
    assert dates(session, world, at=world.at + 1.5 * DAY) == [[2]]
    assert dates(session, world, at=world.at + 2.5 * DAY) == []


def test_a_called_off_session_gives_way_to_the_next_while_one_may_join(session, world):
    _, slots = make_course(session, world, "Rückenkurs")
    slots[0].state = SlotState.CALLED_OFF
    session.flush()
    assert dates(session, world) == [[2]]
    slots[1].state = SlotState.CALLED_OFF
    session.flush()
    assert dates(session, world) == []


def test_two_courses_of_an_offer_are_two_dates_beside_its_single_ones(session, world):
    offer, _ = make_course(session, world, "Rückenkurs")
    second = Course(offer_id=offer.id, join_until=1, created_at=world.at)
    session.add(second)
    session.flush()
    add_sessions(session, offer, second, [world.at + (5 + n) * DAY for n in range(3)])
    make_slot(session, offer, world.at + 9 * DAY)
    assert dates(session, world) == [[1, 1, None]]


def test_a_course_with_one_full_session_has_no_place_for_anybody(session, world):
    _, slots = make_course(session, world, "Rückenkurs")
    slots[3].pools[0].taken = 5
    session.flush()
    assert dates(session, world) == [[1]]
    assert dates(session, world, min_free=1) == []


def test_courses_cost_no_further_statement(session, world):
    for n in range(5):
        make_course(session, world, f"Kurs {n}")
    made = [make_offer(session, world, f"Offer {n:02}") for n in range(20)]
    make_many_slots(session, made, world.at + DAY, 400, every=timedelta(hours=1))
    session.commit()
    with statements(world.database) as seen:
        page = offers.search(session, ANONYMOUS, OfferFilter(min_free=1, bookable=True), at=world.at, limit=30)
    assert page.total == 25
    assert len(seen) <= 4
