"""Taking back: everything that hung on a consent ends in the same transaction."""

from datetime import timedelta

import pytest

from hub.actions import answers, consent_answers, consents, withdrawals
from hub.errors import NotAllowed, StepNotPossible
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentForm, ConsentState
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice, NoticeState
from hub.models.offer import Access
from hub.models.subscription import FeedKind, Level, Subscription
from hub.queries.consents import find_by_code
from hub.queries.participants import get_participant
from tests.loop import (
    accepted_enquiry,
    ask,
    coach,
    drafted,
    now,
    partner,
    person_actor,
    request_offer,
    rows,
    say,
    sent_enquiry,
    withdraw,
)
from tests.places import book, make_offer, make_slot


def booked(world):
    """Return a booking of Tarik's under a consent for a place with a name."""
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    slot = make_slot(world, offer)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    return book(world, slot, world.cast.tarik), consent


def test_before_sending_the_draft_closes_silently(world):
    offer, slot = request_offer(world)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    withdraw(world, world.cast.tarik, consent)
    assert now(world, consent).state is ConsentState.WITHDRAWN
    assert drafted(world, consent).state is EnquiryState.WITHDRAWN
    assert rows(world, Notice) == []


def test_after_sending_the_enquiry_is_withdrawn_and_the_partner_told_without_content(world):
    enquiry, consent = sent_enquiry(world)
    withdraw(world, world.cast.tarik, consent)
    after = now(world, enquiry)
    assert (after.state, after.ended_by, after.ended_at) == (EnquiryState.WITHDRAWN, "consent", world.at)
    told = [(notice.template, notice.state) for notice in rows(world, Notice)]
    assert told == [("partner_question", NoticeState.DROPPED), ("partner_check", NoticeState.QUEUED)]


def test_after_booking_coming_places_are_given_back(world):
    booking, consent = booked(world)
    withdraw(world, world.cast.tarik, consent)
    after = now(world, booking)
    assert (after.state, after.cancelled_by) == (BookingState.CANCELLED, "person")
    assert now(world, booking.enquiry).state is EnquiryState.WITHDRAWN
    with pytest.raises(Exception, match="Einwilligung"):
        book(world, make_slot(world, booking.slot.offer), world.cast.tarik)


def test_a_person_may_keep_the_dates_and_the_name_still_goes(world):
    booking, consent = booked(world)
    withdraw(world, world.cast.tarik, consent, keep_bookings=True)
    assert now(world, booking).state is BookingState.CONFIRMED
    assert now(world, booking.enquiry).state is EnquiryState.WITHDRAWN


def test_withdrawing_twice_is_refused_and_changes_nothing(world):
    _, consent = sent_enquiry(world)
    withdraw(world, world.cast.tarik, consent)
    with pytest.raises(StepNotPossible):
        withdraw(world, world.cast.tarik, consent, at=world.at + timedelta(hours=1))
    assert now(world, consent).ended_at == world.at


def test_older_consents_for_the_same_thing_go_along(world):
    offer, slot = request_offer(world)
    first = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    second = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot), at=world.at + timedelta(minutes=1))
    withdraw(world, world.cast.tarik, second, at=world.at + timedelta(minutes=2))
    assert now(world, first).state is ConsentState.WITHDRAWN


def test_the_code_on_the_slip_finds_a_live_consent_only(world):
    _, consent = sent_enquiry(world)
    code = now(world, consent).withdrawal_code
    with world.database.reading() as session:
        assert find_by_code(session, f" {code[:3]} {code[3:].upper()} ", at=world.at).id == consent.id
        assert find_by_code(session, "xxxxxxxxx", at=world.at) is None
        assert find_by_code(session, code, at=consent.valid_until) is None
    withdraw(world, world.cast.tarik, consent)
    with world.database.reading() as session:
        assert find_by_code(session, code, at=world.at) is None


def test_a_calendar_consent_takes_its_feeds_along(world):
    tarik = person_actor(world.cast.tarik)

    def unit(session):
        person = get_participant(session, tarik, world.cast.tarik.public_id, at=world.at)
        consent = consents.request_feed(
            session, actor=tarik, participant=person, level=Level.DISCREET, locale="de", at=world.at
        )
        consent_answers.express_consent(
            session, actor=tarik, consent=consent, yes=True, form=ConsentForm.OWN_DEVICE, at=world.at
        )
        session.add(
            Subscription(
                kind=FeedKind.PARTICIPANT,
                participant_id=person.id,
                token_digest="d" * 64,
                name="a",
                created_at=world.at,
            )
        )
        return consent

    consent = world.database.run(unit)
    withdraw(world, world.cast.tarik, consent)
    feed = rows(world, Subscription)[0]
    assert (feed.ended_at, feed.ended_why) == (world.at, "consent")


def test_a_coach_withdraws_for_the_person_and_says_so(world):
    enquiry, consent = accepted_enquiry(world)
    clara = world.actor("clara")
    world.do(withdrawals.withdraw_consent, actor=clara, consent=consent, at=world.at)
    assert now(world, enquiry).state is EnquiryState.WITHDRAWN
    entry = rows(world, LogEntry, LogEntry.action == "consent.withdrawn")[0]
    assert entry.actor_ref == clara.ref


def test_nobody_else_withdraws(world, subtests):
    _, consent = sent_enquiry(world)
    for key in ["cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            with pytest.raises(NotAllowed):
                world.do(withdrawals.withdraw_consent, actor=world.actor(key), consent=consent, at=world.at)
            assert now(world, consent).state is ConsentState.GIVEN


def test_a_recalled_enquiry_leaves_the_consent_and_gives_the_places_back(world):
    booking, consent = booked(world)
    coach(world, booking.enquiry, withdrawals.withdraw_enquiry)
    assert now(world, booking.enquiry).ended_by == "coach"
    assert [one.state for one in rows(world, Booking)] == [BookingState.CANCELLED]
    assert now(world, consent).state is ConsentState.GIVEN


def test_after_the_end_the_partner_can_do_nothing_more(world):
    enquiry, consent = sent_enquiry(world)
    withdraw(world, world.cast.tarik, consent)
    with pytest.raises(Exception, match="erledigt"):
        partner(world, enquiry, answers.accept_enquiry)
    with pytest.raises(StepNotPossible):
        partner(world, enquiry, answers.decline_enquiry, reason="other")
    assert len(rows(world, Consent)) == 1
