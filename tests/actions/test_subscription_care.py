"""Coaches look after calendars they never see: blocked, brought back, asked about after ninety days, proposed."""

from datetime import timedelta

import pytest
import time_machine

from hub.actions import subscription_care as verbs
from hub.actions.consent_answers import express_consent
from hub.actions.subscriptions import end_subscription, rotate_subscription
from hub.actions.withdrawals import withdraw_consent
from hub.errors import ConsentMissing, InvalidInput, NotAllowed, NotFound, RuleBroken, StepNotPossible
from hub.models.consent import Consent, ConsentForm, ConsentState
from hub.models.log import LogEntry
from hub.models.participant import Cover
from hub.models.subscription import FeedKind, Level, Subscription
from hub.models.user import Membership, Role
from hub.policy.actor import ANONYMOUS, SYSTEM
from hub.queries import subscription_care as questions
from hub.queries.participants import get_participant
from hub.queries.subscriptions import end_feed
from hub.worker.deadlines import meet_deadlines
from tests.feeds import change, events, fetch, person, row_of, subscribe
from tests.places import all_rows, book, make_offer, make_slot
from tests.world import AT

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CARE = {
    "block": verbs.block_subscription,
    "keep": verbs.keep_subscription,
    "give up": verbs.give_up_subscription,
}


@pytest.fixture
def feed(world):
    """Give a feed of Tarik's and its token, with a date in it."""
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    return subscribe(world, person(world, "tarik"))


def care(world, who, verb, row=None, at=AT, **arguments):
    """Let somebody look after a calendar of Tarik's, found as a page finds it."""

    def run(session):
        actor = world.actor(who) if isinstance(who, str) else who
        found = get_participant(session, actor, world.cast.tarik.public_id, at=at)
        if row is not None:
            arguments["subscription"] = questions.get_of_person(session, found.id, row.public_id)
        return verb(session, actor=actor, participant=found, at=at, **arguments)

    return world.database.run(run)


def renew(world, row, at=AT, who="tarik"):
    """Take a new link as the person does."""
    actor = person(world, who)
    return world.database.run(
        lambda session: rotate_subscription(
            session, actor=actor, subscription=questions.get_renewable(session, actor, row.public_id, at=at), at=at
        )
    )


def ask_about(world, row, at=AT):
    change(world, Subscription, row.id, asked_at=at)


def logged(world):
    entries = [one for one in all_rows(world, LogEntry) if one.action.startswith("subscription.")]
    return [(one.action.removeprefix("subscription."), one.purpose) for one in sorted(entries, key=lambda one: one.id)]


def test_a_blocked_calendar_is_empty_at_once_and_comes_back_with_a_new_link(app, world, feed):
    row, token = feed
    first = fetch(app, token)
    assert len(events(first)) == 1
    care(world, "clara", verbs.block_subscription, row)
    known = {"If_None_Match": first.headers["ETag"]}
    assert events(fetch(app, token, **known)) == events(fetch(app, token, **known, Accept_Encoding="identity")) == []
    fresh, second = renew(world, row)
    assert len(events(fetch(app, second))) == 1
    assert events(fetch(app, token)) == []
    assert (fresh.name, fresh.level, row_of(world, row).ended_why) == (row.name, row.level, "rotated")
    with pytest.raises(NotFound):
        renew(world, row)
    assert [action for action, _ in logged(world)] == ["made", "blocked", "rotated"]
    told = " ".join(str(vars(entry)) for entry in all_rows(world, LogEntry))
    assert token not in told
    assert second not in told
    with time_machine.travel(AT + 30 * DAY, tick=False):
        assert fetch(app, token).status_code == 404


def test_it_comes_back_for_a_month_with_a_consent_and_under_a_name_that_is_free(world, feed, subtests):
    row, _ = feed
    care(world, "clara", verbs.block_subscription, row)
    with subtests.test("a month later"), pytest.raises(NotFound):
        renew(world, row, at=AT + 30 * DAY)
    with subtests.test("a month later, with the row in hand"), pytest.raises(StepNotPossible):
        world.do(rotate_subscription, actor=person(world, "tarik"), subscription=row, at=AT + 30 * DAY)
    with subtests.test("somebody else"), pytest.raises(NotFound):
        renew(world, row, who="jolanta")
    with subtests.test("a name in use"):
        other, _ = subscribe(world, person(world, "tarik"))
        with pytest.raises(InvalidInput):
            renew(world, row)
        world.do(end_subscription, actor=person(world, "tarik"), subscription=other, at=AT)
        with pytest.raises(NotFound):
            renew(world, other)  # what one ended oneself stays ended
    with subtests.test("without a consent"):
        consent = next(one for one in all_rows(world, Consent) if one.state is ConsentState.GIVEN)
        world.do(withdraw_consent, actor=person(world, "tarik"), consent=consent, at=AT)
        with pytest.raises(ConsentMissing):
            renew(world, row)


