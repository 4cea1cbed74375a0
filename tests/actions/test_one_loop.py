"""One loop for one need: the referral keeps its enquiries, asks one partner after the other, and says yes once."""

from datetime import timedelta

import pytest

from hub.actions import answers, enquiries, referrals, tellings
from hub.actions import deadlines as verbs
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.models.booking import BookingState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import Disclosure, LogEntry
from hub.models.offer import Aim, Offer
from hub.models.referral import Referral, ReferralState
from hub.policy.actor import SYSTEM
from hub.queries.referrals import get_referral
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
    send,
    sent_enquiry,
    withdraw,
)
from tests.places import book, make_slot

S = EnquiryState
R = ReferralState
DAY = timedelta(days=1)


def expire(world, enquiry):
    """Let the partner be silent until the date to hear by."""
    due = now(world, enquiry).hear_by_at
    world.database.run(lambda session: verbs.expire_enquiry(session, actor=SYSTEM, enquiry_id=enquiry.id, at=due))


def offer_of(world, enquiry):
    """Return what an enquiry is about."""
    with world.database.reading() as session:
        return session.get_one(Offer, enquiry.offer_id)


def asked_again(world, enquiry):
    """Ask the same partner about the same offer once more and return the draft."""
    tarik = world.cast.tarik
    return drafted(world, say(world, tarik, ask(world, tarik, offer_of(world, enquiry), None)))


def referral_step(world, verb, key="clara", **more):
    actor = world.actor(key)

    def unit(session):
        found = get_referral(session, actor, rows(world, Referral)[0].public_id, at=world.at)
        verb(session, actor=actor, referral=found, at=world.at, **more)

    world.database.run(unit)


def test_the_next_partner_is_asked_within_the_same_search(world):
    enquiry, _ = sent_enquiry(world)
    partner(world, enquiry, answers.decline_enquiry, reason="no_capacity")
    other, _ = sent_enquiry(world, owner="club")
    assert other.referral_id == enquiry.referral_id
    assert [one.state for one in rows(world, Referral)] == [R.OPEN]


def test_another_need_is_another_search_unless_its_tags_say_so(world):
    sent_enquiry(world)
    tarik = world.cast.tarik
    mind, _ = request_offer(world, title="Ruhe finden", aim=Aim.MIND)
    ask(world, tarik, mind, None)
    assert [one.aim for one in rows(world, Referral)] == [Aim.MOVE, Aim.MIND]
    with world.database.transaction() as session:
        session.get_one(Referral, rows(world, Referral)[0].id).tags = ["people"]
    people, _ = request_offer(world, title="Kaffeerunde", aim=Aim.PEOPLE)
    draft = drafted(world, ask(world, tarik, people, None))
    assert draft.referral_id == rows(world, Referral)[0].id


def test_asking_again_leaves_only_one_question_with_the_partner(world):
    first, _ = sent_enquiry(world)
    expire(world, first)
    again = asked_again(world, first)
    send(world, again)
    assert (now(world, first).state, now(world, first).ended_by) == (S.WITHDRAWN, "coach")
    with pytest.raises(RuleBroken):
        partner(world, first, answers.accept_enquiry, at=world.at + 9 * DAY)
    partner(world, again, answers.accept_enquiry)
    assert now(world, again).state is S.ACCEPTED


def test_a_late_yes_and_a_second_question_are_one_yes(world):
    first, _ = sent_enquiry(world)
    expire(world, first)
    again = asked_again(world, first)
    late = now(world, first).hear_by_at + DAY
    partner(world, first, answers.accept_enquiry, at=late)
    with pytest.raises(RuleBroken, match="läuft schon"):
        send(world, again)


def test_two_open_enquiries_from_before_get_one_yes_even_at_the_same_second(world):
    first, _ = sent_enquiry(world)
    expire(world, first)
    again = asked_again(world, first)
    send(world, again)
    with world.database.transaction() as session:  # as it could stand in a database from before
        session.get_one(Enquiry, first.id).state = S.EXPIRED
    results = rush([lambda one=one: partner(world, one, answers.accept_enquiry) for one in (first, again)] * 3)
    assert [now(world, one).state for one in (first, again)].count(S.ACCEPTED) == 1
    assert results.count(None) == 1
    assert all(one is None or issubclass(one, RuleBroken) for one in results), results


def test_a_resting_search_sends_nothing_and_goes_on_afterwards(world):
    offer, slot = request_offer(world)
    draft = drafted(world, say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot)))
    referral_step(world, referrals.pause_referral)
    with pytest.raises(RuleBroken, match="ruht"):
        send(world, draft)
    referral_step(world, referrals.resume_referral)
    send(world, draft)
    assert now(world, draft).state is S.SENT


