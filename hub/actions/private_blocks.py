"""Time a coach keeps for themselves: in nobody's sight, and nobody is visited then."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.booking import OWN, Booking, BookingState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, feeds, participants
from hub.queries.sent_forms import found_before

LONGEST = timedelta(days=42)


def block_time(
    session: Session,
    *,
    actor: Actor,
    starts_at: datetime,
    ends_at: datetime,
    title: str = "",
    idempotency_key: str | None = None,
    at: datetime,
) -> Booking:
    """Keep own time free of visits; the title is sealed and nobody else's. Raises InvalidInput (422), RuleBroken (409).

    The same key twice gives the same block back. Locks the coach.
    """
    require(actor, Permission.MAKE_APPOINTMENT)
    _require_sound(starts_at, ends_at, at)
    participants.lock_coach(session, actor.user_id or 0)
    wanted = (actor.user_id, starts_at, ends_at, title or None)
    if earlier := found_before(session, idempotency_key, lambda one: one.is_block and _what(one) == wanted):
        return earlier
    zero = timedelta(0)
    if bookings.find_coach_overlap(session, actor.user_id or 0, starts_at, ends_at, travel=zero, talk=False):
        raise RuleBroken(N_("In dieser Zeit haben Sie schon etwas vor, die Fahrt mitgerechnet."))
    booking = Booking(
        coach_id=actor.user_id,
        access=OWN,
        state=BookingState.CONFIRMED,
        starts_at=starts_at,
        ends_at=ends_at,
        title=title or None,
        made_by="coach",
        made_by_id=actor.user_id,
        idempotency_key=idempotency_key,
        created_at=at,
        changed_at=at,
    )
    session.add(booking)
    session.flush()
    log.record(session, actor=actor, action="block.made", thing=booking, at=at)
    feeds.raise_revisions(session, users=[actor.user_id])
    return booking


def _what(one: Booking) -> tuple[object, ...]:
    return one.coach_id, one.starts_at, one.ends_at, one.title


def _require_sound(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= at:
        raise InvalidInput(fields={"starts": N_("Dieser Zeitpunkt ist schon vorbei.")})
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise InvalidInput(fields={"ends": N_("Das Ende liegt nach dem Anfang, höchstens sechs Wochen später.")})
