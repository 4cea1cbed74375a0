"""Questions about foreign calendars: the actor's own, what was read in them, what differs from the dates made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload, undefer
from sqlalchemy.sql.base import ExecutableOption

from hub.errors import NotFound
from hub.models.booking import Booking
from hub.models.calendar_source import BusyTime, CalendarSource, SourceDate, SourceDateState
from hub.models.location import Room
from hub.models.offer import Offer
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.scopes import calendar_sources_for
from hub.queries.source_copies import FoundDate

Span = tuple[datetime, datetime]
PREVIEW_KEPT = timedelta(days=7)
AT_ONCE = 20


def list_sources(session: Session, actor: Actor) -> list[CalendarSource]:
    """Return the actor's foreign calendars that have not ended, with what they are for. One statement."""
    query = calendar_sources_for(actor).where(CalendarSource.ended_at.is_(None)).options(*_touched())
    return list(session.scalars(query.order_by(CalendarSource.name, CalendarSource.id)))


def _touched() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(CalendarSource.organisation),
        joinedload(CalendarSource.offer).joinedload(Offer.organisation),
        joinedload(CalendarSource.room).joinedload(Room.location),
    )


def get_source(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> CalendarSource:
    """Return one of the actor's foreign calendars that has not ended, held to the end if wished; else NotFound."""
    query = calendar_sources_for(actor).where(CalendarSource.public_id == public_id, CalendarSource.ended_at.is_(None))
    if lock:
        query = query.with_for_update(of=CalendarSource).execution_options(populate_existing=True)
    source: CalendarSource | None = session.scalar(query.options(*_touched()))
    if source is None:
        raise NotFound
    return source


def count_sources(session: Session, *, organisation_id: int | None, user_id: int | None) -> int:
    """Return how many calendars an organisation or a coach keeps."""
    whose = CalendarSource.organisation_id == organisation_id if organisation_id else CalendarSource.user_id == user_id
    return session.scalar(select(func.count(CalendarSource.id)).where(whose, CalendarSource.ended_at.is_(None))) or 0


def list_due(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of calendars to fetch or read now, the longest due first."""
    query = select(CalendarSource.id).where(CalendarSource.next_at <= at, CalendarSource.ended_at.is_(None))
    return session.scalars(query.order_by(CalendarSource.next_at, CalendarSource.id).limit(AT_ONCE)).all()


def lock_source(session: Session, source_id: int) -> CalendarSource | None:
    """Return a running source by its key with a file that waits in it, held until the end (for the worker)."""
    query = select(CalendarSource).where(CalendarSource.id == source_id, CalendarSource.ended_at.is_(None))
    query = query.options(undefer(CalendarSource.content)).with_for_update(of=CalendarSource)
    return session.scalar(query.execution_options(populate_existing=True))


def read_preview(session: Session, source: CalendarSource) -> list[FoundDate]:
    """Return what was read for the choice; nothing once it was forgotten."""
    stored = session.scalar(select(CalendarSource.preview).where(CalendarSource.id == source.id))
    return [FoundDate.from_stored(row) for row in stored or []]


def count_busy_times(session: Session, source: CalendarSource, *, at: datetime) -> int:
    """Return how many busy spans of a source lie ahead."""
    query = select(func.count(BusyTime.id)).where(BusyTime.source_id == source.id, BusyTime.ends_at > at)
    return session.scalar(query) or 0


def list_rows(session: Session, source: CalendarSource) -> list[SourceDate]:
    """Return everything kept of the dates of a source, with the dates of the offer made of it."""
    query = select(SourceDate).where(SourceDate.source_id == source.id).options(joinedload(SourceDate.slot))
    return list(session.scalars(query.order_by(SourceDate.starts_at, SourceDate.id)))


def find_row(session: Session, source: CalendarSource, key: str) -> SourceDate:
    """Return one kept date by its digest; raises NotFound."""
    query = select(SourceDate).where(SourceDate.source_id == source.id, SourceDate.key_digest == key)
    row = session.scalar(query.options(joinedload(SourceDate.slot)))
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class SourceLine:
    """One date of a source as it stands now: beside the offer's date, and how many people have a place in that."""

    row: SourceDate
    state: SourceDateState
    people: int = 0


def list_lines(session: Session, source: CalendarSource, *, at: datetime) -> list[SourceLine]:
    """Return the coming dates of a source; what the partner has settled meanwhile counts as taken. Two statements."""
    rows = [row for row in list_rows(session, source) if _ahead(row, at)]
    people = count_people(session, [row.slot_id for row in rows if row.slot_id is not None])
    return [SourceLine(row, state_now(row), people.get(row.slot_id or 0, 0)) for row in rows]


def _ahead(row: SourceDate, at: datetime) -> bool:
    return row.starts_at > at or (row.slot is not None and row.slot.starts_at > at)


def state_now(row: SourceDate) -> SourceDateState:
    """Return how a date stands: a difference that a person has settled at the date itself is none any more."""
    if row.slot is None or row.state not in (SourceDateState.CHANGED, SourceDateState.GONE):
        return row.state
    same_time = (row.slot.starts_at, row.slot.ends_at) == (row.starts_at, row.ends_at)
    settled = row.slot.state is SlotState.CALLED_OFF or (row.state is SourceDateState.CHANGED and same_time)
    return SourceDateState.TAKEN if settled else row.state


def count_people(session: Session, slot_ids: Sequence[int]) -> dict[int, int]:
    """Return how many bookings hold a place in each of these dates."""
    if not slot_ids:
        return {}
    query = select(Booking.slot_id, func.count(Booking.id)).where(Booking.slot_id.in_(slot_ids), Booking.holds_a_place)
    return {slot_id: number for slot_id, number in session.execute(query.group_by(Booking.slot_id)) if slot_id}


def list_slots_of_series(session: Session, series_id: int) -> list[Slot]:
    """Return the dates that were made of a series."""
    return list(session.scalars(select(Slot).where(Slot.series_id == series_id).order_by(Slot.starts_at, Slot.id)))


def list_standing_slots(session: Session, offer_id: int, *, since: datetime) -> list[Slot]:
    """Return the dates an offer has that begin after an instant and were not called off."""
    standing = (Slot.offer_id == offer_id, Slot.starts_at > since, Slot.state != SlotState.CALLED_OFF)
    return list(session.scalars(select(Slot).where(*standing).order_by(Slot.starts_at, Slot.id)))


def forget_rows(session: Session, source_id: int) -> None:
    """Delete everything that was read in a source; dates of offers made of it stay."""
    session.execute(delete(SourceDate).where(SourceDate.source_id == source_id))
    session.execute(delete(BusyTime).where(BusyTime.source_id == source_id))


def forget_old_previews(session: Session, *, at: datetime) -> None:
    """Forget titles nobody has chosen from for a week, and dates that are over and were never taken."""
    old = update(CalendarSource).where(CalendarSource.preview.is_not(None))
    session.execute(old.where(CalendarSource.fetched_at < at - PREVIEW_KEPT).values(preview=None))
    session.execute(delete(SourceDate).where(SourceDate.slot_id.is_(None), SourceDate.ends_at < at))
