"""Making, renewing, changing and ending calendars: who may, what is logged, and what the consent says."""

import pytest
from sqlalchemy import select

from hub import crypto
from hub.actions import subscriptions as verbs
from hub.actions.withdrawals import withdraw_consent
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StepNotPossible
from hub.models.consent import Consent, ConsentEvent, ConsentForm, ConsentState, Scope
from hub.models.log import LogEntry
from hub.models.subscription import FeedKind, Level, Subscription
from hub.policy.actor import ANONYMOUS, SYSTEM
from hub.queries.subscriptions import get_subscription
from tests.feeds import events, fetch, person, row_of, subscribe
from tests.places import all_rows, book, make_offer, make_slot
from tests.world import AT


def act(world, actor, row, verb, **arguments):
    """Run a verb on one's own subscription as a page does."""
    return world.database.run(
        lambda session: verb(
            session, actor=actor, subscription=get_subscription(session, actor, row.public_id), at=AT, **arguments
        )
    )


def feed_consents(world):
    with world.database.reading() as session:
        return list(session.scalars(select(Consent).where(Consent.scope == Scope.FEED).order_by(Consent.id)))


def test_a_token_has_160_bits_and_only_its_digest_is_kept(world):
    row, token = subscribe(world, person(world, "tarik"))
    assert len(token) == 32
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert row_of(world, row).token_digest == crypto.token_digest(token)
    assert token != subscribe(world, person(world, "tarik"), name="Computer")[1]


def test_making_one_is_the_persons_own_consent(world):
    subscribe(world, person(world, "tarik"))
    (consent,) = feed_consents(world)
    assert (consent.state, consent.form, consent.detail) == (ConsentState.GIVEN, ConsentForm.OWN_DEVICE, "discreet")
    given = [row for row in all_rows(world, ConsentEvent) if row.state is ConsentState.GIVEN]
    assert [row.expressed_by for row in given] == ["participant"]


def test_a_changed_level_is_a_new_record_linked_to_the_old_one(world):
    actor = person(world, "tarik")
    row, _ = subscribe(world, actor)
    act(world, actor, row, verbs.change_level, level=Level.FULL)
    first, second = feed_consents(world)
    assert (first.state, second.state) == (ConsentState.WITHDRAWN, ConsentState.GIVEN)
    assert (second.detail, second.previous_id) == ("full", first.id)
    assert first.notice_text != second.notice_text
    assert row_of(world, row).revision == 2


def test_telling_less_on_the_last_telling_device_narrows_the_consent(world):
    actor = person(world, "tarik")
    phone, _ = subscribe(world, actor, level=Level.FULL)
    subscribe(world, actor, name="Computer")
    assert [row.detail for row in feed_consents(world)] == ["full"]
    act(world, actor, phone, verbs.change_level, level=Level.DISCREET)
    assert [row.detail for row in feed_consents(world) if row.is_live(AT)] == ["discreet"]


def test_withdrawing_the_consent_ends_every_feed_at_once(app, world):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    actor = person(world, "tarik")
    made = [subscribe(world, actor), subscribe(world, actor, name="Computer", level=Level.ADDRESS)]
    first = [fetch(app, token) for _, token in made]
    assert all(len(events(answer)) == 1 for answer in first)
    live = next(row for row in feed_consents(world) if row.is_live(AT))
    world.do(withdraw_consent, actor=actor, consent=live, at=AT)
    for answer, (row, token) in zip(first, made, strict=True):
        assert events(fetch(app, token, If_None_Match=answer.headers["ETag"])) == []
        assert row_of(world, row).ended_why == "consent"


def test_a_withdrawn_level_comes_back_only_with_a_new_consent(world):
    actor = person(world, "tarik")
    subscribe(world, actor)
    world.do(withdraw_consent, actor=actor, consent=feed_consents(world)[0], at=AT)
    subscribe(world, actor)
    assert [row.state for row in feed_consents(world)] == [ConsentState.WITHDRAWN, ConsentState.GIVEN]


@pytest.mark.parametrize(
    ("who", "kind", "organisation"),
    [
        ("clara", FeedKind.PARTICIPANT, None),
        ("clara", FeedKind.ORGANISATION, "club"),
        ("sven", FeedKind.COACH, None),
        ("sven", FeedKind.ORGANISATION, "clinic"),
        ("sven", FeedKind.ORGANISATION, None),
        ("nora", FeedKind.COACH, None),
        ("fred", FeedKind.COACH, None),
        ("fred", FeedKind.ORGANISATION, "club"),
        ("tarik", FeedKind.COACH, None),
        ("tarik", FeedKind.ORGANISATION, "club"),
    ],
)
def test_nobody_makes_a_calendar_that_is_not_their_own(world, who, kind, organisation):
    actor = person(world, who) if who in world.cast.people else world.actor(who)
    organisation_id = world.cast.organisations[organisation].id if organisation else None
    with pytest.raises(NotAllowed):
        subscribe(world, actor, kind, organisation_id=organisation_id)


