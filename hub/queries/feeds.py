"""Feed revisions, raised as the last statements of a transaction in order of id; and the key of an owner's UIDs."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, select, union_all, update
from sqlalchemy.orm import Session

from hub import crypto
from hub.models.booking import Booking
from hub.models.offer import Offer
from hub.models.participant import Cover, Participant
from hub.models.slot import Slot
from hub.models.subscription import FeedKind, Subscription
from hub.queries.bookings import coaches_of

# Feeds of many partners: a date that went away was in one of them before, and no row says any more in which.
_OF_MANY = (Subscription.room_id > 0, Subscription.location_id > 0, Subscription.programme_id > 0)


def raise_revisions(
    session: Session,
    *,
    participants: Iterable[int | None] = (),
    users: Iterable[int | None] = (),
    organisations: Iterable[int | None] = (),
    seats: Iterable[int | None] = (),
) -> None:
    """Raise the revision of every feed that shows these persons, coaches or organisations.

    The feeds of a person's coach and of the coach's deputies show the person too and need not be named. Of
    `organisations` the dates themselves have changed, of `seats` only how many places in them are taken, which but few
    feeds tell. Ids are locked sorted, since unsorted updates deadlock on PostgreSQL. Call it last in a transaction.
    """
    dated = _keys(organisations)
    keys = {"persons": _keys(participants), "users": _keys(users), "counted": dated | _keys(seats), "dated": dated}
    if not any(keys.values()):
        return
    named = {name: sorted(found) for name, found in keys.items() if found}
    ids = list(session.scalars(_concerned(frozenset(named)), named))
    if ids:
        session.execute(
            update(Subscription)
            .where(Subscription.id.in_(ids))
            .values(revision=Subscription.revision + 1)
            .execution_options(synchronize_session=False)
        )


def _keys(found: Iterable[int | None]) -> set[int]:
    return {key for key in found if key}


@cache
def _concerned(named: frozenset[str]) -> Select[Any]:
    """Select the running feeds of these kinds of keys, locked; made once, as making it took longer than asking it."""
    persons, users = _listed("persons"), _listed("users")
    counted, dated = _listed("counted"), _listed("dated")
    coaches = select(Participant.coach_id).where(Participant.id.in_(persons))
    wanted = {
        "persons": (
            Subscription.participant_id.in_(persons),
            Subscription.user_id.in_(coaches),
            Subscription.user_id.in_(select(Cover.deputy_id).where(Cover.coach_id.in_(coaches))),
        ),
        "users": (Subscription.user_id.in_(users),),
        "counted": (
            Subscription.organisation_id.in_(counted),
            and_(Subscription.kind == FeedKind.OFFER, Subscription.offer_id.in_(_offers_of(counted))),
        ),
        "dated": (Subscription.offer_id.in_(_offers_of(dated)), *_OF_MANY),
    }
    # Each by its own index; of one condition with many parts a database may make a walk through all feeds.
    concerned = union_all(*(select(Subscription.id).where(one) for name in sorted(named) for one in wanted[name]))
    running = select(Subscription.id).where(Subscription.id.in_(concerned), Subscription.ended_at.is_(None))
    return running.order_by(Subscription.id).with_for_update()


def _listed(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


def _offers_of(organisations: BindParameter[Any]) -> Select[Any]:
    return select(Offer.id).where(Offer.organisation_id.in_(organisations))


def raise_for_dates(session: Session, slots: Iterable[Slot], bookings: Iterable[Booking]) -> None:
    """Raise the feeds that show these changed dates and whoever is, or was, booked; `offer`, persons are loaded."""
    concerned = list(bookings)
    raise_revisions(
        session,
        participants=[booking.participant_id for booking in concerned],
        users=coaches_of(concerned),
        organisations=[slot.offer.organisation_id for slot in slots],
    )


def uid_key(kind: FeedKind, owner: str) -> bytes:
    """Return the key of all UIDs one owner sees, in feeds and in mails: a date is one event in all their calendars."""
    return crypto.ring().subkey("uid", f"{kind.value}:{owner}")
