"""Forms that are sent twice: one rule for every verb that takes a key, and one for moving a place."""

from collections.abc import Callable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import SentBefore, SomebodyWasFaster
from hub.i18n import N_
from hub.models.booking import Booking, BookingState
from hub.queries.bookings import with_place

ENDED = (BookingState.CANCELLED, BookingState.EXPIRED)
# Built once, as every booking asks it.
_OF_KEY = select(Booking.id).where(Booking.idempotency_key == bindparam("key"))


def _find_by_key(session: Session, idempotency_key: str | None) -> Booking | None:
    """Return the booking an earlier sending of the same form made, or None."""
    if not idempotency_key:
        return None
    found = session.scalar(_OF_KEY, {"key": idempotency_key})
    if found is None:
        return None
    return session.scalar(
        select(Booking).where(Booking.id == found).options(*with_place(), joinedload(Booking.enquiry))
    )


def find_sent(session: Session, key: str | None, same: Callable[[Booking], bool]) -> Booking | None:
    """Return what an earlier sending of this form made, in whatever state, or None; after the person is locked.

    Raises SentBefore (409) when it made something else than what is asked for now.
    """
    earlier = _find_by_key(session, key)
    if earlier is not None and not same(earlier):
        raise SentBefore
    return earlier


def require_standing(earlier: Booking) -> Booking:
    """Return what a form made before; raises SentBefore (409) when it has been given back since."""
    if earlier.state in ENDED:
        raise SentBefore(N_("Dieser Termin wurde inzwischen abgesagt. Soll er doch sein? Dann bitte noch einmal."))
    return earlier


def found_before(session: Session, key: str | None, same: Callable[[Booking], bool]) -> Booking | None:
    """Return what an earlier sending of this form made and what still stands, or None; raises SentBefore (409)."""
    earlier = find_sent(session, key, same)
    return None if earlier is None else require_standing(earlier)


def is_moved_already(session: Session, booking: Booking, slot_id: int, *, seen: int | None) -> bool:
    """Tell whether a place lies in this date by now: the same move was sent before, and there is nothing to do.

    `seen` is the sequence that was shown: a move from a date where the place lies no longer is refused. Call it after
    the person and the dates are locked. Raises SentBefore, or SomebodyWasFaster (409) when the row changed otherwise.
    """
    columns = (Booking.slot_id, Booking.state, Booking.sequence, Booking.version)
    now = session.execute(select(*columns).where(Booking.id == booking.id)).one()
    if now.slot_id == slot_id and now.state is BookingState.CONFIRMED:
        return True
    if seen is not None and now.sequence != seen:
        raise SentBefore(N_("Dieser Termin hat sich inzwischen geändert. Bitte sehen Sie noch einmal hin."))
    if now.version != booking.version:
        raise SomebodyWasFaster
    return False
