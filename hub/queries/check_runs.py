"""Questions about checks of the data: the last one, and forgetting old ones."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.models.check_run import CheckRun


def find_last_run(session: Session) -> CheckRun | None:
    """Return the latest check, or None before the first."""
    query = select(CheckRun).order_by(CheckRun.ran_at.desc(), CheckRun.id.desc()).limit(1)
    return session.scalar(query)


def delete_runs_before(session: Session, instant: datetime) -> None:
    """Forget what checks found before an instant."""
    session.execute(delete(CheckRun).where(CheckRun.ran_at < instant))
