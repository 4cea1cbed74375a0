"""Offers nobody confirms: asked, warned, last in searches, hidden; one word of the partner makes them fresh again."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.actions import freshness as verbs
from hub.actions import offers as offer_verbs
from hub.errors import NotAllowed, RuleBroken, StepNotPossible
from hub.models.log import LogEntry
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.offer import FRESHNESS_MOVES, Freshness, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.programme import Programme, ProgrammeOrganisation
from hub.policy.actor import SYSTEM, Actor, ActorKind
from hub.queries import freshness
from hub.queries.freshness import STEP_AFTER, WARNED_BEFORE
from hub.queries.offer_entries import Entries
from hub.queries.own_offers import get_own_offer
from hub.worker.deadlines import meet_deadlines
from tests.crowd import rush
from tests.loop import now, rows
from tests.places import book, make_offer, make_slot

F = Freshness
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LISTS = (freshness.list_to_ask, freshness.list_to_warn, freshness.list_to_lower)
CLOCK = (verbs.ask_partner, verbs.warn_partner, verbs.lower_offer)


def offer_of(world, days=90, **more):
    """Return a published offer of the club, confirmed so many days ago."""
    return make_offer(world, **{"confirmed_at": world.at - days * DAY} | more)


def work(world, at):
    """Let the worker do everything that is due; mails count as sent at once."""
    meet_deadlines(world.database, at)
    with world.database.transaction() as session:
        waiting = update(Notice).where(Notice.state == NoticeState.QUEUED, Notice.channel == Channel.EMAIL)
        session.execute(waiting.values(state=NoticeState.SENT, sent_at=at))


def due(world, at):
    """Return how many offers are due to be asked, warned and lowered."""
    with world.database.reading() as session:
        return tuple(len(query(session, at=at)) for query in LISTS)


def told(world):
    """Return template and organisation of every notice in order."""
    return [(one.template, one.organisation_id) for one in rows(world, Notice)]


def by_partner(world, verb, offer, at, who="sven", **more):
    actor = world.actor(who)

    def unit(session):
        verb(session, actor=actor, offer=get_own_offer(session, actor, offer.public_id), at=at, **more)

    world.database.run(unit)


def aged(world, freshness_now, **more):
    """Return an offer that has stood at this freshness since the world's morning."""
    return offer_of(world, freshness=freshness_now, freshness_at=world.at, **more)


def test_silence_goes_its_way_step_by_step_and_never_unannounced(world):
    offer, club, umbrella = offer_of(world), world.cast.club.id, world.cast.federation.id
    steps = []
    for day in range(45):
        at, before = world.at + day * DAY, now(world, offer).freshness
        work(world, at)
        after = now(world, offer).freshness
        steps += [(day, after)] if after is not before else []
    assert steps == [(0, F.ASKED), (14, F.FADING), (28, F.HIDDEN)]
    assert told(world) == [
        ("partner_confirm", club),
        ("partner_fading", club),
        ("umbrella_fading", umbrella),
        ("partner_hiding", club),
        ("umbrella_hiding", umbrella),
    ]
    told_on = [(one.created_at - world.at).days for one in rows(world, Notice)]
    assert told_on == [0, 7, 7, 21, 21]
    log = [entry.action for entry in rows(world, LogEntry) if entry.action.startswith("offer.")]
    assert log == ["offer.asked", "offer.warned", "offer.fading", "offer.warned", "offer.hidden"]
    assert now(world, offer).version == offer.version  # an open form of the partner stays valid


def test_the_clock_asks_only_after_the_interval(world):
    offer = offer_of(world, 0)
    last = world.at + 90 * DAY
    assert due(world, last - SECOND) == (0, 0, 0)
    assert due(world, last) == (1, 0, 0)
    assert world.do(verbs.ask_partner, actor=SYSTEM, offer_id=offer.id, at=last - SECOND) is False
    assert [world.do(verbs.ask_partner, actor=SYSTEM, offer_id=offer.id, at=last) for _ in range(2)] == [True, False]
    assert told(world) == [("partner_confirm", offer.organisation_id)]


def test_the_strictest_programme_of_the_organisation_decides_and_without_any_it_is_a_quarter(world):
    offer = offer_of(world, 0)
    with world.database.transaction() as session:
        session.execute(update(Programme).where(Programme.id == world.cast.resilience.id).values(confirm_days=60))
        strict = Programme(name="Streng", starts_on=world.at.date(), ends_on=world.at.date(), confirm_days=30)
        session.add(strict)
        session.flush()
        session.add(ProgrammeOrganisation(programme_id=strict.id, organisation_id=offer.organisation_id))
    assert (due(world, world.at + 29 * DAY), due(world, world.at + 30 * DAY)) == ((0, 0, 0), (1, 0, 0))
    with world.database.transaction() as session:
        session.query(ProgrammeOrganisation).filter_by(organisation_id=offer.organisation_id).delete()
    assert (due(world, world.at + 89 * DAY), due(world, world.at + 90 * DAY)) == ((0, 0, 0), (1, 0, 0))


