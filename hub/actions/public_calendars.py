"""Opening the public calendar of a house, an offer or a network, for whoever asks for it first."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.models.subscription import FeedKind, Subscription
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import subscriptions
from hub.queries.feed_kinds import THINGS, find_public


def open_calendar(
    session: Session, *, actor: Actor, kind: FeedKind, public_id: str, locale: str, digest: str, at: datetime
) -> bool:
    """Make the row of a public calendar, or let one that had ended go on, as an offer does after a pause.

    False when there is no such thing for everybody; then nothing is made, however many ask. `digest` stands for the
    address. Of two who come first at the same time the second one meets its IntegrityError and finds the row.
    """
    require(actor, Permission.OPEN_PUBLIC_CALENDAR)
    thing = find_public(session, kind, public_id, at=at)
    if thing is None:
        return False
    if not subscriptions.resume_feed(session, digest):
        about = {f"{THINGS[kind]}_id": thing.id}
        session.add(Subscription(kind=kind, name="", token_digest=digest, locale=locale, created_at=at, **about))
        session.flush()
    return True
