"""A coach's own appointments: home visits and talks, with the journey as occupied time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, PersonElsewhere, SomebodyWasFaster, StepNotPossible
from hub.i18n import N_
from hub.models.booking import OWN, Booking, BookingState
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, busy_dates, feeds, participants
from hub.queries.coach_time import home_of
from hub.queries.participations import require_not_over
from hub.queries.sent_forms import found_before

LONGEST = timedelta(hours=8)
LONGEST_TRAVEL = bookings.LONGEST_TRAVEL
ON_THE_WAY = N_("Zu dieser Zeit sind Sie schon unterwegs, die Fahrt mitgerechnet.")


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
    municipality_code: str | None = None,
    idempotency_key: str | None = None,
    at: datetime,
) -> Booking:
    """Enter a visit with a person into the coach's own time; `travel_minutes` is the journey before, and after.

    `municipality_code` is the person's town, of a visit at home. Raises PersonElsewhere (409) when the person or the
    coach is somewhere else then, RuleBroken (409) after the participation. The person's row is locked before the
    coach's.
    """
    require(actor, Permission.MAKE_APPOINTMENT)
    require(actor, Permission.SEE_PERSON, participant)
    _require_sound(starts_at, ends_at, travel_minutes, at)
    participants.lock_participant(session, participant.id)
    participants.lock_coach(session, actor.user_id or 0)
    wanted = (participant.id, actor.user_id, starts_at, ends_at, travel_minutes, title or None, address)
    if earlier := found_before(session, idempotency_key, lambda one: _what(one) == wanted):
        return earlier
    require_not_over(session, participant.id, starts_at)
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
        municipality_code=municipality_code,
        made_by="coach",
        made_by_id=actor.user_id,
        idempotency_key=idempotency_key,
        created_at=at,
        changed_at=at,
    )
    _require_time(session, booking, starts_at, ends_at, travel_minutes)
    booking.participant = participant
    session.add(booking)
    session.flush()
    _tell(session, actor, booking, "appointment.made", at)
    return booking


def move_appointment(
    session: Session,
    *,
    actor: Actor,
    booking: Booking,
    starts_at: datetime,
    ends_at: datetime,
    travel_minutes: int,
    seen: int | None = None,
    at: datetime,
) -> None:
    """Move an own visit or private time: the same row, so that calendars move the entry.

    Sent twice it is one move. `seen` is the sequence that was shown. Raises StepNotPossible, PersonElsewhere,
    RuleBroken and SomebodyWasFaster (409).
    """
    require(actor, Permission.MAKE_APPOINTMENT, booking)
    if booking.access != OWN or booking.slot_id is not None or booking.coach_id != actor.user_id:
        raise StepNotPossible
    if booking.state is not BookingState.CONFIRMED or booking.ends_at <= at:
        raise StepNotPossible
    if (booking.starts_at, booking.ends_at, booking.travel_minutes) == (starts_at, ends_at, travel_minutes):
        return
    if seen is not None and booking.sequence != seen:
        raise SomebodyWasFaster
    _require_sound(starts_at, ends_at, travel_minutes, at)
    if booking.participant is not None:
        participants.lock_participant(session, booking.participant.id)
    participants.lock_coach(session, actor.user_id or 0)
    if booking.participant is not None:
        require_not_over(session, booking.participant.id, starts_at)
    _require_time(session, booking, starts_at, ends_at, travel_minutes)
    times = {"starts_at": starts_at, "ends_at": ends_at, "travel_minutes": travel_minutes}
    bookings.change_booking(session, booking, sequence=booking.sequence + 1, changed_at=at, **times)
    _tell(session, actor, booking, "appointment.moved", at)


def _require_time(
    session: Session, booking: Booking, starts_at: datetime, ends_at: datetime, travel_minutes: int
) -> None:
    """Raise PersonElsewhere (409) when person or coach is somewhere else then; both are locked."""
    person_id = booking.participant_id
    if person_id is not None and busy_dates.find_overlap(session, person_id, starts_at, ends_at, besides=booking.id):
        raise PersonElsewhere
    place: dict[str, Any] = {"town": booking.municipality_code or "", "talk": not booking.is_block}
    if booking.municipality_code:
        place["door"] = home_of(person_id)
    way = timedelta(minutes=travel_minutes)
    span = (booking.coach_id or 0, starts_at, ends_at)
    if bookings.find_coach_overlap(session, *span, travel=way, besides=booking.id, **place):
        raise PersonElsewhere(ON_THE_WAY)


def _tell(session: Session, actor: Actor, booking: Booking, action: str, at: datetime) -> None:
    person = booking.participant
    about = [person] if person is not None else []
    log.record(session, actor=actor, action=action, thing=booking, about=about, fields=["B1"], at=at)
    coach_id = person.coach_id if person is not None else None
    feeds.raise_revisions(session, participants=[booking.participant_id], users=[booking.coach_id, coach_id])


def _what(one: Booking) -> tuple[object, ...]:
    """Return what a form asked for: an own appointment has no date of a partner, and is what was written, no other."""
    asked = (one.starts_at, one.ends_at, one.travel_minutes, one.title, one.address)
    return (one.participant_id, one.coach_id if one.slot_id is None else None, *asked)


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