def test_a_search_taken_back_ends_all_that_is_open_in_it(world):
    enquiry, _ = accepted_enquiry(world)
    other, _ = sent_enquiry(world, owner="club")
    slot = make_slot(world, offer_of(world, enquiry))
    booking = book(world, slot, world.cast.tarik)
    referral_step(world, referrals.retract_referral)
    assert {now(world, one).state for one in (enquiry, other)} == {S.WITHDRAWN}
    assert now(world, booking).state is BookingState.CANCELLED
    assert rows(world, Referral)[0].state is R.RETRACTED
    with pytest.raises(RuleBroken):
        referral_step(world, referrals.resume_referral)


@pytest.mark.parametrize("state", list(R))
@pytest.mark.parametrize(
    ("verb", "to"),
    [
        (referrals.pause_referral, R.PAUSED),
        (referrals.resume_referral, R.OPEN),
        (referrals.retract_referral, R.RETRACTED),
    ],
)
def test_a_search_takes_the_steps_of_its_table_and_no_others(world, state, verb, to):
    sent_enquiry(world)
    with world.database.transaction() as session:
        session.get_one(Referral, rows(world, Referral)[0].id).state = state
    if to in Referral.moves[state]:
        referral_step(world, verb)
        assert rows(world, Referral)[0].state is to
    else:
        with pytest.raises(RuleBroken):
            referral_step(world, verb)
        assert rows(world, Referral)[0].state is state


@pytest.mark.parametrize("key", ["cem", "petra", "frank", "lena", "nora", "anna", "otto", "fred"])
@pytest.mark.parametrize("verb", [referrals.pause_referral, referrals.retract_referral])
def test_nobody_else_moves_a_search(world, key, verb):
    sent_enquiry(world)
    with pytest.raises(NotFound):
        referral_step(world, verb, key)


def test_advice_comes_from_the_list_and_goes_back_with_an_answer(world):
    enquiry, _ = sent_enquiry(world)
    with pytest.raises(InvalidInput):
        partner(world, enquiry, answers.return_enquiry, question="take_a_pill")
    partner(world, enquiry, answers.return_enquiry, question="begin_later")
    assert (now(world, enquiry).state, now(world, enquiry).reason) == (S.RETURNED, "begin_later")
    coach(world, enquiry, enquiries.answer_question, answer="no")
    assert now(world, enquiry).state is S.SENT


@pytest.mark.parametrize("position", [0, -1, 100])
def test_a_place_on_the_waiting_list_is_a_small_number(world, position):
    enquiry, _ = sent_enquiry(world)
    with pytest.raises(InvalidInput):
        partner(world, enquiry, answers.waitlist_enquiry, position=position)
    partner(world, enquiry, answers.waitlist_enquiry, position=3)
    assert (now(world, enquiry).state, now(world, enquiry).position) == (S.WAITLISTED, 3)


def test_a_name_told_by_phone_is_written_down_for_the_person_once(world):
    enquiry, consent = accepted_enquiry(world)
    with pytest.raises(InvalidInput):
        coach(world, enquiry, tellings.note_told_by_phone, read_out=False)
    coach(world, enquiry, tellings.note_told_by_phone, read_out=True)
    coach(world, enquiry, tellings.note_told_by_phone, read_out=True)
    told = rows(world, Disclosure, Disclosure.purpose == tellings.TOLD_BY_PHONE)
    assert [(one.organisation_id, one.fields) for one in told] == [(enquiry.organisation_id, ["I1", "I2"])]
    entry = rows(world, LogEntry, LogEntry.action == tellings.TOLD_BY_PHONE)[0]
    assert entry.purpose == f"notice {answers.NOTICE_VERSION}"
    withdraw(world, world.cast.tarik, consent)
    with pytest.raises(RuleBroken, match="erledigt"):
        coach(world, enquiry, tellings.note_told_by_phone, read_out=True)


def test_no_name_is_told_before_the_yes_and_by_nobody_but_the_coach(world):
    enquiry, _ = sent_enquiry(world)
    with pytest.raises(RuleBroken, match="nach der Zusage"):
        coach(world, enquiry, tellings.note_told_by_phone, read_out=True)
    partner(world, enquiry, answers.accept_enquiry)
    for key in ("cem", "petra", "nora", "frank", "lena", "fred"):
        with pytest.raises(NotFound):
            coach(world, enquiry, tellings.note_told_by_phone, by=key, read_out=True)
    assert rows(world, Disclosure, Disclosure.purpose == tellings.TOLD_BY_PHONE) == []


def test_after_its_dates_an_enquiry_can_be_closed_without_anybodys_mark(world):
    enquiry, _ = accepted_enquiry(world, dated=False)
    slot = make_slot(world, offer_of(world, enquiry))
    book(world, slot, world.cast.tarik)
    with pytest.raises(RuleBroken, match="stehen noch Termine aus"):
        coach(world, enquiry, enquiries.close_enquiry, closing="completed", at=slot.ends_at - timedelta(seconds=1))
    coach(world, enquiry, enquiries.close_enquiry, closing="completed", at=slot.ends_at)
    assert now(world, enquiry).state is S.COMPLETED
