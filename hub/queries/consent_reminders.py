"""Which consents and releases end soon, and of which nobody has been reminded (T8: thirty and seven days before)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models.consent import PERMITTING, Consent, ConsentState, Release
from hub.queries.sheets import first_of_each_sheet

DAYS = (30, 7)
SOON = timedelta(days=DAYS[0])
VERY_SOON = timedelta(days=DAYS[1])
Kind = type[Consent] | type[Release]
# Made once, as making an alias takes long.
NEWER: dict[Kind, Any] = {Consent: aliased(Consent), Release: aliased(Release)}
SAME: dict[Kind, tuple[str, ...]] = {Consent: ("scope", "organisation_id", "offer_id"), Release: ("organisation_id",)}


def is_ending(kind: Kind, at: datetime) -> ColumnElement[bool]:
    """Whether it is in force and ends within thirty days, without a newer one for the same thing that lasts longer."""
    newer: Any = NEWER[kind]

    def same(column: str) -> ColumnElement[bool]:
        mine, theirs = getattr(kind, column), getattr(newer, column)
        return or_(mine == theirs, and_(mine.is_(None), theirs.is_(None)))

    longer = select(newer.id).where(
        newer.participant_id == kind.participant_id,
        *(same(column) for column in SAME[kind]),
        newer.state.in_(PERMITTING),
        newer.valid_until > kind.valid_until,
    )
    return and_(kind.live(at), kind.valid_until <= at + SOON, ~longer.correlate(kind).exists())


def list_asked_and_ending(
    session: Session, participant_ids: Collection[int], *, at: datetime
) -> tuple[list[Consent], list[Consent]]:
    """Return the first question of each sheet that waits for an answer, and what ends within thirty days, by that day.

    With recipients. One statement.
    """
    query = select(Consent).where(
        Consent.participant_id.in_(participant_ids),
        or_(Consent.state == ConsentState.REQUESTED, is_ending(Consent, at)),
    )
    found = list(session.scalars(query.options(joinedload(Consent.organisation)).order_by(Consent.id)))
    asked = [one for one, _ in first_of_each_sheet(row for row in found if row.state is ConsentState.REQUESTED)]
    ending = [one for one in found if one.state is not ConsentState.REQUESTED]
    return asked, sorted(ending, key=lambda one: (one.valid_until, one.id))


def list_ending_releases(session: Session, participant_ids: Collection[int], *, at: datetime) -> list[Release]:
    """Return the releases of these persons that end within thirty days, by that day, with the bodies. One statement."""
    query = select(Release).where(Release.participant_id.in_(participant_ids), is_ending(Release, at))
    query = query.options(joinedload(Release.organisation)).order_by(Release.valid_until, Release.id)
    return list(session.scalars(query))


def _to_remind(kind: Kind, at: datetime) -> ColumnElement[bool]:
    never = kind.reminded_days.is_(None)
    last = and_(kind.valid_until <= at + VERY_SOON, or_(never, kind.reminded_days > DAYS[1]))
    return and_(is_ending(kind, at), or_(never, last))


def list_to_remind(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of persons of whose consents or releases somebody is to be reminded. Two statements."""
    found: set[int] = set()
    for kind in SAME:
        found |= set(session.scalars(select(kind.participant_id).where(_to_remind(kind, at))))
    return sorted(found)


def take_reminders(session: Session, participant_id: int, *, at: datetime) -> list[Consent | Release]:
    """Return what a person is to be reminded of, marked so that it happens once; the person must be locked."""
    found: list[Consent | Release] = []
    for kind in SAME:
        query: Select[Any] = select(kind).where(kind.participant_id == participant_id, _to_remind(kind, at))
        found += session.scalars(query.order_by(kind.id).execution_options(populate_existing=True))
    for row in found:
        row.reminded_days = DAYS[1] if row.valid_until <= at + VERY_SOON else DAYS[0]
    return found
