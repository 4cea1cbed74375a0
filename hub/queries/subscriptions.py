"""Questions about subscriptions: the actor's own, one feed by its digest, and its bytes as last rendered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, cast

from sqlalchemy import CursorResult, Select, bindparam, case, func, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from hub import clock
from hub.db import Database
from hub.errors import NotFound
from hub.models.consent import PERMITTING, Consent, ConsentState, Scope
from hub.models.location import Room
from hub.models.organisation import Organisation
from hub.models.participant import Participation, ParticipationState
from hub.models.subscription import PUBLIC_KINDS, FeedKind, Level, Subscription
from hub.policy.actor import ANONYMOUS, Actor, ActorKind
from hub.policy.scopes import organisations_for, subscriptions_for
from hub.queries.feed_kinds import THINGS, may_have
from hub.queries.users import find_actor

GRACE = timedelta(days=14)  # a feed outlives the consent's last day and the participation by this (R-CAL-12)
NEVER = datetime.max.replace(tzinfo=UTC)
# A change bears the moment it began: bytes made while it was being written may be younger, and lack it.
LONGEST_CHANGE = timedelta(minutes=2)
UNRENDERED: dict[str, Any] = {"etag": "", "body": None, "parts": None, "packed": None}  # a feed without its bytes

_TABLE = Subscription.__table__.c
HEAD = (
    _TABLE.id,
    _TABLE.public_id,
    _TABLE.locale,
    _TABLE.ended_at,
    _TABLE.revision,
    _TABLE.rendered_revision,
    _TABLE.etag,
    _TABLE.last_modified_at,
    _TABLE.fresh_until,
    _TABLE.fetched_on,
    _TABLE.fetched_client,
    _TABLE.fetched_revision,
    _TABLE.fetched_modified_at,
)


class Part(Enum):
    """How much of a feed is read: its head alone, or with the bytes of one of its two variants."""

    HEAD = 0
    PLAIN = 1
    PACKED = 2  # the body as well where nobody has asked for the compressed bytes yet


def _find(*columns: Any) -> Select[Any]:
    return select(*HEAD, *columns).where(_TABLE.token_digest == bindparam("digest"))


# Made once: a conditional request is one execution of the first (an indexed read), and nothing else.
_FIND: dict[Part, Select[Any]] = {
    Part.HEAD: _find(),
    Part.PLAIN: _find(_TABLE.body),
    Part.PACKED: _find(_TABLE.packed, case((_TABLE.packed.is_(None), _TABLE.body)).label("body")),
}


def list_own_subscriptions(session: Session, actor: Actor) -> list[Subscription]:
    """Return the actor's own feeds that have not ended, the oldest first."""
    query = subscriptions_for(actor).where(Subscription.ended_at.is_(None)).order_by(Subscription.id)
    room = joinedload(Subscription.room).joinedload(Room.location)
    return list(
        session.scalars(query.options(joinedload(Subscription.organisation), joinedload(Subscription.offer), room))
    )


def lock_own_subscriptions(session: Session, actor: Actor) -> list[Subscription]:
    """Return the actor's own running feeds, locked in order of id."""
    query = subscriptions_for(actor).where(Subscription.ended_at.is_(None)).order_by(Subscription.id)
    return list(session.scalars(query.with_for_update()))


