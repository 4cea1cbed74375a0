"""Making, renewing, changing and ending one's own secret calendar addresses; a token is returned once, never kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import log
from hub.actions.consent_answers import express_consent
from hub.actions.consents import request_feed
from hub.errors import InvalidInput, NotAllowed, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.consent import ConsentForm, ConsentState
from hub.models.participant import Participant
from hub.models.subscription import FeedKind, Level, Subscription
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, participants
from hub.queries.consent_steps import step
from hub.queries.consents import list_same
from hub.queries.subscriptions import has_feed_consent, lock_own_subscriptions, lock_subscription, most_telling

MOST = 10
LONGEST_NAME = 40


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
    initials: bool = False,
    locale: str = "de",
    at: datetime,
) -> tuple[Subscription, str]:
    """Make a feed of one's own and return it with its token (160 bits), which nobody can read again.

    A person gives the calendar consent (E5) by this very act; its words must have been shown before. Raises NotAllowed
    (403) for a kind that is not the actor's, InvalidInput (422) for a name in use, RuleBroken (409) beyond ten feeds.
    """
    require(actor, Permission.MAKE_OWN_SUBSCRIPTION, Owner(actor.participant_id, actor.user_id))
    _require_kind(actor, kind, organisation_id)
    person = _lock_person(session, actor, at)
    own = lock_own_subscriptions(session, actor)
    name = _require_name(name, own)
    if len(own) >= MOST:
        raise RuleBroken(N_("Mehr als {most} Kalender gehen nicht. Bitte beenden Sie zuerst einen alten.", most=MOST))
    if person is not None:
        _give_consent(session, actor, person, [level, *(row.level for row in own)], locale, at)
    subscription, token = _new(
        Subscription(
            kind=kind,
            participant_id=actor.participant_id,
            user_id=actor.user_id,
            organisation_id=organisation_id,
            name=name,
            level=level,
            initials=initials,
            locale=locale,
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
    """Give a feed a new address and return it with its token; the old one shows an empty calendar from now on."""
    require(actor, Permission.MAKE_OWN_SUBSCRIPTION, subscription)
    person = _lock_person(session, actor, at)
    subscription = _lock_running(session, subscription)
    _end(subscription, "rotated", at)
    fresh, token = _new(
        Subscription(
            kind=subscription.kind,
            participant_id=subscription.participant_id,
            user_id=subscription.user_id,
            organisation_id=subscription.organisation_id,
            name=subscription.name,
            level=subscription.level,
            initials=subscription.initials,
            locale=subscription.locale,
            created_at=at,
        )
    )
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
    others = [row.level for row in lock_own_subscriptions(session, actor) if row.id != subscription.id]
    _give_consent(session, actor, person, [level, *others], subscription.locale, at)
    _log(session, actor, "subscription.changed", subscription, person, at)
    subscription.level = level
    subscription.revision += 1
    return subscription


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


def _require_kind(actor: Actor, kind: FeedKind, organisation_id: int | None) -> None:
    allowed = {
        FeedKind.PARTICIPANT: actor.kind is ActorKind.PERSON and organisation_id is None,
        FeedKind.COACH: actor.has(Role.COACH) and organisation_id is None,
        FeedKind.ORGANISATION: organisation_id in actor.partner_ids,
    }
    if not allowed[kind]:
        raise NotAllowed


def _require_name(name: str, own: list[Subscription]) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(fields={"name": N_("Bitte ein kurzer Name, höchstens 40 Zeichen.")})
    if name.casefold() in {row.name.casefold() for row in own}:
        taken = N_("So heißt schon einer Ihrer Kalender. Bitte nehmen Sie einen anderen Namen.")
        raise InvalidInput(fields={"name": taken})
    return name


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
    session: Session, actor: Actor, person: Participant, levels: list[Level], locale: str, at: datetime
) -> None:
    """Give the consent for the most telling of all own feeds, unless the newest one says just that."""
    level = most_telling(levels)
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
