"""Places asked for together with an enquiry: until when each is kept, the one of an enquiry, what lies beside it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models.booking import BLOCKING, BY_YES, SHOWN, STANDING, Booking, BookingState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.offer import Offer
from hub.models.slot import Slot
from hub.queries.busy_dates import find_overlap
from hub.queries.ladder import NOBODY, ends_at, list_desks

DATE = aliased(Booking)  # made once, as making an alias takes long


@dataclass(frozen=True)
class Clash:
    """A place asked for, and the date the same person has at that time by now."""

    requested: Booking
    date: Booking


def find_slot(session: Session, enquiry: Enquiry) -> Slot | None:
    """Return the date an enquiry wishes for, with offer and organisation; None without one, or for a whole course."""
    query = select(Slot).where(Slot.id == enquiry.slot_id, Slot.course_id.is_(None))
    return session.scalar(query.options(joinedload(Slot.offer).joinedload(Offer.organisation)))


def kept_until(session: Session, enquiry: Enquiry, slot: Slot) -> datetime:
    """Return until when a place waits for the answer: until it is the coach's turn, after all who ask a silent partner.

    At most until the date can no longer be booked. The slot's offer is loaded.
    """
    last = slot.starts_at - timedelta(minutes=slot.offer.notice_minutes)
    if enquiry.hear_by_at is None:
        return last
    desks = list_desks(session, [enquiry.organisation_id]).get(enquiry.organisation_id, NOBODY)
    return min(ends_at(enquiry.hear_by_at, desks), last)


def lock_of_enquiry(session: Session, enquiry_id: int) -> Booking | None:
    """Return the place asked for with an enquiry, locked and fresh, with date and person; after the person's lock."""
    query = _requested().where(Booking.enquiry_id == enquiry_id).with_for_update(of=Booking)
    place: Booking | None = session.scalars(query.execution_options(populate_existing=True)).first()
    return place


def find_kept_until(session: Session, enquiry: Enquiry) -> datetime | None:
    """Return until when a place is kept for an enquiry that waits for its answer; None where none is."""
    query = select(Booking.expires_at).where(Booking.enquiry_id == enquiry.id, Booking.state == BookingState.REQUESTED)
    return session.scalar(query.limit(1)) if enquiry.slot_id is not None else None


def list_coming(session: Session, enquiry: Enquiry, *, at: datetime) -> Sequence[Booking]:
    """Return the dates ahead under an enquiry, by time: the one asked for, and those that were booked."""
    query = select(Booking).where(Booking.enquiry_id == enquiry.id, Booking.state.in_(STANDING), Booking.ends_at > at)
    return session.scalars(query.order_by(Booking.starts_at, Booking.id)).all()


def find_other_date(session: Session, enquiry: Enquiry) -> Booking | None:
    """Return another date the person has at the time an undecided enquiry wishes for, or None; its slot is loaded."""
    if enquiry.slot is None or enquiry.state not in (EnquiryState.DRAFT, EnquiryState.SENT, EnquiryState.SEEN):
        return None
    return find_overlap(session, enquiry.participant_id, enquiry.slot.starts_at, enquiry.slot.ends_at)


def lock_by_yes(session: Session, enquiry: Enquiry, *, at: datetime) -> Booking | None:
    """Return the coming place that the partner's yes itself made a booking of, locked and fresh, or None.

    Not one the coach took to another date since: that is the coach's own word. Where the partner moved the date itself
    it is still this one.
    """
    query = _with_date(select(Booking)).where(*_by_yes(enquiry, at)).with_for_update(of=Booking)
    place: Booking | None = session.scalars(query.execution_options(populate_existing=True)).first()
    return place


def is_by_yes(session: Session, enquiry: Enquiry, *, at: datetime) -> bool:
    """Tell whether there is such a place; no statement where it cannot be."""
    if enquiry.state is not EnquiryState.RUNNING:
        return False
    return session.scalar(select(Booking.id).where(*_by_yes(enquiry, at)).limit(1)) is not None


def list_overlapping(session: Session, participant_ids: Collection[int], *, at: datetime) -> list[Clash]:
    """Return the places asked for whose person has another date at that time by now, by the asked time. One statement.

    Each with enquiry and organisation. A place asked for keeps nobody from a date (scheduling rule 4), so
    somebody has to take the enquiry back, or to give up the date.
    """
    date = DATE
    same_time = (date.starts_at < Booking.ends_at, date.ends_at > Booking.starts_at)
    query = select(Booking, date).join(date, date.participant_id == Booking.participant_id)
    query = query.where(
        Booking.participant_id.in_(participant_ids),
        Booking.state == BookingState.REQUESTED,
        Booking.starts_at > at,
        date.state.in_(BLOCKING),
        *same_time,
    )
    query = query.options(joinedload(Booking.enquiry).joinedload(Enquiry.organisation))
    found: dict[int, Clash] = {}
    for requested, other in session.execute(query.order_by(Booking.starts_at, Booking.id, date.starts_at)):
        found.setdefault(requested.id, Clash(requested, other))
    return list(found.values())


def _requested() -> Select[Any]:
    return _with_date(select(Booking)).where(Booking.state == BookingState.REQUESTED)


def _with_date(query: Select[Any]) -> Select[Any]:
    date = joinedload(Booking.slot).joinedload(Slot.offer).joinedload(Offer.organisation)
    return query.options(date, joinedload(Booking.participant))


def _by_yes(enquiry: Enquiry, at: datetime) -> tuple[ColumnElement[bool], ...]:
    made = (Booking.made_by == BY_YES, Booking.slot_id == enquiry.slot_id, Booking.starts_at > at)
    return (Booking.enquiry_id == enquiry.id, Booking.state.in_(SHOWN), *made)