def get_subscription(session: Session, actor: Actor, public_id: str) -> Subscription:
    """Return one of the actor's own feeds that has not ended; raises NotFound."""
    query = subscriptions_for(actor).where(Subscription.public_id == public_id, Subscription.ended_at.is_(None))
    found: Subscription | None = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def lock_subscription(session: Session, subscription: Subscription) -> Subscription:
    """Return a feed locked and read afresh; call it after the person's own row is locked."""
    query = select(Subscription).where(Subscription.id == subscription.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def list_feed_organisations(session: Session, actor: Actor) -> list[Organisation]:
    """Return the organisations the actor acts for as a partner, whose dates can be a feed."""
    query = organisations_for(actor).where(Organisation.id.in_(actor.partner_ids), Organisation.ended_at.is_(None))
    return list(session.scalars(query.order_by(Organisation.name)))


def find_feed(database: Database, digest: str, part: Part = Part.HEAD) -> Any:
    """Return this much of the feed with this token digest, or None; one indexed read.

    It goes past the session: programs ask all day, and nearly always for what has not changed.
    """
    return database.look(_FIND[part], digest=digest)


def get_for_rendering(session: Session, subscription_id: int) -> Subscription:
    """Return a feed with its owners and earlier bytes; its revision is read here, before anything it shows."""
    query = select(Subscription).where(Subscription.id == subscription_id)
    about = (joinedload(getattr(Subscription, name)) for name in dict.fromkeys(THINGS.values()))
    found = session.scalars(query.options(*about)).one()
    stored = select(_TABLE.body, _TABLE.parts).where(_TABLE.id == subscription_id)
    for name, value in session.execute(stored.execution_options(binary=True)).one()._mapping.items():
        set_committed_value(found, name, value)
    return found


@dataclass(frozen=True)
class Fetch:
    """What is kept of a fetch: the day, the family of program, and which state of the feed it got."""

    on: date
    client: str
    revision: int
    modified_at: datetime

    @property
    def columns(self) -> dict[str, Any]:
        """The columns it is kept in."""
        return {
            "fetched_on": self.on,
            "fetched_client": self.client,
            "fetched_revision": self.revision,
            "fetched_modified_at": self.modified_at - LONGEST_CHANGE,
        }


def store_rendering(session: Session, subscription_id: int, *, revision: int, **values: Any) -> bool:
    """Keep a rendering under the revision that was read before it; False when the feed has changed or ended since."""
    kept = session.execute(
        update(Subscription)
        .where(Subscription.id == subscription_id, Subscription.revision == revision, Subscription.ended_at.is_(None))
        .values(rendered_revision=revision, **values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", kept).rowcount == 1


def keep_packed(session: Session, subscription_id: int, *, etag: str, packed: bytes) -> None:
    """Keep the compressed bytes of the rendering with this etag, if it is still the one that is stored."""
    session.execute(
        update(Subscription)
        .where(Subscription.id == subscription_id, Subscription.etag == etag, Subscription.body.is_not(None))
        .values(packed=packed)
        .execution_options(synchronize_session=False)
    )


def note_fetch(session: Session, subscription_id: int, fetch: Fetch) -> None:
    """Keep what is kept of the last fetch of a feed."""
    session.execute(
        update(Subscription)
        .where(Subscription.id == subscription_id)
        .values(fetch.columns)
        .execution_options(synchronize_session=False)
    )


def end_feed(session: Session, subscription_id: int, *, at: datetime, why: str) -> None:
    """End a feed that runs and forget its bytes."""
    session.execute(
        update(Subscription)
        .where(Subscription.id == subscription_id, Subscription.ended_at.is_(None))
        .values(ended_at=at, ended_why=why, **UNRENDERED)
        .execution_options(synchronize_session=False)
    )


def resume_feed(session: Session, digest: str) -> bool:
    """Let a feed that had ended go on under the same address, as new; False when there is none of this digest."""
    resumed = session.execute(
        update(Subscription)
        .where(Subscription.token_digest == digest)
        .values(ended_at=None, ended_why="", revision=Subscription.revision + 1, **UNRENDERED)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", resumed).rowcount == 1


@dataclass(frozen=True)
class End:
    """When a feed ends or ended, and why: consent, participation, role."""

    at: datetime
    why: str


def find_reader(session: Session, subscription: Subscription) -> Actor | None:
    """Return the actor a feed is read as, for a public one anybody; None when the account is gone or disabled.

    `participant` must be loaded.
    """
    if subscription.kind in PUBLIC_KINDS:
        return ANONYMOUS
    if subscription.participant is not None:
        ref = subscription.participant.public_id
        return Actor(ActorKind.PERSON, ref, participant_id=subscription.participant_id)
    return find_actor(session, subscription.user_id or 0)


def find_end(session: Session, subscription: Subscription, reader: Actor | None, *, at: datetime) -> End:
    """Return when this feed ends by itself: with consent and participation of a person, with the role of staff.

    A public one ends when what it is about is no longer everybody's.
    """
    if subscription.kind is FeedKind.PARTICIPANT:
        participant_id = cast("int", subscription.participant_id)
        consent = consent_ends(session, participant_id).get(subscription.level, subscription.created_at)
        participation = participation_end(session, participant_id)
        return min(End(consent, "consent"), End(participation, "participation"), key=lambda end: end.at)
    if reader is None:
        return End(at, "role")
    why = "gone" if subscription.kind in PUBLIC_KINDS else "role"
    if not may_have(session, reader, subscription, at=at):
        return End(at, why)
    networks_last = subscription.programme.ends_on if subscription.programme is not None else None
    return End(clock.end_of_day(networks_last) if networks_last else NEVER, why)


def consent_ends(session: Session, participant_id: int) -> dict[Level, datetime]:
    """Return until when a person's calendar consent (E5) carries a feed of each level; the newest one given counts.

    Only the level that names offer and partner needs a consent with its own words. A consent that merely ran out lets
    the feed end two weeks later, a withdrawn one at that instant.
    """
    consent = newest_feed_consent(session, participant_id)
    if consent is None:
        return {}
    ran_out = consent.state in (*PERMITTING, ConsentState.EXPIRED)
    until = clock.end_of_day(consent.valid_until_on + GRACE) if ran_out else consent.ended_at or consent.valid_until
    ends = dict.fromkeys(Level, until)
    if consent.detail != Level.FULL.value:
        ends[Level.FULL] = consent.given_at or until
    return ends


def carried(feeds: Iterable[Subscription], ends: Mapping[Level, datetime], *, at: datetime) -> list[Subscription]:
    """Return those of a person's feeds whose level the consent carries at that instant; `ends` as of `consent_ends`."""
    return [one for one in feeds if ends.get(one.level, at) > at]


def newest_feed_consent(session: Session, participant_id: int) -> Consent | None:
    """Return the calendar consent (E5) a person gave last, whatever became of it, or None."""
    query = select(Consent).where(
        Consent.participant_id == participant_id, Consent.scope == Scope.FEED, Consent.given_at.is_not(None)
    )
    return session.scalars(query.order_by(Consent.given_at.desc(), Consent.id.desc()).limit(1)).first()


def has_feed_consent(session: Session, participant_id: int, level: Level, *, at: datetime) -> bool:
    """Tell whether the newest calendar consent is in force and was given for just this level."""
    newest = newest_feed_consent(session, participant_id)
    return newest is not None and newest.is_live(at) and newest.detail == level.value


def most_telling(chosen: Level, others: Iterable[Subscription]) -> Level:
    """Return the level that tells most, of a choice and all other own feeds: consent is given for them together."""
    return max((chosen, *(one.level for one in others)), key=list(Level).index)


def participation_end(session: Session, participant_id: int) -> datetime:
    """Return two weeks after the last day of a person's participation; never while nobody has admitted them."""
    query = select(func.max(Participation.ends_on)).where(
        Participation.participant_id == participant_id,
        Participation.state.in_((ParticipationState.ADMITTED, ParticipationState.ENDED)),
    )
    last = session.scalar(query)
    return clock.end_of_day(last + GRACE) if last else NEVER
