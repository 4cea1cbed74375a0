"""Questions about exclusions: whom a person wants nothing to do with, and what follows for an offer."""

from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound, RuleBroken
from hub.folding import fold
from hub.i18n import N_, Message
from hub.models.exclusion import Exclusion
from hub.models.organisation import Organisation
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.exclusion_scopes import exclusions_for
from hub.queries.public_offers import offering_organisations

TAKES_NOBODY = N_("Dieses Angebot nimmt gerade niemanden auf.")  # the same words as for an offer that pauses


def list_own(session: Session, actor: Actor) -> list[Exclusion]:
    """Return whom the person behind the card excluded, the latest first, with organisation or member of staff."""
    query = exclusions_for(actor).options(joinedload(Exclusion.organisation), joinedload(Exclusion.user))
    return list(session.scalars(query.order_by(Exclusion.id.desc())))


def get_own(session: Session, actor: Actor, public_id: str) -> Exclusion:
    """Return one of the person's own; raises NotFound."""
    found: Exclusion | None = session.scalar(exclusions_for(actor).where(Exclusion.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def find_same(
    session: Session, participant_id: int, *, organisation_id: int | None, user_id: int | None
) -> Exclusion | None:
    """Return the running exclusion of exactly this organisation or member of staff, or None."""
    query = select(Exclusion).where(Exclusion.participant_id == participant_id, Exclusion.ended_at.is_(None))
    if organisation_id is not None:
        return session.scalar(query.where(Exclusion.organisation_id == organisation_id))
    return session.scalar(query.where(Exclusion.user_id == user_id))


def excluded_by(participant_id: Any) -> Select[Any]:
    """The keys of the organisations a person excluded; a search for this person leaves their offers out."""
    return select(Exclusion.organisation_id).where(
        Exclusion.participant_id == participant_id,
        Exclusion.organisation_id.is_not(None),
        Exclusion.ended_at.is_(None),
    )


# Built once, as every booking asks it.
_EXCLUDED = excluded_by(bindparam("person")).where(Exclusion.organisation_id == bindparam("organisation")).limit(1)


def obstacle_of_exclusion(session: Session, participant_id: int, organisation_id: int) -> Message | None:
    """Return the same sentence as for an offer that takes nobody when the person excluded its organisation, or None."""
    found = session.scalar(_EXCLUDED, {"person": participant_id, "organisation": organisation_id})
    return TAKES_NOBODY if found is not None else None


def require_not_excluded(session: Session, participant_id: int, organisation_id: int) -> None:
    """Raise RuleBroken (409) as an offer that takes nobody does: no page, message or log word says why."""
    if obstacle := obstacle_of_exclusion(session, participant_id, organisation_id):
        raise RuleBroken(obstacle)


def list_organisations(session: Session, actor: Actor) -> list[Organisation]:
    """Return the organisations whose offers the actor sees, by name; of others there is nothing to exclude."""
    query = select(Organisation).where(Organisation.id.in_(offering_organisations(actor)))
    return sorted(session.scalars(query), key=lambda one: fold(one.name))


def get_organisation(session: Session, actor: Actor, public_id: str) -> Organisation:
    """Return one of them; raises NotFound."""
    query = select(Organisation).where(
        Organisation.id.in_(offering_organisations(actor)), Organisation.public_id == public_id
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def find_staff(session: Session, organisation: Organisation, name: str) -> User | None:
    """Return the one member of staff there with exactly this name, however it is written, or None."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.role == Role.PARTNER,
            Membership.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    wanted = fold(" ".join(name.split()))
    return next((one for one in session.scalars(query) if fold(" ".join(one.name.split())) == wanted), None)