def test_who_may_care_and_who_finds_nothing(world, feed, subtests):
    row, _ = feed
    ask_about(world, row)
    for who in ("fred", "cem", "petra", "nora", "anna", "otto", "sven"):
        for name, verb in CARE.items():
            with subtests.test(who=who, verb=name), pytest.raises(NotFound):
                care(world, who, verb, row)
        with subtests.test(who=who, verb="ask"), pytest.raises(NotFound):
            care(world, who, verbs.ask_for_subscription)
    for actor in (ANONYMOUS, SYSTEM, world.actor("cem"), world.actor("lena"), person(world, "jolanta")):
        for name, verb in CARE.items():
            with subtests.test(actor=actor.ref, verb=name), pytest.raises(NotAllowed):
                world.do(verb, actor=actor, participant=world.cast.tarik, subscription=row, at=AT)
        with subtests.test(actor=actor.ref, verb="ask"), pytest.raises(NotAllowed):
            world.do(verbs.ask_for_subscription, actor=actor, participant=world.cast.tarik, at=AT)
    with subtests.test("the person blocks nothing: ending is theirs"), pytest.raises(NotAllowed):
        care(world, person(world, "tarik"), verbs.block_subscription, row)
    with subtests.test("another person's calendar under this name"):
        theirs, _ = subscribe(world, person(world, "jolanta"))
        with pytest.raises(NotFound):
            care(world, "clara", verbs.block_subscription, theirs)
        with pytest.raises(StepNotPossible):
            world.do(
                verbs.block_subscription,
                actor=world.actor("clara"), participant=world.cast.tarik, subscription=theirs, at=AT,
            )  # fmt: skip
    care(world, person(world, "tarik"), verbs.keep_subscription, row)
    assert row_of(world, row).kept_on == AT.date()


def test_a_deputy_cares_while_the_cover_runs(world, feed):
    row, _ = feed
    fred, clara, lena = (world.user(key).id for key in ("fred", "clara", "lena"))
    house = world.cast.tarik.jobcenter_id
    with world.database.transaction() as session:
        session.add(Membership(user_id=fred, organisation_id=house, role=Role.COACH, created_at=AT))
        days = {"starts_at": AT - DAY, "ends_at": AT + 9 * DAY}
        session.add(Cover(coach_id=clara, deputy_id=fred, ordered_by_id=lena, **days))
    with pytest.raises(NotFound):
        care(world, "fred", verbs.block_subscription, row, at=AT + 9 * DAY)
    care(world, "fred", verbs.block_subscription, row)
    assert row_of(world, row).ended_why == "blocked"


def test_only_what_was_asked_is_answered(world, feed):
    row, _ = feed
    for verb in (verbs.keep_subscription, verbs.give_up_subscription):
        with pytest.raises(StepNotPossible):
            care(world, "clara", verb, row)
    ask_about(world, row)
    care(world, "clara", verbs.give_up_subscription, row)
    assert row_of(world, row).ended_why == "unused"
    assert renew(world, row)[0].ended_at is None


def test_after_ninety_days_the_coach_is_asked_and_after_thirty_more_it_ends(world, feed):
    row, _ = feed
    for days, asked, ended in ((89, False, False), (90, True, False), (119, True, False), (120, True, True)):
        meet_deadlines(world.database, AT + days * DAY)
        now = row_of(world, row)
        assert (now.asked_at is not None, now.ended_why == "unused") == (asked, ended), days
    assert logged(world)[1:] == [("asked", ""), ("ended", "unused")]