@pytest.mark.parametrize("actor", [ANONYMOUS, SYSTEM])
def test_nobody_at_all_makes_none(world, actor):
    with pytest.raises(NotAllowed):
        subscribe(world, actor, FeedKind.COACH)


def test_a_stranger_finds_no_calendar(world, subtests):
    row, _ = subscribe(world, world.actor("clara"), FeedKind.COACH)
    for stranger in ["cem", "fred", "otto", "mandy"]:
        with subtests.test(stranger=stranger):
            actor = person(world, stranger) if stranger in world.cast.people else world.actor(stranger)
            for verb in (verbs.rotate_subscription, verbs.end_subscription):
                with pytest.raises(NotFound):
                    act(world, actor, row, verb)


def test_even_with_the_row_in_hand_a_stranger_may_not(world):
    row, _ = subscribe(world, person(world, "tarik"))
    for actor in (world.actor("clara"), person(world, "jolanta")):
        for verb, more in ((verbs.rotate_subscription, {}), (verbs.end_subscription, {}),
                           (verbs.change_level, {"level": Level.FULL})):  # fmt: skip
            with pytest.raises(NotAllowed):
                world.do(verb, actor=actor, subscription=row, at=AT, **more)


def test_a_coach_has_no_levels(world):
    actor = world.actor("clara")
    row, _ = subscribe(world, actor, FeedKind.COACH)
    with pytest.raises(NotAllowed):
        act(world, actor, row, verbs.change_level, level=Level.FULL)


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "MEIN  Handy"])
def test_names_are_short_and_used_once(world, name):
    actor = world.actor("clara")
    subscribe(world, actor, FeedKind.COACH)
    with pytest.raises(InvalidInput):
        subscribe(world, actor, FeedKind.COACH, name=name)


def test_ten_calendars_are_enough(world):
    actor = world.actor("clara")
    for number in range(10):
        subscribe(world, actor, FeedKind.COACH, name=f"Gerät {number}")
    with pytest.raises(RuleBroken, match="Mehr als"):
        subscribe(world, actor, FeedKind.COACH, name="eins mehr")


def test_an_ended_calendar_is_neither_renewed_nor_ended_again(world):
    actor = world.actor("clara")
    row, _ = subscribe(world, actor, FeedKind.COACH)
    act(world, actor, row, verbs.end_subscription)
    for verb in (verbs.rotate_subscription, verbs.end_subscription):
        with pytest.raises(StepNotPossible):
            world.do(verb, actor=actor, subscription=row, at=AT)
        with pytest.raises(NotFound):
            act(world, actor, row, verb)


def test_the_word_of_a_person_raises_all_their_feeds(world):
    actor = person(world, "tarik")
    row, _ = subscribe(world, actor)
    world.do(verbs.change_word, actor=actor, word="  Sport ", at=AT)
    assert row_of(world, row).revision == 2
    world.do(verbs.change_word, actor=actor, word="Sport", at=AT)
    assert row_of(world, row).revision == 2
    for word in ("", "x" * 41):
        with pytest.raises(InvalidInput):
            world.do(verbs.change_word, actor=actor, word=word, at=AT)


def test_every_step_is_logged_without_the_token(world):
    actor = person(world, "tarik")
    row, token = subscribe(world, actor)
    fresh, second = act(world, actor, row, verbs.rotate_subscription)
    act(world, actor, fresh, verbs.end_subscription)
    entries = all_rows(world, LogEntry)
    logged = [entry.action for entry in entries if entry.action.startswith("subscription.")]
    assert logged == ["subscription.made", "subscription.rotated", "subscription.ended"]
    told = " ".join(str(vars(entry)) for entry in entries)
    assert token not in told
    assert second not in told


def test_rotation_keeps_what_was_chosen(world):
    actor = world.actor("clara")
    row, _ = subscribe(world, actor, FeedKind.COACH, initials=True, locale="en")
    fresh, _ = act(world, actor, row, verbs.rotate_subscription)
    kept = ("kind", "name", "level", "initials", "locale", "user_id", "organisation_id", "participant_id")
    assert [getattr(fresh, name) for name in kept] == [getattr(row, name) for name in kept]
    old = row_of(world, row)
    assert (old.ended_at, old.ended_why) == (AT, "rotated")
    assert len(all_rows(world, Subscription)) == 2
