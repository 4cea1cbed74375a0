"""What coordinators and partners do with places: add one, change it, and keep its rooms."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput
from hub.geography import find_municipality
from hub.i18n import N_
from hub.models.location import Location, PlaceFact, Room
from hub.models.organisation import Organisation
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, locations, offer_words, room_ticks

# The corner of the world this network lives in (degrees, WGS 84): it catches swapped and mistyped coordinates.
SOUTH, NORTH, WEST, EAST = 50.0, 52.0, 11.5, 15.5
SHOWN_IN_CALENDARS = ("name", "street", "postal_code", "municipality_code")


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What is known about a place; without coordinates it lies where its municipality does."""

    name: str
    municipality_code: str
    street: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    step_free: bool = False
    facts: list[PlaceFact] = field(default_factory=list)
    house: bool = False


@dataclass(frozen=True, kw_only=True)
class RoomEntries:
    """What is known about a room."""

    name: str
    places: int = 1
    step_free: bool = False
    lendable: bool = False
    equipment: str = ""
    buffer_minutes: int = 0


def create_location(
    session: Session, *, actor: Actor, organisation: Organisation, entries: Entries, at: datetime
) -> Location:
    """Add a place of an organisation; raises NotAllowed, InvalidInput (422)."""
    require(actor, Permission.EDIT_LOCATION, Location(organisation_id=organisation.id))
    location = Location(organisation_id=organisation.id, **_columns(entries))
    session.add(location)
    session.flush()
    _record(session, actor, "location.created", location, at)
    return location


def update_location(session: Session, *, actor: Actor, location: Location, entries: Entries, at: datetime) -> None:
    """Change a place; another name or address reaches the calendars of all who have a date there."""
    require(actor, Permission.EDIT_LOCATION, location)
    before, was_house = _in_calendars(location), location.house
    for name, value in _columns(entries).items():
        setattr(location, name, value)
    moved = _in_calendars(location) != before
    people, coaches = locations.raise_sequences_at(session, location, at=at) if moved else (set(), set())
    if moved:
        offer_words.keep_words_at(session, location)
    _record(session, actor, "location.changed", location, at)
    if moved or location.house != was_house:
        there = [location.organisation_id, *locations.list_organisations_at(session, location)]
        feeds.raise_revisions(session, participants=people, users=coaches, organisations=there)


def add_room(session: Session, *, actor: Actor, location: Location, entries: RoomEntries, at: datetime) -> Room:
    """Add a room to a place; raises InvalidInput (422) when the place has one of that name."""
    require(actor, Permission.EDIT_LOCATION, location)
    _check_room(location, entries, None)
    room = Room(location_id=location.id, **asdict(entries))
    session.add(room)
    session.flush()
    _record(session, actor, "room.created", location, at)
    return room


def update_room(
    session: Session, *, actor: Actor, location: Location, room: Room, entries: RoomEntries, at: datetime
) -> None:
    """Change a room; another name reaches the calendars of all who have a date at the place.

    Another buffer holds for coming dates as well, as far as they leave so much time already.
    """
    require(actor, Permission.EDIT_LOCATION, location)
    _check_room(location, entries, room)
    renamed, other_buffer = room.name != entries.name, room.buffer_minutes != entries.buffer_minutes
    for name, value in asdict(entries).items():
        setattr(room, name, value)
    if other_buffer:
        room_ticks.change_buffer(session, room, at=at)
    people, coaches = locations.raise_sequences_at(session, location, at=at) if renamed else (set(), set())
    _record(session, actor, "room.changed", location, at)
    if renamed:
        there = locations.list_organisations_at(session, location)
        feeds.raise_revisions(session, participants=people, users=coaches, organisations=there)


def _columns(entries: Entries) -> dict[str, Any]:
    town = find_municipality(entries.municipality_code)
    if town is None:
        raise InvalidInput(fields={"municipality": N_("Diese Gemeinde kennen wir nicht.")})
    exact = _exact(entries)
    latitude, longitude = exact or (town.latitude, town.longitude)
    return asdict(entries) | {
        "latitude": latitude,
        "longitude": longitude,
        "approximate": exact is None,
        "facts": [
            fact.value
            for fact in PlaceFact
            if (entries.step_free if fact is PlaceFact.STEP_FREE else fact in entries.facts)
        ],
    }


def _exact(entries: Entries) -> tuple[float, float] | None:
    if entries.latitude is None and entries.longitude is None:
        return None
    if entries.latitude is None or entries.longitude is None:
        missing = "latitude" if entries.latitude is None else "longitude"
        raise InvalidInput(fields={missing: N_("Bitte beide Zahlen angeben, oder keine.")})
    if not SOUTH <= entries.latitude <= NORTH:
        raise InvalidInput(fields={"latitude": N_("Dieser Ort läge nicht in Sachsen. Sind die Zahlen vertauscht?")})
    if not WEST <= entries.longitude <= EAST:
        raise InvalidInput(fields={"longitude": N_("Dieser Ort läge nicht in Sachsen. Sind die Zahlen vertauscht?")})
    return entries.latitude, entries.longitude


def _check_room(location: Location, entries: RoomEntries, room: Room | None) -> None:
    others = {other.name.casefold() for other in location.rooms if other is not room}
    if entries.name.casefold() in others:
        raise InvalidInput(fields={"name": N_("Einen Raum mit diesem Namen gibt es hier schon.")})


def _in_calendars(location: Location) -> tuple[Any, ...]:
    return tuple(getattr(location, name) for name in SHOWN_IN_CALENDARS)


def _record(session: Session, actor: Actor, action: str, location: Location, at: datetime) -> None:
    purpose = actor.purpose_for(location.organisation_id)
    log.record(session, actor=actor, action=action, thing=location, purpose=purpose, at=at)
