"""What the clock does: each verb once, only in its time, and never against somebody who was faster."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.actions import answers, withdrawals
from hub.actions import deadlines as verbs
from hub.actions.bookings import cancel_booking
from hub.clock import local_date
from hub.errors import HubError, NotAllowed
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentEvent, ConsentState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice, NoticeState
from hub.models.offer import Access, Offer
from hub.models.series import Closure
from hub.models.slot import Pool
from hub.policy.actor import SYSTEM
from hub.policy.fields import Phase
from hub.queries import deadlines
from hub.queries.bookings import get_booking
from hub.queries.disclosures import phase_now
from hub.queries.invariants import list_broken
from tests.crowd import rush
from tests.loop import (
    accepted_enquiry,
    ask,
    coach,
    drafted,
    now,
    partner,
    request_offer,
    rows,
    say,
    sent_enquiry,
)
from tests.places import book, counted, make_offer, make_slot

S = EnquiryState
DAY = timedelta(days=1)


def settle(world, verb, at, **key):
    """Let the worker settle one row."""
    return world.database.run(lambda session: verb(session, actor=SYSTEM, at=at, **key))


def find(world, query, at):
    with world.database.reading() as session:
        return list(query(session, at=at))


def templates(world):
    return [notice.template for notice in rows(world, Notice)]


def actions(world):
    return [entry.action for entry in rows(world, LogEntry)]


def booked(world, **more):
    """Return a booking of Tarik's for a place with a name, and the consent it stands under."""
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    slot = make_slot(world, offer, **more)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    return book(world, slot, world.cast.tarik), consent


def change(world, row, **values):
    """Change a row past all verbs, as time would."""
    with world.database.transaction() as session:
        session.execute(update(type(row)).where(type(row).id == row.id).values(**values))


def test_a_partner_is_reminded_once_one_working_day_before(world):
    enquiry, _ = sent_enquiry(world)
    friday = world.at + 4 * DAY  # one hears by Monday the 21st
    assert enquiry.hear_by_at == world.at + 7 * DAY
    early = friday - timedelta(seconds=1)
    assert find(world, deadlines.list_to_remind, early) == []
    assert settle(world, verbs.remind_partner, early, enquiry_id=enquiry.id) is False
    assert find(world, deadlines.list_to_remind, friday) == [enquiry.id]
    assert settle(world, verbs.remind_partner, friday, enquiry_id=enquiry.id) is True
    assert find(world, deadlines.list_to_remind, friday + DAY) == []
    assert settle(world, verbs.remind_partner, friday + DAY, enquiry_id=enquiry.id) is False
    assert templates(world) == ["partner_question", "partner_reminder"]
    assert now(world, enquiry).version == enquiry.version  # the partner's open page stays valid


def close(world, organisation, first, last):
    """Close an organisation for some days, both included."""
    with world.database.transaction() as session:
        own = {"organisation_id": organisation.id, "name": "Betriebsferien"}
        session.add(Closure(first_on=local_date(first), last_on=local_date(last), **own))


def test_a_partner_is_reminded_while_it_is_still_open(world):
    close(world, world.cast.clinic, world.at + 4 * DAY, world.at + 25 * DAY)  # from Friday over three weekends
    enquiry, _ = sent_enquiry(world)
    other, _ = sent_enquiry(world, person="heinz", owner="club")
    assert enquiry.hear_by_at == world.at + 29 * DAY  # three days before the closed ones and two after: a Tuesday
    friday, monday = world.at + 4 * DAY, world.at + 28 * DAY
    assert find(world, deadlines.list_to_remind, friday) == [other.id]  # who is not closed
    assert find(world, deadlines.list_to_remind, monday) == [enquiry.id]
    for at, due in ((friday, False), (monday, True), (monday + DAY, False)):
        assert settle(world, verbs.remind_partner, at, enquiry_id=enquiry.id) is due, at


def test_a_reminder_comes_before_long_holidays_not_on_their_last_day(world):
    enquiry, _ = sent_enquiry(world)
    change(world, enquiry, hear_by_at=world.at + 35 * DAY)  # a Monday; all between this Thursday and then is closed
    close(world, world.cast.clinic, world.at + 4 * DAY, world.at + 34 * DAY)
    thursday = world.at + 3 * DAY
    early = thursday - timedelta(seconds=1)
    assert find(world, deadlines.list_to_remind, early) == []
    assert settle(world, verbs.remind_partner, early, enquiry_id=enquiry.id) is False
    assert find(world, deadlines.list_to_remind, thursday) == [enquiry.id]
    assert settle(world, verbs.remind_partner, thursday, enquiry_id=enquiry.id) is True


