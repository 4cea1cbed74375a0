"""Foreign calendars for tests: short files as Outlook writes them, sources, and a worker that reads them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from hub.actions import calendar_sources as verbs
from hub.actions.calendar_sources import Goal
from hub.fetching import Fetcher
from hub.models.calendar_source import BusyTime, CalendarSource, SourceDate
from hub.models.location import Room
from hub.models.offer import Offer
from hub.queries.calendar_sources import get_source
from hub.worker.calendar_sources import read_due
from tests.world import World


def event(uid: str, start: datetime, *lines: str, minutes: int = 60, title: str = "Sprechstunde") -> str:
    """One VEVENT with UTC times."""
    end = start + timedelta(minutes=minutes)
    head = f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}\r\n"
    return head + f"SUMMARY:{title}\r\n" + "".join(f"{line}\r\n" for line in lines) + "END:VEVENT\r\n"


def calendar(*events: str) -> bytes:
    """A whole calendar file."""
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//DE\r\n"
    return (head + "".join(events) + "END:VCALENDAR\r\n").encode()


def in_days(world: World, days: int, hour: int = 8) -> datetime:
    """An hour (UTC) some days after the world's Monday."""
    return (world.at + timedelta(days=days)).replace(hour=hour, minute=0)


def offer_goal(offer: Offer) -> Goal:
    """A calendar whose dates are an offer's."""
    return Goal(organisation_id=offer.organisation_id, offer=offer)


def room_of(world: World) -> Room:
    """The meeting room of Gudrun's town hall."""
    with world.database.reading() as session:
        return session.scalars(select(Room).where(Room.location_id == world.cast.town_hall.id)).one()


def add(world: World, who: str, goal: Goal, content: bytes | None = None, url: str | None = None) -> CalendarSource:
    """Add a calendar as somebody of the cast."""
    facts: dict[str, Any] = {"goal": goal, "name": "Outlook", "content": content, "url": url, "at": world.at}
    source: CalendarSource = world.do(verbs.add_source, actor=world.actor(who), **facts)
    return source


def read(world: World, fetcher: Fetcher | None = None, *, at: datetime | None = None) -> None:
    """Let the worker read what is due."""
    read_due(world.database, fetcher or Fetcher(), at=at or world.at)


def renew(world: World, who: str, source: CalendarSource, content: bytes, *, at: datetime | None = None) -> None:
    """Bring a newer file and have it read."""
    do(world, who, source, verbs.renew_file, content=content, at=at or world.at)
    read(world, at=at)


def do(world: World, who: str, source: CalendarSource, verb: Any, **facts: Any) -> Any:
    """Do something with a calendar as somebody, through their own scope."""
    actor = world.actor(who)
    with world.database.transaction() as session:
        own = get_source(session, actor, source.public_id, lock=True)
        return verb(session, actor=actor, source=own, **{"at": world.at} | facts)


def again(world: World, source: CalendarSource) -> CalendarSource:
    """Return a calendar as it stands now."""
    with world.database.reading() as session:
        return session.get_one(CalendarSource, source.id)


def rows(world: World, source: CalendarSource) -> list[SourceDate]:
    """Return what is kept of its dates."""
    with world.database.reading() as session:
        query = select(SourceDate).where(SourceDate.source_id == source.id).order_by(SourceDate.starts_at)
        return list(session.scalars(query))


def busy(world: World, source: CalendarSource) -> list[tuple[datetime, datetime]]:
    """Return its busy spans."""
    with world.database.reading() as session:
        query = select(BusyTime).where(BusyTime.source_id == source.id).order_by(BusyTime.starts_at)
        return [(one.starts_at, one.ends_at) for one in session.scalars(query)]
