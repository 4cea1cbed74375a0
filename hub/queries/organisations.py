"""Questions about organisations: the own network's, one of them, and where it has grown silent. Never about persons."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.offer import Offer, OfferState
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import organisations_for
from hub.queries.own_offers import raise_sequences_where

SILENT_AFTER = timedelta(days=90)
WITHOUT_OFFERS = (OrganisationKind.JOBCENTER, OrganisationKind.FEDERATION)  # nobody waits for offers of these


@dataclass(frozen=True)
class Activity:
    """What an organisation shows in the catalogue: published offers, and when one was last confirmed."""

    published: int = 0
    confirmed_at: datetime | None = None

    def silent(self, at: datetime) -> bool:
        """Whether there is nothing, or nothing that was confirmed lately."""
        return not self.published or self.confirmed_at is None or self.confirmed_at < at - SILENT_AFTER


def list_organisations(session: Session, actor: Actor) -> list[Organisation]:
    """Return the organisations the actor sees with their umbrella, by name."""
    query = organisations_for(actor).options(joinedload(Organisation.parent))
    return list(session.scalars(query.order_by(Organisation.folded_name, Organisation.id)))


def get_organisation(session: Session, actor: Actor, public_id: str) -> Organisation:
    """Return one organisation the actor sees with its umbrella; else NotFound."""
    query = organisations_for(actor).where(Organisation.public_id == public_id)
    organisation: Organisation | None = session.scalar(query.options(joinedload(Organisation.parent)))
    if organisation is None:
        raise NotFound
    return organisation


def find_organisation(session: Session, actor: Actor, organisation_id: int | None) -> Organisation | None:
    """Return an organisation by its key if the actor sees it."""
    found: Organisation | None = session.scalar(organisations_for(actor).where(Organisation.id == organisation_id))
    return found


def list_members(session: Session, organisation: Organisation) -> list[Organisation]:
    """Return the organisations under an umbrella, by name."""
    query = select(Organisation).where(Organisation.parent_id == organisation.id)
    return list(session.scalars(query.order_by(Organisation.folded_name)))


def list_activities(session: Session, actor: Actor) -> dict[int, Activity]:
    """Return what each organisation the actor sees shows in the catalogue, by its key. One statement."""
    seen = organisations_for(actor).with_only_columns(Organisation.id)
    query = (
        select(Offer.organisation_id, func.count(Offer.id), func.max(Offer.confirmed_at))
        .where(Offer.organisation_id.in_(seen), Offer.state == OfferState.PUBLISHED)
        .group_by(Offer.organisation_id)
    )
    return {row[0]: Activity(row[1], row[2]) for row in session.execute(query)}


def raise_sequences_of(session: Session, organisation: Organisation, *, at: datetime) -> tuple[set[int], set[int]]:
    """Raise the sequence of all coming dates of an organisation whose name changed; return whose feeds show it."""
    own = select(Offer.id).where(Offer.organisation_id == organisation.id)
    return raise_sequences_where(session, Slot.offer_id.in_(own), at=at)
