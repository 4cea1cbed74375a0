"""Questions about staff accounts, and the actor an account is."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hub.models.organisation import Organisation
from hub.models.programme import ProgrammeOrganisation
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor, ActorKind, Seat


def find_user_by_email(session: Session, email: str) -> User | None:
    """Return the account with this address (any case), or None."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def find_actor(session: Session, user_id: int, *, request_id: str = "") -> Actor | None:
    """Return what policy needs to know about an account; None when it is gone or disabled. Three statements."""
    user = session.scalar(
        select(User).where(User.id == user_id, User.disabled_at.is_(None)).options(selectinload(User.memberships))
    )
    if user is None:
        return None
    seats = tuple(Seat(m.organisation_id, m.role) for m in user.memberships if m.ended_at is None)
    return _with_network(session, user, seats, request_id)


def actor_of(session: Session, user: User, *, request_id: str = "") -> Actor:
    """Return the actor of a loaded user with memberships."""
    seats = tuple(Seat(m.organisation_id, m.role) for m in user.memberships if m.ended_at is None)
    return _with_network(session, user, seats, request_id)


def _with_network(session: Session, user: User, seats: tuple[Seat, ...], request_id: str) -> Actor:
    own = {seat.organisation_id for seat in seats}
    umbrella = {seat.organisation_id for seat in seats if seat.role is Role.PARTNER}
    rows = session.execute(
        select(ProgrammeOrganisation.programme_id).where(ProgrammeOrganisation.organisation_id.in_(own))
    )
    members = session.scalars(select(Organisation.id).where(Organisation.parent_id.in_(umbrella))) if umbrella else ()
    return Actor(
        kind=ActorKind.STAFF,
        ref=user.public_id,
        user_id=user.id,
        name=user.name,
        seats=seats,
        member_ids=frozenset(members),
        programme_ids=frozenset(row.programme_id for row in rows),
        request_id=request_id,
    )


def list_memberships(session: Session, user: User) -> list[Membership]:
    """Return the running memberships of an account with their organisations."""
    query = select(Membership).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    return list(session.scalars(query.options(selectinload(Membership.organisation)).order_by(Membership.id)))
