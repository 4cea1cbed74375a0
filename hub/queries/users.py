"""Questions about staff accounts, and the actor an account is."""

from collections.abc import Iterable

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from hub.errors import NotFound
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import ProgrammeOrganisation
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor, ActorKind, Seat
from hub.policy.phone_scopes import phoned_by_umbrella
from hub.policy.scopes import users_for


def find_user_by_email(session: Session, email: str) -> User | None:
    """Return the account with this address (any case), or None."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


_ACCOUNT = (  # built once, as every page asks it
    select(User, Membership, ProgrammeOrganisation.programme_id)
    .outerjoin(Membership, (Membership.user_id == User.id) & Membership.ended_at.is_(None))
    .outerjoin(ProgrammeOrganisation, ProgrammeOrganisation.organisation_id == Membership.organisation_id)
    .where(User.id == bindparam("user"), User.disabled_at.is_(None))
    .order_by(Membership.id)
)


def find_actor(session: Session, user_id: int, *, request_id: str = "") -> Actor | None:
    """Return what policy needs to know about an account; None when it is gone or disabled. One to three statements."""
    rows = session.execute(_ACCOUNT, {"user": user_id}).all()
    if not rows:
        return None
    seats = _seats(filter(None, (row[1] for row in rows)))
    return _with_network(session, rows[0][0], seats, frozenset(row[2] for row in rows if row[2]), request_id)


def actor_of(session: Session, user: User, *, request_id: str = "") -> Actor:
    """Return the actor of a loaded user with memberships."""
    seats = _seats(membership for membership in user.memberships if membership.ended_at is None)
    own = [seat.organisation_id for seat in seats]
    programmes = select(ProgrammeOrganisation.programme_id).where(ProgrammeOrganisation.organisation_id.in_(own))
    return _with_network(session, user, seats, frozenset(session.scalars(programmes)), request_id)


def _seats(memberships: Iterable[Membership]) -> tuple[Seat, ...]:
    return tuple(dict.fromkeys(Seat(one.organisation_id, one.role) for one in memberships))


def _with_network(
    session: Session, user: User, seats: tuple[Seat, ...], programmes: frozenset[int], request_id: str
) -> Actor:
    own = {seat.organisation_id for seat in seats}
    umbrella = {seat.organisation_id for seat in seats if seat.role is Role.PARTNER}
    members = session.scalars(select(Organisation.id).where(Organisation.parent_id.in_(umbrella))) if umbrella else ()
    coordinates = any(seat.role is Role.COORDINATOR for seat in seats)
    desk, backup = _desk(session, programmes, own) if coordinates else (frozenset[int](), frozenset[int]())
    return Actor(
        kind=ActorKind.STAFF,
        ref=user.public_id,
        user_id=user.id,
        name=user.name,
        seats=seats,
        member_ids=frozenset(members),
        programme_ids=programmes,
        desk_ids=desk,
        backup_ids=backup,
        request_id=request_id,
    )


def _desk(session: Session, programmes: frozenset[int], own: set[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the partners of these networks that no umbrella phones, and those that one phones first.

    Nobody phones a Jobcenter or the own office.
    """
    query = select(Organisation.id, phoned_by_umbrella()).join(
        ProgrammeOrganisation, ProgrammeOrganisation.organisation_id == Organisation.id
    )
    query = query.where(ProgrammeOrganisation.programme_id.in_(programmes), Organisation.id.not_in(own))
    rows = session.execute(query.where(Organisation.kind != OrganisationKind.JOBCENTER)).all()
    return frozenset(key for key, first in rows if not first), frozenset(key for key, first in rows if first)


def list_memberships(session: Session, user: User) -> list[Membership]:
    """Return the running memberships of an account with their organisations."""
    query = select(Membership).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    return list(session.scalars(query.options(selectinload(Membership.organisation)).order_by(Membership.id)))


def list_users(session: Session, actor: Actor, *, wanted: str = "", page: int = 1, size: int = 50) -> list[User]:
    """Return one page of the accounts an actor sees, by name, with roles; one more than `size` when another follows."""
    query = users_for(actor)
    if wanted:
        part = wanted.strip().lower()
        name, address = func.lower(User.name), User.email
        query = query.where(or_(name.contains(part, autoescape=True), address.contains(part, autoescape=True)))
    query = query.options(selectinload(User.memberships).joinedload(Membership.organisation))
    return list(session.scalars(query.order_by(User.name, User.id).offset((page - 1) * size).limit(size + 1)))


def get_user(session: Session, actor: Actor, public_id: str) -> User:
    """Return an account the actor sees, with roles and their organisations; raises NotFound (404)."""
    query = users_for(actor).where(User.public_id == public_id)
    user: User | None = session.scalar(
        query.options(selectinload(User.memberships).joinedload(Membership.organisation))
    )
    if user is None:
        raise NotFound
    return user


def lock_user(session: Session, user_id: int) -> None:
    """Let nobody else change this account until the transaction ends."""
    session.execute(
        update(User)
        .where(User.id == user_id)
        .values(version=User.version + 1)
        .execution_options(synchronize_session=False)
    )


def find_user_with_roles(session: Session, email: str) -> User | None:
    """Return the account with this address and its roles, read anew; None when there is none."""
    query = select(User).where(User.email == email).options(selectinload(User.memberships))
    return session.scalar(query.execution_options(populate_existing=True))


def find_organisation_by_name(session: Session, name: str) -> Organisation | None:
    """Return the organisation with exactly this name, or None."""
    return session.scalar(select(Organisation).where(Organisation.name == name).order_by(Organisation.id).limit(1))


def find_any_user(session: Session) -> User | None:
    """Return some account that can sign in, for measurements; None when there is none."""
    query = select(User).where(User.disabled_at.is_(None), User.password_hash.is_not(None))
    return session.scalar(query.order_by(User.id).limit(1))


def count_demo_users(session: Session) -> int:
    """Return how many accounts of the demo are in the database; their password is public."""
    return session.scalar(select(func.count()).select_from(User).where(User.demo)) or 0
