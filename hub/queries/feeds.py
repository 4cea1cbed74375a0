"""Feed revisions: raised as the last statements of a transaction, in order of id."""

from collections.abc import Iterable

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hub.models.subscription import Subscription


def raise_revisions(
    session: Session,
    *,
    participants: Iterable[int | None] = (),
    users: Iterable[int | None] = (),
    organisations: Iterable[int | None] = (),
) -> None:
    """Raise the revision of every feed that shows these persons, coaches or organisations.

    Ids are locked sorted, since unsorted updates deadlock on PostgreSQL. Call it last in a transaction.
    """
    wanted = or_(
        Subscription.participant_id.in_({i for i in participants if i}),
        Subscription.user_id.in_({i for i in users if i}),
        Subscription.organisation_id.in_({i for i in organisations if i}),
    )
    ids = list(session.scalars(select(Subscription.id).where(wanted).order_by(Subscription.id).with_for_update()))
    if ids:
        session.execute(
            update(Subscription)
            .where(Subscription.id.in_(ids))
            .values(revision=Subscription.revision + 1)
            .execution_options(synchronize_session=False)
        )
