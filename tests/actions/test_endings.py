"""The end of a participation: places after it go back at once, calendars and card two weeks later."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub import clock
from hub.actions import deadlines as verbs
from hub.errors import NotAllowed
from hub.models.booking import OWN, Booking, BookingState
from hub.models.card import Card
from hub.models.consent import Consent
from hub.models.log import LogEntry
from hub.models.login import Login
from hub.models.offer import Access
from hub.models.participant import Participation, ParticipationState
from hub.models.slot import Pool
from hub.models.subscription import Subscription
from hub.policy.actor import SYSTEM
from hub.queries import deadlines, today
from hub.queries.invariants import list_broken
from tests.actions.test_holds import hold
from tests.crowd import rush
from tests.feeds import person, subscribe
from tests.loop import now, rows
from tests.places import book, enter, give_card, give_consent, make_offer, make_slot, running_from

DAY = timedelta(days=1)
GROUPS = ("I0", "I1", "G1", "B1")


@pytest.fixture
def last_day(world):
    return clock.local_date(world.at) + 10 * DAY


@pytest.fixture
def participation(world, last_day):
    """Tarik's participation, which ends in ten days."""
    (mine,) = rows(world, Participation, Participation.participant_id == world.cast.tarik.id)
    with world.database.transaction() as session:
        session.execute(update(Participation).where(Participation.id == mine.id).values(ends_on=last_day))
    return now(world, mine)


@pytest.fixture
def over(last_day):
    """The instant at which the last day is over."""
    return clock.end_of_day(last_day)


def settle(world, verb, at, **key):
    return world.database.run(lambda session: verb(session, actor=SYSTEM, at=at, **key))


def find(world, query, at):
    with world.database.reading() as session:
        return list(query(session, at=at))


def after_the_end(world, participation, places=3):
    """Return bookings before and after the end, made while it was to last longer, one of them with a name."""
    offer, named = make_offer(world), make_offer(world, access=Access.NAMED, field_groups=["I1"])
    give_consent(world, world.cast.tarik, named, groups=GROUPS)
    with world.database.transaction() as session:
        longer = participation.ends_on + 100 * DAY
        session.execute(update(Participation).where(Participation.id == participation.id).values(ends_on=longer))
    dates = [make_slot(world, one, starts_at=world.at + days * DAY) for one, days in ((offer, 9), (offer, 12))]
    dates.append(make_slot(world, named, starts_at=world.at + 13 * DAY))
    made = [book(world, slot, world.cast.tarik) for slot in dates]
    hold(world, make_slot(world, named, starts_at=world.at + 14 * DAY), world.cast.tarik)
    with world.database.transaction() as session:
        same = update(Participation).where(Participation.id == participation.id)
        session.execute(same.values(ends_on=participation.ends_on))
    return made


def test_places_after_the_last_day_go_back_and_the_coach_has_to_tell(world, participation, over):
    bookings = after_the_end(world, participation)
    early = over - timedelta(seconds=1)
    assert settle(world, verbs.end_participation, early, participation_id=participation.id) is False
    assert find(world, deadlines.list_over, over) == [participation.id]
    done = [settle(world, verbs.end_participation, over, participation_id=participation.id) for _ in range(2)]
    assert done == [True, False]
    assert now(world, participation).state is ParticipationState.ENDED
    states = [(now(world, one).state, now(world, one).cancelled_by) for one in bookings]
    assert states == [(BookingState.CONFIRMED, ""), *[(BookingState.CANCELLED, "programme")] * 2]
    assert rows(world, Booking)[-1].state is BookingState.EXPIRED  # the hold
    assert [pool.taken for pool in rows(world, Pool)] == [1, 0, 0, 0]
    entries = [entry.action for entry in rows(world, LogEntry)]
    assert (entries.count("participation.ended"), entries.count("booking.cancelled")) == (1, 2)
    with world.database.reading() as session:
        clara = world.actor("clara")
        untold = today.list_dates(session, clara, since=over, until=over + DAY, at=over)
        assert list_broken(session, at=over) == []
    assert {one.id for one in untold} == {one.id for one in bookings[1:]}


def test_places_in_the_next_participation_stay(world, participation, over):
    bookings = after_the_end(world, participation)
    with world.database.transaction() as session:
        session.add(running_from(world, world.cast.tarik))
    settle(world, verbs.end_participation, over, participation_id=participation.id)
    assert {now(world, one).state for one in bookings} == {BookingState.CONFIRMED}