@pytest.mark.parametrize("state", [OfferState.DRAFT, OfferState.REVIEW, OfferState.PAUSED, OfferState.ENDED])
@pytest.mark.parametrize("fresh", [F.FRESH, F.ASKED, F.FADING])
def test_an_offer_that_is_not_published_is_left_alone(world, state, fresh):
    offer = aged(world, fresh, state=state)
    for day in (0, 7, 14, 30):
        work(world, world.at + day * DAY)
    after = now(world, offer)
    assert (after.freshness, after.freshness_at, told(world)) == (fresh, world.at, [])
    with pytest.raises(StepNotPossible):
        by_partner(world, verbs.confirm_offer, offer, world.at)


@pytest.mark.parametrize("fresh", [F.FRESH, F.ASKED, F.FADING, F.HIDDEN])
def test_a_confirmation_makes_every_offer_fresh_again(world, fresh):
    offer, at = aged(world, fresh), world.at + DAY
    by_partner(world, verbs.confirm_offer, offer, at)
    after = now(world, offer)
    assert (after.freshness, after.confirmed_at, after.confirmed_by_id) == (F.FRESH, at, world.user("sven").id)
    assert due(world, at + 90 * DAY - SECOND) == (0, 0, 0)
    assert [entry.purpose for entry in rows(world, LogEntry, LogEntry.action == "offer.confirmed")] == [""]
    by_partner(world, verbs.confirm_offer, offer, at, who="kerstin")
    assert now(world, offer).confirmed_by_id == world.user("kerstin").id
    assert rows(world, LogEntry, LogEntry.action == "offer.confirmed")[1].purpose == "on_behalf"


def test_saving_the_form_and_publishing_again_confirm_too(world):
    entries = Entries(title="Neu", aim="move", form="group", access="anonymous")
    for fresh, verb, more in (
        (F.FADING, offer_verbs.update_offer, {"entries": entries}),
        (F.HIDDEN, offer_verbs.publish_offer, {}),
    ):
        offer = aged(world, fresh, state=OfferState.PUBLISHED if more else OfferState.PAUSED)
        by_partner(world, verb, offer, world.at + DAY, **more)
        after = now(world, offer)
        assert (after.freshness, after.confirmed_at) == (F.FRESH, world.at + DAY)


def test_a_pause_that_ends_by_itself_confirms_nothing_and_asks(world):
    pause = {"state": OfferState.PAUSED, "paused_until": world.at.date()}
    offer = aged(world, F.HIDDEN, **pause)
    work(world, world.at)
    after = now(world, offer)
    assert (after.state, after.confirmed_at) == (OfferState.PUBLISHED, offer.confirmed_at)
    work(world, world.at + SECOND)
    assert now(world, offer).freshness is F.ASKED


def test_a_mail_that_could_not_leave_holds_the_next_step_up(world):
    offer = aged(world, F.ASKED)
    meet_deadlines(world.database, world.at + STEP_AFTER - WARNED_BEFORE)  # the warning stays in the outbox
    late = world.at + 60 * DAY
    assert due(world, late) == (0, 0, 0)
    work(world, late)  # now it leaves
    assert due(world, late + WARNED_BEFORE - SECOND) == (0, 0, 0)
    assert due(world, late + WARNED_BEFORE) == (0, 0, 1)
    assert now(world, offer).freshness is F.ASKED


def test_a_worker_that_stood_still_still_warns_a_week_before(world):
    offer = aged(world, F.ASKED)
    late = world.at + 40 * DAY
    work(world, late)
    assert (now(world, offer).freshness, len(told(world))) == (F.ASKED, 2)
    work(world, late + WARNED_BEFORE)
    assert now(world, offer).freshness is F.FADING


def test_a_warning_of_last_time_does_not_count(world):
    offer = aged(world, F.ASKED)
    work(world, world.at + 7 * DAY)
    by_partner(world, verbs.confirm_offer, offer, world.at + 8 * DAY)
    again = world.at + 98 * DAY
    work(world, again)
    assert now(world, offer).freshness is F.ASKED
    assert due(world, again + 14 * DAY) == (0, 1, 0)


def test_without_an_umbrella_only_the_partner_is_told(world):
    aged(world, F.ASKED, owner="clinic")
    work(world, world.at + 7 * DAY)
    assert told(world) == [("partner_fading", world.cast.clinic.id)]


