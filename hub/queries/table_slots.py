"""Dates as a table means them: the ones there are, who is booked, which rooms are taken; a few statements in all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from hub import clock
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.location import Room
from hub.models.offer import Form, Offer
from hub.models.room_tick import SECONDS, ticks_between
from hub.models.slot import Pool, Slot
from hub.queries import room_ticks
from hub.queries.busy_times import BusyCalendar, Known, of_rooms


@dataclass(frozen=True)
class DateWork:
    """A date to make, or to change; None where the table says nothing."""

    offer: Offer
    starts_at: datetime
    ends_at: datetime
    location_id: int | None
    room_id: int | None
    places: int | None
    external_id: str | None
    slot: Slot | None = None

    @property
    def known(self) -> Slot:
        """The date there is; ValueError for a new one."""
        if self.slot is None:
            raise ValueError("a new date")
        return self.slot

    @property
    def moves(self) -> bool:
        """Whether the date gets another time or room."""
        slot = self.known
        other_room = self.room_id is not None and self.room_id != slot.room_id
        return (self.starts_at, self.ends_at) != (slot.starts_at, slot.ends_at) or other_room

    @property
    def elsewhere(self) -> bool:
        """Whether it goes to another place, with no room that says where in it."""
        return self.room_id is None and self.location_id not in (None, self.known.location_id)

    @property
    def differs(self) -> bool:
        """Whether anything is to be changed."""
        return self.moves or self.elsewhere or self.numbers or self.places not in (None, self.known.places)

    @property
    def numbers(self) -> bool:
        """Whether a date that had no number of the partner's gets one."""
        return self.external_id is not None and self.known.external_id is None

    def placed(self) -> "DateWork":
        """Fill in place and number of a new date from its offer, as its form does."""
        offer, places = self.offer, self.places
        if places is None:
            places = 1 if offer.form is Form.ROOM else offer.places
        if self.location_id is not None:
            return replace(self, places=places)
        return replace(self, places=places, location_id=offer.location_id, room_id=self.room_id or offer.room_id)

    def slot_of(self, at: datetime) -> Slot:
        """Return the new date (not added yet), with one open pool."""
        number = self.places or 0
        return Slot(
            offer_id=self.offer.id,
            external_id=self.external_id,
            location_id=self.location_id,
            room_id=self.room_id,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            places=number,
            created_at=at,
            changed_at=at,
            pools=[Pool(kept=False, places=number)],
        )


class Dates:
    """The dates there are of some offers, found by the partner's number or by their start."""

    def __init__(self, session: Session, offers: Sequence[Offer]) -> None:
        self.session, self.offers = session, {offer.id: offer for offer in offers}
        self.by_number: dict[tuple[int, str], Slot] = {}
        self.by_start: dict[tuple[int, datetime], Slot] = {}
        self.booked: dict[int, int] = {}

    def load(self, works: Sequence[DateWork]) -> None:
        """Read the dates that these rows could mean, with how many are booked."""
        if not works:
            return
        ids = sorted({work.offer.id for work in works})
        first, last = min(work.starts_at for work in works), max(work.starts_at for work in works)
        meant = or_(Slot.external_id.is_not(None), (Slot.starts_at >= first) & (Slot.starts_at <= last))
        query = select(Slot).where(Slot.offer_id.in_(ids), meant).order_by(Slot.id)
        query = query.options(joinedload(Slot.location), joinedload(Slot.room), selectinload(Slot.pools))
        for slot in self.session.scalars(query):
            set_committed_value(slot, "offer", self.offers[slot.offer_id])
            if slot.external_id:
                self.by_number[slot.offer_id, slot.external_id] = slot
            self.by_start.setdefault((slot.offer_id, slot.starts_at), slot)
        taken = select(Booking.slot_id, func.count(Booking.id)).join(Slot, Booking.slot_id == Slot.id)
        taken = taken.where(Slot.offer_id.in_(ids), meant, Booking.holds_a_place).group_by(Booking.slot_id)
        self.booked = {slot_id: number for slot_id, number in self.session.execute(taken) if slot_id}

    def matched(self, work: DateWork) -> DateWork:
        """Return the work with the date it is about, if there is one."""
        slot = self.by_number.get((work.offer.id, work.external_id or ""))
        if slot is None:
            slot = self.by_start.get((work.offer.id, work.starts_at))
            if slot is not None and work.external_id and slot.external_id:
                slot = None  # two dates at one time, each with a number of its own
        return replace(work, slot=slot)

    def people(self, slot: Slot) -> int:
        """Return how many are booked."""
        return self.booked.get(slot.id, 0)


