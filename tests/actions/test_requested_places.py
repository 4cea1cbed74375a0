"""A place asked for with an enquiry: kept while its partner decides, a booking with the yes, given back without one."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.actions import answers, enquiries, withdrawals
from hub.actions.bookings import reschedule_booking
from hub.actions.deadlines import expire_enquiry, expire_hold
from hub.actions.slots import call_off_slot, move_slot
from hub.errors import PersonElsewhere, RuleBroken
from hub.models.booking import ONE_PLACE, Booking, BookingState
from hub.models.consent import Consent
from hub.models.enquiry import EnquiryState
from hub.models.notice import Notice
from hub.models.participant import Participation
from hub.models.slot import Pool, Slot
from hub.policy.actor import SYSTEM
from hub.queries import feed_entries, requested_places, today
from hub.queries.attendees import list_attendees
from hub.queries.bookings import get_booking, list_coming
from hub.queries.slots import get_own_slot, get_slot
from hub.queries.wishes import Wish
from tests.crowd import rush
from tests.loop import ask, coach, drafted, now, partner, request_offer, rows, say, send, withdraw
from tests.places import all_rows, book, make_offer, make_slot
from tests.queues import broken, pools, states, wait_for
from tests.rounds import asked_of, respond, sent_round

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
B, S = BookingState, EnquiryState


@pytest.fixture
def wished(world):
    """Return an offer on request, and its one date with one place in a week."""
    offer, slot = request_offer(world)
    with world.database.transaction() as session:
        session.get_one(Slot, slot.id).places = 1
        session.execute(update(Pool).where(Pool.slot_id == slot.id).values(places=1))
    return offer, slot


def prepare(world, wished, person="tarik"):
    """Return a draft to which the person said yes."""
    who = world.cast.people[person]
    return drafted(world, say(world, who, ask(world, who, *wished, Wish())))


def requested(world, wished, person="tarik"):
    """Return a sent enquiry."""
    enquiry = prepare(world, wished, person)
    send(world, enquiry)
    return now(world, enquiry)


def place(world, enquiry):
    """Return the one place of an enquiry."""
    (found,) = rows(world, Booking, Booking.enquiry_id == enquiry.id)
    return found


def last(world):
    """Return when the last thing happened."""
    return max(one.changed_at for one in all_rows(world, Booking))


def accept(world, enquiry, **more):
    partner(world, enquiry, answers.accept_enquiry, **more)


def shown(world, slot, at=None):
    """Return the place codes that anybody reads as a date: coach, person, feeds, partner."""
    at = at or world.at
    clara, petra = world.actor("clara"), world.actor("petra")
    with world.database.reading() as session:
        dates = today.list_dates(session, clara, since=world.at, until=world.at + 30 * DAY, at=at)
        coming = list_coming(session, world.cast.tarik.id, since=world.at)
        own = get_own_slot(session, petra, slot.public_id)
        there = list_attendees(session, petra, own, notice_version=answers.NOTICE_VERSION, at=at)
        fed = feed_entries.list_dates(session, clara, at=at)
        return [len(dates), len(coming), len(there), len(fed)]


def test_sending_keeps_the_wished_place_and_nobody_reads_a_date(world, wished):
    _, slot = wished
    enquiry = requested(world, wished)
    kept = place(world, enquiry)
    assert (kept.state, kept.access, kept.participant_id) == (B.REQUESTED, "request", world.cast.tarik.id)
    assert pools(world) == [(1, 1, "open")]
    assert shown(world, slot) == [0, 0, 0, 0]
    assert broken(world) == []
    with world.database.reading() as session:
        own = get_own_slot(session, world.actor("petra"), slot.public_id)
        assert own.on_hold == 1  # the partner sees a held place, without code or name
        assert requested_places.find_kept_until(session, enquiry) == kept.expires_at


def test_it_is_kept_until_it_is_the_coachs_turn_and_never_past_the_notice(world):
    offer, far = request_offer(world)
    long = make_slot(world, offer, starts_at=world.at + 30 * DAY)
    enquiry = requested(world, (offer, long))
    # One hears in five working days; then the desk of the network has two more.
    assert enquiry.hear_by_at == world.at + 7 * DAY
    assert place(world, enquiry).expires_at == world.at + 9 * DAY
    soon, slot = request_offer(world, title="Bald", notice_minutes=180)
    assert place(world, requested(world, (soon, slot), "heinz")).expires_at == slot.starts_at - 3 * HOUR
    assert far.id != long.id


def test_the_person_stays_free_for_other_dates(world, wished):
    _, slot = wished
    enquiry = requested(world, wished)
    other = make_slot(world, make_offer(world), starts_at=slot.starts_at)
    book(world, other, world.cast.tarik)
    with world.database.reading() as session:
        (clash,) = requested_places.list_overlapping(session, [world.cast.tarik.id], at=world.at)
        assert (clash.requested.enquiry_id, clash.date.slot_id) == (enquiry.id, other.id)
        assert requested_places.list_overlapping(session, [world.cast.heinz.id], at=world.at) == []
    coach(world, enquiry, withdrawals.withdraw_enquiry)
    with world.database.reading() as session:
        assert requested_places.list_overlapping(session, [world.cast.tarik.id], at=world.at) == []


def test_the_yes_makes_the_booking_of_the_same_place(world, wished):
    _, slot = wished
    enquiry = requested(world, wished)
    kept = place(world, enquiry)
    accept(world, enquiry)
    made = place(world, enquiry)
    assert (made.id, made.code, made.state, made.expires_at) == (kept.id, kept.code, B.CONFIRMED, None)
    assert now(world, enquiry).state is S.RUNNING
    assert pools(world) == [(1, 1, "open")]
    assert shown(world, slot) == [1, 1, 1, 1]
    assert broken(world) == []
    mine = {world.user("clara").id, None}
    assert {one.user_id for one in rows(world, Notice, Notice.enquiry_id == enquiry.id)} == mine
    with pytest.raises(RuleBroken):
        accept(world, enquiry)  # a second tap
    assert states(world, Booking) == ["confirmed"]


def test_a_yes_after_the_silence_still_finds_the_place(world):
    offer, _ = request_offer(world)
    enquiry = requested(world, (offer, make_slot(world, offer, starts_at=world.at + 30 * DAY)))
    late = enquiry.hear_by_at + DAY
    assert world.do(expire_enquiry, actor=SYSTEM, enquiry_id=enquiry.id, at=enquiry.hear_by_at)
    assert now(world, place(world, enquiry)).state is B.REQUESTED  # the network's desk asks now
    accept(world, enquiry, at=late)
    assert place(world, enquiry).state is B.CONFIRMED


def take_back(world, enquiry, **more):
    withdraw(world, world.cast.tarik, rows(world, Consent, Consent.id == enquiry.consent_id)[0], **more)


ENDINGS = {
    "declined": lambda world, one: partner(world, one, answers.decline_enquiry, reason="other"),
    "returned": lambda world, one: partner(world, one, answers.return_enquiry, question="times"),
    "waitlisted": lambda world, one: partner(world, one, answers.waitlist_enquiry),
    "withdrawn": lambda world, one: coach(world, one, withdrawals.withdraw_enquiry),
    "without consent": take_back,
    "dates kept for oneself": lambda world, one: take_back(world, one, keep_bookings=True),
}


def test_without_a_yes_the_place_goes_to_who_waits(world, subtests):
    for day, (name, end) in enumerate(ENDINGS.items()):
        offer, _ = request_offer(world, title=name)
        slot = make_slot(world, offer, starts_at=world.at + (30 + day) * DAY, places=1)
        accept(world, requested(world, (offer, None), "heinz"))
        enquiry = requested(world, (offer, slot))
        wish = wait_for(world, slot, world.cast.heinz)
        end(world, enquiry)
        with subtests.test(name):
            assert place(world, enquiry).state is B.EXPIRED
            assert now(world, wish).state == "offered"
            assert [(one.taken, one.places) for one in rows(world, Pool, Pool.slot_id == slot.id)] == [(1, 1)]
            assert broken(world) == []


def test_it_runs_out_at_its_time_and_not_before(world, wished):
    kept = place(world, requested(world, wished))
    early = kept.expires_at - timedelta(seconds=1)
    assert not world.do(expire_hold, actor=SYSTEM, booking_id=kept.id, at=early)
    assert world.do(expire_hold, actor=SYSTEM, booking_id=kept.id, at=kept.expires_at)
    assert (now(world, kept).state, pools(world)) == (B.EXPIRED, [(0, 1, "open")])
    assert not world.do(expire_hold, actor=SYSTEM, booking_id=kept.id, at=kept.expires_at)


def test_of_a_full_date_the_wish_is_dropped_and_the_enquiry_goes_without(world, wished):
    _, slot = wished
    first, second = requested(world, wished, "heinz"), requested(world, wished)
    assert (second.state, second.slot_id, second.full_at) == (S.SENT, None, slot.starts_at)
    assert (first.slot_id, first.full_at) == (slot.id, None)
    assert rows(world, Booking, Booking.enquiry_id == second.id) == []
    accept(world, second)
    assert now(world, second).state is S.ACCEPTED
    assert pools(world) == [(1, 1, "open")]


def test_a_wish_that_cannot_be_booked_yet_stays_a_wish(world):
    offer, _ = request_offer(world, window_days=20)
    far = make_slot(world, offer, starts_at=world.at + 30 * DAY)
    enquiry = requested(world, (offer, far))
    assert (enquiry.slot_id, enquiry.full_at) == (far.id, None)
    assert states(world, Booking) == []
    accept(world, enquiry)
    assert (now(world, enquiry).state, states(world, Booking)) == (S.ACCEPTED, [])


def test_with_the_answer_to_a_question_a_place_is_asked_for_again(world, wished):
    enquiry = requested(world, wished)
    partner(world, enquiry, answers.return_enquiry, question="times")
    later = world.at + DAY
    coach(world, enquiry, enquiries.answer_question, answer="yes", at=later)
    assert states(world, Booking) == ["expired", "requested"]
    accept(world, enquiry, at=later)
    assert states(world, Booking) == ["expired", "confirmed"]
    assert broken(world) == []


def test_asked_again_after_silence_the_place_belongs_to_the_new_enquiry(world, wished):
    enquiry = requested(world, wished)
    with world.database.transaction() as session:
        session.execute(update(Booking).values(expires_at=world.at + 30 * DAY))  # a desk still asks
    assert world.do(expire_enquiry, actor=SYSTEM, enquiry_id=enquiry.id, at=enquiry.hear_by_at)
    again = requested(world, wished)
    assert now(world, enquiry).state is S.WITHDRAWN
    assert [(one.enquiry_id, one.state.value) for one in all_rows(world, Booking)] == [
        (enquiry.id, "expired"),
        (again.id, "requested"),
    ]
    assert pools(world) == [(1, 1, "open")]


@pytest.mark.parametrize("why", ["elsewhere", "consent", "participation"])
def test_a_yes_stands_where_the_date_no_longer_suits(world, wished, why):
    _, slot = wished
    enquiry = requested(world, wished)
    if why == "elsewhere":
        book(world, make_slot(world, make_offer(world), starts_at=slot.starts_at), world.cast.tarik)
    with world.database.transaction() as session:
        if why == "consent":
            session.execute(update(Consent).values(valid_until=slot.ends_at - HOUR))
        if why == "participation":
            session.execute(update(Participation).values(ends_on=slot.starts_at.date() - DAY))
    accept(world, enquiry)
    assert (now(world, enquiry).state, place(world, enquiry).state) == (S.ACCEPTED, B.EXPIRED)
    assert rows(world, Pool, Pool.slot_id == slot.id)[0].taken == 0
    assert broken(world) == []


def test_a_yes_taken_back_calls_its_own_date_off(world, wished):
    _, slot = wished
    enquiry = requested(world, wished)
    accept(world, enquiry)
    partner(world, enquiry, answers.take_back_acceptance, at=world.at + HOUR)
    gone = place(world, enquiry)
    assert (now(world, enquiry).state, gone.state, gone.cancelled_by) == (S.SENT, B.CANCELLED, ONE_PLACE)
    assert pools(world) == [(0, 1, "open")]
    accept(world, enquiry, at=world.at + 2 * HOUR)  # now somebody books by hand
    book(world, slot, world.cast.tarik)
    with pytest.raises(RuleBroken):
        partner(world, enquiry, answers.take_back_acceptance, at=world.at + 3 * HOUR)
    assert broken(world) == []


def test_a_date_the_coach_moved_since_is_the_coachs(world, wished):
    offer, _ = wished
    enquiry = requested(world, wished)
    accept(world, enquiry)
    other = make_slot(world, offer, starts_at=world.at + 9 * DAY)
    clara = world.actor("clara")
    with world.database.transaction() as session:
        made = get_booking(session, clara, place(world, enquiry).public_id, at=world.at)
        found = get_slot(session, clara, other.public_id)
        reschedule_booking(session, actor=clara, booking=made, slot=found, at=world.at)
    with pytest.raises(RuleBroken):
        partner(world, enquiry, answers.take_back_acceptance)
    assert place(world, enquiry).state is B.CONFIRMED


def change_date(world, slot, verb, **values):
    petra = world.actor("petra")
    with world.database.transaction() as session:
        found = get_own_slot(session, petra, slot.public_id)
        verb(session, actor=petra, slot=found, at=world.at, **values)


def test_a_moved_date_takes_the_wish_along_and_after_the_yes_the_person_must_hear(world, wished):
    _, slot = wished
    enquiry = requested(world, wished)
    start, told = slot.starts_at, len(rows(world, Notice, Notice.user_id == world.user("clara").id))
    change_date(world, slot, move_slot, starts_at=start + HOUR, ends_at=slot.ends_at + HOUR)
    assert len(rows(world, Notice, Notice.user_id == world.user("clara").id)) == told + 1
    accept(world, enquiry)
    made = place(world, enquiry)
    assert (made.state, made.starts_at, made.moved_from_at) == (B.CONFIRMED, start + HOUR, start)


def test_a_date_its_partner_moved_is_still_the_one_the_yes_made(world, wished, subtests):
    _, slot = wished
    enquiry = requested(world, wished)
    for hours, when in enumerate(("before the yes", "after the yes"), 1):
        with subtests.test(when):
            moved = {"starts_at": slot.starts_at + hours * HOUR, "ends_at": slot.ends_at + hours * HOUR}
            change_date(world, slot, move_slot, **moved)
            if hours == 1:
                accept(world, enquiry)
            with world.database.reading() as session:
                assert requested_places.is_by_yes(session, now(world, enquiry), at=world.at)
    partner(world, enquiry, answers.take_back_acceptance)
    assert (place(world, enquiry).state, now(world, enquiry).state) == (B.CANCELLED, S.SENT)
    assert broken(world) == []


def test_a_date_called_off_ends_the_wish_and_the_coach_hears(world, wished):
    _, slot = wished
    enquiry = requested(world, wished)
    told = len(rows(world, Notice, Notice.user_id == world.user("clara").id))
    change_date(world, slot, call_off_slot)
    assert place(world, enquiry).state is B.EXPIRED
    assert len(rows(world, Notice, Notice.user_id == world.user("clara").id)) == told + 1
    assert shown(world, slot) == [0, 0, 0, 0]  # nobody reads that a date falls away which never was one
    accept(world, enquiry)
    assert (now(world, enquiry).state, broken(world)) == (S.ACCEPTED, [])


def test_a_round_asks_for_no_place_and_keeps_that_of_its_first_yes(world):
    club, slot = request_offer(world, owner="club")
    clinic, _ = request_offer(world, owner="clinic")
    found = sent_round(world, [club, clinic], slots={club.id: slot})
    assert states(world, Booking) == []
    respond(world, "sven", asked_of(world, found, "club"))
    assert states(world, Booking) == ["held"]


def test_the_same_place_is_not_booked_beside_the_enquiry(world, wished):
    _, slot = wished
    requested(world, wished)
    with pytest.raises(PersonElsewhere, match="läuft schon eine Anfrage"):
        wait_for(world, slot, world.cast.tarik)
    with pytest.raises(RuleBroken):
        book(world, slot, world.cast.tarik)
    assert pools(world) == [(1, 1, "open")]


@pytest.mark.parametrize("turn", range(3))
def test_many_wish_for_the_last_place_at_once(world, turn):
    offer, _ = request_offer(world)
    slot = make_slot(world, offer, starts_at=world.at + 8 * DAY, places=1)
    drafts = [prepare(world, (offer, slot), person) for person in ("tarik", "jolanta", "heinz")]
    assert rush([lambda one=one: send(world, one) for one in drafts]) == [None] * 3
    wishes = sorted((now(world, one).slot_id is not None, now(world, one).full_at) for one in drafts)
    assert wishes == [(False, slot.starts_at), (False, slot.starts_at), (True, None)]
    assert rows(world, Pool, Pool.slot_id == slot.id)[0].taken == 1
    assert broken(world) == []


RIVALS = {
    "it runs out": lambda world, one, slot: world.do(
        expire_hold, actor=SYSTEM, booking_id=place(world, one).id, at=place(world, one).expires_at
    ),
    "the person takes all back": lambda world, one, slot: take_back(world, one),
    "the date is called off": lambda world, one, slot: change_date(world, slot, call_off_slot),
    "the person goes elsewhere": lambda world, one, slot: book(
        world, rows(world, Slot, Slot.starts_at == slot.starts_at, Slot.id != slot.id)[0], world.cast.tarik
    ),
}


@pytest.mark.parametrize("rival", RIVALS)
def test_a_yes_and_its_rival_at_the_same_second(world, wished, rival):
    _, slot = wished
    make_slot(world, make_offer(world), starts_at=slot.starts_at)
    enquiry = requested(world, wished)
    rush([lambda: accept(world, enquiry), lambda: RIVALS[rival](world, enquiry, slot)])
    kept, after = place(world, enquiry), now(world, enquiry)
    held = kept.state is B.CONFIRMED
    assert held or kept.state in (B.EXPIRED, B.CANCELLED)
    assert held is (after.state is S.RUNNING)
    assert rows(world, Pool, Pool.slot_id == slot.id)[0].taken == int(held)
    assert broken(world, at=last(world)) == []
