"""Changing a running series, for all coming dates or from one on, and ending it; whoever is booked keeps the place.

Locks are taken in one order: the series, who waits, the dates by id, pools, rooms, feed revisions last.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub import clock
from hub.actions import bookings, log, notices, waiting
from hub.actions.behalf import tell_desks
from hub.actions.calling_off import end_dates
from hub.actions.notices import Facts
from hub.errors import InvalidInput, RuleBroken, SomebodyWasFaster
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.offer import Form
from hub.models.series import Series
from hub.models.slot import PoolState, Slot
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, places, plans, room_ticks, series_rows
from hub.queries import series as series_queries
from hub.queries import slots as slot_queries
from hub.queries.bookings import coaches_of
from hub.queries.moved_dates import BUSY
from hub.queries.next_free import keep_next_free
from hub.queries.series import Plan
from hub.queries.series_dates import Kind, Row
from hub.queries.series_difference import Difference, difference, list_scope
from hub.queries.series_pairing import before
from hub.queries.waiting import lock_queues


class Removed(StrEnum):
    """What becomes of dates that fall out of a series although people are booked."""

    KEEP = "keep"  # they take place, as single dates
    UNSETTLE = "unsettle"
    CALL_OFF = "call_off"


def change_series(
    session: Session,
    *,
    actor: Actor,
    series: Series,
    plan: Plan,
    since: date,
    removed: Removed | None,
    expected: str,
    despite_busy: bool = False,
    at: datetime,
) -> Series:
    """Let a series follow another plan from a local day on, and return the series that holds its coming dates.

    The day may be today or later; earlier dates never change. When the old rule has dates before it, the old series
    ends the day before and a new one takes over the rest: the same rows, so that bookings and calendar entries stay
    what they are. `expected` is the digest of the difference that was shown, `removed` what becomes of dates that would
    go with people in them. Raises InvalidInput (422) for a plan that cannot be and where that choice is missing,
    SomebodyWasFaster (409) when the difference is no longer what was shown, RuleBroken (409) for a taken room, RoomBusy
    (409) unless `despite_busy` for one whose calendar does not say that it is free.
    """
    require(actor, Permission.EDIT_OFFER, series.offer)
    present = (series.location_id, series.room_id)
    plan = plans.require_plan(session, actor, series.offer, plan, present=present)
    despite_busy = despite_busy or series.offer.form is Form.ROOM  # that is asked about when a coach takes it
    said_before = series.despite_busy and plan.room_id == series.room_id
    plan = replace(plan, despite_busy=despite_busy or said_before)
    found = _hold(session, series, plan, since, expected, at)
    _require_sense(series, found, removed)
    target = _continued(session, series, plan, since, found.last, at)
    moved = _move_all(session, target, found, despite_busy, at)
    if target is not series and not series_rows.has_coming(session, series, at=at):
        series.ended_at = at
    ended = _settle(session, actor, found, removed, at)
    grown = [row.slot.id for row in found.of(Kind.PLACES, Kind.MOVED) if row.slot is not None]
    waiting.offer_places(session, slot_ids=grown, at=at)
    _tell(session, actor, "series.changed", target, moved, ended, at)
    return target


def end_series(
    session: Session,
    *,
    actor: Actor,
    series: Series,
    since: date,
    removed: Removed | None,
    expected: str,
    at: datetime,
) -> None:
    """Let nothing take place any more from a local day on; `removed` and `expected` as in `change_series`."""
    require(actor, Permission.EDIT_OFFER, series.offer)
    found = _hold(session, series, None, since, expected, at)
    _require_choice(found, removed)
    earlier = before(series.rule, since)
    if earlier is not None:
        series.rule = earlier
    series.version += 1
    _take_out(session, found)
    if not series_rows.has_coming(session, series, at=at):
        series.ended_at = at
    ended = _settle(session, actor, found, removed, at)
    _tell(session, actor, "series.ended", series, [], ended, at)


def _hold(session: Session, series: Series, plan: Plan | None, since: date, expected: str, at: datetime) -> Difference:
    """Lock the series and its dates, and return the difference, if it is still the one that was shown."""
    if since < clock.local_date(at):
        raise InvalidInput(fields={"since": N_("Was vorbei ist, ändert sich nicht mehr. Bitte einen Tag ab heute.")})
    series_queries.lock_series(session, series.id)
    if series.ended_at is not None:
        raise RuleBroken(N_("Diese Terminserie ist schon beendet."))
    lock_queues(session, [slot.id for slot in list_scope(session, series, since)])
    series_rows.lock_scope(session, series, since)
    found = difference(session, series, plan, since=since, at=at)
    if found.digest != expected:
        raise SomebodyWasFaster(
            N_("Inzwischen hat sich etwas geändert. Bitte sehen Sie noch einmal hin und bestätigen Sie dann.")
        )
    return found


def _require_sense(series: Series, found: Difference, removed: Removed | None) -> None:
    if series.offer.form is Form.ROOM and any(row.booked and row.room_taken for row in found.of(Kind.MOVED)):
        raise RuleBroken(BUSY)
    if series.course_id is not None and found.of(Kind.NEW, Kind.REMOVED):
        raise RuleBroken(N_("Ein Kurs behält die Zahl seiner Termine. Zeit, Raum und Plätze können Sie ändern."))
    if not found.of(Kind.NEW, Kind.UNCHANGED, Kind.PLACES, Kind.MOVED):
        raise InvalidInput(N_("So kommt kein einziger Termin zustande. Bitte prüfen Sie Beginn und Ende."))
    _require_choice(found, removed)


def _require_choice(found: Difference, removed: Removed | None) -> None:
    if found.undecided and removed is None:
        raise InvalidInput(fields={"removed": N_("Bitte wählen Sie, was aus den gebuchten Terminen wird.")})


def _continued(session: Session, series: Series, plan: Plan, since: date, last: date, at: datetime) -> Series:
    """Return the series that keeps the plan: this one, or a new one where the old rule goes on until the day before."""
    earlier = before(series.rule, since) if since > clock.local_date(at) else None
    target = series
    if earlier is not None:
        series.rule = earlier
        target = Series(offer_id=series.offer_id, course_id=series.course_id, created_at=at)
        session.add(target)
    series.version += 1
    plans.lay_down(target, plan)
    target.made_until_on = last
    session.flush()
    set_committed_value(target, "offer", series.offer)
    return target


def _move_all(session: Session, target: Series, found: Difference, despite_busy: bool, at: datetime) -> list[Booking]:
    """Write what the difference says and return the bookings that moved with their dates."""
    _take_out(session, found)
    moved, named = found.of(Kind.MOVED), [row for row in found.rows if row.slot is not None and row.key is not None]
    series_rows.free_rooms(session, [row.slot.id for row in moved if row.slot])
    names = {row.slot.id: row.key for row in named if row.slot and row.key}
    exceptions = [(row.exception, row.key) for row in named if row.exception and row.key]
    series_rows.rename(session, target.id, names, [*exceptions, *found.out])
    concerned = [one for row in found.of(Kind.MOVED, Kind.PLACES) for one in _change(session, target, row, at)]
    new = [
        plans.slot_of(target, row.key, (row.starts_at, row.ends_at), room_id=row.room_id, at=at)
        for row in found.of(Kind.NEW)
        if row.key is not None
    ]
    session.add_all(new)
    session.flush()
    slots = [*(row.slot for row in moved if row.slot), *new]
    room_ticks.take_room(session, slots, despite_busy=despite_busy, at=at)
    series_rows.set_crowding(session, names, target.crowding)
    return concerned


def _take_out(session: Session, found: Difference) -> None:
    going = found.of(Kind.REMOVED)
    exceptions = [row.exception for row in going if row.exception is not None]
    series_rows.take_out(session, [row.slot for row in going if row.slot is not None], exceptions)


def _change(session: Session, target: Series, row: Row, at: datetime) -> list[Booking]:
    """Change one date with pools, exception and bookings, the same rows as before; return the bookings that moved."""
    slot = row.slot
    if slot is None:
        return []
    more, later = row.places - slot.places, row.starts_at - slot.starts_at
    elsewhere = slot.is_elsewhere_with(row.location_id)
    values: dict[str, Any] = {"location_id": row.location_id, "room_id": row.room_id, "places": row.places}
    if row.retimed:
        values |= {"starts_at": row.starts_at, "ends_at": row.ends_at}
    slot_queries.change_slot(session, slot, at=at, **values)
    if more and not places.widen_open_pool(session, slot_id=slot.id, by=more):
        raise SomebodyWasFaster
    if later:
        _keep_as_long(target, slot, later)
    if row.exception is not None:
        row.exception.starts_at, row.exception.ends_at = slot.starts_at, slot.ends_at
        row.exception.room_id, row.exception.places = slot.room_id, slot.places
    if row.kind is not Kind.MOVED:
        return []
    return bookings.move_bookings_with_slot(session, slot=slot, elsewhere=elsewhere, at=at)


def _keep_as_long(target: Series, slot: Slot, later: timedelta) -> None:
    """Let places kept for somebody be kept as long before the new start as they were before the old one."""
    terms = {(one.programme_id, one.organisation_id): one for one in series_queries.plan_of(target).contingents}
    for pool in slot.pools:
        if pool.kept and pool.state is PoolState.OPEN and pool.release_at is not None:
            term = terms.get((pool.programme_id, pool.organisation_id))
            pool.release_at = term.release_at(slot.starts_at) if term else pool.release_at + later


def _settle(session: Session, actor: Actor, found: Difference, removed: Removed | None, at: datetime) -> list[Booking]:
    """Do what was chosen with the dates that fell out, and return the bookings whose coaches were told."""
    going = {row.slot.id: row for row in found.of(Kind.REMOVED) if row.slot is not None}
    empty = [row.slot for row in going.values() if row.slot is not None and not row.booked]
    ended: list[Slot] = series_rows.delete_untouched(session, empty)
    asked = [row.slot for row in going.values() if row.slot is not None and row.booked]
    if removed is Removed.CALL_OFF:
        ended += asked
    open_ones = asked if removed is Removed.UNSETTLE else []
    told: list[Booking] = []
    if ended:
        told += end_dates(session, actor=actor, slots=ended, how="call_off", at=at)
    if open_ones:
        told += end_dates(session, actor=actor, slots=open_ones, how="unsettle", at=at)
    return told


def _tell(
    session: Session,
    actor: Actor,
    action: str,
    series: Series,
    moved: list[Booking],
    ended: list[Booking],
    at: datetime,
) -> None:
    """Log it, tell each coach and office once, raise the feeds that show it; the last step of each verb."""
    keep_next_free(session, offer_ids=[series.offer_id], at=at)
    people = list({one.participant.id: one.participant for one in moved if one.participant is not None}.values())
    coach_ids, told = coaches_of(moved), coaches_of(ended)
    organisation_id = series.offer.organisation_id
    purpose = actor.purpose_for(organisation_id)
    log.record(session, actor=actor, action=action, thing=series, about=people, purpose=purpose, at=at)
    notices.announce(session, "series.changed", Facts(coach_ids=coach_ids - told, people=people), at=at)
    tell_desks(session, actor=actor, offers=[] if ended else [series.offer], at=at)
    feeds.raise_revisions(
        session,
        participants=[*(person.id for person in people), *(booking.participant_id for booking in ended)],
        users=coach_ids | told,
        organisations=[organisation_id],
    )
