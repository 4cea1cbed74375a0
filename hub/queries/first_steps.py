"""What a new installation has already, read from the data itself: nothing is ticked off anywhere. Two statements."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.models.invitation import Invitation
from hub.models.offer import Offer, OfferState
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import Programme
from hub.models.slot import Slot
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.scopes import organisations_for, programmes_for

MOST = 200  # organisations looked at to find the few that are next; a new network has a handful
SHOWN = (OfferState.PUBLISHED, OfferState.PAUSED, OfferState.ENDED)
JOBCENTER = Organisation.kind == OrganisationKind.JOBCENTER
WHERE = (Organisation.phone, Organisation.postal_code, Organisation.municipality_code)
REACHED = (*WHERE, Organisation.email)
NEEDED = frozenset({Role.PARTNER, Role.COORDINATOR, Role.COACH, Role.CASE_MANAGER})
NAMED_IN_CONSENTS = (*WHERE, Organisation.street, Organisation.supervisory_authority)


@dataclass(frozen=True)
class Known:
    """What there is in the organisations an actor sees; `roles` are held there, into `invited` somebody may come."""

    programme: bool
    office: bool  # whoever coordinates can be reached
    partner: bool
    jobcenter: bool
    controller: bool  # each Jobcenter has all that its consents must say
    review: bool
    offer: bool  # one was shown, with a date
    roles: frozenset[Role]
    invited: frozenset[Role]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing for a first person to be taken up and to come to a first date."""
        there = all((self.programme, self.office, self.partner, self.jobcenter, self.controller, self.offer))
        return there and self.roles >= NEEDED


def find_known(session: Session, actor: Actor, *, at: datetime) -> Known:
    """Return what there is already. One statement."""
    office = Organisation.id.in_(actor.organisations(Role.COORDINATOR))
    offers = select(Offer.id).where(Offer.organisation_id.in_(_keys(actor)))
    row = session.execute(
        select(
            programmes_for(actor).with_only_columns(Programme.id).exists(),
            ~_keys(actor, office, _lacks(REACHED)).exists(),
            _keys(actor, ~office, ~JOBCENTER).exists(),
            _keys(actor, JOBCENTER).exists(),
            ~_keys(actor, JOBCENTER, _lacks(NAMED_IN_CONSENTS)).exists(),
            offers.where(Offer.state == OfferState.REVIEW).exists(),
            offers.join(Slot, Slot.offer_id == Offer.id).where(Offer.state.in_(SHOWN)).exists(),
            *(_held(actor, role).exists() for role in Role),
            *(_open(actor, role, at).exists() for role in Role),
        )
    ).one()
    seven, held, asked = row[:7], row[7 : 7 + len(Role)], row[7 + len(Role) :]
    roles = frozenset(role for role, found in zip(Role, held, strict=True) if found)
    invited = frozenset(role for role, found in zip(Role, asked, strict=True) if found)
    return Known(*seven, roles=roles, invited=invited)


def list_places(session: Session, actor: Actor) -> list[Organisation]:
    """Return the organisations an actor sees that still take part, the oldest first."""
    query = organisations_for(actor).where(Organisation.ended_at.is_(None))
    return list(session.scalars(query.order_by(Organisation.id).limit(MOST)))


def is_named_whole(jobcenter: Organisation) -> bool:
    """Tell whether a Jobcenter has all that a consent says about it."""
    return all(getattr(jobcenter, column.key) for column in NAMED_IN_CONSENTS)


def _keys(actor: Actor, *conditions: ColumnElement[bool]) -> Select[int]:
    """Return the keys of the organisations an actor sees that still take part."""
    query = organisations_for(actor).where(Organisation.ended_at.is_(None), *conditions)
    return query.with_only_columns(Organisation.id)


def _lacks(columns: tuple[InstrumentedAttribute[str], ...]) -> ColumnElement[bool]:
    return or_(false(), *(column == "" for column in columns))


def _belongs(actor: Actor, role: Role, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether a row is one of an organisation in which the role is wanted: coaches and the like at a Jobcenter."""
    at_jobcenter = role in (Role.COACH, Role.CASE_MANAGER, Role.TEAM_LEAD)
    return column.in_(_keys(actor, JOBCENTER) if at_jobcenter else _keys(actor))


def _held(actor: Actor, role: Role) -> Select[int]:
    query = select(Membership.id).join(User, Membership.user_id == User.id)
    running = and_(Membership.ended_at.is_(None), User.disabled_at.is_(None), Membership.role == role)
    return query.where(running, _belongs(actor, role, Membership.organisation_id))


def _open(actor: Actor, role: Role, at: datetime) -> Select[int]:
    unused = and_(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > at)
    query = select(Invitation.id).where(unused, Invitation.role == role)
    return query.where(_belongs(actor, role, Invitation.organisation_id))
