"""Questions about printed sheets: one by its number, the newest of a person, and which are out of date."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.errors import NotFound
from hub.models.booking import SHOWN, Booking, BookingState
from hub.models.card import Card
from hub.models.participant import Participant
from hub.models.slip import Slip, SlipSize
from hub.policy.actor import Actor
from hub.policy.scopes import fallen_with_consent
from hub.policy.slip_scopes import slips_for
from hub.queries.coming_dates import is_shown
from hub.queries.fetched_dates import is_in_a_calendar

# Made once, as making an alias takes long.
NEWER, EARLIER = aliased(Slip), aliased(Booking)
ROOM = {SlipSize.CARD: 3, SlipSize.SLIP: 6, SlipSize.LARGE: 6}  # so many dates stand on a sheet of each size
AT_ONCE = 20  # so many people get a new sheet with one press: more would keep everybody waiting


def find_last_number(session: Session, participant_id: int) -> int:
    """Return the number of a person's newest sheet, 0 before the first; safe only after lock_participant."""
    return session.scalar(select(func.max(Slip.number)).where(Slip.participant_id == participant_id)) or 0


def get_slip(session: Session, actor: Actor, participant_id: int, number: int, *, at: datetime) -> tuple[Slip, bool]:
    """Return one sheet with its person, and whether it is out of date or replaced; raises NotFound."""
    query = _with_person(slips_for(actor, at)).where(Slip.participant_id == participant_id, Slip.number == number)
    row = session.execute(query.add_columns(or_(is_replaced(), is_outdated(at)))).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def list_of_person(session: Session, participant_id: int, *, at: datetime) -> list[tuple[Slip, bool]]:
    """Return a person's newest sheets, newest first, and whether each is out of date or replaced."""
    query = select(Slip, or_(is_replaced(), is_outdated(at))).where(Slip.participant_id == participant_id)
    return [(slip, old) for slip, old in session.execute(query.order_by(Slip.number.desc()).limit(3))]


def list_current(session: Session, actor: Actor, public_ids: Collection[str], *, at: datetime) -> list[Slip]:
    """Return those of these sheets that are up to date, with their people, in order of id."""
    mine = slips_for(actor, at).where(Slip.public_id.in_(public_ids), ~is_replaced(), ~is_outdated(at))
    return list(session.scalars(_with_person(mine).order_by(Slip.id)))


def list_outdated(session: Session, actor: Actor, *, at: datetime) -> list[Slip]:
    """Return the newest sheets of people who hold an older state in their hands than any calendar of theirs has.

    Longest out of the printer first. One statement.
    """
    old = or_(_shows_old_dates(at, besides=is_in_a_calendar(at)), _shows_an_old_card(), _names_another_coach())
    query = _with_person(slips_for(actor, at)).where(_is_newest(), old)
    return list(session.scalars(query.order_by(Slip.printed_at, Slip.id)))


def _with_person(query: Select[Any]) -> Select[Any]:
    return query.options(joinedload(Slip.participant).joinedload(Participant.coach))


def is_replaced() -> ColumnElement[bool]:
    """Whether a newer sheet of the same size lies beside it."""
    newer = NEWER
    same = (newer.participant_id == Slip.participant_id, newer.size == Slip.size, newer.number > Slip.number)
    return select(newer.id).where(*same).correlate(Slip).exists()


def is_outdated(at: datetime) -> ColumnElement[bool]:
    """Whether a coming date changed since it was printed, the card whose code stands on it, or the coach to call."""
    return or_(_shows_old_dates(at), _shows_an_old_card(), _names_another_coach())


def _is_newest() -> ColumnElement[bool]:
    newer = NEWER
    return ~select(newer.id).where(newer.participant_id == Slip.participant_id, newer.number > Slip.number).exists()


def _shows_old_dates(at: datetime, *, besides: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Whether a coming date changed that it shows or should show, apart from those the person has elsewhere.

    A date made since counts only where the sheet has room for it. One whose consent was taken back is the person's own
    matter: nothing here hints at it.
    """
    made_before = and_(Booking.created_at <= Slip.printed_at, Booking.state.in_((*SHOWN, BookingState.CANCELLED)))
    coming = or_(Booking.ends_at > at, Booking.moved_from_at > at)
    changed = select(Booking.id).where(
        Booking.participant_id == Slip.participant_id,
        Booking.changed_at > Slip.printed_at,
        coming,
        or_(made_before, and_(is_shown(at), has_room(at))),
        ~fallen_with_consent(),
    )
    if besides is not None:
        changed = changed.where(~besides)
    return changed.correlate(Slip).exists()


def has_room(since: Any) -> ColumnElement[bool]:
    """Whether a sheet has room for a booking after the person's dates that end after this instant, or column."""
    other = EARLIER
    before = select(func.count(other.id)).where(
        other.participant_id == Slip.participant_id,
        other.starts_at < Booking.starts_at,
        is_shown(since, other),
    )
    rooms = [and_(Slip.size == size, before.correlate(Booking, Slip).scalar_subquery() < n) for size, n in ROOM.items()]
    return or_(*rooms)


def _shows_an_old_card() -> ColumnElement[bool]:
    """Whether the card in force was issued since, or the last one blocked."""
    since = or_(Card.issued_at > Slip.printed_at, Card.blocked_at > Slip.printed_at)
    return select(Card.id).where(Card.participant_id == Slip.participant_id, since).correlate(Slip).exists()


def _names_another_coach() -> ColumnElement[bool]:
    """Whether somebody else looks after the person since, and the number on the sheet is not theirs."""
    since = (Participant.id == Slip.participant_id, Participant.coach_changed_at > Slip.printed_at)
    return select(Participant.id).where(*since).correlate(Slip).exists()