def test_how_many_statements_find_whom_to_remind_does_not_grow(world):
    def look():
        with counted(world) as statements:
            find(world, deadlines.list_to_remind, world.at + 4 * DAY)
        return len(statements)

    sent_enquiry(world)
    close(world, world.cast.clinic, world.at + DAY, world.at + DAY)
    few = look()
    for person, owner in (("heinz", "club"), ("heinz", "town")):
        sent_enquiry(world, person=person, owner=owner)
    assert look() == few


def test_many_workers_remind_once(world):
    enquiry, _ = sent_enquiry(world)
    then = world.at + 5 * DAY
    results = rush([lambda: settle(world, verbs.remind_partner, then, enquiry_id=enquiry.id)] * 6)
    assert results.count(True) == 1
    assert templates(world).count("partner_reminder") == 1


@pytest.mark.parametrize("answer", [answers.accept_enquiry, answers.return_enquiry, answers.decline_enquiry])
def test_who_has_answered_is_not_reminded_and_does_not_run_out(world, answer):
    enquiry, _ = sent_enquiry(world)
    more = {answers.return_enquiry: {"question": "times"}, answers.decline_enquiry: {"reason": "other"}}
    partner(world, enquiry, answer, **more.get(answer, {}))
    state = now(world, enquiry).state
    late = world.at + 30 * DAY
    assert find(world, deadlines.list_to_remind, world.at + 5 * DAY) == []
    assert find(world, deadlines.list_silent, late) == []
    assert settle(world, verbs.remind_partner, world.at + 5 * DAY, enquiry_id=enquiry.id) is False
    assert settle(world, verbs.expire_enquiry, late, enquiry_id=enquiry.id) is False
    assert now(world, enquiry).state is state


def test_silence_counts_from_the_date_to_hear_by(world):
    enquiry, _ = sent_enquiry(world)
    partner(world, enquiry, answers.note_seen)
    then = enquiry.hear_by_at
    assert settle(world, verbs.expire_enquiry, then - timedelta(seconds=1), enquiry_id=enquiry.id) is False
    assert find(world, deadlines.list_silent, then) == [enquiry.id]
    assert [settle(world, verbs.expire_enquiry, then, enquiry_id=enquiry.id) for _ in range(2)] == [True, False]
    after = now(world, enquiry)
    assert (after.state, after.ended_at) == (S.EXPIRED, None)  # it is not over: a late answer is welcome
    assert templates(world) == ["partner_question"]  # the network's desk has its turn before the coach is told
    assert actions(world).count("enquiry.expired") == 1


def test_somebody_on_the_waiting_list_runs_out_as_well(world):
    enquiry, _ = sent_enquiry(world)
    partner(world, enquiry, answers.waitlist_enquiry)
    assert settle(world, verbs.expire_enquiry, now(world, enquiry).hear_by_at, enquiry_id=enquiry.id) is True


def test_a_late_yes_counts_while_the_consent_lives(world):
    enquiry, consent = sent_enquiry(world)
    settle(world, verbs.expire_enquiry, enquiry.hear_by_at, enquiry_id=enquiry.id)
    partner(world, enquiry, answers.accept_enquiry, at=enquiry.hear_by_at + DAY)
    assert now(world, enquiry).state is S.ACCEPTED
    other, consent = sent_enquiry(world, person="heinz")
    settle(world, verbs.expire_enquiry, other.hear_by_at, enquiry_id=other.id)
    settle(world, verbs.expire_consent, consent.valid_until, consent_id=consent.id)
    with pytest.raises(HubError, match="erledigt"):
        partner(world, other, answers.accept_enquiry, at=consent.valid_until)


def test_an_answer_in_the_last_second_wins_or_is_a_late_one(world):
    enquiry, _ = sent_enquiry(world)
    then = enquiry.hear_by_at
    results = rush(
        [
            lambda: settle(world, verbs.expire_enquiry, then, enquiry_id=enquiry.id),
            lambda: partner(world, enquiry, answers.accept_enquiry, at=then),
            lambda: settle(world, verbs.expire_enquiry, then, enquiry_id=enquiry.id),
        ]
    )
    assert results[1] is None
    assert [results[0], results[2]].count(True) == actions(world).count("enquiry.expired") <= 1
    assert now(world, enquiry).state is S.ACCEPTED


def test_a_consent_runs_out_with_all_it_permitted(world):
    booking, consent = booked(world)
    then = booking.starts_at - DAY
    change(world, consent, valid_until=then)  # no booking can be made beyond it; one that exists is given back
    assert settle(world, verbs.expire_consent, then - timedelta(seconds=1), consent_id=consent.id) is False
    assert find(world, deadlines.list_run_out_consents, then) == [consent.id]
    assert [settle(world, verbs.expire_consent, then, consent_id=consent.id) for _ in range(2)] == [True, False]
    after, enquiry = now(world, booking), now(world, booking.enquiry)
    assert now(world, consent).state is ConsentState.EXPIRED
    assert (after.state, after.cancelled_by) == (BookingState.CANCELLED, "programme")
    assert (enquiry.state, enquiry.ended_by) == (S.WITHDRAWN, "consent")
    assert phase_now(enquiry, live=False, at=then) is Phase.CONSENT_ENDED
    assert rows(world, Pool)[-1].taken == 0
    told = [(one.template, one.state) for one in rows(world, Notice)]
    assert told[-1] == ("partner_check", NoticeState.QUEUED)
    steps = [(one.state, one.expressed_by) for one in rows(world, ConsentEvent)]
    assert steps[-1] == (ConsentState.EXPIRED, "clock")
    with world.database.reading() as session:
        assert list_broken(session, at=then) == []


