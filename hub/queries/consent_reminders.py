"""Which consents end soon, and of which of them nobody has been reminded yet (T8: thirty and seven days before)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models.consent import PERMITTING, Consent, ConsentState
from hub.queries.sheets import first_of_each_sheet

DAYS = (30, 7)
SOON = timedelta(days=DAYS[0])
VERY_SOON = timedelta(days=DAYS[1])


def _ending(at: datetime) -> Select[Any]:
    """Consents in force that end within thirty days, without a newer one for the same thing that lasts longer."""
    newer = aliased(Consent)

    def same(column: str) -> Any:
        mine, theirs = getattr(Consent, column), getattr(newer, column)
        return or_(mine == theirs, and_(mine.is_(None), theirs.is_(None)))

    longer = select(newer.id).where(
        newer.participant_id == Consent.participant_id,
        newer.scope == Consent.scope,
        same("organisation_id"),
        same("offer_id"),
        newer.state.in_(PERMITTING),
        newer.valid_until > Consent.valid_until,
    )
    return select(Consent).where(
        Consent.live(at), Consent.valid_until <= at + SOON, ~longer.correlate(Consent).exists()
    )


def list_asked_and_ending(
    session: Session, participant_ids: Collection[int], *, at: datetime
) -> tuple[list[Consent], list[Consent]]:
    """Return the first question of each sheet that waits for an answer, and what ends within thirty days, by that day.

    With recipients. One statement.
    """
    soon = _ending(at).with_only_columns(Consent.id).where(Consent.participant_id.in_(participant_ids))
    query = select(Consent).where(
        Consent.participant_id.in_(participant_ids),
        or_(Consent.state == ConsentState.REQUESTED, Consent.id.in_(soon)),
    )
    found = list(session.scalars(query.options(joinedload(Consent.organisation)).order_by(Consent.id)))
    asked = [one for one, _ in first_of_each_sheet(row for row in found if row.state is ConsentState.REQUESTED)]
    ending = [one for one in found if one.state is not ConsentState.REQUESTED]
    return asked, sorted(ending, key=lambda one: (one.valid_until, one.id))


def _to_remind(at: datetime) -> Select[Any]:
    never = Consent.reminded_days.is_(None)
    last = and_(Consent.valid_until <= at + VERY_SOON, or_(never, Consent.reminded_days > DAYS[1]))
    return _ending(at).where(or_(never, last))


def list_to_remind(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of persons of whose consents somebody is to be reminded."""
    query = _to_remind(at).with_only_columns(Consent.participant_id).distinct()
    return session.scalars(query.order_by(Consent.participant_id)).all()


def take_reminders(session: Session, participant_id: int, *, at: datetime) -> list[Consent]:
    """Return what a person is to be reminded of, marked so that it happens once; the person must be locked."""
    query = _to_remind(at).where(Consent.participant_id == participant_id).order_by(Consent.id)
    found = list(session.scalars(query.execution_options(populate_existing=True)))
    for consent in found:
        consent.reminded_days = DAYS[1] if consent.valid_until <= at + VERY_SOON else DAYS[0]
    return found
