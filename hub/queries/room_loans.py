"""Questions about rooms that towns lend to coaches: what is free near a place, what a coach has, who has one."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session, contains_eager, selectinload

from hub.geography import box_around, distance_km
from hub.i18n import N_, Message
from hub.models.booking import OWN, SHOWN, Booking
from hub.models.location import Location, Room
from hub.models.offer import Form, Freshness, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.slot import Slot, SlotState
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.scopes import bookings_for, slots_for
from hub.queries.bookability import obstacle_of_slot, phone_of
from hub.queries.bookings import with_place
from hub.queries.busy_rooms import Time, list_known
from hub.queries.busy_times import Known
from hub.queries.offer_filters import free_places

MOST = 600  # dates looked at; two weeks of a whole district stay far below


@dataclass(frozen=True)
class RoomFilter:
    """What is asked for; `near` is latitude and longitude in degrees, the span is from `first` to before `until`."""

    first: datetime
    until: datetime
    near: tuple[float, float] | None = None
    radius_km: float = 15
    step_free: bool = False


@dataclass(frozen=True)
class LentRoom:
    """One room with its free times, in order; without a room of its own it is the whole place."""

    offer: Offer
    location: Location
    room: Room | None
    distance_km: float | None
    slots: list[Slot] = field(default_factory=list)

    @property
    def step_free(self) -> bool:
        """Whether one gets in without a single step."""
        return self.location.step_free and (self.room is None or self.room.step_free)

    @property
    def name(self) -> str:
        """The room, else the place."""
        return self.room.name if self.room is not None else self.location.name


def search(session: Session, actor: Actor, wanted: RoomFilter, *, at: datetime) -> list[LentRoom]:
    """Return the lent rooms in reach with a free time, the nearest first. Four statements at most."""
    place = func.coalesce(Slot.location_id, Offer.location_id)
    query = (
        slots_for(actor)
        .join(Location, Location.id == place)
        .outerjoin(Room, Room.id == func.coalesce(Slot.room_id, Offer.room_id))
        .add_columns(Location, Room)
        .where(
            Offer.form == Form.ROOM,
            Offer.state == OfferState.PUBLISHED,
            Offer.freshness != Freshness.HIDDEN,
            Slot.state == SlotState.PLANNED,
            Slot.starts_at > max(at, wanted.first),
            Slot.starts_at < wanted.until,
            _in_box(wanted),
        )
        .options(contains_eager(Slot.offer).joinedload(Offer.organisation), selectinload(Slot.pools))
        .order_by(Slot.starts_at, Slot.id)
        .limit(MOST)
    )
    found: dict[tuple[int, int, int | None], LentRoom] = {}
    for slot, location, room in session.execute(query):
        key = slot.offer_id, location.id, room.id if room is not None else None
        lent = found.setdefault(key, LentRoom(slot.offer, location, room, _kilometres(wanted, location)))
        if obstacle_of_slot(slot, at) is None and is_free(slot, actor) and not slot.lacks_room:
            lent.slots.append(slot)
    fitting = [lent for lent in found.values() if _fits(lent, wanted)]
    _drop_busy(session, fitting, at)
    free = [lent for lent in fitting if lent.slots]
    return sorted(free, key=lambda lent: (lent.distance_km or 0.0, lent.slots[0].starts_at, lent.offer.id))


def _drop_busy(session: Session, rooms: Collection[LentRoom], at: datetime) -> None:
    """Keep only the times at which no calendar of a room says busy, or cannot tell."""
    known = iter(list_known(session, [_time_of(slot) for room in rooms for slot in room.slots], at=at))
    for room in rooms:
        room.slots[:] = [slot for slot in room.slots if next(known) is Known.FREE]


def _time_of(slot: Slot) -> Time:
    return slot.room_id, slot.starts_at, slot.ends_at


def obstacle_of_loan(session: Session, slot: Slot, *, at: datetime) -> Message | None:
    """Return why the room of this date is not to be had though nobody has taken it, or None; its offer is loaded."""
    phone = phone_of(slot.offer)
    if slot.lacks_room:
        return N_("Der Raum ist zu dieser Zeit nicht frei. Fragen Sie am Telefon: {phone}.", phone=phone)
    (known,) = list_known(session, [_time_of(slot)], at=at)
    if known is Known.BUSY:
        return N_("Der Kalender des Hauses meldet den Raum als belegt. Fragen Sie am Telefon: {phone}.", phone=phone)
    if known is Known.UNKNOWN:
        return N_("Ob der Raum frei ist, wissen wir gerade nicht. Fragen Sie am Telefon: {phone}.", phone=phone)
    return None


def is_free(slot: Slot, actor: Actor) -> bool:
    """Whether nobody has the room at this date, which is lent as a whole; its pools must be loaded."""
    return slot.taken == 0 and free_places(slot, actor) > 0


def _in_box(wanted: RoomFilter) -> ColumnElement[bool]:
    if wanted.near is None:
        return true()
    south, north, west, east = box_around(*wanted.near, wanted.radius_km)
    return and_(Location.latitude.between(south, north), Location.longitude.between(west, east))


def _kilometres(wanted: RoomFilter, location: Location) -> float | None:
    return distance_km(*wanted.near, location.latitude, location.longitude) if wanted.near is not None else None


def _fits(lent: LentRoom, wanted: RoomFilter) -> bool:
    near_enough = lent.distance_km is None or lent.distance_km <= wanted.radius_km
    return near_enough and (lent.step_free or not wanted.step_free)


def list_loans(session: Session, actor: Actor, *, at: datetime) -> list[Booking]:
    """Return the rooms a coach has from now on, by time. One statement."""
    own = (Booking.coach_id == actor.user_id, Booking.access == OWN, Booking.slot_id.is_not(None))
    query = bookings_for(actor, at).where(*own, Booking.state.in_(SHOWN), Booking.ends_at > at)
    return list(session.scalars(query.options(*with_place()).order_by(Booking.starts_at, Booking.id)))


@dataclass(frozen=True)
class Borrower:
    """Whom the lender asks about a room: a name and a number, nothing about any conversation."""

    name: str
    phone: str


def find_borrower(session: Session, slot: Slot) -> Borrower | None:
    """Return who has a lent room at this date, with their own number or that of their house; None while it is free."""
    query = (
        select(User.name, User.phone, Organisation.phone)
        .join(Booking, Booking.coach_id == User.id)
        .outerjoin(
            Membership,
            and_(Membership.user_id == User.id, Membership.role == Role.COACH, Membership.ended_at.is_(None)),
        )
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Booking.slot_id == slot.id, Booking.access == OWN, Booking.state.in_(SHOWN))
        .order_by(Membership.id)
        .limit(1)
    )
    row = session.execute(query).first()
    return Borrower(row[0], row[1] or row[2] or "") if row is not None else None