class Rooms:
    """Which rooms are taken when: by other dates, by rows further up, and by what their calendars say."""

    def __init__(self, session: Session, at: datetime) -> None:
        self.session, self.at = session, at
        self.calendars: dict[int | None, BusyCalendar] = {}
        self.buffers: dict[int, int] = {}
        self.taken: dict[int, dict[int, int]] = defaultdict(dict)  # room → tick → date (0: a row further up)

    def load(self, works: Sequence[DateWork]) -> None:
        """Read what is taken of all rooms that these rows want."""
        spans: dict[int, list[datetime]] = defaultdict(list)
        for work in works:
            present = work.slot.room_id if work.slot else work.offer.room_id
            for room_id in {work.room_id, present} - {None}:
                spans[room_id or 0] += [work.starts_at, work.ends_at]
        self.buffers = room_ticks.buffers_of(self.session, spans)
        for room_id, instants in sorted(spans.items()):
            last = max(instants) + timedelta(minutes=self.buffers.get(room_id, 0))
            ticks = room_ticks.list_ticks_with_dates(self.session, room_id, first=min(instants), last=last)
            self.taken[room_id] = dict(ticks)
        if spans:
            first, last = min(map(min, spans.values())), max(map(max, spans.values()))
            self.calendars = of_rooms(self.session, spans, first=first, last=last, at=self.at)

    def take(self, work: DateWork) -> None:
        """Take the room of one row; raises InvalidInput naming when it is taken, or where a calendar calls it busy.

        A row cannot be asked back: such a date is made on its page, which asks. A lent room is asked about when lent.
        """
        room_id = work.room_id or (work.slot.room_id if work.slot else None)
        if room_id is None:
            return
        taken, own = self.taken[room_id], work.slot.id if work.slot else None
        ticks = ticks_between(work.starts_at, work.ends_at, self.buffers.get(room_id, 0))
        for tick in ticks:
            if tick in taken and taken[tick] != own:
                when = datetime.fromtimestamp(tick * SECONDS, tz=clock.ZONE)
                raise InvalidInput(
                    fields={"room": N_("Der Raum ist da schon vergeben, um {time} Uhr.", time=f"{when:%H:%M}")}
                )
        if room_id in self.calendars and work.offer.form is not Form.ROOM:
            self._require_open(self.calendars[room_id], work)
        taken.update(dict.fromkeys(ticks, 0))

    def _require_open(self, calendar: BusyCalendar, work: DateWork) -> None:
        known = calendar.state(work.starts_at, work.ends_at)
        if known is Known.BUSY:
            busy = N_("Der Kalender des Hauses meldet den Raum als belegt. Legen Sie diesen Termin auf der Seite an.")
            raise InvalidInput(fields={"room": busy})
        if known is Known.UNKNOWN:
            unknown = N_("Ob der Raum frei ist, ist unbekannt. Legen Sie diesen Termin auf der Seite an.")
            raise InvalidInput(fields={"room": unknown})


def find_room(session: Session, room_id: int) -> Room:
    """Return a room a row has named, with its place."""
    return session.scalars(select(Room).where(Room.id == room_id).options(joinedload(Room.location))).one()
