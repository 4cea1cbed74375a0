"""What a storm or a long run left behind, counted beside all that the house itself counts: for measuring alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from hub.models.base import Base
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent
from hub.models.enquiry import Enquiry
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.participant import Participant
from hub.models.slot import Slot

WAITS = (NoticeState.QUEUED, NoticeState.SENDING)


@dataclass(frozen=True)
class Place:
    """One place that stands."""

    booking: str
    person: str
    slot: str


def list_places(session: Session) -> list[Place]:
    """Return every confirmed booking of a date by its public numbers."""
    query = select(Booking.public_id, Participant.public_id, Slot.public_id).join(Booking.participant)
    standing = query.join(Booking.slot).where(Booking.state == BookingState.CONFIRMED)
    return [Place(*row) for row in session.execute(standing)]


def list_oversold(session: Session) -> list[str]:
    """Return the dates with more people on them than places, by a count that asks no counter."""
    people = func.sum(Booking.party)
    query = select(Slot.public_id).join(Booking, Booking.slot_id == Slot.id)
    sold = query.where(Booking.state == BookingState.CONFIRMED).group_by(Slot.id, Slot.public_id, Slot.places)
    return list(session.scalars(sold.having(people > Slot.places)))


def states_of_enquiries(session: Session) -> dict[str, str]:
    """Return the state of every enquiry by its public number."""
    return {number: state.value for number, state in session.execute(select(Enquiry.public_id, Enquiry.state))}


def states_of_consents(session: Session) -> dict[str, str]:
    """Return the state of every consent by its public number."""
    return {number: state.value for number, state in session.execute(select(Consent.public_id, Consent.state))}


def states_of_mails(session: Session) -> dict[str, str]:
    """Return the state of every mail by the number that stands in its Message-ID."""
    query = select(Notice.public_id, Notice.state).where(Notice.channel == Channel.EMAIL)
    return {number: state.value for number, state in session.execute(query)}


def count_waiting_mails(session: Session) -> int:
    """Return how many mails have not left yet."""
    query = select(func.count()).where(Notice.channel == Channel.EMAIL, Notice.state.in_(WAITS))
    return session.execute(query).scalar_one()


def let_waiting_pass(session: Session, *, at: datetime) -> None:
    """Let everything that waits for its hour, or for a worker that will not report any more, be due now."""
    waits = (Notice.channel == Channel.EMAIL, Notice.state.in_(WAITS))
    session.execute(update(Notice).where(*waits).values(next_at=at))


def count_rows(session: Session, names: Iterable[str] = ()) -> dict[str, int]:
    """Return how many rows each table has, or these tables."""
    wanted = set(names)
    tables = [one for one in Base.metadata.sorted_tables if not wanted or one.name in wanted]
    return {one.name: session.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}


def count_connections(session: Session) -> int:
    """Return how many connections a server's database has, ours included; 0 where the database is a file."""
    if session.get_bind().dialect.name != "postgresql":
        return 0
    query: Any = text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
    return int(session.execute(query).scalar_one())
