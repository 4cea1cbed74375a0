"""Questions about offers a network looks at before they are published."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.offer import Offer
from hub.models.programme import Programme, ProgrammeOrganisation
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.scopes import reviewed_offers_for


def _reviewing(organisation_id: int, on: date) -> ColumnElement[bool]:
    """Whether a programme reviews the offers of this organisation and has not ended."""
    return and_(
        ProgrammeOrganisation.organisation_id == organisation_id, Programme.reviewing.is_(True), Programme.ends_on >= on
    )


def is_reviewed(session: Session, organisation_id: int, *, on: date) -> bool:
    """Tell whether an organisation's offers are looked at before they are published."""
    of_it = Programme.id == ProgrammeOrganisation.programme_id
    return bool(session.scalar(select(exists().where(of_it, _reviewing(organisation_id, on)))))


def list_coordinators(session: Session, organisation_id: int, *, on: date) -> frozenset[int]:
    """Return the accounts of those who coordinate a network that reviews this organisation's offers."""
    programmes = select(Programme.id).join(ProgrammeOrganisation).where(_reviewing(organisation_id, on))
    seats = select(ProgrammeOrganisation.organisation_id).where(ProgrammeOrganisation.programme_id.in_(programmes))
    query = (
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.role == Role.COORDINATOR,
            Membership.ended_at.is_(None),
            Membership.organisation_id.in_(seats),
            User.disabled_at.is_(None),
        )
    )
    return frozenset(session.scalars(query))


def list_reviewed_offers(session: Session, actor: Actor) -> list[Offer]:
    """Return the offers that wait for a coordinator, the longest waiting first, with organisation and place."""
    query = reviewed_offers_for(actor).options(joinedload(Offer.organisation), joinedload(Offer.location))
    return list(session.scalars(query.order_by(Offer.changed_at, Offer.id)))


def get_reviewed_offer(session: Session, actor: Actor, public_id: str) -> Offer:
    """Return an offer that waits for this coordinator with organisation, place and room; else NotFound."""
    query = reviewed_offers_for(actor).where(Offer.public_id == public_id)
    query = query.options(joinedload(Offer.organisation), joinedload(Offer.location), joinedload(Offer.room))
    offer: Offer | None = session.scalar(query)
    if offer is None:
        raise NotFound
    return offer
