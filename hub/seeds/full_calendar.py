"""A coach whose calendar is very full, to measure feeds on: invented, in an empty database of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions.subscriptions import make_subscription
from hub.errors import ConfigurationError
from hub.models.booking import OWN, Booking, BookingState
from hub.models.subscription import FeedKind
from hub.policy.actor import Actor
from hub.queries import bookings, feeds
from hub.queries.users import find_actor
from hub.seeds.cast import load_cast


@dataclass(frozen=True)
class FullCalendar:
    """The secret of the feed, whose it is, and the public id of one of its dates."""

    token: str
    coach: Actor
    public_id: str


def load_full_calendar(session: Session, entries: int, *, at: datetime) -> FullCalendar:
    """Add the cast, a talk an hour for one of the coaches, and a feed of it."""
    cast = load_cast(session, at)
    coach, person = cast.users["clara"], cast.people["tarik"]
    talks = [
        Booking(
            participant_id=person.id,
            coach_id=coach.id,
            access=OWN,
            state=BookingState.CONFIRMED,
            starts_at=at + timedelta(hours=hour),
            ends_at=at + timedelta(hours=hour, minutes=50),
            made_by="coach",
            municipality_code=person.municipality_code,
            created_at=at,
            changed_at=at,
        )
        for hour in range(1, entries + 1)
    ]
    session.add_all(talks)
    session.flush()
    actor = find_actor(session, coach.id)
    if actor is None:
        raise ConfigurationError("The coach of the cast has no account.")
    _, token = make_subscription(session, actor=actor, kind=FeedKind.COACH, name="gemessen", at=at)
    return FullCalendar(token, actor, talks[entries // 2].public_id)


def change_one(session: Session, full: FullCalendar, *, at: datetime) -> None:
    """Change one of the dates as every verb does: the row first, the feeds last."""
    booking = bookings.get_booking(session, full.coach, full.public_id, at=at)
    bookings.change_booking(session, booking, sequence=booking.sequence + 1, changed_at=at)
    feeds.raise_revisions(session, users=[full.coach.user_id])
