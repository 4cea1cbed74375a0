"""Questions of the operator: mails that were given up, and at which revision the tables stand."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.models.notice import Notice, NoticeState
from hub.policy.actor import Actor
from hub.policy.scopes import notices_for


def list_dead_notices(session: Session, actor: Actor, *, limit: int = 50) -> list[Notice]:
    """Return the latest mails that were given up."""
    query = notices_for(actor).where(Notice.state == NoticeState.DEAD)
    return list(session.scalars(query.order_by(Notice.created_at.desc(), Notice.id.desc()).limit(limit)))


def get_notice(session: Session, actor: Actor, public_id: str) -> Notice:
    """Return an outbox row the actor sees; raises NotFound (404)."""
    notice: Notice | None = session.scalar(notices_for(actor).where(Notice.public_id == public_id))
    if notice is None:
        raise NotFound
    return notice


def find_revision(session: Session) -> str | None:
    """Return the migration the tables stand at."""
    revision: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
