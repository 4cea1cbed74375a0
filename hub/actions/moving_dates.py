"""Moving a day, a week or any other set of dates by some days, everybody booked with them; all or nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import bookings, log, notices
from hub.actions.behalf import tell_desks
from hub.actions.notices import Facts
from hub.actions.slot_steps import note_exception, require_changeable
from hub.errors import InvalidInput, SomebodyWasFaster
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.series import ExceptionKind
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require_each
from hub.queries import feeds, places, pools, room_ticks, series_rows
from hub.queries import series as series_queries
from hub.queries import slots as slot_queries
from hub.queries.bookings import coaches_of, people_of
from hub.queries.calling_off import lock_live_bookings
from hub.queries.disclosures import say_moment
from hub.queries.moved_dates import Moves, NewTimes, lock_moving, moves_of
from hub.queries.next_free import keep_next_free
from hub.queries.states import move


def move_dates(
    session: Session,
    *,
    actor: Actor,
    slots: Sequence[Slot],
    chosen: Sequence[Slot],
    days: int,
    expected: str,
    despite_busy: bool = False,
    at: datetime,
) -> int:
    """Move the chosen ones of these dates by so many days, wall time kept; return how many bookings that concerns.

    As `check_moves` and `carry_out_moves`, and each coach gets one notice.
    """
    require_each(actor, Permission.EDIT_OFFER, [slot.offer for slot in slots])
    found = check_moves(session, actor=actor, slots=slots, chosen=chosen, days=days, expected=expected, at=at)
    concerned = carry_out_moves(session, actor=actor, moves=found, chosen=chosen, despite_busy=despite_busy, at=at)
    _tell(session, actor, chosen, concerned, at)
    feeds.raise_for_dates(session, chosen, concerned)
    return len(concerned)


def check_moves(
    session: Session,
    *,
    actor: Actor,
    slots: Sequence[Slot],
    chosen: Sequence[Slot],
    days: int,
    expected: str,
    at: datetime,
) -> Moves:
    """Hold these dates until the transaction ends and return what moving the chosen ones does; nothing moves yet.

    `slots` are all dates that were shown and `expected` the digest of that; offers must be loaded. Locks: series, dates
    (with all sessions of their courses), each by id. Raises SomebodyWasFaster (409) when what was shown is no longer
    so, InvalidInput (422) for a date that cannot move.
    """
    require_each(actor, Permission.EDIT_OFFER, [slot.offer for slot in slots])
    if not chosen:
        raise InvalidInput(N_("Bitte wählen Sie mindestens einen Termin."))
    for series_id in sorted({slot.series_id for slot in chosen if slot.series_id is not None}):
        series_queries.lock_series(session, series_id)
    lock_moving(session, slots)
    found = moves_of(session, slots, {slot.id for slot in chosen}, days=days, at=at)
    if found.digest != expected:
        raise SomebodyWasFaster
    _require_movable(found, chosen, at)
    return found


def carry_out_moves(
    session: Session, *, actor: Actor, moves: Moves, chosen: Sequence[Slot], despite_busy: bool, at: datetime
) -> list[Booking]:
    """Move these dates as it was checked in this transaction, and return the bookings that stand; nobody is told yet.

    Whoever is elsewhere at the new time keeps both, as the preview has said. The caller tells the coaches and raises
    the feeds' revisions as its last step. Locks: pools, bookings, each by id; then the rooms, all given back before any
    is taken, so that dates may swap theirs. Raises RuleBroken (409) for a room taken in this very moment, RoomBusy
    (409) unless `despite_busy` for one whose calendar does not say that it is free.
    """
    require_each(actor, Permission.EDIT_OFFER, [slot.offer for slot in chosen])
    places.lock_pools(session, [slot.id for slot in chosen])
    lock_live_bookings(session, [slot.id for slot in chosen])
    times = {one.slot.id: one.times for one in moves.dates}
    in_order = sorted(chosen, key=lambda one: one.id)
    done = [(slot, _move(session, slot, times[slot.id], at)) for slot in in_order]
    series_rows.free_rooms(session, [slot.id for slot in chosen])
    room_ticks.take_room(session, chosen, despite_busy=despite_busy, at=at)
    keep_next_free(session, offer_ids=[slot.offer_id for slot in chosen], at=at)
    for slot, concerned in done:
        purpose = actor.purpose_for(slot.offer.organisation_id)
        log.record(
            session, actor=actor, action="slot.moved", thing=slot, about=people_of(concerned), purpose=purpose, at=at
        )
    return [booking for _, concerned in done for booking in concerned]


def _require_movable(found: Moves, chosen: Sequence[Slot], at: datetime) -> None:
    """Raise InvalidInput (422) that names the first date which stands in the way, StepNotPossible (409) if it began."""
    keys = {slot.id for slot in chosen}
    for one in found.dates:
        if one.slot.id not in keys:
            continue
        require_changeable(one.slot, at)
        if one.obstacle is not None:
            raise InvalidInput(
                N_(
                    "{when}: {reason} Bitte wählen Sie diesen Termin ab oder nehmen Sie einen anderen Tag.",
                    when=say_moment(one.slot.starts_at),
                    reason=one.obstacle,
                )
            )


def _move(session: Session, slot: Slot, new: NewTimes, at: datetime) -> list[Booking]:
    """Move one date with what it keeps, and its bookings, which stay the same rows; return those that stand."""
    if slot.state is SlotState.UNSETTLED:
        move(session, slot, SlotState.PLANNED, at=at)  # with a new day it is settled
    later = new.starts_at - slot.starts_at
    slot_queries.change_slot(session, slot, at=at, starts_at=new.starts_at, ends_at=new.ends_at)
    pools.move_releases(session, slot.id, by=later)
    note_exception(session, slot, ExceptionKind.MOVED, at)
    return bookings.move_bookings_with_slot(session, slot=slot, at=at)


def _tell(session: Session, actor: Actor, moved: Sequence[Slot], concerned: Sequence[Booking], at: datetime) -> None:
    """Tell each coach and office once."""
    only = moved[0] if len(moved) == 1 else None
    facts = Facts(slot=only, coach_ids=coaches_of(concerned), people=people_of(concerned))
    notices.announce(session, "slot.moved", facts, at=at)
    tell_desks(session, actor=actor, offers=[slot.offer for slot in moved], slot=only, at=at)
