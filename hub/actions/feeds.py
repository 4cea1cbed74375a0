"""Rendering a feed: rows become entries through the visibility table, entries become bytes, kept under a revision."""

import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.orm import Session

from calendars.entry import CalendarEntry
from calendars.uid import make_uid
from calendars.writing import write_calendar, write_event
from hub import clock, i18n
from hub.config import Config
from hub.models.restoration import Restoration
from hub.models.subscription import FeedKind, Subscription
from hub.policy.actor import Actor
from hub.policy.feed_text import OF_MANY, OF_PERSONS, FeedText, calendar_head
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feed_entries, feed_kinds, feed_slots, restorations, subscriptions
from hub.queries.feed_entries import as_instant, as_values

FORMAT: Final = 2  # raise it when entries are written differently, so that no stored event is used again
LONGEST_FRESH: Final = timedelta(days=1)  # what no revision tells (a new name of a place) shows within a day
WITHOUT_REFERENCES: Final = 2  # marshal's last version whose bytes hang on the values alone
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
MARK: Final = 16  # bytes of a row's digest in `parts`, followed by 4 bytes for the length of its event


@dataclass(frozen=True)
class Rendering:
    """The bytes of a feed at one revision, and how long they hold unless the revision rises."""

    revision: int
    body: bytes
    etag: str
    parts: bytes
    last_modified_at: datetime
    fresh_until: datetime
    packed: bytes | None = None


def render_feed(
    session: Session, *, actor: Actor, subscription: Subscription, ends_at: datetime, config: Config, at: datetime
) -> Rendering:
    """Render a feed as its own reader sees it at `at` (UTC); events of unchanged rows are taken from the stored bytes.

    `subscription` comes from `get_for_rendering`, so that its revision was read before the rows. `ends_at` is when the
    feed ends by itself. Nothing is stored.
    """
    require(actor, Permission.READ_FEED, subscription)
    rows = _rows(session, actor, subscription, at)
    text = FeedText(subscription.kind, subscription.level, config.public_url, _initials(session, subscription, rows))
    envelope = _Envelope(subscription, config, restorations.find_restoration(session))
    with i18n.using(subscription.language):
        body, parts = _write(rows, text, envelope, subscription)
    etag = sha256(body).hexdigest()[:32]
    return Rendering(
        revision=subscription.revision,
        body=body,
        etag=etag,
        parts=parts,
        last_modified_at=_last_modified(subscription, etag, at),
        fresh_until=min([ends_at, at + LONGEST_FRESH, *_turning_points(session, subscription, rows, at)]),
    )


def store_feed(
    session: Session,
    *,
    actor: Actor,
    subscription: Subscription,
    rendering: Rendering,
    fetch: subscriptions.Fetch | None = None,
) -> bool:
    """Keep a rendering, and with it the fetch it was made for, if any.

    False when the feed has changed or ended meanwhile; then nothing is kept and the next fetch renders again.
    """
    require(actor, Permission.READ_FEED, subscription)
    return subscriptions.store_rendering(
        session,
        subscription.id,
        revision=rendering.revision,
        body=rendering.body,
        etag=rendering.etag,
        parts=rendering.parts,
        packed=rendering.packed,
        last_modified_at=rendering.last_modified_at,
        fresh_until=rendering.fresh_until,
        **(fetch.columns if fetch else {}),
    )


def lapse_feed(session: Session, *, actor: Actor, subscription: Subscription, end: subscriptions.End) -> None:
    """End a feed whose consent, participation or role has ended; the house itself does this."""
    require(actor, Permission.END_SUBSCRIPTION, subscription)
    subscriptions.end_feed(session, subscription.id, at=end.at, why=end.why)


def _rows(session: Session, actor: Actor, subscription: Subscription, at: datetime) -> Sequence[Row[Any]]:
    if subscription.kind in OF_PERSONS:
        return feed_entries.list_dates(session, actor, at=at)
    return feed_slots.list_slots(session, actor, subscription, at=at)


def _initials(session: Session, subscription: Subscription, rows: Sequence[Row[Any]]) -> dict[int, str]:
    if not (subscription.kind is FeedKind.COACH and subscription.initials):
        return {}
    names = feed_entries.list_names(session, {row.participant_id for row in rows if row.participant_id})
    return {key: f"{name['given'][:1]}. {name['family'][:1]}." for key, name in names.items()}