def test_a_yes_or_a_fetch_begins_the_ninety_days_anew(app, world, feed):
    row, token = feed
    meet_deadlines(world.database, AT + 90 * DAY)
    care(world, "clara", verbs.keep_subscription, row, at=AT + 100 * DAY)
    meet_deadlines(world.database, AT + 189 * DAY)
    assert row_of(world, row).asked_at is None
    meet_deadlines(world.database, AT + 190 * DAY)
    assert row_of(world, row).asked_at == AT + 190 * DAY
    with time_machine.travel(AT + 200 * DAY, tick=False):
        assert fetch(app, token).status_code == 200
    meet_deadlines(world.database, AT + 220 * DAY)
    now = row_of(world, row)
    assert (now.asked_at, now.ended_at) == (None, None)
    meet_deadlines(world.database, AT + 290 * DAY)
    assert row_of(world, row).asked_at == AT + 290 * DAY


def test_a_calendar_of_staff_ends_unasked_after_half_a_year(world, feed):
    coachs, _ = subscribe(world, world.actor("clara"), FeedKind.COACH)
    meet_deadlines(world.database, AT + 179 * DAY)
    assert row_of(world, coachs).ended_at is None
    meet_deadlines(world.database, AT + 180 * DAY)
    now = row_of(world, coachs)
    assert (now.ended_why, now.asked_at) == ("unused", None)
    fresh, _ = world.do(rotate_subscription, actor=world.actor("clara"), subscription=coachs, at=AT + 181 * DAY)
    assert (fresh.kind, fresh.user_id) == (FeedKind.COACH, coachs.user_id)


def test_one_that_ended_meanwhile_is_left_alone(world, feed):
    row, _ = feed
    ask_about(world, row, at=AT - 40 * DAY)
    change(world, Subscription, row.id, created_at=AT - 200 * DAY)
    with world.database.transaction() as session:
        end_feed(session, row.id, at=AT, why="participation")
    assert world.do(verbs.settle_quiet, actor=SYSTEM, subscription_id=row.id, at=AT) is False
    assert row_of(world, row).ended_why == "participation"
    with pytest.raises(NotAllowed):
        world.do(verbs.settle_quiet, actor=world.actor("clara"), subscription_id=row.id, at=AT)


def test_a_yes_to_less_brings_no_calendar_back_that_told_more(app, world):
    tarik = person(world, "tarik")
    _, telling = subscribe(world, tarik, level=Level.FULL)
    (given,) = all_rows(world, Consent)
    change(world, Consent, given.id, valid_until=AT + DAY, valid_until_on=(AT + DAY).date())
    later = AT + 2 * DAY
    asked = care(world, "clara", verbs.ask_for_subscription, at=later)
    answer = {"consent": asked, "yes": True, "form": ConsentForm.OWN_DEVICE, "at": later + HOUR}
    world.do(express_consent, actor=tarik, **answer)
    subscribe(world, tarik, name="Uhr", at=later + 2 * HOUR)
    assert [one.detail for one in all_rows(world, Consent)] == [Level.FULL.value, Level.DISCREET.value]
    with time_machine.travel(later + 3 * HOUR, tick=False):
        assert events(fetch(app, telling)) == []


def test_a_proposal_is_a_question_that_rests_after_an_answer_or_a_month(world):
    consent = care(world, "clara", verbs.ask_for_subscription)
    assert (consent.state, consent.detail) == (ConsentState.REQUESTED, Level.DISCREET.value)
    assert all_rows(world, Subscription) == []
    with pytest.raises(RuleBroken, match="schon vorgeschlagen"):
        care(world, "clara", verbs.ask_for_subscription, at=AT + 29 * DAY)
    again = care(world, "clara", verbs.ask_for_subscription, at=AT + 30 * DAY)
    refusal = {"consent": again, "yes": False, "form": ConsentForm.OWN_DEVICE, "at": AT + 40 * DAY}
    world.do(express_consent, actor=person(world, "tarik"), **refusal)
    with pytest.raises(RuleBroken, match="Dazu gab es ein Nein"):
        care(world, "clara", verbs.ask_for_subscription, at=AT + 61 * DAY)
    subscribe(world, person(world, "tarik"), at=AT + 61 * DAY)  # who starts it themselves is not kept waiting
    with pytest.raises(RuleBroken, match="Das Ja ist schon da"):
        care(world, "clara", verbs.ask_for_subscription, at=AT + 100 * DAY)
