"""Who acted for whom: the organisation behind somebody who wrote something down for another organisation."""

from datetime import datetime

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from hub.models.organisation import Organisation
from hub.models.user import Membership, Role

BY_PHONE = (Role.PARTNER, Role.COORDINATOR)


def find_acting_for(
    session: Session, *, user_id: int | None, organisation_id: int, at: datetime
) -> Organisation | None:
    """Return the umbrella or network office for which somebody worked at `at` and acted for this organisation.

    None when they worked in the organisation itself then, or when nobody with an account did it (a mail's link).
    """
    if user_id is None:
        return None
    own = Membership.organisation_id == organisation_id
    query = select(Organisation, own).join(Membership, Membership.organisation_id == Organisation.id)
    query = query.where(
        Membership.user_id == user_id,
        Membership.role.in_(BY_PHONE),
        Membership.created_at <= at,
        or_(Membership.ended_at.is_(None), Membership.ended_at > at),
    )
    query = query.order_by(case((own, 0), else_=1), case((Membership.role == Role.PARTNER, 0), else_=1), Membership.id)
    found = session.execute(query.limit(1)).first()
    return None if found is None or found[1] else found[0]