def test_a_partner_without_mail_fades_all_the_same(world):
    offer = aged(world, F.ASKED)
    with world.database.transaction() as session:
        session.execute(update(Organisation).values(email=""))
        facts = {"template": "partner_fading", "channel": Channel.CALL, "organisation_id": offer.organisation_id}
        at = world.at + 7 * DAY
        session.add(Notice(offer_id=offer.id, next_at=at, created_at=at, **facts))
    assert (due(world, world.at + 14 * DAY), now(world, offer).freshness) == ((0, 0, 1), F.ASKED)


@pytest.mark.parametrize(
    ("fresh", "verb", "days"),
    [(F.FRESH, verbs.ask_partner, 0), (F.ASKED, verbs.lower_offer, 14), (F.FADING, verbs.lower_offer, 14)],
)
def test_a_confirmation_wins_against_the_clock(world, fresh, verb, days):
    offer, at = aged(world, fresh), world.at + days * DAY
    if days:
        work(world, world.at + 7 * DAY)

    def settle():
        return world.database.run(lambda session: verb(session, actor=SYSTEM, offer_id=offer.id, at=at))

    def confirm():
        by_partner(world, verbs.confirm_offer, offer, at)

    results = rush([settle, confirm, settle, settle])
    assert [result for result in results if result not in (None, True, False)] == []
    assert results.count(True) <= 1
    after = now(world, offer)
    assert (after.freshness, after.confirmed_at) == (F.FRESH, at)


@pytest.mark.parametrize("verb", CLOCK)
def test_many_workers_settle_an_offer_once(world, verb):
    fresh, days = {verbs.ask_partner: (F.FRESH, 0), verbs.warn_partner: (F.ASKED, 7)}.get(verb, (F.ASKED, 14))
    offer = aged(world, fresh)
    if verb is verbs.lower_offer:
        work(world, world.at + 7 * DAY)
    at, before = world.at + days * DAY, len(told(world))

    def settle():
        return world.database.run(lambda session: verb(session, actor=SYSTEM, offer_id=offer.id, at=at))

    assert rush([settle] * 5).count(True) == 1
    assert len(told(world)) - before == {verbs.ask_partner: 1, verbs.warn_partner: 2, verbs.lower_offer: 0}[verb]


def test_the_door_knows_the_table_of_moves(world, session):
    offer = session.get_one(Offer, offer_of(world).id)
    for fresh in F:
        for to in set(F) - {F.FRESH}:
            offer.freshness = fresh
            session.flush()
            if to in FRESHNESS_MOVES[fresh]:
                freshness.lower(session, offer, to, at=world.at)
                assert (offer.freshness, offer.freshness_at) == (to, world.at)
            else:
                with pytest.raises(StepNotPossible):
                    freshness.lower(session, offer, to, at=world.at)


def test_nobody_books_a_hidden_offer_and_what_is_booked_stays(world):
    offer = offer_of(world)
    slot = make_slot(world, offer)
    booked = book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        session.execute(update(Offer).values(freshness=F.HIDDEN))
    with pytest.raises(RuleBroken) as refused:
        book(world, slot, world.cast.heinz)
    assert "03523 555 0140" in str(refused.value.message)
    assert now(world, booked).state == booked.state


def test_the_link_is_sent_again_by_wish_but_not_twice_at_once(world):
    offer = offer_of(world, 1)
    results = []
    for minutes in (0, 1, 11):
        actor, at = world.actor("sven"), world.at + timedelta(minutes=minutes)
        fresh = get_own_offer_now(world, actor, offer)
        results.append(world.do(verbs.send_offer_link, actor=actor, offer=fresh, at=at))
        with world.database.transaction() as session:
            session.execute(update(Notice).values(state=NoticeState.SENT))
    assert results == [True, False, True]
    assert told(world) == [("partner_confirm", offer.organisation_id)] * 2


def get_own_offer_now(world, actor, offer):
    with world.database.reading() as session:
        return get_own_offer(session, actor, offer.public_id)


def test_who_may_confirm_and_who_may_run_the_clock(world):
    offer = get_own_offer_now(world, world.actor("sven"), offer_of(world))
    link = Actor(ActorKind.LINK, "l", offer_id=offer.id, organisation_id=offer.organisation_id)
    other = Actor(ActorKind.LINK, "l", offer_id=offer.id + 1, organisation_id=offer.organisation_id)
    for actor in (other, *(world.actor(key) for key in ("petra", "clara", "fred", "anna"))):
        with pytest.raises(NotAllowed):
            world.do(verbs.confirm_offer, actor=actor, offer=offer, at=world.at)
        with pytest.raises(NotAllowed):
            world.do(verbs.send_offer_link, actor=actor, offer=offer, at=world.at)
    world.do(verbs.confirm_offer, actor=link, offer=offer, at=world.at)
    assert (now(world, offer).confirmed_at, now(world, offer).confirmed_by_id) == (world.at, None)
    for verb in CLOCK:
        with pytest.raises(NotAllowed):
            world.do(verb, actor=world.actor("sven"), offer_id=offer.id, at=world.at)
