"""What each kind of feed is about: whose it may be, what anybody may read, and what its UIDs hang on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, load_only

from hub import clock
from hub.models.location import Location, Room
from hub.models.offer import Offer, OfferState
from hub.models.programme import Programme
from hub.models.subscription import PUBLIC_KINDS, FeedKind, Subscription
from hub.models.user import Role
from hub.policy.actor import ANONYMOUS, Actor, ActorKind
from hub.policy.feed_scopes import rooms_for
from hub.policy.scopes import offers_for, own_offers_for
from hub.queries.feeds import uid_key
from hub.queries.houses import running_houses
from hub.queries.public_offers import FOUND

# The one thing a feed of each kind is about.
THINGS: Mapping[FeedKind, str] = {
    FeedKind.PARTICIPANT: "participant",
    FeedKind.COACH: "user",
    FeedKind.ORGANISATION: "organisation",
    FeedKind.OFFER: "offer",
    FeedKind.ROOM: "room",
    FeedKind.HOUSE: "location",
    FeedKind.PROGRAMME: "programme",
    FeedKind.PUBLIC_OFFER: "offer",
}
KEYS = ("organisation_id", "offer_id", "room_id", "location_id", "programme_id")


def may_have(session: Session, actor: Actor, feed: Subscription, *, at: datetime) -> bool:
    """Tell whether this actor may follow what a feed is about; the same rule makes a feed and ends it later."""
    if any(getattr(feed, key) is not None for key in KEYS if key != _key(feed.kind)):
        return False
    if feed.kind is FeedKind.PARTICIPANT:
        return actor.kind is ActorKind.PERSON
    if feed.kind is FeedKind.COACH:
        return actor.has(Role.COACH)
    if feed.kind is FeedKind.ORGANISATION:
        return feed.organisation_id in actor.partner_ids
    things = _things(actor, feed.kind, clock.local_date(at))
    return session.scalar(things.where(NOUNS[feed.kind].id == getattr(feed, _key(feed.kind)))) is not None


def find_public(session: Session, kind: FeedKind, public_id: str, *, at: datetime) -> Any:
    """Return what a public calendar would be about, if there is such a thing for everybody now; else None."""
    if kind not in PUBLIC_KINDS:
        return None
    noun = NOUNS[kind]
    return session.scalar(select(noun).where(noun.public_id == public_id, noun.id.in_(_public(kind, at))))


def list_public(session: Session, kind: FeedKind, *, at: datetime) -> list[Any]:
    """Return all houses or networks that have a public calendar now, by name."""
    noun = NOUNS[kind]
    return list(session.scalars(select(noun).where(noun.id.in_(_public(kind, at))).order_by(noun.name, noun.id)))


def list_running_offers(session: Session, actor: Actor) -> list[Offer]:
    """Return the offers an actor can follow, with key and title, by title; ended ones have no dates to come."""
    query = own_offers_for(actor).where(Offer.state != OfferState.ENDED).order_by(Offer.title, Offer.id)
    return list(session.scalars(query.options(load_only(Offer.public_id, Offer.title, raiseload=True))))


def list_rooms(session: Session, actor: Actor) -> list[Room]:
    """Return the rooms an actor can follow, with their place, by name of both."""
    query = rooms_for(actor).options(contains_eager(Room.location)).order_by(Location.name, Room.name, Room.id)
    return list(session.scalars(query))


def owner_key(feed: Subscription) -> bytes:
    """Return the key of all UIDs in a feed; who reads the same calendar has the same events, who reads another not.

    What the feed is about must be loaded.
    """
    return uid_key(feed.kind, getattr(feed, THINGS[feed.kind]).public_id)


NOUNS: Mapping[FeedKind, Any] = {
    FeedKind.OFFER: Offer,
    FeedKind.ROOM: Room,
    FeedKind.HOUSE: Location,
    FeedKind.PROGRAMME: Programme,
    FeedKind.PUBLIC_OFFER: Offer,
}


def _key(kind: FeedKind) -> str:
    return f"{THINGS[kind]}_id"


def _public(kind: FeedKind, at: datetime) -> Select[Any]:
    return _things(ANONYMOUS, kind, clock.local_date(at))


def _things(actor: Actor, kind: FeedKind, today: date) -> Select[Any]:
    """Return the keys of what feeds of this kind can be about for this actor, on this local day."""
    if kind is FeedKind.OFFER:
        return own_offers_for(actor).with_only_columns(Offer.id)
    if kind is FeedKind.ROOM:
        return rooms_for(actor).with_only_columns(Room.id)
    if kind is FeedKind.HOUSE:
        return running_houses().with_only_columns(Location.id)
    if kind is FeedKind.PROGRAMME:
        return select(Programme.id).where(Programme.ends_on >= today)
    return offers_for(actor).where(*FOUND).with_only_columns(Offer.id)
