"""Making, renewing, changing and ending one's own secret calendar addresses; a token is returned once, never kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import log
from hub.actions.consent_answers import express_consent
from hub.actions.consents import request_feed
from hub.errors import ConsentMissing, InvalidInput, NotAllowed, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.consent import ConsentForm, ConsentState
from hub.models.participant import Participant
from hub.models.subscription import PUBLIC_KINDS, FeedKind, Level, Subscription
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, participants, subscription_care
from hub.queries.consent_steps import step
from hub.queries.consents import list_same
from hub.queries.feed_kinds import may_have
from hub.queries.subscriptions import (
    carried,
    consent_ends,
    has_feed_consent,
    lock_own_subscriptions,
    lock_subscription,
    most_telling,
)

MOST = 10
LONGEST_NAME = 40
ALARMS = frozenset({60, 1440})  # minutes before each date: an hour, a day
CHOSEN = ("kind", "name", "level", "initials", "locale", "alarms")
OWNED = ("participant_id", "user_id", "organisation_id", "offer_id", "room_id")


@dataclass(frozen=True)
class Owner:
    """Whose a new feed is to be."""

    participant_id: int | None
    user_id: int | None


def make_subscription(
    session: Session,
    *,
    actor: Actor,
    kind: FeedKind,
    name: str,
    level: Level = Level.DISCREET,
    organisation_id: int | None = None,
    offer_id: int | None = None,
    room_id: int | None = None,
    initials: bool = False,
    locale: str = "de",
    alarms: Collection[int] = (),
    at: datetime,
) -> tuple[Subscription, str]:
    """Make a feed of one's own and return it with its token (160 bits), which nobody can read again.

    A person gives the calendar consent (E5) by this very act; its words must have been shown before. Raises NotAllowed
    (403) for a kind that is not the actor's, InvalidInput (422) for a name in use, RuleBroken (409) beyond ten feeds.
    """
    require(actor, Permission.MAKE_OWN_SUBSCRIPTION, Owner(actor.participant_id, actor.user_id))
    about = {"organisation_id": organisation_id, "offer_id": offer_id, "room_id": room_id}
    _require_kind(session, actor, Subscription(kind=kind, **about), at)
    person = _lock_person(session, actor, at)
    own = lock_own_subscriptions(session, actor)
    name = _require_name(name, own)
    _require_few(own)
    if person is not None:
        _give_consent(session, actor, person, level, own, locale, at)
    subscription, token = _new(
        Subscription(
            kind=kind,
            participant_id=actor.participant_id,
            user_id=actor.user_id,
            **about,
            name=name,
            level=level,
            initials=initials,
            locale=locale,
            alarms=_require_alarms(alarms),
            created_at=at,
        )
    )
    session.add(subscription)
    session.flush()
    _log(session, actor, "subscription.made", subscription, person, at)
    return subscription, token


def rotate_subscription(
    session: Session, *, actor: Actor, subscription: Subscription, at: datetime
) -> tuple[Subscription, str]:
    """Give a feed a new address and return it with its token; the old one shows an empty calendar from now on.

    So comes back, for thirty days, what a coach blocked or nobody fetched. Raises StepNotPossible (409) for any other
    that has ended, ConsentMissing where the person's consent (E5) no longer carries it, InvalidInput for a name in use.
    """
    require(actor, Permission.MAKE_OWN_SUBSCRIPTION, subscription)
    person = _lock_person(session, actor, at)
    subscription = subscription_care.lock_renewable(session, subscription, at=at)
    if subscription.ended_at is None:
        _end(subscription, "rotated", at)
    else:
        _require_may_return(session, actor, person, subscription, at)
        subscription.ended_why = "rotated"  # it comes back only once
    chosen = {name: getattr(subscription, name) for name in (*CHOSEN, *OWNED)}
    fresh, token = _new(Subscription(**chosen, created_at=at))
    session.add(fresh)
    session.flush()
    _log(session, actor, "subscription.rotated", fresh, person, at)
    return fresh, token


def change_level(
    session: Session, *, actor: Actor, subscription: Subscription, level: Level, at: datetime
) -> Subscription:
    """Let a person's feed tell more or less at the same address; a new consent is linked to the one before."""
    require(actor, Permission.MAKE_OWN_SUBSCRIPTION, subscription)
    person = _lock_person(session, actor, at)
    subscription = _lock_running(session, subscription)
    if person is None:
        raise NotAllowed
    others = [row for row in lock_own_subscriptions(session, actor) if row.id != subscription.id]
    _give_consent(session, actor, person, level, others, subscription.locale, at)
    _log(session, actor, "subscription.changed", subscription, person, at)
    subscription.level = level
    subscription.revision += 1
    return subscription


def change_alarms(
    session: Session, *, actor: Actor, subscription: Subscription, alarms: Collection[int], at: datetime
) -> None:
    """Let a feed carry reminders so many minutes before each date, or none; InvalidInput for minutes not offered."""
    require(actor, Permission.MAKE_OWN_SUBSCRIPTION, subscription)
    chosen = _require_alarms(alarms)
    person = _lock_person(session, actor, at)
    subscription = _lock_running(session, subscription)
    if chosen == subscription.alarms:
        return
    subscription.alarms = chosen
    subscription.revision += 1
    _log(session, actor, "subscription.alarms_changed", subscription, person, at)


