"""Rounds under pressure: answers at the same second, and stories in any order; never a name before the second yes."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.actions import answers, rounds
from hub.errors import HubError
from hub.models.consent import Consent
from hub.models.enquiry import ASKING, IDENTIFIED, EnquiryState
from hub.models.notice import Notice
from hub.models.round import RoundKind, RoundState
from hub.policy.actor import SYSTEM
from hub.queries.consents import find_permitting
from hub.queries.disclosures import fields_for
from hub.queries.invariants import list_broken
from tests.loop import now, person_actor, rows, say, withdraw
from tests.rounds import (
    STAFF,
    act,
    ask_name,
    asked,
    asked_of,
    lead,
    many_partners,
    now_of,
    offers_of,
    respond,
    sent_round,
)
from tests.sheets import at_once

S, R = EnquiryState, RoundState


def consent_of(world, found):
    [consent] = rows(world, Consent, Consent.id == found.consent_id)
    return consent


@pytest.mark.parametrize("n", [2, 8])
def test_of_many_yeses_at_the_same_second_exactly_one_counts(world, n):
    partners = many_partners(world, n)
    found = sent_round(world, [offer for offer, _ in partners])
    actors = {seat.organisation_id: actor for _, actor in partners for seat in actor.seats}
    enquiries = asked(world, found)
    outcomes = at_once(
        *(lambda one=one: respond(world, actors[one.organisation_id], one, version=one.version) for one in enquiries)
    )
    assert outcomes.count(None) == 1, outcomes
    assert all(error.status == 409 and "schon erledigt" in str(error.message) for error in outcomes if error)
    after = asked(world, found)
    assert [one.state for one in after].count(S.ACCEPTED) == 1
    assert [one.state for one in after].count(S.WITHDRAWN) == n - 1
    assert now_of(world, found).held_enquiry_id == after[outcomes.index(None)].id
    thanked = rows(world, Notice, Notice.template == "partner_settled")
    assert len(thanked) == n - 1, "each of the others once"


@pytest.mark.parametrize("turn", range(3))
def test_a_yes_against_the_end_of_the_consent_leaves_nothing_open(world, turn):
    found = sent_round(world, offers_of(world, "clinic", "club", "town"))
    jobs = [
        lambda: respond(world, "sven", asked_of(world, found, "club")),
        lambda: withdraw(world, world.cast.tarik, consent_of(world, found)),
    ]
    outcomes = at_once(*(jobs if turn % 2 else reversed(jobs)))
    assert outcomes[1 if turn % 2 else 0] is None, "a withdrawal never fails in a race"
    assert {one.state for one in asked(world, found)} == {S.WITHDRAWN}
    assert now_of(world, found).state is R.ENDED


@pytest.mark.parametrize("turn", range(2))
def test_the_persons_yes_against_the_clock_is_one_or_the_other(world, turn):
    found = sent_round(world, offers_of(world, "clinic", "club"))
    respond(world, "sven", asked_of(world, found, "club"))
    question, until = ask_name(world, found), now_of(world, found).hold_until_at
    jobs = [
        lambda: say(world, world.cast.tarik, question, at=until),
        lambda: world.do(rounds.expire_kept, actor=SYSTEM, round_id=found.id, at=until),
    ]
    at_once(*(jobs if turn else reversed(jobs)))
    kept, after = asked_of(world, found, "club"), now_of(world, found)
    named = "I1" in kept.field_groups
    assert (after.state, kept.state) == ((R.SETTLED, S.ACCEPTED) if named else (R.OPEN, S.WITHDRAWN))


DEEDS = st.lists(
    st.sampled_from(["yes", "no", "withdraw", "expire", "name yes", "name no", "take back", "next", "open", "pick"]),
    min_size=3,
    max_size=9,
)
STORY = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@STORY
@given(deeds=DEEDS, owners=st.lists(st.sampled_from(sorted(STAFF)), min_size=9, max_size=9), choice=st.booleans())
def test_in_any_order_no_name_opens_before_the_second_yes(world, deeds, owners, choice):
    kind = RoundKind.CHOICE if choice else RoundKind.FIRST_YES
    found = sent_round(world, offers_of(world, *sorted(STAFF)), kind=kind)
    said_yes = set()
    for deed, owner in zip(deeds, owners, strict=False):
        with suppress(HubError):  # most steps are not possible in most states
            _do(world, found, deed, owner, asked_of(world, found, owner), said_yes)
        _nobody_knows_too_much(world, found, said_yes, choice)
    end(world, found)


def _do(world, found, deed, owner, enquiry, said_yes):
    tarik = world.cast.tarik
    if deed in ("yes", "no", "take back", "open"):
        verbs = {
            "yes": (answers.accept_enquiry, {}),
            "no": (answers.decline_enquiry, {"reason": "other"}),
            "take back": (answers.take_back_acceptance, {}),
            "open": (answers.open_identity, {}),
        }
        verb, more = verbs[deed]
        respond(world, STAFF[owner], enquiry, verb, **more)
    elif deed == "withdraw":
        withdraw(world, tarik, consent_of(world, found))
    elif deed == "expire":
        until = now_of(world, found).hold_until_at
        world.do(rounds.expire_kept, actor=SYSTEM, round_id=found.id, at=until or world.at)
    elif deed == "next":
        lead(world, found, rounds.ask_next)
    elif deed == "pick":
        act(world, person_actor(tarik), found, rounds.pick, enquiry=enquiry)
    elif now_of(world, found).state is R.HELD:
        question = ask_name(world, found)
        say(world, tarik, question, yes=deed == "name yes")
        if deed == "name yes":
            said_yes.add(question.offer_id)


def _nobody_knows_too_much(world, found, said_yes, choice):
    all_of_it = asked(world, found)
    by_organisation = {world.cast.organisations[owner].id: key for owner, key in STAFF.items()}
    for one in all_of_it:
        staff = world.actor(by_organisation[one.organisation_id])
        with world.database.reading() as session:
            live = find_permitting(session, one, at=world.at) is not None
        if "I1" in fields_for(one, staff, live=live, acknowledged=True, at=world.at):
            assert one.offer_id in said_yes
    accepted = [one for one in all_of_it if one.state in IDENTIFIED]
    assert choice or len(accepted) <= 1
    row = now_of(world, found)
    assert (row.state is R.HELD) == (row.hold_until_at is not None)
    if row.state is R.ENDED:
        assert not [one for one in all_of_it if one.is_nameless and one.state in (*ASKING, *IDENTIFIED)]
    with world.database.reading() as session:
        assert list_broken(session, at=world.at) == []


def end(world, found):
    """Leave nothing for the next story: all of them share one database."""
    if now_of(world, found).state in (R.DRAFT, R.OPEN, R.HELD):
        lead(world, found, rounds.end_round)
    for one in asked(world, found):
        if one.state is S.ACCEPTED:
            withdraw(world, world.cast.tarik, now(world, rows(world, Consent, Consent.id == one.consent_id)[0]))


def test_late_answers_meet_the_same_words_for_everybody(world):
    found = sent_round(world, offers_of(world, "clinic", "club", "town"))
    respond(world, "sven", asked_of(world, found, "club"))
    outcomes = at_once(
        lambda: respond(world, "petra", asked_of(world, found, "clinic")),
        lambda: respond(world, "gudrun", asked_of(world, found, "town"), at=world.at + timedelta(minutes=1)),
    )
    assert len({str(error.message) for error in outcomes}) == 1
