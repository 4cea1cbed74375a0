"""Two endings at the same second: one of them is the end, everything happens once, and no name stays open."""

import pytest

from hub.actions import answers, leaving, withdrawals
from hub.errors import StepNotPossible
from hub.models.consent import ConsentEvent, ConsentState
from hub.models.duty import Duty
from hub.models.enquiry import EnquiryState
from hub.models.notice import Notice
from hub.policy.actor import SYSTEM
from hub.queries.invariants import list_broken
from tests.crowd import rush
from tests.loop import accepted_enquiry, now, partner, rows, withdraw

ENDED = (ConsentState.WITHDRAWN, ConsentState.REVOKED)


@pytest.fixture
def opened(world):
    """Return an accepted enquiry whose name is open, and its consent."""
    enquiry, consent = accepted_enquiry(world)
    partner(world, enquiry, answers.open_identity)
    return enquiry, consent


def ended_once(world, enquiry, consent):
    """Hold that everything happened exactly once."""
    assert now(world, consent).state in ENDED
    assert now(world, enquiry).state is EnquiryState.WITHDRAWN
    events = rows(world, ConsentEvent, ConsentEvent.consent_id == consent.id, ConsentEvent.state.in_(ENDED))
    assert len(events) == 1
    assert len(rows(world, Duty)) == 1
    assert len(rows(world, Notice, Notice.template == "partner_check")) <= 1
    with world.database.reading() as session:
        assert list_broken(session, at=world.at) == []


@pytest.mark.parametrize("turn", range(3))
def test_the_person_and_whoever_picked_up_the_telephone(world, opened, turn):
    enquiry, consent = opened
    frank = world.actor("frank")
    facts = {"consent": consent, "ending": withdrawals.FOR_CALLER, "at": world.at}
    both = [
        lambda: withdraw(world, world.cast.tarik, consent),
        lambda: world.database.run(lambda session: withdrawals.end_consent(session, actor=frank, **facts)),
    ]
    results = rush(both if turn % 2 else both[::-1])
    assert sorted(map(str, results)) == sorted(map(str, [None, StepNotPossible]))
    ended_once(world, enquiry, consent)


@pytest.mark.parametrize("turn", range(3))
def test_the_person_and_a_partner_that_leaves(world, opened, turn):
    enquiry, consent = opened
    nora, clinic, tarik = world.actor("nora"), world.cast.organisations["clinic"], world.cast.tarik

    def leave():
        facts = {"organisation": clinic, "at": world.at}
        world.database.run(lambda session: leaving.end_organisation(session, actor=nora, **facts))
        person = {"participant_id": tarik.id, "at": world.at}
        world.database.run(lambda session: leaving.leave_person(session, actor=SYSTEM, **person))

    both = [leave, lambda: withdraw(world, tarik, consent)]
    rush(both if turn % 2 else both[::-1])
    ended_once(world, enquiry, consent)
