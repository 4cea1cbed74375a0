"""The waiting list: first come, first offered; a place given back never looks free while somebody waits for it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hub.actions.bookings import reschedule_booking
from hub.actions.slots import call_off_slot
from hub.actions.waiting import join_waiting, leave_waiting
from hub.errors import ConsentMissing, NotAllowed, NotFound, PersonElsewhere, RuleBroken
from hub.models.booking import Booking, Waiting, WaitingState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access
from hub.models.participant import Participation
from hub.models.slot import Course
from hub.queries import feed_entries, today
from hub.queries.attendees import list_attendees
from hub.queries.bookings import get_booking, list_coming
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot, get_slot
from hub.queries.waiting import get_waiting
from hub.worker.deadlines import DEADLINES, HOLDS, WAITED_FOR
from tests.loop import person_actor
from tests.places import all_rows, book, give_consent, make_offer, make_people, make_slot
from tests.queues import broken, cancel, leave, pools, states, wait_for

HOUR = timedelta(hours=1)
GROUPS = ("I0", "I1", "G1", "B1")
WISHES = next(one for one in DEADLINES if one.name == "wishes")
HALF = next(one for one in DEADLINES if one.name == "offers half over")


@pytest.fixture
def slot(world):
    return make_slot(world, make_offer(world), places=1)


@pytest.fixture
def full(world, slot):
    """Give the booking that fills the date."""
    return book(world, slot, world.cast.heinz)


def test_a_place_given_back_is_offered_to_the_first_who_waits(world, slot, full):
    tarik = wait_for(world, slot, world.cast.tarik)
    jolanta = wait_for(world, slot, world.cast.jolanta, at=world.at + HOUR)
    cancel(world, full)
    offer = all_rows(world, Booking)[1]
    assert (offer.state, offer.participant_id, offer.made_by) == ("offered", world.cast.tarik.id, "system")
    assert offer.code not in (None, full.code)
    first, second = all_rows(world, Waiting)
    assert (first.id, first.state, first.booking_id) == (tarik.id, WaitingState.OFFERED, offer.id)
    assert (second.id, second.state) == (jolanta.id, WaitingState.WAITING)
    assert pools(world) == [(1, 1, "open")]  # it was never free
    assert broken(world) == []


def test_an_offer_stands_for_four_working_hours(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    friday = datetime(2026, 9, 11, 13, 0, tzinfo=UTC)  # 15 o'clock in Meißen: two hours until the offices close
    cancel(world, full, at=friday)
    assert all_rows(world, Booking)[1].expires_at == datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


def test_after_half_its_time_an_offer_is_said_once_more_to_the_coach(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    friday = datetime(2026, 9, 11, 13, 0, tzinfo=UTC)  # two working hours until the weekend, two on Monday
    cancel(world, full, at=friday)

    def mails(at):
        HALF.meet(world.database, at)
        return len([row for row in all_rows(world, Notice) if row.user_id == world.user("clara").id])

    told = mails(friday + HOUR)
    assert mails(friday + HOUR + HOUR - timedelta(seconds=1)) == told
    assert [mails(friday + 2 * HOUR), mails(friday + 3 * HOUR)] == [told + 1, told + 1]
    assert all_rows(world, Waiting)[0].state is WaitingState.OFFERED
    assert [row.action for row in all_rows(world, LogEntry)].count("waiting.reminded") == 1


def test_an_offer_that_was_answered_is_not_said_again(world, slot, full):
    wish = wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    leave(world, wish)
    told = len(all_rows(world, Notice))
    HALF.meet(world.database, world.at + 3 * HOUR)
    assert len(all_rows(world, Notice)) == told


def test_an_offer_cut_short_by_its_date_is_said_again_in_the_middle(world):
    slot = make_slot(world, make_offer(world, notice_minutes=60), starts_at=world.at + 3 * HOUR, places=1)
    held = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik)
    cancel(world, held)
    for minutes, said in ((59, None), (60, world.at + HOUR)):
        HALF.meet(world.database, world.at + timedelta(minutes=minutes))
        assert all_rows(world, Waiting)[0].reminded_at == said


def test_an_offer_ends_when_the_date_can_no_longer_be_booked(world):
    slot = make_slot(world, make_offer(world, notice_minutes=60), starts_at=world.at + 3 * HOUR, places=1)
    held = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik)
    cancel(world, held)
    assert all_rows(world, Booking)[1].expires_at == world.at + 2 * HOUR


def test_nobody_is_offered_what_can_no_longer_be_booked(world):
    slot = make_slot(world, make_offer(world, notice_minutes=60), starts_at=world.at + 3 * HOUR, places=1)
    held = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik)
    cancel(world, held, at=world.at + 2.5 * HOUR)
    assert states(world, Waiting) == ["waiting"]
    assert pools(world) == [(0, 1, "open")]


def test_booking_takes_the_offered_place_and_no_second_one(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    offer = all_rows(world, Booking)[1]
    taken = book(world, slot, world.cast.tarik, idempotency_key="form")
    assert (taken.id, taken.code, taken.state, taken.expires_at) == (offer.id, offer.code, "confirmed", None)
    assert book(world, slot, world.cast.tarik, idempotency_key="form").id == offer.id
    assert states(world, Waiting) == ["taken"]
    assert pools(world) == [(1, 1, "open")]
    assert broken(world) == []


def test_a_place_from_the_list_that_is_given_back_goes_to_the_next(world, slot, full):
    """Elsewhere the place stays tied to the dead offer, and nobody gets it."""
    wait_for(world, slot, world.cast.tarik)
    wait_for(world, slot, world.cast.jolanta)
    cancel(world, full)
    cancel(world, book(world, slot, world.cast.tarik))
    assert states(world, Waiting) == ["taken", "offered"]
    assert states(world, Booking) == ["cancelled", "cancelled", "offered"]
    again = wait_for(world, slot, world.cast.tarik)
    cancel(world, book(world, slot, world.cast.jolanta))
    assert (all_rows(world, Waiting)[2].id, states(world, Waiting)) == (again.id, ["taken", "taken", "offered"])
    assert broken(world) == []


def test_a_no_gives_the_place_to_the_next_and_an_answer_too_late_does_nothing(world, slot, full):
    first = wait_for(world, slot, world.cast.tarik)
    wait_for(world, slot, world.cast.jolanta)
    cancel(world, full)
    assert [leave(world, first), leave(world, first)] == [True, False]
    assert states(world, Waiting) == ["withdrawn", "offered"]
    assert states(world, Booking) == ["cancelled", "expired", "offered"]
    assert pools(world) == [(1, 1, "open")]
    assert broken(world) == []


def test_an_offer_that_runs_out_goes_to_the_next_and_the_coach_hears_of_it(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    wait_for(world, slot, world.cast.jolanta)
    cancel(world, full)
    until = all_rows(world, Booking)[1].expires_at
    HOLDS.meet(world.database, until - timedelta(seconds=1))
    assert states(world, Waiting) == ["offered", "waiting"]
    HOLDS.meet(world.database, until)
    assert states(world, Waiting) == ["lapsed", "offered"]
    assert all_rows(world, Booking)[2].expires_at > until
    told = [(one.template, one.user_id) for one in all_rows(world, Notice) if one.user_id]
    assert told == [("staff_news", world.cast.clara.id)] * 3  # two offers, and one that ran out
    assert broken(world, until) == []


def test_the_last_offer_that_runs_out_leaves_the_place_free(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    HOLDS.meet(world.database, all_rows(world, Booking)[1].expires_at)
    assert (states(world, Waiting), pools(world)) == (["lapsed"], [(0, 1, "open")])


def test_a_coach_puts_a_lapsed_wish_away_or_wishes_again(world, slot, full):
    wish = wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    until = all_rows(world, Booking)[1].expires_at
    HOLDS.meet(world.database, until)
    assert leave(world, wish, at=until)
    book(world, slot, world.cast.heinz, at=until)
    wait_for(world, slot, world.cast.tarik, at=until)
    assert states(world, Waiting) == ["withdrawn", "waiting"]


def test_one_person_waits_once_for_a_date(world, slot, full):
    first, second = (wait_for(world, slot, world.cast.tarik) for _ in range(2))
    assert first.id == second.id
    assert [entry.action for entry in all_rows(world, LogEntry)][-1:] == ["waiting.joined"]
    with pytest.raises(IntegrityError), world.database.transaction() as session:
        session.add(Waiting(slot_id=slot.id, participant_id=world.cast.tarik.id, created_at=world.at))


def test_nobody_waits_for_a_date_that_has_a_place(world, slot):
    with pytest.raises(RuleBroken, match="noch ein Platz frei"):
        wait_for(world, slot, world.cast.tarik)
    assert all_rows(world, Waiting) == []


def test_two_who_want_to_come_together_wait_although_one_place_is_free(world):
    slot = make_slot(world, make_offer(world), places=2)
    other = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik, party=2)
    assert states(world, Waiting) == ["waiting"]
    WAITED_FOR.meet(world.database, world.at)
    assert states(world, Waiting) == ["waiting"]
    cancel(world, other)
    assert (states(world, Waiting), pools(world)) == (["offered"], [(2, 2, "open")])


def test_who_needs_more_places_than_came_free_does_not_keep_others_from_them(world):
    slot = make_slot(world, make_offer(world), places=2)
    one, _ = (book(world, slot, person) for person in make_people(world, 2))
    wait_for(world, slot, world.cast.tarik, party=2)
    wait_for(world, slot, world.cast.jolanta)
    cancel(world, one)
    assert states(world, Waiting) == ["waiting", "offered"]


def test_taking_fewer_of_the_offered_places_passes_the_rest_on(world):
    slot = make_slot(world, make_offer(world), places=2)
    both = book(world, slot, world.cast.heinz, party=2)
    wait_for(world, slot, world.cast.tarik, party=2)
    wait_for(world, slot, world.cast.jolanta)
    cancel(world, both)
    book(world, slot, world.cast.tarik, party=1)
    assert states(world, Waiting) == ["taken", "offered"]
    assert (pools(world), broken(world)) == ([(2, 2, "open")], [])


@pytest.mark.parametrize(
    ("values", "places"),
    [({"access": Access.OPEN}, 0), ({"women_only": True}, 1), ({"notice_minutes": 9999}, 1), ({"youngest": 99}, 1)],
)
def test_who_could_not_book_cannot_wait(world, values, places):
    slot = make_slot(world, make_offer(world, **values), places=places)
    with pytest.raises(RuleBroken):
        wait_for(world, slot, world.cast.tarik)


def test_whoever_is_elsewhere_cannot_wait(world, slot, full):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    with pytest.raises(PersonElsewhere):
        wait_for(world, slot, world.cast.tarik)
    with pytest.raises(PersonElsewhere):
        wait_for(world, slot, world.cast.heinz)  # has the very place


def test_there_is_no_list_for_courses_yet(world):
    offer = make_offer(world)
    with world.database.transaction() as session:
        course = Course(offer_id=offer.id, created_at=world.at)
        session.add(course)
    slot = make_slot(world, offer, course_id=course.id, session=1)
    with pytest.raises(RuleBroken):
        wait_for(world, slot, world.cast.tarik)


def test_who_has_gone_elsewhere_meanwhile_waits_on_and_the_next_is_asked(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    wait_for(world, slot, world.cast.jolanta)
    elsewhere = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    cancel(world, full)
    assert states(world, Waiting) == ["waiting", "offered"]
    leave(world, all_rows(world, Waiting)[1])  # nobody can take it now: it is free
    assert pools(world)[0] == (0, 1, "open")
    cancel(world, elsewhere)
    WAITED_FOR.meet(world.database, world.at)  # and the clock finds who waited
    assert states(world, Waiting) == ["offered", "withdrawn"]


def test_an_offer_and_another_date_exclude_each_other(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    other = make_slot(world, make_offer(world))
    with pytest.raises(PersonElsewhere):
        book(world, other, world.cast.tarik)
    leave(world, all_rows(world, Waiting)[0])
    book(world, other, world.cast.tarik)


def test_a_place_with_a_name_is_offered_without_a_name_and_taken_with_a_consent(world):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    slot = make_slot(world, offer, places=1)
    for person in (world.cast.heinz, world.cast.jolanta):
        give_consent(world, person, offer, groups=GROUPS)
    held = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik)
    cancel(world, held)
    assert all_rows(world, Booking)[1].enquiry_id is None
    with pytest.raises(ConsentMissing):
        book(world, slot, world.cast.tarik)
    assert states(world, Waiting) == ["offered"]
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    assert book(world, slot, world.cast.tarik).enquiry_id is not None
    assert broken(world) == []


def test_an_offer_is_no_date_on_any_page_list_or_calendar(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    tarik, clara, sven = world.cast.tarik, world.actor("clara"), world.actor("sven")
    with world.database.reading() as session:
        own = get_own_slot(session, sven, slot.public_id)
        assert list_coming(session, tarik.id, since=world.at) == []
        until = world.at + timedelta(days=9)
        assert today.list_dates(session, clara, since=world.at, until=until, at=world.at) == []
        assert list(feed_entries.list_dates(session, person_actor(tarik), at=world.at)) == []
        assert list_attendees(session, sven, own, notice_version="1", at=world.at) == []
        assert (own.on_hold, own.taken) == (1, 1)


def test_when_the_date_falls_away_all_wishes_lapse_and_their_coaches_hear_it(world, slot, full):
    people = make_people(world, 1)
    wait_for(world, slot, world.cast.tarik)
    wait_for(world, slot, people[0])
    cancel(world, full)
    sven = world.actor("sven")
    before = len(all_rows(world, Notice))
    with world.database.transaction() as session:
        call_off_slot(session, actor=sven, slot=get_own_slot(session, sven, slot.public_id), at=world.at)
    assert (states(world, Waiting), states(world, Booking)) == (["lapsed"] * 2, ["cancelled", "expired"])
    news = all_rows(world, Notice)[before:]
    assert {(one.template, one.user_id) for one in news} == {("staff_news", world.cast.clara.id)}
    assert broken(world) == []


def test_wishes_for_a_date_that_began_lapse_without_a_word(world, slot, full):
    wait_for(world, slot, world.cast.tarik)
    before = len(all_rows(world, Notice))
    WISHES.meet(world.database, slot.starts_at - HOUR)
    assert states(world, Waiting) == ["waiting"]
    WISHES.meet(world.database, slot.starts_at)
    assert (states(world, Waiting), len(all_rows(world, Notice))) == (["lapsed"], before)


def test_moving_to_another_date_passes_the_place_on_and_settles_a_wish(world, slot, full):
    other = make_slot(world, full.slot.offer, starts_at=world.at + timedelta(days=9), places=1)
    second = book(world, other, world.cast.jolanta)
    wait_for(world, slot, world.cast.tarik)
    wait_for(world, other, world.cast.heinz)
    cancel(world, second)  # Heinz is offered the other date
    clara = world.actor("clara")
    with world.database.transaction() as session:
        mine = get_booking(session, clara, full.public_id, at=world.at)
        target = get_slot(session, clara, other.public_id)
        reschedule_booking(session, actor=clara, booking=mine, slot=target, at=world.at)
    assert [(wish.slot_id, wish.state) for wish in all_rows(world, Waiting)] == [
        (slot.id, "offered"),
        (other.id, "taken"),
    ]
    assert broken(world) == []


def test_everybody_else_is_kept_out(world, slot, full):
    wish = wait_for(world, slot, world.cast.tarik)
    with world.database.reading() as session:
        clara = world.actor("clara")
        found = get_slot(session, clara, slot.public_id)
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        row = get_waiting(session, clara, wish.public_id, at=world.at)
    for key in ("cem", "fred", "sven", "frank", "lena", "nora"):
        with pytest.raises(NotFound):
            leave(world, wish, by=key)
        with pytest.raises(NotAllowed):
            world.do(join_waiting, actor=world.actor(key), slot=found, participant=person, at=world.at)
        with pytest.raises(NotAllowed):
            world.do(leave_waiting, actor=world.actor(key), waiting=row, at=world.at)


def test_the_log_of_one_house_does_not_say_who_of_another_waited(world, slot, full):
    """Clara gives a place back, and Mandy of the other house is next: nothing in Clara's rows names her."""
    wait_for(world, slot, world.cast.mandy, by="cem")
    cancel(world, full)
    offered = next(entry for entry in all_rows(world, LogEntry) if entry.action == "waiting.offered")
    assert offered.actor_ref == "system"
    assert [one.user_id for one in all_rows(world, Notice) if one.user_id] == [world.cast.cem.id]


def test_nobody_is_offered_a_day_after_the_participation(world):
    start = world.at + timedelta(days=60)
    slot = make_slot(world, make_offer(world, window_days=300), starts_at=start, places=1)
    held = book(world, slot, world.cast.heinz)
    (person,) = make_people(world, 1)
    wait_for(world, slot, person)
    with world.database.transaction() as session:
        mine = update(Participation).where(Participation.participant_id == person.id)
        session.execute(mine.values(ends_on=(start - timedelta(days=1)).date()))
    cancel(world, held)
    assert states(world, Waiting) == ["waiting"]
