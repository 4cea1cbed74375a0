"""The life of an enquiry: nothing leaves without a consent, one partner answers once, names open last."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from hub.actions import answers, enquiries, withdrawals
from hub.errors import ConsentMissing, HubError, InvalidInput, NotAllowed, NotFound, RuleBroken, StepNotPossible
from hub.models.booking import Booking
from hub.models.enquiry import ENQUIRY_MOVES, Acknowledgement, Enquiry, EnquiryState, hear_by
from hub.models.log import Disclosure, LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access
from hub.models.referral import Referral
from hub.policy.actor import SYSTEM
from hub.queries.acknowledgements import has_confirmed
from hub.queries.consents import find_permitting, require_disclosure
from hub.queries.disclosures import fields_for
from hub.queries.enquiries import get_received
from hub.queries.states import move
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
    send,
    sent_enquiry,
    withdraw,
)
from tests.places import book, give_consent, make_offer, make_slot

S = EnquiryState


def test_nothing_is_sent_without_a_consent(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    draft = drafted(world, consent)
    with pytest.raises(ConsentMissing):
        send(world, draft)
    assert now(world, draft).state is S.DRAFT
    assert rows(world, Notice) == []
    with world.database.reading() as session, pytest.raises(NotFound):
        get_received(session, world.actor("petra"), draft.reference, at=world.at)


def test_a_consent_covers_its_organisation_offer_and_field_groups_only(world):
    offer, _ = request_offer(world)
    other, _ = request_offer(world, title="Gymnastik")
    give_consent(world, world.cast.tarik, offer, groups=("I0", "G1", "B1", "I1"))
    person = world.cast.tarik.id

    def guard(offer_id, organisation_id, groups):
        world.do(
            require_disclosure,
            participant_id=person,
            organisation_id=organisation_id,
            offer_id=offer_id,
            field_groups=groups,
            at=world.at,
        )

    guard(offer.id, offer.organisation_id, ["I0", "I1"])
    for wrong in (
        (other.id, offer.organisation_id, ["I0"]),
        (offer.id, world.cast.club.id, ["I0"]),
        (offer.id, offer.organisation_id, ["I0", "A1"]),
    ):
        with pytest.raises(ConsentMissing):
            guard(*wrong)


def test_sending_sets_the_day_to_hear_by_tells_the_partner_and_the_person(world):
    enquiry, consent = sent_enquiry(world)
    assert (enquiry.state, enquiry.sent_at, enquiry.consent_id) == (S.SENT, world.at, consent.id)
    assert enquiry.hear_by_at == datetime(2026, 9, 21, 6, 30, tzinfo=UTC), "five working days"
    notice = rows(world, Notice)[0]
    assert (notice.template, notice.organisation_id, notice.enquiry_id) == (
        "partner_question",
        enquiry.organisation_id,
        enquiry.id,
    )
    told = rows(world, Disclosure)[0]
    assert told.fields == ["A1", "B1", "G1", "I0", "R1"], "before acceptance no name goes"


def test_an_urgent_one_is_heard_of_in_two_working_days(world):
    assert hear_by("soon", datetime(2026, 11, 13, 9, tzinfo=UTC)) == datetime(2026, 11, 17, 9, tzinfo=UTC)
    assert hear_by("soon", datetime(2026, 11, 16, 9, tzinfo=UTC)) == datetime(2026, 11, 19, 9, tzinfo=UTC)


def test_a_partner_is_not_asked_twice_about_the_same_person_and_offer(world):
    enquiry, _ = sent_enquiry(world)
    with world.database.reading() as session:
        offer = session.get_one(Enquiry, enquiry.id).offer_id
    with world.database.transaction() as session:
        first = session.get_one(Enquiry, enquiry.id)
        again = Enquiry(
            **{
                name: getattr(first, name)
                for name in ("referral_id", "participant_id", "organisation_id", "consent_id", "field_groups")
            },
            offer_id=offer,
            created_at=world.at,
        )
        session.add(again)
    with pytest.raises(RuleBroken, match="läuft schon"):
        send(world, again)


def test_a_question_goes_to_the_coach_and_comes_back_answered(world):
    enquiry, _ = sent_enquiry(world)
    partner(world, enquiry, answers.note_seen)
    assert now(world, enquiry).state is S.SEEN
    partner(world, enquiry, answers.return_enquiry, question="language")
    asked = now(world, enquiry)
    assert (asked.state, asked.reason) == (S.RETURNED, "language")
    with pytest.raises(InvalidInput):
        coach(world, enquiry, enquiries.answer_question, answer="F32.1")
    coach(world, enquiry, enquiries.answer_question, answer="yes")
    back = now(world, enquiry)
    assert (back.state, back.answer, back.reason) == (S.SENT, "yes", "language")
    assert [n.template for n in rows(world, Notice)].count("partner_question") == 2


def test_answers_come_from_the_lists_only(world):
    enquiry, _ = sent_enquiry(world)
    with pytest.raises(InvalidInput):
        partner(world, enquiry, answers.decline_enquiry, reason="ist krank")
    with pytest.raises(InvalidInput):
        partner(world, enquiry, answers.return_enquiry, question="Welche Diagnose?")


def test_a_wrong_yes_is_taken_back_within_a_day_and_the_notice_is_confirmed_anew(world):
    enquiry, _ = accepted_enquiry(world)
    partner(world, enquiry, answers.open_identity)
    partner(world, enquiry, answers.take_back_acceptance, at=world.at + timedelta(hours=20))
    assert now(world, enquiry).state is S.SENT
    partner(world, enquiry, answers.accept_enquiry, at=world.at + timedelta(hours=21))
    petra = world.actor("petra")
    with world.database.reading() as session:
        assert not has_confirmed(
            session, enquiry=now(world, enquiry), user_id=petra.user_id, version=answers.NOTICE_VERSION
        )
    with pytest.raises(RuleBroken, match="innerhalb eines Tages"):
        partner(world, enquiry, answers.take_back_acceptance, at=world.at + timedelta(days=3))


def test_identity_opens_after_the_notice_and_is_written_down_once(world):
    enquiry, consent = accepted_enquiry(world)
    petra = world.actor("petra")
    closed = fields_for(enquiry, petra, live=True, acknowledged=False, at=world.at)
    assert not closed & {"I1", "I2"}
    partner(world, enquiry, answers.open_identity)
    partner(world, enquiry, answers.open_identity)
    assert {"I1", "I2"} <= fields_for(enquiry, petra, live=True, acknowledged=True, at=world.at)
    assert len(rows(world, Acknowledgement)) == 1
    told = rows(world, Disclosure, Disclosure.purpose == "enquiry.identity_opened")
    assert [one.fields for one in told] == [["I1", "I2"]]
    entry = rows(world, LogEntry, LogEntry.action == "enquiry.identity_opened")[0]
    assert entry.purpose == f"notice {answers.NOTICE_VERSION}"
    assert consent.is_live(world.at)


def test_identity_never_opens_before_the_yes(world):
    enquiry, _ = sent_enquiry(world)
    with pytest.raises(RuleBroken, match="nach der Zusage"):
        partner(world, enquiry, answers.open_identity)


def test_an_umbrella_answers_but_never_opens_identity(world):
    enquiry, _ = sent_enquiry(world, owner="club")
    partner(world, enquiry, answers.accept_enquiry, by="kerstin")
    with pytest.raises(NotAllowed):
        partner(world, enquiry, answers.open_identity, by="kerstin")
    kerstin = world.actor("kerstin")
    assert fields_for(now(world, enquiry), kerstin, live=True, acknowledged=True, at=world.at) == {
        "I0",
        "B1",
        "place_code",
        "offer",
        "state",
    }
    partner(world, enquiry, answers.open_identity, by="sven")


def test_an_enquiry_does_not_exist_for_anybody_else_as_partner(world, subtests):
    enquiry, _ = sent_enquiry(world)
    for key in ["sven", "gudrun", "clara", "cem", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key), pytest.raises(NotFound):
            partner(world, enquiry, answers.accept_enquiry, by=key)


def test_an_enquiry_does_not_exist_for_anybody_else_as_coach(world, subtests):
    enquiry, _ = sent_enquiry(world)
    for key in ["cem", "petra", "sven", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key), pytest.raises(NotFound):
            coach(world, enquiry, withdrawals.withdraw_enquiry, by=key)


@pytest.mark.parametrize("state", list(S))
def test_no_step_leads_where_the_table_does_not(world, state):
    enquiry, _ = accepted_enquiry(world)
    with world.database.transaction() as session:
        session.get_one(Enquiry, enquiry.id).state = state
    for to in set(S) - set(ENQUIRY_MOVES[state]):
        with pytest.raises(StepNotPossible):
            world.do(lambda session, to=to: move(session, session.get_one(Enquiry, enquiry.id), to, at=world.at))
    steps = {
        S.ACCEPTED: lambda: partner(world, enquiry, answers.accept_enquiry),
        S.DECLINED: lambda: partner(world, enquiry, answers.decline_enquiry, reason="other"),
        S.RETURNED: lambda: partner(world, enquiry, answers.return_enquiry, question="times"),
        S.WAITLISTED: lambda: partner(world, enquiry, answers.waitlist_enquiry),
        S.COMPLETED: lambda: coach(world, enquiry, enquiries.close_enquiry, closing="completed"),
        S.FAILED: lambda: coach(world, enquiry, enquiries.close_enquiry, closing="could_not_reach"),
    }
    for to, step in steps.items():
        if to not in ENQUIRY_MOVES[state] or (state, to) == (S.RUNNING, S.ACCEPTED):
            with pytest.raises(HubError):
                step()
    assert now(world, enquiry).state is state


def test_a_named_booking_is_accepted_by_its_terms(world):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1", "A1"])
    slot = make_slot(world, offer)
    with pytest.raises(ConsentMissing):
        book(world, slot, world.cast.tarik)
    assert rows(world, Enquiry) == []
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    booking = book(world, slot, world.cast.tarik)
    enquiry = now(world, booking.enquiry)
    assert (enquiry.state, enquiry.by_terms, enquiry.sent_at) == (S.RUNNING, True, world.at)
    assert enquiry.access_needs == ["step_free"], "copied from what the person read"
    second = book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=10)), world.cast.tarik)
    assert second.enquiry_id == booking.enquiry_id, "a second date asks nothing again"
    assert len(rows(world, Referral)) == 1


def test_no_date_lies_behind_the_end_of_its_consent(world):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    give_consent(world, world.cast.tarik, offer, days=2, groups=("I0", "G1", "B1", "I1"))
    with pytest.raises(RuleBroken, match="gilt nur bis"):
        book(world, make_slot(world, offer), world.cast.tarik)
    assert rows(world, Booking) == []


def test_closing_waits_for_the_dates_and_tells_nothing_but_a_code(world):
    enquiry, _ = accepted_enquiry(world, dated=False)
    with pytest.raises(InvalidInput):
        coach(world, enquiry, enquiries.close_enquiry, closing="hat Rücken")
    coach(world, enquiry, enquiries.close_enquiry, closing="partly")
    assert (now(world, enquiry).state, now(world, enquiry).reason) == (S.COMPLETED, "partly")


def test_the_house_itself_sends_nothing(world):
    enquiry, _ = sent_enquiry(world)
    with pytest.raises(NotAllowed):
        world.do(enquiries.send_enquiry, actor=SYSTEM, enquiry=enquiry, at=world.at)


def at_once(*jobs):
    """Run all jobs at the same moment and return what each raised (None for success)."""
    barrier, outcomes = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        barrier.wait()
        try:
            job()
        except HubError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_answers_at_the_same_second_are_exactly_one(world):
    enquiry, _ = sent_enquiry(world)
    version = enquiry.version
    outcomes = at_once(
        lambda: partner(world, enquiry, answers.accept_enquiry, version=version),
        lambda: partner(world, enquiry, answers.decline_enquiry, reason="other", version=version),
        lambda: partner(world, enquiry, answers.return_enquiry, question="times", version=version),
    )
    assert outcomes.count(None) == 1, outcomes
    assert (
        len(rows(world, LogEntry, LogEntry.action.in_(["enquiry.accepted", "enquiry.declined", "enquiry.returned"])))
        == 1
    )


@pytest.mark.parametrize("turn", range(4))
def test_acceptance_against_withdrawal_never_leaves_a_name_open(world, turn):
    enquiry, consent = sent_enquiry(world)

    def accept_and_open():
        partner(world, enquiry, answers.accept_enquiry)
        partner(world, enquiry, answers.open_identity)

    jobs = [accept_and_open, lambda: withdraw(world, world.cast.tarik, consent)]
    outcomes = at_once(*(jobs if turn % 2 else reversed(jobs)))
    withdrawn = outcomes[1 if turn % 2 else 0]
    assert withdrawn is None, "a withdrawal never fails in a race"
    after = now(world, enquiry)
    assert after.state is S.WITHDRAWN
    with world.database.reading() as session:
        live = find_permitting(session, after, at=world.at) is not None
    petra = world.actor("petra")
    assert fields_for(after, petra, live=live, acknowledged=True, at=world.at) == {"I0", "tombstone", "state"}
