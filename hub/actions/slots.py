"""What partners do with one date: move it or call it off, with everybody who is booked; and the verbs of series."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import bookings, log, notices
from hub.actions.notices import Facts
from hub.actions.series import extend_series, keep_day, publish_series
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.location import Room
from hub.models.series import ExceptionKind, SeriesException
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, own_offers, room_ticks
from hub.queries import series as series_queries
from hub.queries import slots as slot_queries
from hub.queries.states import move, require_version

__all__ = ["call_off_slot", "extend_series", "keep_day", "move_slot", "publish_series"]


def move_slot(
    session: Session,
    *,
    actor: Actor,
    slot: Slot,
    starts_at: datetime,
    ends_at: datetime,
    room: Room | None = None,
    version: int | None = None,
    at: datetime,
) -> int:
    """Move a date (aware instants) with all its bookings, to another room if one is given; return how many are booked.

    In a series the move is an exception that survives. People who are elsewhere at the new time keep both: the caller
    shows their number before (`consequences`). Raises InvalidInput (422), RuleBroken (409) when the room is taken or
    the date has begun, SomebodyWasFaster (409) for a stale form.
    """
    require(actor, Permission.EDIT_OFFER, slot.offer)
    require_version(slot, version)
    _require_coming(slot, at)
    _check_times(starts_at, ends_at, at)
    room_id = slot.room_id
    if room is not None and room.id != slot.room_id:
        room_id = _usable_room(session, actor, room)
    location_id = room.location_id if room is not None and room_id != slot.room_id else slot.location_id
    changes = {"starts_at": starts_at, "ends_at": ends_at, "room_id": room_id, "location_id": location_id}
    slot_queries.change_slot(session, slot, at=at, **changes)
    _note_exception(session, slot, ExceptionKind.MOVED, at)
    moved = bookings.move_bookings_with_slot(session, slot=slot, at=at)
    room_ticks.free_room(session, slot)
    room_ticks.take_room(session, [slot])
    _tell(session, actor, "slot.moved", slot, moved, at)
    return len(moved)


def call_off_slot(session: Session, *, actor: Actor, slot: Slot, version: int | None = None, at: datetime) -> int:
    """Call a date off: its bookings end, its room is free again; return how many were booked.

    In a series it is an exception that survives. Raises StepNotPossible, SomebodyWasFaster (409).
    """
    require(actor, Permission.EDIT_OFFER, slot.offer)
    require_version(slot, version)
    _require_coming(slot, at)
    move(session, slot, SlotState.CALLED_OFF, at=at, sequence=slot.sequence + 1)
    _note_exception(session, slot, ExceptionKind.CALLED_OFF, at)
    ended = bookings.call_off_bookings(session, slot=slot, at=at)
    room_ticks.free_room(session, slot)
    _tell(session, actor, "slot.called_off", slot, ended, at)
    return len(ended)


def _require_coming(slot: Slot, at: datetime) -> None:
    if slot.state is not SlotState.PLANNED:
        raise StepNotPossible(N_("Dieser Termin ist schon abgesagt."))
    if slot.starts_at <= at:
        raise StepNotPossible(N_("Dieser Termin hat schon begonnen."))


def _check_times(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if starts_at <= at:
        raise InvalidInput(fields={"day": N_("Diese Zeit ist schon vorbei.")})
    if ends_at <= starts_at:
        raise InvalidInput(fields={"end": N_("Das Ende liegt vor dem Beginn.")})


def _usable_room(session: Session, actor: Actor, room: Room) -> int:
    location = own_offers.find_usable_location(session, actor, room.location_id)
    if location is None or not own_offers.may_use_room(actor, location, room):
        raise RuleBroken(N_("Diesen Raum können Sie nicht belegen."))
    return room.id


def _note_exception(session: Session, slot: Slot, kind: ExceptionKind, at: datetime) -> None:
    if slot.series_id is None or slot.occurrence_on is None:
        return
    exception = series_queries.find_exception(session, slot)
    if exception is None:
        exception = SeriesException(
            series_id=slot.series_id,
            occurrence_on=slot.occurrence_on,
            occurrence_index=slot.occurrence_index,
            created_at=at,
        )
        session.add(exception)
    exception.kind = kind
    exception.starts_at, exception.ends_at, exception.room_id = slot.starts_at, slot.ends_at, slot.room_id


def _tell(session: Session, actor: Actor, event: str, slot: Slot, concerned: list[Booking], at: datetime) -> None:
    """Log it, tell the coaches of all concerned, raise the feeds that show it; the last step of each verb."""
    people = [booking.participant for booking in concerned if booking.participant is not None]
    coach_ids = frozenset(person.coach_id for person in people if person.coach_id)
    purpose = actor.purpose_for(slot.offer.organisation_id)
    log.record(session, actor=actor, action=event, thing=slot, about=people, purpose=purpose, at=at)
    notices.announce(session, event, Facts(slot=slot, coach_ids=coach_ids), at=at)
    feeds.raise_revisions(
        session,
        participants=[person.id for person in people],
        users=coach_ids,
        organisations=[slot.offer.organisation_id],
    )
