"""What partners do with one date: move, call off, leave open, restore, change its places; and the verbs of series."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import bookings, courses, log, notices
from hub.actions.behalf import tell_desks
from hub.actions.calling_off import call_off_dates
from hub.actions.notices import Facts
from hub.actions.series import extend_series, keep_day, publish_series
from hub.actions.slot_steps import note_exception, require_changeable
from hub.actions.waiting import offer_places
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.location import Room
from hub.models.offer import Access, Form, OfferState
from hub.models.participant import Participant
from hub.models.series import ExceptionKind
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, own_offers, places, pools, room_ticks, waiting
from hub.queries import series as series_queries
from hub.queries import slots as slot_queries
from hub.queries.bookings import coaches_of, list_called_off, mark_untold, people_of
from hub.queries.next_free import keep_next_free
from hub.queries.states import move, require_version

__all__ = [
    "call_off_slot",
    "change_places",
    "extend_series",
    "keep_day",
    "move_slot",
    "publish_series",
    "restore_slot",
    "unsettle_slot",
]
MOST_PLACES = 500


def move_slot(
    session: Session,
    *,
    actor: Actor,
    slot: Slot,
    starts_at: datetime,
    ends_at: datetime,
    room: Room | None = None,
    version: int | None = None,
    despite_busy: bool = False,
    at: datetime,
) -> int:
    """Move a date (aware instants) with all its bookings, to another room if one is given; return how many are booked.

    In a series the move is an exception that survives. People who are elsewhere at the new time keep both: the caller
    shows their number before (`consequences`). Raises InvalidInput (422), RuleBroken (409) when the room is taken or
    the date has begun, RoomBusy (409) where its calendar does not say that it is free, for a lent room somebody has
    even with `despite_busy`, SomebodyWasFaster (409) for a stale form.
    """
    require(actor, Permission.EDIT_OFFER, slot.offer)
    require_version(slot, version)
    require_changeable(slot, at)
    _check_times(starts_at, ends_at, at)
    room_id = slot.room_id
    if room is not None and room.id != slot.room_id:
        room_id = _usable_room(session, actor, room)
    location_id = room.location_id if room is not None and room_id != slot.room_id else slot.location_id
    elsewhere = slot.is_elsewhere_with(location_id)
    changes = {"starts_at": starts_at, "ends_at": ends_at, "room_id": room_id, "location_id": location_id}
    settled = slot.state is SlotState.UNSETTLED
    if settled:
        waiting.lock_queues(session, [slot.id])
        move(session, slot, SlotState.PLANNED, at=at)  # with a new time it is settled
    later = starts_at - slot.starts_at
    slot_queries.change_slot(session, slot, at=at, **changes)
    pools.move_releases(session, slot.id, by=later)
    note_exception(session, slot, ExceptionKind.MOVED, at)
    moved = bookings.move_bookings_with_slot(session, slot=slot, elsewhere=elsewhere, at=at)
    offer_places(session, slot_ids=[slot.id] if settled else [], at=at)  # places given back while it was open
    room_ticks.free_room(session, slot)
    lent = slot.offer.form is Form.ROOM and bool(moved)  # whoever has it would stand before a closed door
    room_ticks.take_room(session, [slot], despite_busy=despite_busy and not lent, at=at)
    keep_next_free(session, offer_ids=[slot.offer_id], at=at)
    _tell(session, actor, "slot.moved", slot, moved, at)
    return len(moved)


def call_off_slot(session: Session, *, actor: Actor, slot: Slot, version: int | None = None, at: datetime) -> int:
    """Call a date off: its bookings end, its room is free again; return how many were booked.

    In a series it is an exception that survives. Raises StepNotPossible, SomebodyWasFaster (409).
    """
    require(actor, Permission.CALL_OFF_SLOT, slot.offer)
    require_version(slot, version)
    return call_off_dates(session, actor=actor, slots=[slot], how="call_off", at=at)


def unsettle_slot(session: Session, *, actor: Actor, slot: Slot, version: int | None = None, at: datetime) -> int:
    """Leave open what becomes of a planned date: no new bookings, who is booked stays; return how many are booked.

    Raises StepNotPossible, SomebodyWasFaster (409).
    """
    require(actor, Permission.CALL_OFF_SLOT, slot.offer)
    require_version(slot, version)
    if slot.state is SlotState.UNSETTLED:
        raise StepNotPossible
    return call_off_dates(session, actor=actor, slots=[slot], how="unsettle", at=at)


def restore_slot(
    session: Session,
    *,
    actor: Actor,
    slot: Slot,
    version: int | None = None,
    despite_busy: bool = False,
    at: datetime,
) -> int:
    """Let a date take place after all; return how many people that concerns.

    Of an unsettled date all keep their places. The bookings of one that was called off stay ended, since their people
    may have other plans by now: their coaches are told and book again, and so are those of people who waited in vain,
    as nobody who waited may get the place of somebody who had one. Only who is still in a course gets the session back,
    which nobody can book alone. Raises StepNotPossible (409) for a date that has begun, RuleBroken (409) when the room
    is taken by now, RoomBusy (409) where its calendar does not say that it is free, SomebodyWasFaster (409).
    """
    require(actor, Permission.EDIT_OFFER, slot.offer)
    require_version(slot, version)
    before = slot.state
    if slot.offer.state is OfferState.ENDED:
        raise RuleBroken(N_("Dieses Angebot ist beendet."))
    if before is SlotState.CALLED_OFF and slot.starts_at <= at:
        raise StepNotPossible(N_("Dieser Termin hat schon begonnen."))
    if slot.series_id is not None:
        series_queries.lock_series(session, slot.series_id)  # before the date, as whoever changes a series does
    whole = slot.course_id is not None and before is SlotState.CALLED_OFF
    had = [booking.participant_id for booking in list_called_off(session, slot.id)] if whole else []
    waiting.lock_queues(session, [slot.id], people=had)
    move(session, slot, SlotState.PLANNED, at=at, sequence=slot.sequence + 1)
    if before is SlotState.UNSETTLED:
        concerned = bookings.move_bookings_with_slot(session, slot=slot, at=at)
    else:
        concerned = list_called_off(session, slot.id)
        mark_untold(session, concerned)  # so that it stands on the coach's day again
        courses.rejoin_session(session, slot=slot, called_off=concerned if whole else [], at=at)
        room_ticks.take_room(session, [slot], despite_busy=despite_busy, at=at)
    series_queries.settle_exception(session, slot, at=at)
    offer_places(session, slot_ids=[slot.id], at=at)  # places given back while it was open
    waited = waiting.list_in_vain(session, slot.id) if before is SlotState.CALLED_OFF else []
    _tell(session, actor, "slot.restored", slot, concerned, at, waited)
    return len(concerned)


def change_places(
    session: Session, *, actor: Actor, slot: Slot, number: int, version: int | None = None, at: datetime
) -> None:
    """Give one planned date another number of places; kept ones stay, the open ones grow or shrink.

    Drop-in dates may have none (0). Raises InvalidInput (422) below what is taken or kept, SomebodyWasFaster (409).
    """
    require(actor, Permission.EDIT_OFFER, slot.offer)
    require_version(slot, version)
    require_changeable(slot, at)
    if slot.state is not SlotState.PLANNED:
        raise StepNotPossible(N_("Bitte klären Sie zuerst, ob der Termin stattfindet."))
    if slot.offer.form is Form.ROOM:
        raise StepNotPossible(N_("Ein Raum wird als Ganzes verliehen."))
    if not (0 if slot.offer.access is Access.OPEN else 1) <= number <= MOST_PLACES:
        raise InvalidInput(fields={"number": N_("Bitte eine Zahl von 1 bis {most}.", most=MOST_PLACES)})
    more = number - slot.places
    if more > 0:
        waiting.lock_queues(session, [slot.id])
    slot_queries.change_slot(session, slot, at=at, places=number)
    if not places.widen_open_pool(session, slot_id=slot.id, by=more):
        raise InvalidInput(
            fields={"number": N_("So viele Plätze sind schon vergeben oder gehalten. Weniger geht nicht.")}
        )
    note_exception(session, slot, ExceptionKind.CHANGED, at)
    log.record(
        session,
        actor=actor,
        action="slot.places_changed",
        thing=slot,
        purpose=actor.purpose_for(slot.offer.organisation_id),
        at=at,
    )
    offer_places(session, slot_ids=[slot.id] if more > 0 else [], at=at)
    keep_next_free(session, offer_ids=[slot.offer_id], at=at)
    feeds.raise_revisions(session, organisations=[slot.offer.organisation_id])


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


def _tell(
    session: Session,
    actor: Actor,
    event: str,
    slot: Slot,
    concerned: list[Booking],
    at: datetime,
    waited: Sequence[Participant] = (),
) -> None:
    """Log it, tell the coaches of all concerned, raise the feeds that show it; the last step of each verb."""
    people = [*people_of(concerned), *waited]
    coach_ids = coaches_of(concerned) | {person.coach_id for person in waited if person.coach_id}
    purpose = actor.purpose_for(slot.offer.organisation_id)
    log.record(session, actor=actor, action=event, thing=slot, about=people, purpose=purpose, at=at)
    notices.announce(session, event, Facts(slot=slot, coach_ids=coach_ids, people=people), at=at)
    tell_desks(session, actor=actor, offers=[slot.offer], slot=slot, at=at)
    feeds.raise_revisions(
        session,
        participants=[person.id for person in people],
        users=coach_ids,
        organisations=[slot.offer.organisation_id],
    )
