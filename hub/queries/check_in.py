"""Saying that one is here: the poster at the door, the time it works, and the place a code belongs to."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from hub import crypto
from hub.folding import fold
from hub.models.booking import DOOR_OPENS, OWN, Booking, BookingState
from hub.models.offer import Access
from hub.models.slot import Slot, SlotState

MARK_LENGTH = 16  # letters of base32: 80 bits
ARRIVALS_KEPT = timedelta(days=14)  # until the marks are written down; after that nobody needs to know the minute


def poster_token(slot: Slot) -> str:
    """Return what the poster of a date leads to: its public id, and a mark that only this house can make."""
    return slot.public_id + crypto.ring().derived_token("check_in", slot.public_id)[:MARK_LENGTH]


def find_slot_of_poster(session: Session, token: str) -> Slot | None:
    """Return the date whose poster this is, with its offer, whenever it is; None for anything else."""
    slot = session.scalar(select(Slot).where(Slot.public_id == token[:-MARK_LENGTH]).options(joinedload(Slot.offer)))
    if slot is None or not hmac.compare_digest(poster_token(slot).encode(), token.encode()):
        return None
    return slot


def opens_at(slot: Slot) -> datetime:
    """Return from when on people say that they are here."""
    return slot.starts_at - DOOR_OPENS


def is_open(slot: Slot, at: datetime) -> bool:
    """Tell whether people may say now that they are here."""
    return slot.state is SlotState.PLANNED and opens_at(slot) <= at < slot.ends_at


def find_place(session: Session, slot: Slot, word: str) -> Booking | None:
    """Return the confirmed place of a date with this code, however it is written, with its person; else None.

    Nobody else of the date is read: of them the codes are enough.
    """
    query = select(Booking.id, Booking.code).where(
        Booking.slot_id == slot.id,
        Booking.state == BookingState.CONFIRMED,
        Booking.access.not_in((Access.OPEN.value, OWN)),
        Booking.participant_id.is_not(None),
    )
    wanted = _plain(word)
    found = next((key for key, code in session.execute(query) if code and _plain(code) == wanted), None)
    if found is None:
        return None
    return session.get_one(Booking, found, options=[joinedload(Booking.participant)])


def _plain(code: str) -> str:
    return fold(code).replace(" ", "")


def note_arrival(session: Session, booking: Booking, *, at: datetime) -> bool:
    """Write down that somebody is here; False when it stood there already. No version rises: no calendar shows it."""
    new = or_(Booking.arrived_at.is_(None), Booking.arrived_at < booking.starts_at - DOOR_OPENS)  # not before a move
    noted = update(Booking).where(Booking.id == booking.id, Booking.state == BookingState.CONFIRMED, new)
    return session.scalar(noted.values(arrived_at=at).returning(Booking.id)) is not None


def forget_arrivals(session: Session, *, at: datetime) -> None:
    """Delete when people came to dates that are long over; the worker does it daily."""
    old = update(Booking).where(Booking.arrived_at.is_not(None), Booking.ends_at < at - ARRIVALS_KEPT)
    session.execute(old.values(arrived_at=None).execution_options(synchronize_session=False))
