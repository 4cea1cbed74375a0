"""Questions about barriers that somebody told of: the list, its length, one to settle, and who is to hear of one."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.models.barrier import Barrier
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.barrier_scopes import barriers_for


def list_barriers(session: Session, actor: Actor, *, limit: int = 100) -> Sequence[Barrier]:
    """Return what people told of, open ones first, then the newest."""
    query = barriers_for(actor).order_by(Barrier.settled_at.is_not(None), Barrier.id.desc()).limit(limit)
    return session.scalars(query).all()


def count_open(session: Session, actor: Actor) -> int:
    """Return how many barriers nobody has settled yet."""
    query = barriers_for(actor).where(Barrier.settled_at.is_(None)).with_only_columns(func.count(Barrier.id))
    return session.scalar(query) or 0


def lock_barrier(session: Session, actor: Actor, public_id: str) -> Barrier:
    """Return one barrier, locked and fresh; raises NotFound for whoever may not read it."""
    query = barriers_for(actor).where(Barrier.public_id == public_id).with_for_update()
    found: Barrier | None = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_readers(session: Session) -> frozenset[int]:
    """Return the accounts of all who coordinate a network now."""
    query = select(User.id).join(Membership, Membership.user_id == User.id)
    query = query.where(Membership.role == Role.COORDINATOR, Membership.ended_at.is_(None), User.disabled_at.is_(None))
    return frozenset(session.scalars(query))