def _turning_points(
    session: Session, subscription: Subscription, rows: Sequence[Row[Any]], at: datetime
) -> list[datetime]:
    """Return the instants at which the clock alone changes the content: a date falls out, a consent or cover ends.

    With a local day it ends that a coach sees somebody whose last participation is over for long (`in_sight`).
    """
    shown_for = (feed_entries.WINDOW, feed_entries.CANCELLED_FOR)
    of_persons = subscription.kind in OF_PERSONS
    first: dict[int, str] = {}  # they come in order of their ends
    allowed = set()
    for row in rows:
        first.setdefault(row.cancelled, row.ends_at)
        if of_persons:
            allowed.add(row.allowed_until)
    points = [as_instant(ends_at) + shown_for[cancelled] for cancelled, ends_at in first.items()]
    points += [as_instant(until) for until in allowed if until]
    if subscription.kind is FeedKind.COACH:
        cover = feed_entries.next_cover_change(session, subscription.user_id or 0, at=at)
        midnight = clock.end_of_day(clock.local_date(at))
        points += [cover, midnight] if cover else [midnight]
    return points


def _last_modified(subscription: Subscription, etag: str, at: datetime) -> datetime:
    """Return when the content changed; two changes within one second differ, as dates in HTTP know only seconds."""
    before = subscription.last_modified_at
    if before is None:
        return at
    return before if etag == subscription.etag else max(at, before + timedelta(seconds=1))


class _Envelope:
    """What is the same for all events of one feed: the key and owner of the UIDs, and a digest of how it is written."""

    def __init__(self, subscription: Subscription, config: Config, restoration: Restoration | None) -> None:
        self.thing = "booking" if subscription.kind in OF_PERSONS else "slot"
        self.domain = config.calendar_domain
        self.key = feed_kinds.owner_key(subscription)
        # After an older backup was put back every entry is newer than whatever programs have seen.
        self.raised = restoration.raises_by if restoration else 0
        self.restored_at = restoration.restored_at if restoration else LONG_AGO
        self.alarms = tuple(subscription.alarms)
        words = (config.public_url, subscription.level, subscription.language, self.alarms)
        manner = (FORMAT, self.key, self.domain, *words, self.restored_at.isoformat())
        self.manner = sha256(repr(manner).encode()).digest()

    def mark(self, row: Row[Any], initials: Mapping[int, str]) -> bytes:
        """Return a digest of a row as it is stored and of how it is written."""
        written_as = initials.get(row.participant_id) if initials else None
        return sha256(self.manner + marshal.dumps((*row, written_as), WITHOUT_REFERENCES)).digest()[:MARK]

    def uid(self, public_id: str) -> str:
        return make_uid(self.key, self.thing, public_id, self.domain)


def _write(
    rows: Sequence[Row[Any]], text: FeedText, envelope: _Envelope, subscription: Subscription
) -> tuple[bytes, bytes]:
    """Return the file and its parts: which row, by digest, each event was written from, so it can be used again."""
    head = calendar_head(subscription.language)
    earlier = _earlier_events(subscription.body, subscription.parts)
    events = []
    for row in rows:
        mark = envelope.mark(row, text.initials)
        event = earlier.get(mark)
        if event is None:
            event = write_event(_entry(as_values(row), text, envelope), cancelled_prefix=head.cancelled_prefix)
        events.append((event, mark))
    events.sort()
    parts = b"".join(mark + len(event).to_bytes(4, "big") for event, mark in events)
    return write_calendar(head, [event for event, _ in events]), parts


def _earlier_events(body: bytes | None, parts: bytes | None) -> dict[bytes, bytes]:
    if not body or not parts:
        return {}
    events, start = {}, body.index(b"BEGIN:VEVENT")
    for at in range(0, len(parts), MARK + 4):
        end = start + int.from_bytes(parts[at + MARK : at + MARK + 4], "big")
        events[parts[at : at + MARK]] = body[start:end]
        start = end
    return events


def _entry(row: Any, text: FeedText, envelope: _Envelope) -> CalendarEntry:
    return CalendarEntry(
        uid=envelope.uid(row.public_id),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        changed_at=max(row.changed_at, row.also_changed_at or row.changed_at, envelope.restored_at),
        sequence=row.sequence + envelope.raised,
        cancelled=bool(row.cancelled),
        tentative=bool(row.tentative),
        transparent=text.kind in OF_MANY,
        alarm_minutes=envelope.alarms,
        **text.describe(row),
    )