def test_a_coachs_own_appointment_stays(world, participation, over):
    start = over + DAY
    with world.database.transaction() as session:
        session.add(
            Booking(
                participant_id=world.cast.tarik.id,
                coach_id=world.user("clara").id,
                access=OWN,
                state=BookingState.CONFIRMED,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                made_by="coach",
                created_at=world.at,
                changed_at=world.at,
            )
        )
    settle(world, verbs.end_participation, over, participation_id=participation.id)
    assert rows(world, Booking)[0].state is BookingState.CONFIRMED


def test_many_workers_end_it_once(world, participation, over):
    after_the_end(world, participation)
    results = rush([lambda: settle(world, verbs.end_participation, over, participation_id=participation.id)] * 5)
    assert results.count(True) == 1
    assert [pool.taken for pool in rows(world, Pool)] == [1, 0, 0, 0]


def test_calendar_and_card_live_two_weeks_longer(world, app, participation, over):
    code = give_card(world, world.cast.tarik)
    enter(app, code)
    feed, _ = subscribe(world, person(world, "tarik"))
    (card,) = rows(world, Card, Card.blocked_at.is_(None), Card.participant_id == world.cast.tarik.id)
    settle(world, verbs.end_participation, over, participation_id=participation.id)
    gone = over + 14 * DAY
    for query, verb, key in (
        (deadlines.list_lapsed_feeds, verbs.lapse_feed, {"subscription_id": feed.id}),
        (deadlines.list_old_cards, verbs.retire_card, {"card_id": card.id}),
    ):
        early = gone - timedelta(seconds=1)
        assert (find(world, query, early), settle(world, verb, early, **key)) == ([], False)
        assert find(world, query, gone) == list(key.values())
        assert [settle(world, verb, gone, **key) for _ in range(2)] == [True, False]
        assert find(world, query, gone) == []
    assert (now(world, feed).ended_at, now(world, feed).ended_why) == (gone, "consent")
    assert now(world, card).blocked_at == gone
    assert [login.ended_at for login in rows(world, Login, Login.card_id == card.id)] == [gone]
    assert [entry.action for entry in rows(world, LogEntry)][-2:] == ["subscription.ended", "card.blocked"]


def test_a_calendar_ends_two_weeks_after_its_consent(world):
    feed, _ = subscribe(world, person(world, "tarik"))
    (consent,) = rows(world, Consent)
    last = clock.local_date(world.at) + 5 * DAY
    with world.database.transaction() as session:
        row = session.get_one(Consent, consent.id)
        row.valid_until_on, row.valid_until = last, clock.end_of_day(last)
    then = clock.end_of_day(last)
    assert settle(world, verbs.expire_consent, then, consent_id=consent.id) is True
    assert now(world, feed).ended_at is None
    assert find(world, deadlines.list_lapsed_feeds, then + 13 * DAY) == []
    assert find(world, deadlines.list_lapsed_feeds, then + 14 * DAY) == [feed.id]
    assert settle(world, verbs.lapse_feed, then + 14 * DAY, subscription_id=feed.id) is True
    assert (now(world, feed).ended_at, now(world, feed).ended_why) == (then + 14 * DAY, "consent")


def test_cards_and_calendars_of_people_who_go_on_are_left_alone(world):
    give_card(world, world.cast.tarik)
    subscribe(world, person(world, "tarik"))
    (feed,), (card,) = rows(world, Subscription), rows(world, Card, Card.participant_id == world.cast.tarik.id)
    soon = world.at + 30 * DAY
    assert find(world, deadlines.list_lapsed_feeds, soon) == []
    assert card.id not in find(world, deadlines.list_old_cards, soon)
    assert settle(world, verbs.lapse_feed, soon, subscription_id=feed.id) is False
    assert settle(world, verbs.retire_card, soon, card_id=card.id) is False


def test_only_the_house_itself_ends_a_participation(world, participation, over, subtests):
    give_card(world, world.cast.tarik)
    subscribe(world, person(world, "tarik"))
    (feed,), card = rows(world, Subscription), rows(world, Card)[-1]
    for who in ["clara", "frank", "lena", "otto", "fred"]:
        with subtests.test(who=who):
            for verb, key in (
                (verbs.end_participation, {"participation_id": participation.id}),
                (verbs.lapse_feed, {"subscription_id": feed.id}),
                (verbs.retire_card, {"card_id": card.id}),
            ):
                with pytest.raises(NotAllowed):
                    world.do(verb, actor=world.actor(who), at=over, **key)
