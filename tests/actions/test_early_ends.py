"""Ending a participation early is two people's work; what the new last day leaves behind ends with it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from hub import clock
from hub.actions.early_ends import decide_early_end, propose_early_end
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent
from hub.models.log import LogEntry
from hub.models.offer import Access
from hub.models.participant import EarlyEnd, EarlyEndState, Participant, Participation
from hub.models.slot import Pool
from hub.models.user import Membership, Role
from hub.queries.early_ends import get_early_end
from tests.places import all_rows, book, give_consent, make_offer, make_slot


def today(world):
    return clock.local_date(world.at)


def of_tarik(world):
    return next(row for row in all_rows(world, Participation) if row.participant_id == world.cast.tarik.id)


def propose(world, *, by="clara", last_on=None, reason="own_wish"):
    def unit(session):
        person = session.get_one(Participant, world.cast.tarik.id)
        row = session.get_one(Participation, of_tarik(world).id)
        facts = {"last_on": last_on or today(world) + timedelta(days=10), "reason": reason, "at": world.at}
        return propose_early_end(session, actor=world.actor(by), participant=person, participation=row, **facts)

    return world.database.run(unit)


def decide(world, proposal, *, by="frank", agreed=True, version=None):
    def unit(session):
        found = get_early_end(session, world.actor(by), proposal.public_id, at=world.at)
        decide_early_end(session, actor=world.actor(by), proposal=found, agreed=agreed, version=version, at=world.at)

    world.database.run(unit)


def test_a_proposal_alone_changes_nothing(world):
    before = of_tarik(world).ends_on
    proposal = propose(world)
    assert proposal.state is EarlyEndState.PROPOSED
    assert of_tarik(world).ends_on == before
    with pytest.raises(RuleBroken):
        propose(world)


def test_with_the_yes_of_another_the_last_day_moves_and_consents_reach_no_further(world):
    offer = make_offer(world, access=Access.NAMED)
    give_consent(world, world.cast.tarik, offer, groups=("I0", "I1", "G1", "B1"))
    near = book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=5)), world.cast.tarik)
    far = book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=20)), world.cast.tarik)
    day = today(world) + timedelta(days=10)
    decide(world, propose(world, last_on=day))
    assert of_tarik(world).ends_on == day
    consent = all_rows(world, Consent)[0]
    assert (consent.valid_until_on, consent.valid_until) == (day, clock.end_of_day(day))
    states = {row.id: (row.state, row.cancelled_by) for row in all_rows(world, Booking)}
    assert states == {near.id: (BookingState.CONFIRMED, ""), far.id: (BookingState.CANCELLED, "programme")}
    assert sorted(pool.taken for pool in all_rows(world, Pool)) == [0, 1]
    actions = [row.action for row in all_rows(world, LogEntry)]
    assert [one for one in actions if one.startswith("early_end")] == ["early_end.proposed", "early_end.agreed"]
    assert "consent.shortened" in actions


def test_a_no_leaves_everything_and_a_new_proposal_is_possible(world):
    before = of_tarik(world).ends_on
    decide(world, propose(world), agreed=False)
    assert of_tarik(world).ends_on == before
    assert propose(world).state is EarlyEndState.PROPOSED


def test_who_proposed_can_never_decide_not_even_after_a_change_of_role(world):
    proposal = propose(world)
    with world.database.transaction() as session:
        jobcenter, clara = world.cast.jc_meissen.id, world.user("clara").id
        session.add(Membership(user_id=clara, organisation_id=jobcenter, role=Role.CASE_MANAGER, created_at=world.at))
        session.get_one(Participation, of_tarik(world).id).case_manager_id = clara
    with pytest.raises(NotAllowed):
        decide(world, proposal, by="clara")
    assert all_rows(world, EarlyEnd)[0].state is EarlyEndState.PROPOSED


def test_nobody_else_proposes_or_decides(world, subtests):
    others = ["cem", "lena", "petra", "sven", "nora", "anna", "otto", "fred"]
    for who in others:
        with subtests.test(proposes=who), pytest.raises(NotAllowed):
            propose(world, by=who)
    proposal = propose(world)
    for who in others:
        with subtests.test(decides=who), pytest.raises((NotAllowed, NotFound)):
            decide(world, proposal, by=who)


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(-1, "work", "last_on"), (4000, "work", "last_on"), (3, "illness", "reason")]
)
def test_a_day_outside_and_an_unknown_reason_are_named(world, days, reason, field):
    with pytest.raises(InvalidInput) as refused:
        propose(world, last_on=today(world) + timedelta(days=days), reason=reason)
    assert list(refused.value.fields) == [field]


def test_of_two_decisions_at_the_same_moment_one_counts(world):
    proposal, barrier = propose(world), Barrier(2)

    def answer(agreed):
        barrier.wait()
        try:
            decide(world, proposal, agreed=agreed, version=proposal.version)
        except (SomebodyWasFaster, StepNotPossible):
            return None
        return agreed

    with ThreadPoolExecutor(2) as crowd:
        won = [one for one in crowd.map(answer, (True, False)) if one is not None]
    assert len(won) == 1
    row = all_rows(world, EarlyEnd)[0]
    assert row.state is (EarlyEndState.AGREED if won[0] else EarlyEndState.DECLINED)
    moved = of_tarik(world).ends_on == row.last_on
    assert moved is won[0]


def test_a_decision_long_after_never_ends_in_the_past(world):
    proposal = propose(world, last_on=today(world))
    world.at += timedelta(days=5)
    decide(world, proposal)
    assert of_tarik(world).ends_on == today(world) > date(2026, 9, 14)