def offer_of(world, enquiry):
    with world.database.reading() as session:
        return session.get_one(Offer, enquiry.offer_id)


def test_what_a_newer_consent_covers_goes_on_under_it(world):
    enquiry, first = accepted_enquiry(world, dated=False)
    who = world.cast.tarik
    second = say(world, who, ask(world, who, offer_of(world, enquiry), None), at=world.at + timedelta(minutes=1))
    change(world, first, valid_until=world.at + DAY)
    settle(world, verbs.expire_consent, world.at + DAY, consent_id=first.id)
    after = now(world, enquiry)
    assert (after.state, after.consent_id) == (S.ACCEPTED, second.id)
    states = [one.state for one in rows(world, Enquiry, Enquiry.consent_id == second.id)]
    assert states == [S.ACCEPTED, S.DRAFT]  # the second yes has a draft of its own
    with world.database.reading() as session:
        assert list_broken(session, at=world.at + DAY) == []


def test_a_draft_that_waits_for_a_new_answer_is_not_touched(world):
    enquiry, first = sent_enquiry(world)
    second = ask(world, world.cast.tarik, offer_of(world, enquiry), None)
    change(world, first, valid_until=world.at + DAY)
    settle(world, verbs.expire_consent, world.at + DAY, consent_id=first.id)
    assert now(world, enquiry).state is S.WITHDRAWN
    assert drafted(world, second).state is S.DRAFT


def test_a_question_nobody_answered_lapses_with_its_draft(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    settle(world, verbs.expire_consent, consent.valid_until, consent_id=consent.id)
    assert now(world, consent).state is ConsentState.EXPIRED
    assert (drafted(world, consent).state, drafted(world, consent).ended_by) == (S.WITHDRAWN, "clock")
    assert rows(world, Notice) == []


def test_a_withdrawal_in_the_same_second_ends_everything_once(world):
    booking, consent = booked(world)
    then = booking.starts_at - DAY
    change(world, consent, valid_until=then)
    clara = world.actor("clara")

    def withdraw():
        world.do(withdrawals.withdraw_consent, actor=clara, consent=consent, at=then)
        return True

    results = rush([withdraw, lambda: settle(world, verbs.expire_consent, then, consent_id=consent.id), withdraw])
    assert results.count(True) == 1
    assert now(world, booking).state is BookingState.CANCELLED
    assert actions(world).count("enquiry.withdrawn") == 1
    with world.database.reading() as session:
        assert list_broken(session, at=then) == []


def test_a_booking_given_back_as_its_consent_runs_out_is_given_back_once(world):
    booking, consent = booked(world)
    then = booking.starts_at - DAY
    change(world, consent, valid_until=then)
    clara = world.actor("clara")

    def cancel():
        def unit(session):
            row = get_booking(session, clara, booking.public_id, at=then)
            cancel_booking(session, actor=clara, booking=row, by="coach", at=then)

        return world.database.run(unit)

    rush([cancel, lambda: settle(world, verbs.expire_consent, then, consent_id=consent.id), cancel])
    assert actions(world).count("booking.cancelled") == 1
    assert rows(world, Pool)[-1].taken == 0
    assert now(world, consent).state is ConsentState.EXPIRED


@pytest.mark.parametrize(
    ("verb", "key", "table"),
    [
        (verbs.remind_partner, "enquiry_id", Enquiry),
        (verbs.expire_enquiry, "enquiry_id", Enquiry),
        (verbs.expire_consent, "consent_id", Consent),
        (verbs.expire_hold, "booking_id", Booking),
    ],
)
@pytest.mark.parametrize("who", ["clara", "sven", "otto", "fred"])
def test_only_the_house_itself_does_this(world, verb, key, table, who):
    booking, _ = booked(world)
    row = {Booking: booking, Enquiry: booking.enquiry}.get(table) or rows(world, table)[0]
    with pytest.raises(NotAllowed):
        world.do(verb, actor=world.actor(who), at=world.at, **{key: row.id})


def test_a_recalled_enquiry_does_not_run_out(world):
    enquiry, _ = sent_enquiry(world)
    coach(world, enquiry, withdrawals.withdraw_enquiry)
    assert settle(world, verbs.expire_enquiry, world.at + 30 * DAY, enquiry_id=enquiry.id) is False
