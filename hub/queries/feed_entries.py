"""What a feed shows: one SELECT from the same scope as the pages, as plain rows that decrypt nothing.

The rows of a feed are as the database has them, with instants as text: of thousands hardly one has changed since the
last rendering, and only that one is turned into values, by `as_values`.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Enum, Row, ScalarSelect, Select, Text, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from hub.db import UTCDateTime
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, Scope
from hub.models.location import Location
from hub.models.offer import CARRIES_IDENTITY, Form, Offer
from hub.models.organisation import Organisation
from hub.models.participant import Cover, Participant
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.scopes import bookings_for, kept_privately

WINDOW = timedelta(days=30)  # how far back a feed shows what took place
CANCELLED_FOR = timedelta(days=7)  # how long after its date a cancelled one is still marked as such
# What was booked stays in the calendar when its date is past; whether somebody came never shows (R-CAL-03).
SHOWN = (BookingState.CONFIRMED, BookingState.ATTENDED, BookingState.NOT_TAKEN_PLACE, BookingState.NOT_THERE)
INSTANTS = frozenset({"starts_at", "ends_at", "changed_at", "also_changed_at", "allowed_until"})
Place = aliased(Location)


def list_dates(session: Session, actor: Actor, *, at: datetime) -> Sequence[Row[Any]]:
    """Return the booked and recently cancelled dates of the persons this actor sees, and a coach's own appointments.

    A place that carries identity needs a live consent at `at` (R-CON-12); `allowed_until` says how
    long that one lasts. One kept without a consent is `private`: only its person has it. Requests, holds and offers
    from the waiting list are no dates yet. In order of their ends.
    """
    query = _dates(actor, at).order_by(Booking.ends_at)
    return run_plain(session, query.with_only_columns(*as_stored(_columns(at)), maintain_column_froms=True))


def list_own_dates(session: Session, actor: Actor, *, at: datetime, only: int | None = None) -> Sequence[Row[Any]]:
    """Return of these what lies ahead in a coach's own time and caseload, not in a deputy's; with the booking's key.

    These rows are few, and come with values: instants are UTC. `only` is the key of the one booking that is asked for.
    """
    own = or_(Booking.coach_id == actor.user_id, Participant.coach_id == actor.user_id)
    query = _dates(actor, at).where(own, Booking.ends_at > at).order_by(Booking.starts_at, Booking.id)
    if only is not None:
        query = query.where(Booking.id == only)
    columns = (Booking.id.label("booking_id"), *_columns(at))
    return run_plain(session, query.with_only_columns(*columns, maintain_column_froms=True))


def _dates(actor: Actor, at: datetime) -> Select[Any]:
    return (
        bookings_for(actor, at)
        .outerjoin(Slot, Booking.slot_id == Slot.id)
        .outerjoin(Offer, Slot.offer_id == Offer.id)
        .outerjoin(Organisation, Offer.organisation_id == Organisation.id)
        .outerjoin(Place, Place.id == func.coalesce(Booking.location_id, Slot.location_id, Offer.location_id))
        .outerjoin(Participant, Booking.participant_id == Participant.id)
        .where(
            Booking.ends_at > _shown_after(at),
            is_carried(at),
        )
    )


def _shown_after(at: datetime) -> ColumnElement[datetime]:
    """The end a booking in its state must come after; null for states that are no dates."""
    return case((Booking.state.in_(SHOWN), at - WINDOW), (Booking.state == BookingState.CANCELLED, at - CANCELLED_FOR))


def is_carried(at: datetime) -> ColumnElement[bool]:
    """Whether feeds may show a booking at all: one with a name only while its consent lasts, or kept privately."""
    return or_(Booking.access.not_in(CARRIES_IDENTITY), _allowed_until(at).is_not(None), kept_privately())


def _columns(at: datetime) -> tuple[Any, ...]:
    return (
        Booking.public_id,
        Booking.starts_at,
        Booking.ends_at,
        (Booking.state == BookingState.CANCELLED).label("cancelled"),
        (Slot.state == SlotState.UNSETTLED).label("tentative"),  # null for an appointment without a date of an offer
        kept_privately().label("private"),
        Booking.sequence,
        Booking.changed_at,
        Slot.changed_at.label("also_changed_at"),
        Booking.travel_minutes,
        Booking.participant_id,
        Participant.call_word,
        Participant.neutral_word,
        Participant.municipality_code.label("home_code"),
        Booking.municipality_code.label("visited_code"),
        Offer.title,
        Offer.short_title,
        Offer.form,
        Organisation.name.label("organisation"),
        Place.street,
        Place.postal_code,
        Place.municipality_code,
        case((Booking.access.in_(CARRIES_IDENTITY), _allowed_until(at))).label("allowed_until"),
    )


def run_plain(session: Session, query: Select[Any]) -> Sequence[Row[Any]]:
    """Run a query for columns past the object mapper, which costs as much again for thousands of rows."""
    return session.connection().execute(query).all()


def _allowed_until(at: datetime) -> ScalarSelect[Any]:
    """How long the person's consent to tell this organisation about this offer is in force; null without one."""
    return (
        select(func.max(Consent.valid_until))
        .where(
            Consent.participant_id == Booking.participant_id,
            Consent.scope == Scope.TRANSMIT,
            Consent.organisation_id == Offer.organisation_id,
            Consent.offer_id == Offer.id,
            Consent.live(at),
        )
        .correlate(Booking, Offer)
        .scalar_subquery()
    )


def as_values(row: Row[Any]) -> SimpleNamespace:
    """Turn a row of a feed into values: instants in UTC, and the form of the offer."""
    values = row._asdict()
    for name in INSTANTS & values.keys():
        values[name] = as_instant(values[name]) if values[name] else None
    values["form"] = Form(values["form"]) if values["form"] else None
    return SimpleNamespace(**values)


def as_instant(text: str) -> datetime:
    """Read an instant as the database wrote it: SQLite in UTC without saying so, PostgreSQL with its distance."""
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def as_stored(columns: Iterable[Any]) -> list[Any]:
    """Return columns that no driver and no type converts."""
    return [
        cast(column, Text).label(column.key) if isinstance(column.type, UTCDateTime | Enum) else column
        for column in columns
    ]


def list_names(session: Session, participant_ids: set[int]) -> dict[int, dict[str, str]]:
    """Return the names of persons by key, for the initials a coach may choose; this decrypts."""
    rows = session.execute(select(Participant.id, Participant.name).where(Participant.id.in_(participant_ids)))
    return {row.id: row.name for row in rows}


def next_cover_change(session: Session, user_id: int, *, at: datetime) -> datetime | None:
    """Return when a cover of this deputy begins or ends next, or None."""
    mine = Cover.deputy_id == user_id
    begins = select(func.min(Cover.starts_at)).where(mine, Cover.starts_at > at).scalar_subquery()
    ends = select(func.min(Cover.ends_at)).where(mine, Cover.ends_at > at).scalar_subquery()
    return min(filter(None, session.execute(select(begins, ends)).one()), default=None)
