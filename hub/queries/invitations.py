"""Questions about invitations, and about where an actor may invite whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload

from hub import crypto
from hub.errors import NotFound
from hub.models.invitation import Invitation
from hub.models.organisation import Organisation
from hub.models.programme import ProgrammeOrganisation
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.scopes import invitations_for, organisations_for


@dataclass(frozen=True)
class Opening:
    """A role in an organisation that somebody may be invited into, with the networks the policy asks about."""

    organisation: Organisation
    role: Role
    programme_ids: frozenset[int]


def list_invitations(session: Session, actor: Actor, *, limit: int = 100) -> list[Invitation]:
    """Return the latest invitations of the organisations an actor sees, with the organisations."""
    query = invitations_for(actor).options(joinedload(Invitation.organisation))
    return list(session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id.desc()).limit(limit)))


def get_invitation(session: Session, actor: Actor, public_id: str) -> Invitation:
    """Return an invitation the actor sees, with its organisation; raises NotFound (404)."""
    query = invitations_for(actor).where(Invitation.public_id == public_id)
    invitation: Invitation | None = session.scalar(query.options(joinedload(Invitation.organisation)))
    if invitation is None:
        raise NotFound
    return invitation


def get_invitation_by_token(session: Session, token: str, *, at: datetime) -> Invitation:
    """Return the invitation behind a link while it can be accepted; raises NotFound (404), whatever the reason."""
    query = select(Invitation).where(Invitation.token_digest == crypto.token_digest(token))
    invitation = session.scalar(query.options(joinedload(Invitation.organisation)))
    if invitation is None or not invitation.open(at):
        raise NotFound
    return invitation


def use_up(session: Session, invitation: Invitation, *, at: datetime) -> bool:
    """Mark an invitation as accepted; False when somebody accepted or withdrew it in the meantime."""
    used = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .values(accepted_at=at)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", used).rowcount == 1


def list_organisations_to_invite(session: Session, actor: Actor) -> list[Organisation]:
    """Return the organisations an actor sees that still take part, by name."""
    query = organisations_for(actor).where(Organisation.ended_at.is_(None))
    return list(session.scalars(query.order_by(Organisation.name)))


def get_opening(session: Session, actor: Actor, organisation_ref: str, role: Role) -> Opening:
    """Return a role in an organisation the actor sees; raises NotFound (404)."""
    query = organisations_for(actor).where(Organisation.public_id == organisation_ref)
    organisation: Organisation | None = session.scalar(query)
    if organisation is None:
        raise NotFound
    return opening_in(session, organisation, role)


def opening_in(session: Session, organisation: Organisation, role: Role) -> Opening:
    """Return a role in an organisation with the networks that organisation takes part in."""
    networks = select(ProgrammeOrganisation.programme_id).where(
        ProgrammeOrganisation.organisation_id == organisation.id
    )
    return Opening(organisation, role, frozenset(session.scalars(networks)))
