"""How a round ends or loses a partner: withdrawal in every way, the clock, leaving, exclusion, the search over."""

from datetime import timedelta

import pytest

from hub import clock
from hub.actions import (
    answers,
    caller,
    consent_answers,
    deadlines,
    exclusions,
    leaving,
    referrals,
    rounds,
    withdrawals,
)
from hub.errors import RuleBroken
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentState
from hub.models.duty import Duty
from hub.models.enquiry import EnquiryState
from hub.models.notice import Notice
from hub.models.referral import Outcome, Referral
from hub.models.round import RoundKind, RoundState
from hub.models.slot import Pool
from hub.policy.actor import SYSTEM
from hub.queries.consents import find_permitting
from hub.queries.organisations import get_organisation
from hub.queries.participants import get_participant
from hub.queries.referrals import get_referral
from hub.queries.sheets import list_under_code
from tests.loop import coach, now, person_actor, request_offer, rows, say, withdraw
from tests.rounds import (
    ask_name,
    asked,
    asked_of,
    lead,
    now_of,
    offers_of,
    permitted,
    respond,
    sent_round,
    states,
)

S, R = EnquiryState, RoundState


@pytest.fixture
def kept(world):
    """A round whose club said yes to a date that is kept."""
    club, slot = request_offer(world, owner="club")
    found = sent_round(world, [club, *offers_of(world, "clinic", "town")], slots={club.id: slot})
    respond(world, "sven", asked_of(world, found, "club"))
    return found


def consent_of(world, found):
    [consent] = rows(world, Consent, Consent.id == found.consent_id)
    return consent


def by_code(world, found):
    with world.database.transaction() as session:
        sheet_code = consent_of(world, found).withdrawal_code
        for consent in list_under_code(session, sheet_code, at=world.at):
            withdrawals.withdraw_consent(session, actor=person_actor(world.cast.tarik), consent=consent, at=world.at)


def by_caller(world, found, **more):
    lena = world.actor("lena")
    with world.database.transaction() as session:
        person = session.get_one(type(world.cast.tarik), world.cast.tarik.id)
        return caller.withdraw_for_caller(session, actor=lena, person=person, at=world.at, **more)


def by_clock(world, found):
    with world.database.transaction() as session:
        row = session.get_one(Consent, found.consent_id)
        row.valid_until = world.at + timedelta(minutes=5)
    later = world.at + timedelta(minutes=6)
    assert world.do(deadlines.expire_consent, actor=SYSTEM, consent_id=found.consent_id, at=later)


def by_auditor(world, found):
    with world.database.transaction() as session:
        row = session.get_one(Consent, found.consent_id)
        withdrawals.end_consent(
            session, actor=world.actor("anna"), consent=row, ending=withdrawals.INVALIDATION, at=world.at
        )


WAYS = {
    "page": (lambda world, found: withdraw(world, world.cast.tarik, consent_of(world, found)), ConsentState.WITHDRAWN),
    "code": (by_code, ConsentState.WITHDRAWN),
    "caller": (by_caller, ConsentState.WITHDRAWN),
    "clock": (by_clock, ConsentState.EXPIRED),
    "auditor": (by_auditor, ConsentState.INVALIDATED),
}


@pytest.mark.parametrize("way", WAYS)
def test_with_its_consent_all_of_a_round_ends(world, kept, way):
    question = ask_name(world, kept)
    deed, state = WAYS[way]
    deed(world, kept)
    assert consent_of(world, kept).state is state
    assert states(world, kept) == ["withdrawn"] * 3
    assert now_of(world, kept).state is R.ENDED
    assert asked_of(world, kept, "club").ended_by == "consent"
    assert rows(world, Booking)[0].state is BookingState.EXPIRED
    assert rows(world, Pool, Pool.taken > 0) == []
    assert now(world, question).state in (ConsentState.EXPIRED, ConsentState.REQUESTED)
    assert rows(world, Duty) == [], "who learned no name owes nothing"
    with pytest.raises(RuleBroken):
        respond(world, "petra", asked_of(world, kept, "clinic"))
    with pytest.raises(RuleBroken):
        lead(world, kept, rounds.ask_next)


def test_a_withdrawal_before_sending_tells_nobody(world):
    found = permitted(world, offers_of(world, "clinic", "club"))
    withdraw(world, world.cast.tarik, consent_of(world, found))
    assert states(world, found) == ["withdrawn"] * 2
    assert now_of(world, found).state is R.ENDED
    assert [one for one in rows(world, Notice) if one.organisation_id] == []


def test_who_has_the_name_keeps_its_own_consent(world, kept):
    question = ask_name(world, kept)
    say(world, world.cast.tarik, question)
    withdraw(world, world.cast.tarik, consent_of(world, kept))
    after = asked_of(world, kept, "club")
    assert after.state is S.ACCEPTED
    with world.database.reading() as session:
        assert find_permitting(session, after, at=world.at).id == question.id
    withdraw(world, world.cast.tarik, now(world, question))
    assert asked_of(world, kept, "club").state is S.WITHDRAWN
    assert now_of(world, kept).state is R.SETTLED


def test_for_a_caller_one_partner_drops_out_and_the_others_go_on(world):
    found = sent_round(world, offers_of(world, "clinic", "club", "town"))
    assert by_caller(world, found, organisation_public_id=world.cast.club.public_id) == 1
    assert states(world, found) == ["sent", "withdrawn", "sent"]
    assert consent_of(world, found).state is ConsentState.GIVEN
    assert now_of(world, found).state is R.OPEN