def change_word(session: Session, *, actor: Actor, word: str, at: datetime) -> None:
    """Let a person choose the neutral word that stands in their calendars instead of a title."""
    require(actor, Permission.MAKE_OWN_SUBSCRIPTION, Owner(actor.participant_id, None))
    person = _lock_person(session, actor, at)
    word = " ".join(word.split())
    if person is None or not 1 <= len(word) <= LONGEST_NAME:
        raise InvalidInput(fields={"word": N_("Bitte ein kurzes Wort, höchstens 40 Zeichen.")})
    if word != person.neutral_word:
        person.neutral_word = word
        feeds.raise_revisions(session, participants=[person.id])


def end_subscription(session: Session, *, actor: Actor, subscription: Subscription, at: datetime) -> None:
    """End a feed: its address shows an empty calendar for thirty days, then nothing."""
    require(actor, Permission.END_SUBSCRIPTION, subscription)
    person = _lock_person(session, actor, at)
    subscription = _lock_running(session, subscription)
    _end(subscription, "revoked", at)
    _log(session, actor, "subscription.ended", subscription, person, at)


def _require_kind(session: Session, actor: Actor, feed: Subscription, at: datetime) -> None:
    if feed.kind in PUBLIC_KINDS or not may_have(session, actor, feed, at=at):
        raise NotAllowed


def _require_name(name: str, own: list[Subscription]) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(fields={"name": N_("Bitte ein kurzer Name, höchstens 40 Zeichen.")})
    if name.casefold() in {row.name.casefold() for row in own}:
        taken = N_("So heißt schon einer Ihrer Kalender. Bitte nehmen Sie einen anderen Namen.")
        raise InvalidInput(fields={"name": taken})
    return name


def _require_alarms(alarms: Collection[int]) -> list[int]:
    if not ALARMS.issuperset(alarms):
        raise InvalidInput(fields={"alarms": N_("Bitte wählen Sie eines.")})
    return sorted(set(alarms))


def _require_may_return(
    session: Session, actor: Actor, person: Participant | None, subscription: Subscription, at: datetime
) -> None:
    """Refuse to bring an ended feed back beyond ten, beside one of its name, or without a consent that carries it."""
    own = lock_own_subscriptions(session, actor)
    _require_kind(session, actor, subscription, at)
    _require_name(subscription.name, own)
    _require_few(own)
    if person is not None and consent_ends(session, person.id).get(subscription.level, at) <= at:
        raise ConsentMissing(N_("Dazu fehlt Ihr Ja. Bitte richten Sie den Kalender neu ein."))


def _require_few(own: list[Subscription]) -> None:
    if len(own) >= MOST:
        raise RuleBroken(N_("Mehr als {most} Kalender gehen nicht. Bitte beenden Sie zuerst einen alten.", most=MOST))


def _lock_running(session: Session, subscription: Subscription) -> Subscription:
    row = lock_subscription(session, subscription)
    if row.ended_at is not None:
        raise StepNotPossible
    return row


def _lock_person(session: Session, actor: Actor, at: datetime) -> Participant | None:
    """Return the person who acts, locked, so that two devices made at once do not give two consents; None for staff."""
    if actor.participant_id is None:
        return None
    participants.lock_participant(session, actor.participant_id)
    return participants.get_self(session, actor, at=at)


def _give_consent(
    session: Session,
    actor: Actor,
    person: Participant,
    chosen: Level,
    others: list[Subscription],
    locale: str,
    at: datetime,
) -> None:
    """Give the consent for the most telling of all own feeds it carries, unless the newest one says just that."""
    level = most_telling(chosen, carried(others, consent_ends(session, person.id), at=at))
    if has_feed_consent(session, person.id, level, at=at):
        return
    consent = request_feed(session, actor=actor, participant=person, level=level, locale=locale, at=at)
    express_consent(session, actor=actor, consent=consent, yes=True, form=ConsentForm.OWN_DEVICE, at=at)
    for older in list_same(session, consent):  # the new words stand in place of the old ones
        step(
            session,
            older,
            ConsentState.WITHDRAWN,
            expressed_by="participant",
            recorded_by_id=None,
            at=at,
            ended_at=at,
        )


def _new(subscription: Subscription) -> tuple[Subscription, str]:
    token = crypto.new_token()
    subscription.token_digest = crypto.token_digest(token)
    return subscription, token


def _end(subscription: Subscription, why: str, at: datetime) -> None:
    subscription.ended_at, subscription.ended_why = at, why
    subscription.body = subscription.parts = subscription.packed = None


def _log(
    session: Session, actor: Actor, action: str, subscription: Subscription, person: Participant | None, at: datetime
) -> None:
    about = [person] if person else []
    log.record(session, actor=actor, action=action, thing=subscription, about=about, at=at)
