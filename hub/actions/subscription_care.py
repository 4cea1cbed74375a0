"""What a coach does about a person's calendars without ever seeing an address, and what becomes of unused ones."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log
from hub.actions.consents import request_feed
from hub.errors import RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.consent import Consent
from hub.models.participant import Participant
from hub.models.subscription import FeedKind, Level, Subscription
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import participants, subscription_care, subscriptions
from hub.queries.disclosures import say_day
from hub.queries.subscription_care import BLOCKED, TO_ANSWER, UNUSED


def block_subscription(
    session: Session, *, actor: Actor, participant: Participant, subscription: Subscription, at: datetime
) -> None:
    """End one feed of a person whose telephone is lost; its address is empty from now on.

    For thirty days the person gets it back with a new link on their own page, behind card and PIN (R-CAL-10).
    """
    require(actor, Permission.BLOCK_SUBSCRIPTION, participant)
    row = _lock(session, participant, subscription)
    subscriptions.end_feed(session, row.id, at=at, why=BLOCKED)
    log.record(session, actor=actor, action="subscription.blocked", thing=row, about=[participant], at=at)


def ask_for_subscription(session: Session, *, actor: Actor, participant: Participant, at: datetime) -> Consent:
    """Propose to a person to have their dates in a calendar of their own: the question stands on their own page.

    It is the consent (E5) at the level that tells least; no address is made. Raises RuleBroken (409) where the person
    has said yes already, and within thirty days of the last proposal or of a no (R-LAW-11).
    """
    require(actor, Permission.ASK_FOR_SUBSCRIPTION, participant)
    newest = subscriptions.newest_feed_consent(session, participant.id)
    if newest is not None and newest.is_live(at):
        raise RuleBroken(N_("Das Ja ist schon da. Einen neuen Link gibt es auf der eigenen Seite."))
    rests_until = subscription_care.rests_until(session, participant.id, at=at)
    if rests_until is not None:
        day = say_day(rests_until)
        raise RuleBroken(N_("Das ist schon vorgeschlagen. Bitte fragen Sie vor dem {day} nicht noch einmal.", day=day))
    level, locale = Level.DISCREET, participant.locale
    return request_feed(session, actor=actor, participant=participant, level=level, locale=locale, at=at)


def keep_subscription(
    session: Session, *, actor: Actor, participant: Participant, subscription: Subscription, at: datetime
) -> None:
    """Note that a feed which nobody fetched for long is still needed; the ninety days begin anew (R-CAL-12)."""
    require(actor, Permission.KEEP_SUBSCRIPTION, participant)
    row = _lock_asked(session, participant, subscription)
    row.asked_at, row.kept_on = None, clock.local_date(at)
    log.record(session, actor=actor, action="subscription.kept", thing=row, about=[participant], at=at)


def give_up_subscription(
    session: Session, *, actor: Actor, participant: Participant, subscription: Subscription, at: datetime
) -> None:
    """End a feed that nobody fetches and nobody needs; the person gets it back as a blocked one."""
    require(actor, Permission.KEEP_SUBSCRIPTION, participant)
    row = _lock_asked(session, participant, subscription)
    _end_unused(session, actor, row, participant, at)


def settle_quiet(session: Session, *, actor: Actor, subscription_id: int, at: datetime) -> bool:
    """Ask about a person's feed that nobody fetched for ninety days, and end it after thirty without an answer.

    A fetch in the meantime is an answer. A feed of staff ends after half a year without a question. False when nothing
    was to be done.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    row, quiet, quiet_of_staff = subscription_care.lock_to_settle(session, subscription_id, at=at)
    if row.ended_at is not None:
        return False
    if row.kind is not FeedKind.PARTICIPANT:
        if quiet_of_staff:
            _end_unused(session, actor, row, None, at)
        return quiet_of_staff
    if not quiet:
        known, row.asked_at = row.asked_at, None
        return known is not None
    if row.asked_at is None:
        row.asked_at = at
        about = [row.participant] if row.participant else []
        log.record(session, actor=actor, action="subscription.asked", thing=row, about=about, at=at)
        return True
    if row.asked_at > at - TO_ANSWER:
        return False
    _end_unused(session, actor, row, row.participant, at)
    return True


def _end_unused(session: Session, actor: Actor, row: Subscription, person: Participant | None, at: datetime) -> None:
    subscriptions.end_feed(session, row.id, at=at, why=UNUSED)
    about = [person] if person else []
    log.record(session, actor=actor, action="subscription.ended", thing=row, about=about, purpose=UNUSED, at=at)


def _lock_asked(session: Session, participant: Participant, subscription: Subscription) -> Subscription:
    """The same of one about which it was asked whether it is still needed."""
    row = _lock(session, participant, subscription)
    if row.asked_at is None:
        raise StepNotPossible
    return row


def _lock(session: Session, participant: Participant, subscription: Subscription) -> Subscription:
    """Return the running feed of this very person, locked after the person's own row."""
    participants.lock_participant(session, participant.id)
    row = subscriptions.lock_subscription(session, subscription)
    if row.ended_at is not None or row.participant_id != participant.id:
        raise StepNotPossible
    return row
