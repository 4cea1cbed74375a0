"""What of a change has reached its person: a word, a message, a call, a letter, paper or a calendar fetched since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, null, or_, select
from sqlalchemy.orm import Session, joinedload, with_expression
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from hub.models.booking import SHOWN, Booking, BookingState
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.participant import Participant
from hub.models.slip import Slip
from hub.models.subscription import Subscription
from hub.policy.actor import Actor
from hub.policy.scopes import bookings_for, fallen_with_consent, participants_for
from hub.queries.bookings import with_place
from hub.queries.date_news import is_fallen_away, is_moved_unknown
from hub.queries.fetched_dates import is_fetched, is_in_a_calendar, is_shown_in_calendars
from hub.queries.permissions import Column
from hub.queries.person_news import MOVED, OFF, change_key, was_told
from hub.queries.slips import has_room

SOON = timedelta(hours=48)


class Way(StrEnum):
    """How a change reached a person; whether they read it nobody knows."""

    NOTICE = "notice"  # a message left, a call was made, a letter was printed
    CALENDAR = "calendar"
    PAPER = "paper"


class InCalendars(StrEnum):
    """How a coming date stands in its person's calendars."""

    FETCHED = "fetched"  # as it is now, by one of them at least
    LACKING = "lacking"
    UNTOLD = "untold"  # others changed it, and nothing else has reached the person


@dataclass(frozen=True)
class Untold:
    """A date whose person does not know of its change, and by which way a notice of it waits to leave, if any."""

    booking: Booking
    waits: Channel | None


def list_untold(session: Session, actor: Actor, *, at: datetime) -> list[Untold]:
    """Return the dates of the next 48 hours of whose change nothing has reached the people this coach looks after.

    Old and new time count alike: whoever believes in tomorrow must hear today. By time; one statement.
    """
    people = participants_for(actor, at).with_only_columns(Participant.id)
    query = bookings_for(actor, at).where(Booking.participant_id.in_(people), is_untold(at), _is_soon(at))
    waits = _notices_of_change().where(Notice.state == NoticeState.QUEUED).with_only_columns(Notice.channel).limit(1)
    query = query.add_columns(waits.correlate(Booking).scalar_subquery())
    query = query.options(*with_place(), joinedload(Booking.participant).joinedload(Participant.coach))
    return [Untold(*row) for row in session.execute(query.order_by(Booking.starts_at, Booking.id))]


def untold_of(participant_id: Column, at: datetime) -> Select[Any]:
    """Select the changed dates of the next 48 hours a person does not know of, for a list that asks if there are any.

    As `list_untold`: a date whose consent was taken back is the person's alone.
    """
    query = select(Booking.id).where(Booking.participant_id == participant_id, ~fallen_with_consent())
    return query.where(is_untold(at), _is_soon(at))


def is_untold(at: datetime) -> ColumnElement[bool]:
    """Whether others changed a coming date, and nothing says that this has reached its person."""
    return and_(_is_changed(at), ~_is_in_a_notice(), ~is_in_a_calendar(at), ~_is_on_paper())


def reached_by(at: datetime) -> ColumnElement[str | None]:
    """By which way the change of a coming date by others has reached its person; null where nothing says so."""
    way = case(
        (_is_in_a_notice(), Way.NOTICE.value),
        (is_in_a_calendar(at), Way.CALENDAR.value),
        (_is_on_paper(), Way.PAPER.value),
        else_=null(),
    )
    return case((_is_changed(at), way), else_=null())


def _is_changed(at: datetime) -> ColumnElement[bool]:
    return or_(is_moved_unknown(at), is_fallen_away(at), Booking.is_news_by_yes(at))


def is_news(booking: Booking, at: datetime) -> bool:
    """Tell whether others changed this loaded coming date, and nobody noted that its person knows."""
    return change_key(booking, at) is not None or bool(booking.is_news_by_yes(at))


def with_way(at: datetime) -> ORMOption:
    """Load `reached` with the dates that a query finds."""
    return with_expression(Booking.reached, reached_by(at))


def load_way(session: Session, booking: Booking, *, at: datetime) -> None:
    """Load `reached` of one date; no statement where nobody moved it or called it off."""
    if is_news(booking, at):
        way = session.scalar(select(reached_by(at)).where(Booking.id == booking.id))
        set_committed_value(booking, "reached", way)


def _is_soon(at: datetime) -> ColumnElement[bool]:
    until = at + SOON
    return or_(Booking.starts_at < until, and_(Booking.moved_from_at > at, Booking.moved_from_at < until))


def _notices_of_change() -> Select[Any]:
    """Select the notices to a person about a date as it is now (`person_news.change_key`)."""
    kind = case((Booking.state == BookingState.CANCELLED, f"{OFF}:"), else_=f"{MOVED}:")
    key = kind + cast(Booking.id, String) + ":" + cast(Booking.sequence, String)
    return select(Notice.id).where(Notice.booking_id == Booking.id, Notice.key == key)


def _is_in_a_notice() -> ColumnElement[bool]:
    """Whether a message left, a call was made or a letter was printed."""
    return _notices_of_change().where(was_told()).correlate(Booking).exists()


def find_in_calendars(session: Session, booking: Booking, *, at: datetime) -> InCalendars | None:
    """Return how a coming date stands in its person's calendars; None without one, or where none may show it.

    `reached` must be loaded. One statement.
    """
    running = (Subscription.participant_id == Booking.participant_id, Subscription.ended_at.is_(None))
    there = select(Subscription.id).where(*running).correlate(Booking).exists()
    query = select(is_fetched(at)).where(Booking.id == booking.id, there, is_shown_in_calendars(at))
    fetched = session.scalar(query)
    if fetched is None:
        return None
    if fetched:
        return InCalendars.FETCHED
    return InCalendars.UNTOLD if is_news(booking, at) and booking.reached is None else InCalendars.LACKING


def _is_on_paper() -> ColumnElement[bool]:
    """Whether a sheet printed since shows it, which has room for the next dates alone."""
    printed = select(Slip.id).where(
        Slip.participant_id == Booking.participant_id,
        Slip.printed_at > Booking.changed_at,
        has_room(Slip.printed_at),
    )
    return printed.correlate(Booking).exists()


def list_feeds(session: Session, participant_ids: Iterable[int]) -> dict[int, list[Subscription]]:
    """Return the running calendars of these people by person, the oldest first; never an address. One statement."""
    running = (Subscription.participant_id.in_(set(participant_ids)), Subscription.ended_at.is_(None))
    found: dict[int, list[Subscription]] = {}
    for one in session.scalars(select(Subscription).where(*running).order_by(Subscription.id)):
        found.setdefault(one.participant_id or 0, []).append(one)
    return found


def list_behind(session: Session, actor: Actor, *, at: datetime) -> set[int]:
    """Return the keys of the person's own calendars that lack a change of a coming date. One statement."""
    coming = bookings_for(actor, at).where(Booking.ends_at > at, Booking.state.in_((*SHOWN, BookingState.CANCELLED)))
    coming = coming.where(is_shown_in_calendars(at))
    lacks = coming.where(
        Booking.participant_id == Subscription.participant_id, Subscription.brought_until <= Booking.changed_at
    )
    running = (Subscription.participant_id == actor.participant_id, Subscription.ended_at.is_(None))
    query = select(Subscription.id).where(*running, lacks.correlate(Subscription).exists())
    return set(session.scalars(query.order_by(Subscription.id)))
