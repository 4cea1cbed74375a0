"""Whose turn it is when a partner is silent: the partner, the umbrella's desk, the network's desk, then the coach."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from calendars.holidays import closed_days
from calendars.working_time import add_working_days
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Notice
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import ProgrammeOrganisation
from hub.models.user import Membership, Role, User
from hub.policy.phone_scopes import phoned_by_umbrella

STEP = 2  # working days each desk has
FURTHEST = timedelta(days=21)  # no desk's turn reaches so far behind the date to hear by
TO_COACH = ("staff_news", "team_news")


class Owner(StrEnum):
    """Who must act while nobody has answered."""

    PARTNER = "partner"
    UMBRELLA = "umbrella"
    DESK = "desk"
    COACH = "coach"


@dataclass(frozen=True)
class Desks:
    """Which desks can phone an organisation at all."""

    umbrella: bool = False
    network: bool = False


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, and until when; the coach's has no end."""

    owner: Owner
    until: datetime | None = None


NOBODY = Desks()


def turn_of(hear_by_at: datetime, desks: Desks, at: datetime) -> Turn:
    """Return who must act at an instant: silence has an owner at each step, and only a desk that exists is one.

    Before the date to hear by it is the partner; then each desk has two working days, the umbrella's first.
    """
    ends = hear_by_at
    if at < ends:
        return Turn(Owner.PARTNER, ends)
    for owner, there in ((Owner.UMBRELLA, desks.umbrella), (Owner.DESK, desks.network)):
        if there:
            ends = add_working_days(ends, STEP, closed=closed_days())
            if at < ends:
                return Turn(owner, ends)
    return Turn(Owner.COACH)


def ends_at(hear_by_at: datetime, desks: Desks) -> datetime:
    """Return from when on it is the coach's turn, if nobody answers."""
    return add_working_days(hear_by_at, STEP * (desks.umbrella + desks.network), closed=closed_days())


def phoned_by_network() -> ColumnElement[bool]:
    """Whether somebody from outside the organisation coordinates a network it belongs to, and nobody phones it there.

    The same rule as in `Actor.desk_ids` and `Actor.backup_ids`, asked from the other side.
    """
    inside = select(Membership.user_id).where(
        Membership.organisation_id == Organisation.id, Membership.ended_at.is_(None)
    )
    own = ProgrammeOrganisation.organisation_id == Organisation.id
    networks = select(ProgrammeOrganisation.programme_id).where(own)
    coordinating = select(Membership.id).join(User, Membership.user_id == User.id)
    coordinating = coordinating.join(
        ProgrammeOrganisation, ProgrammeOrganisation.organisation_id == Membership.organisation_id
    ).where(
        Membership.role == Role.COORDINATOR,
        Membership.ended_at.is_(None),
        User.disabled_at.is_(None),
        User.id.not_in(inside.correlate(Organisation)),
        ProgrammeOrganisation.programme_id.in_(networks.correlate(Organisation)),
    )
    return and_(Organisation.kind != OrganisationKind.JOBCENTER, coordinating.correlate(Organisation).exists())


def list_desks(session: Session, organisation_ids: Collection[int]) -> dict[int, Desks]:
    """Return which desks phone each of these running organisations. One statement."""
    query = select(Organisation.id, phoned_by_umbrella(), phoned_by_network())
    query = query.where(Organisation.id.in_(organisation_ids), Organisation.ended_at.is_(None))
    return {key: Desks(umbrella, network) for key, umbrella, network in session.execute(query)}


def list_turns(session: Session, enquiries: Iterable[Enquiry], *, at: datetime) -> dict[int, Turn]:
    """Return whose turn it is in each expired enquiry, by key. One statement, none where none is expired."""
    silent = [one for one in enquiries if one.state is EnquiryState.EXPIRED and one.hear_by_at is not None]
    desks = list_desks(session, {one.organisation_id for one in silent}) if silent else {}
    return {
        one.id: turn_of(one.hear_by_at, desks.get(one.organisation_id, NOBODY), at) for one in silent if one.hear_by_at
    }


def find_turn(session: Session, enquiry: Enquiry, *, at: datetime) -> Turn | None:
    """Return whose turn it is in an expired enquiry, None for any other."""
    return list_turns(session, [enquiry], at=at).get(enquiry.id)


def list_for_coach(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of expired enquiries that are the coach's turn now and of which no coach was told."""
    query = select(Enquiry).where(
        Enquiry.state == EnquiryState.EXPIRED, Enquiry.hear_by_at <= at, ~_told().correlate(Enquiry).exists()
    )
    turns = list_turns(session, session.scalars(query.order_by(Enquiry.id)).all(), at=at)
    return [key for key, turn in turns.items() if turn.owner is Owner.COACH]


def was_coach_told(session: Session, enquiry: Enquiry) -> bool:
    """Tell whether a coach was told of this silence; safe after lock_enquiry."""
    return session.scalar(_told().where(Enquiry.id == enquiry.id).limit(1)) is not None


def _told() -> Select[Any]:
    return select(Notice.id).where(
        Notice.enquiry_id == Enquiry.id, Notice.template.in_(TO_COACH), Notice.created_at >= Enquiry.hear_by_at
    )
