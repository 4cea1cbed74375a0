"""Writing a changed series: its dates locked, named anew, taken out or deleted; rows only, no rule decides here."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from hub.models.booking import Booking, Waiting
from hub.models.calendar_source import SourceDate
from hub.models.enquiry import Enquiry
from hub.models.notice import Notice
from hub.models.room_tick import RoomTick
from hub.models.series import Series, SeriesException
from hub.models.slot import Pool, Slot, SlotState

Key = tuple[date, int]
NOT_SYNCHRONIZED = {"synchronize_session": False}


def lock_scope(session: Session, series: Series, since: date) -> list[Slot]:
    """Return the dates of a series from a day on with their pools, locked in order of id and as they are now.

    Whoever books one of them waits, and then sees what became of it.
    """
    query = select(Slot).where(Slot.series_id == series.id, Slot.occurrence_on >= since).order_by(Slot.id)
    locked = query.with_for_update(of=Slot, key_share=True).options(selectinload(Slot.pools))
    slots = list(session.scalars(locked.execution_options(populate_existing=True)))
    for slot in slots:
        set_committed_value(slot, "offer", series.offer)
    return slots


def rename(
    session: Session, series_id: int, slots: Mapping[int, Key], exceptions: Iterable[tuple[SeriesException, Key]]
) -> None:
    """Give dates and exceptions their series and their names under it, both unique; nobody sees any of it.

    In two steps, as two may swap names: first each takes a number of its own, then the one it is to have.
    """
    named = list(exceptions)
    session.execute(_each(Slot, slots).values(occurrence_index=-Slot.id), execution_options=NOT_SYNCHRONIZED)
    ids = [one.id for one, _ in named]
    session.execute(
        _each(SeriesException, ids).values(occurrence_index=-SeriesException.id), execution_options=NOT_SYNCHRONIZED
    )
    for slot_id, key in slots.items():
        session.execute(_each(Slot, [slot_id]).values(_named(series_id, key)), execution_options=NOT_SYNCHRONIZED)
    for one, key in named:
        values = _named(series_id, key)
        session.execute(_each(SeriesException, [one.id]).values(values), execution_options=NOT_SYNCHRONIZED)
        for name, value in values.items():
            set_committed_value(one, name, value)


def _each(table: Any, ids: Iterable[int]) -> Any:
    return update(table).where(table.id.in_(list(ids)))


def _named(series_id: int, key: Key) -> dict[str, Any]:
    return {"series_id": series_id, "occurrence_on": key[0], "occurrence_index": key[1]}


def take_out(session: Session, slots: Iterable[Slot], exceptions: Iterable[SeriesException]) -> None:
    """Make dates of a series single ones, with no rule behind them."""
    single = {"series_id": None, "occurrence_on": None, "occurrence_index": 0}
    known = list(slots)
    session.execute(_each(Slot, [slot.id for slot in known]).values(single), execution_options=NOT_SYNCHRONIZED)
    for slot in known:
        for name, value in single.items():
            set_committed_value(slot, name, value)
    ids = [one.id for one in exceptions]
    session.execute(delete(SeriesException).where(SeriesException.id.in_(ids)), execution_options=NOT_SYNCHRONIZED)


def delete_untouched(session: Session, slots: Iterable[Slot]) -> list[Slot]:
    """Delete those of these dates that nobody ever booked, wished for or was told of, and return the others.

    What came from a foreign calendar stays, too: the calendar still knows it.
    """
    known = {slot.id: slot for slot in slots}
    ids = sorted(known)
    if not ids:
        return []
    session.execute(select(Slot.id).where(Slot.id.in_(ids)).order_by(Slot.id).with_for_update())
    touched: set[int | None] = set()
    for column in (Booking.slot_id, Waiting.slot_id, Enquiry.slot_id, Notice.slot_id, SourceDate.slot_id):
        touched |= set(session.scalars(select(column).where(column.in_(ids))))
    gone = [slot_id for slot_id in ids if slot_id not in touched]
    for table in (RoomTick, Pool):
        session.execute(delete(table).where(table.slot_id.in_(gone)), execution_options=NOT_SYNCHRONIZED)
    for slot_id in gone:
        session.expunge(known[slot_id])
    session.execute(delete(Slot).where(Slot.id.in_(gone)), execution_options=NOT_SYNCHRONIZED)
    return [known[slot_id] for slot_id in ids if slot_id in touched]


def free_rooms(session: Session, slot_ids: Collection[int]) -> None:
    """Give back what these dates took of their rooms."""
    session.execute(delete(RoomTick).where(RoomTick.slot_id.in_(slot_ids)), execution_options=NOT_SYNCHRONIZED)


def set_crowding(session: Session, slot_ids: Collection[int], crowding: str) -> None:
    """Say how full these dates usually are."""
    changed = update(Slot).where(Slot.id.in_(slot_ids), Slot.crowding != crowding)
    session.execute(changed.values(crowding=crowding), execution_options=NOT_SYNCHRONIZED)


def has_coming(session: Session, series: Series, *, at: datetime) -> bool:
    """Tell whether a series has a date that takes place and has not begun."""
    coming = select(Slot.id).where(Slot.series_id == series.id, Slot.starts_at > at, Slot.state != SlotState.CALLED_OFF)
    return session.scalar(coming.limit(1)) is not None
