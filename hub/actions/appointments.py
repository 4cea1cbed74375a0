"""A coach's own appointments: home visits and talks, with the journey as occupied time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, PersonElsewhere
from hub.i18n import N_
from hub.models.booking import OWN, Booking, BookingState
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, feeds, participants

LONGEST = timedelta(hours=8)
LONGEST_TRAVEL = bookings.LONGEST_TRAVEL


@dataclass(frozen=True)
class Journey:
    """How long a drive takes: five minutes to start, great-circle kilometres × 1.4 at 45 km/h, rounded up to five."""

    kilometres: float

    @property
    def minutes(self) -> int:
        """Approximate minutes one way."""
        return ceil((5 + self.kilometres * 1.4 / 45 * 60) / 5) * 5


def make_appointment(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    starts_at: datetime,
    ends_at: datetime,
    travel_minutes: int = 0,
    title: str = "",
    address: dict[str, str] | None = None,
    idempotency_key: str | None = None,
    at: datetime,
) -> Booking:
    """Enter a visit with a person into the coach's own time; `travel_minutes` is the journey before, and after.

    Raises PersonElsewhere (409) when the person or the coach is somewhere else then. The person's row is locked before
    the coach's.
    """
    require(actor, Permission.MAKE_APPOINTMENT)
    require(actor, Permission.SEE_PERSON, participant)
    _require_sound(starts_at, ends_at, travel_minutes, at)
    participants.lock_participant(session, participant.id)
    participants.lock_coach(session, actor.user_id or 0)
    if earlier := bookings.find_by_key(session, idempotency_key):
        return earlier
    if bookings.find_overlap(session, participant.id, starts_at, ends_at):
        raise PersonElsewhere
    travel = timedelta(minutes=travel_minutes)
    if bookings.find_coach_overlap(session, actor.user_id or 0, starts_at, ends_at, travel=travel):
        raise PersonElsewhere(N_("Zu dieser Zeit sind Sie schon unterwegs, die Fahrt mitgerechnet."))
    booking = Booking(
        participant_id=participant.id,
        coach_id=actor.user_id,
        access=OWN,
        state=BookingState.CONFIRMED,
        starts_at=starts_at,
        ends_at=ends_at,
        travel_minutes=travel_minutes,
        title=title or None,
        address=address,
        made_by="coach",
        made_by_id=actor.user_id,
        idempotency_key=idempotency_key,
        created_at=at,
        changed_at=at,
    )
    booking.participant = participant
    session.add(booking)
    session.flush()
    log.record(
        session, actor=actor, action="appointment.made", thing=booking, about=[participant], fields=["B1"], at=at
    )
    feeds.raise_revisions(session, participants=[participant.id], users=[actor.user_id, participant.coach_id])
    return booking


def _require_sound(starts_at: datetime, ends_at: datetime, travel_minutes: int, at: datetime) -> None:
    fields = {}
    if starts_at <= at:
        fields["starts"] = N_("Dieser Zeitpunkt ist schon vorbei.")
    if not starts_at < ends_at <= starts_at + LONGEST:
        fields["minutes"] = N_("Ein Besuch dauert zwischen fünf Minuten und acht Stunden.")
    if not timedelta(0) <= timedelta(minutes=travel_minutes) <= LONGEST_TRAVEL:
        fields["travel_minutes"] = N_("Bitte höchstens vier Stunden Fahrt.")
    if fields:
        raise InvalidInput(fields=fields)