def exclude(world, organisation):
    clara = world.actor("clara")
    with world.database.transaction() as session:
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        target = get_organisation(session, world.actor("nora"), organisation.public_id)
        exclusions.exclude(session, actor=clara, participant=person, target=target, at=world.at)


def test_an_excluded_partner_drops_out_and_reads_what_all_read(world):
    found = sent_round(world, offers_of(world, "clinic", "club", "town"))
    exclude(world, world.cast.club)
    assert states(world, found) == ["sent", "withdrawn", "sent"]
    [notice] = rows(world, Notice, Notice.template == "partner_settled")
    assert notice.organisation_id == world.cast.club.id
    assert asked_of(world, found, "club").ended_by == "round"
    respond(world, "petra", asked_of(world, found, "clinic"))
    assert now_of(world, found).state is R.HELD


def test_an_excluded_partner_loses_the_yes_that_was_kept(world, kept):
    exclude(world, world.cast.club)
    assert asked_of(world, kept, "club").state is S.WITHDRAWN
    assert rows(world, Booking)[0].state is BookingState.EXPIRED
    assert now_of(world, kept).state is R.OPEN
    sending = lead(world, kept, rounds.ask_next)
    assert {one.organisation_id for one in sending.sent} == {world.cast.clinic.id, world.cast.town.id}


def test_a_partner_that_leaves_drops_out_and_the_round_goes_on(world):
    found = sent_round(world, offers_of(world, "clinic", "club", "town"))
    nora = world.actor("nora")
    with world.database.transaction() as session:
        club = get_organisation(session, nora, world.cast.club.public_id)
        leaving.end_organisation(session, actor=nora, organisation=club, at=world.at)
    with world.database.reading() as session:
        assert leaving.leaving.list_people(session, at=world.at) == [world.cast.tarik.id]
    assert world.do(leaving.leave_person, actor=SYSTEM, participant_id=world.cast.tarik.id, at=world.at)
    assert states(world, found) == ["sent", "withdrawn", "sent"]
    assert rows(world, Notice, Notice.organisation_id == world.cast.club.id, Notice.template == "partner_settled") == []
    assert not world.do(leaving.leave_person, actor=SYSTEM, participant_id=world.cast.tarik.id, at=world.at)
    assert now_of(world, found).state is R.OPEN


@pytest.mark.parametrize("verb", ["retract", "close"])
def test_with_the_search_the_round_ends(world, kept, verb):
    clara = world.actor("clara")
    if verb == "close":
        lead(world, kept, rounds.end_round)
    with world.database.transaction() as session:
        [need] = rows(world, Referral)
        found = get_referral(session, clara, need.public_id, at=world.at)
        if verb == "retract":
            referrals.retract_referral(session, actor=clara, referral=found, at=world.at)
        else:
            referrals.close_referral(session, actor=clara, referral=found, outcome=Outcome.MET, at=world.at)
    assert states(world, kept) == ["withdrawn"] * 3
    assert now_of(world, kept).state is R.ENDED
    assert rows(world, Booking)[0].state is BookingState.EXPIRED


def test_the_coach_calls_one_back_and_the_kept_one_too(world, kept):
    coach(world, asked_of(world, kept, "club"), withdrawals.withdraw_enquiry)
    assert asked_of(world, kept, "club").ended_by == "coach"
    assert now_of(world, kept).state is R.OPEN
    sending = lead(world, kept, rounds.ask_next)
    assert world.cast.club.id not in {one.organisation_id for one in sending.sent}


def test_a_silent_partner_may_be_asked_again_and_answer_late(world):
    found = sent_round(world, offers_of(world, "clinic", "club"))
    late = world.at + timedelta(days=10)
    for one in asked(world, found):
        assert world.do(deadlines.expire_enquiry, actor=SYSTEM, enquiry_id=one.id, at=late)
    respond(world, "sven", asked_of(world, found, "club"), at=late)
    assert states(world, found) == ["withdrawn", "accepted"]
    assert now_of(world, found).state is R.HELD


def test_no_yes_at_all_and_silence_leaves_the_coach_a_next_step(world):
    found = sent_round(world, offers_of(world, "clinic", "club"), kind=RoundKind.CHOICE)
    late = world.at + timedelta(days=10)
    respond(world, "petra", asked_of(world, found, "clinic"), answers.decline_enquiry, reason="other")
    silent = asked_of(world, found, "club")
    assert world.do(deadlines.expire_enquiry, actor=SYSTEM, enquiry_id=silent.id, at=late)
    sending = lead(world, found, rounds.ask_next, at=late)
    assert [one.organisation_id for one in sending.sent] == [world.cast.club.id]
    assert now(world, silent).state is S.WITHDRAWN, "only one question is with a partner"


def test_the_name_may_be_signed_for_on_paper_though_the_partner_was_asked_before(world):
    found = sent_round(world, offers_of(world, "clinic", "club"))
    respond(world, "sven", asked_of(world, found, "club"))
    question, clara = ask_name(world, found), world.actor("clara")
    facts = {"signed_on": clock.local_date(world.at), "reference": "Ordner 3-17", "at": world.at}
    world.do(consent_answers.record_paper, actor=clara, consent=question, **facts)
    assert now_of(world, found).state is R.SETTLED
