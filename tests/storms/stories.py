"""Two dates of one offer, three people for few places, and everything that people and the clock can do to them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.actions.attendance import mark_attendance
from hub.actions.bookings import book_slot, cancel_booking, reschedule_booking
from hub.actions.calling_off import call_off_dates
from hub.actions.holds import hold_slot, release_hold
from hub.actions.one_place import cancel_place
from hub.actions.pools import release_pool
from hub.actions.slots import call_off_slot, change_places, move_slot, restore_slot, unsettle_slot
from hub.actions.waiting import join_waiting, leave_waiting
from hub.actions.withdrawals import withdraw_consent
from hub.errors import HubError, StepNotPossible
from hub.models.booking import LIVE, Booking, BookingState, PlaceReason, Waiting
from hub.models.consent import Consent
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.slot import Pool, Slot
from hub.policy.actor import Actor
from hub.queries.bookings import get_booking
from hub.queries.consents import find_live
from hub.queries.invariants import list_broken
from hub.queries.one_place import get_place
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot, get_slot
from hub.queries.waiting import get_waiting
from hub.worker.deadlines import HOLDS, POOLS, WAITED_FOR
from hub.worker.loop import keep_free_dates
from tests.loop import person_actor
from tests.places import give_consent, make_offer, make_people, make_slot
from tests.queues import keep
from tests.world import World

GROUPS = ("I0", "I1", "G1", "B1")
PEOPLE, PLACES = 3, 2
TOOK = (*LIVE, BookingState.ATTENDED, BookingState.NOT_THERE, BookingState.NOT_TAKEN_PLACE)


class Ground:
    """What all stories of a test share: people, an offer with names and one without, a clock that only goes on."""

    def __init__(self, world: World) -> None:
        self.world, self.at = world, world.at
        self.people = make_people(world, PEOPLE)
        facts: dict[str, Any] = {"window_days": 300, "companion_welcome": True}
        named = make_offer(world, access=Access.NAMED, field_groups=["I1"], **facts)
        self.offers: dict[bool, Offer] = {True: named, False: make_offer(world, **facts)}
        self.clara, self.sven = world.actor("clara"), world.actor("sven")

    def allow(self, person: Participant) -> None:
        """Let the person allow the offer with names, unless that still holds."""
        offer = self.offers[True]
        with self.world.database.reading() as session:
            asked = {"organisation_id": offer.organisation_id, "offer_id": offer.id, "at": self.at}
            found = find_live(session, participant_id=person.id, scope="transmit", **asked)
        if found is None:
            give_consent(self.world, person, offer, days=390, groups=GROUPS)


class Story:
    """Two dates of one offer: of each one place is open and one kept for a house until shortly before."""

    def __init__(self, ground: Ground, *, named: bool) -> None:
        self.ground, self.world, self.people = ground, ground.world, ground.people
        self.clara, self.sven = ground.clara, ground.sven
        for person in self.people:
            ground.allow(person)
        start = ground.at + timedelta(days=3)
        starts = (start, start + timedelta(hours=6))
        self.slots = [
            make_slot(self.world, ground.offers[named], starts_at=start, places=PLACES - 1) for start in starts
        ]
        whom = (self.world.cast.jc_meissen.id, self.world.cast.jc_leipzig.id)
        self.kept = [
            keep(self.world, slot, 1, organisation_id=house, hours=1)
            for slot, house in zip(self.slots, whom, strict=True)
        ]
        self.capacity = {slot.id: PLACES for slot in self.slots}
        self.work()  # the dates were made as of the world's first morning, and the clock has gone on since

    @property
    def at(self) -> datetime:
        """The one clock."""
        return self.ground.at

    def do(self, verb: str, person: int, slot: int, party: int) -> bool:
        """Do one step as a page would, then what the worker does; a refusal is an answer as good as any."""
        unit: Callable[..., Any] = getattr(self, verb)
        try:
            more = self.world.database.run(lambda session: unit(session, self.people[person], self.slots[slot], party))
        except HubError:
            done = False
        else:
            done = True
            self.capacity[self.slots[slot].id] += more or 0
        self.work()
        return done

    def work(self) -> None:
        """Do what the worker does every minute."""
        for deadline in (HOLDS, POOLS, WAITED_FOR):
            deadline.meet(self.world.database, self.at)
        keep_free_dates(self.world.database, self.at)

    def wait(self, minutes: int) -> None:
        """Let the clock go on."""
        self.ground.at += timedelta(minutes=minutes)
        self.work()

    def _read(self, session: Session, actor: Actor, person: Participant, slot: Slot) -> dict[str, Any]:
        found = get_slot(session, actor, slot.public_id)
        return {"slot": found, "participant": get_participant(session, actor, person.public_id, at=self.at)}

    def _last(self, session: Session, actor: Actor, person: Participant, slot: Slot) -> Booking:
        """Return the person's newest row in a date, whatever its state: pages can be old."""
        mine = select(Booking.public_id).where(Booking.participant_id == person.id, Booking.slot_id == slot.id)
        public_id = session.scalar(mine.order_by(Booking.id.desc()).limit(1))
        return get_booking(session, actor, public_id or "", at=self.at)

    def hold(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        hold_slot(session, actor=self.clara, **self._read(session, self.clara, person, slot), at=self.at)

    def book(self, session: Session, person: Participant, slot: Slot, party: int) -> None:
        asked = self._read(session, self.clara, person, slot)
        book_slot(session, actor=self.clara, **asked, party=party, at=self.at)

    def book_alone(self, session: Session, person: Participant, slot: Slot, party: int) -> None:
        own = person_actor(person)
        book_slot(session, actor=own, **self._read(session, own, person, slot), party=party, at=self.at)

    def release(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        last = self._last(session, self.clara, person, slot)
        assert release_hold(session, actor=self.clara, booking=last, at=self.at) in (True, False)

    def cancel(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        last = self._last(session, self.clara, person, slot)
        cancel_booking(session, actor=self.clara, booking=last, by="coach", at=self.at)

    def cancel_alone(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        own = person_actor(person)
        cancel_booking(session, actor=own, booking=self._last(session, own, person, slot), by="person", at=self.at)

    def reschedule(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        target = get_slot(session, self.clara, next(one for one in self.slots if one.id != slot.id).public_id)
        last = self._last(session, self.clara, person, slot)
        reschedule_booking(session, actor=self.clara, booking=last, slot=target, at=self.at)

    def join(self, session: Session, person: Participant, slot: Slot, party: int) -> None:
        asked = self._read(session, self.clara, person, slot)
        join_waiting(session, actor=self.clara, **asked, party=party, at=self.at)

    def leave(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        mine = select(Waiting.public_id).where(Waiting.participant_id == person.id, Waiting.slot_id == slot.id)
        public_id = session.scalar(mine.order_by(Waiting.id.desc()).limit(1))
        wish = get_waiting(session, self.clara, public_id or "", at=self.at)
        leave_waiting(session, actor=self.clara, waiting=wish, at=self.at)

    def withdraw(self, session: Session, person: Participant, slot: Slot, party: int) -> None:
        consent = session.scalars(
            select(Consent).where(Consent.participant_id == person.id, Consent.live(self.at)).limit(1)
        ).first()
        if consent is None:
            raise StepNotPossible
        own, keeps = person_actor(person), party == PLACES
        withdraw_consent(session, actor=own, consent=consent, keep_bookings=keeps, at=self.at)

    def open_kept(self, session: Session, _person: Participant, slot: Slot, _party: int) -> None:
        pool_id = self.kept[[one.id for one in self.slots].index(slot.id)].id
        release_pool(session, actor=self.sven, pool_id=pool_id, at=self.at)

    def widen(self, session: Session, _person: Participant, slot: Slot, party: int) -> int:
        own = get_own_slot(session, self.sven, slot.public_id)
        change_places(session, actor=self.sven, slot=own, number=own.places + party, at=self.at)
        return party

    def narrow(self, session: Session, person: Participant, slot: Slot, _party: int) -> int:
        own = get_own_slot(session, self.sven, slot.public_id)
        place = get_place(session, self.sven, own, self._last(session, self.clara, person, slot).public_id, at=self.at)
        reason = PlaceReason.NO_CAPACITY
        cancel_place(session, actor=self.sven, slot=own, booking=place, reason=reason, at=self.at)
        return -place.party

    def mark(self, session: Session, _person: Participant, slot: Slot, _party: int) -> None:
        own = get_own_slot(session, self.sven, slot.public_id)
        mark_attendance(session, actor=self.sven, slot=own, marks={}, rest="attended", at=self.at)

    def unmark(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        own = get_own_slot(session, self.sven, slot.public_id)
        marks = {self._last(session, self.clara, person, slot).public_id: "confirmed"}
        mark_attendance(session, actor=self.sven, slot=own, marks=marks, at=self.at)

    def move(self, session: Session, _person: Participant, slot: Slot, party: int) -> None:
        own = get_own_slot(session, self.sven, slot.public_id)
        starts, ends = (one + timedelta(minutes=30 * party) for one in (own.starts_at, own.ends_at))
        move_slot(session, actor=self.sven, slot=own, starts_at=starts, ends_at=ends, at=self.at)

    def call_off(self, session: Session, _person: Participant, slot: Slot, _party: int) -> None:
        call_off_slot(session, actor=self.sven, slot=get_own_slot(session, self.sven, slot.public_id), at=self.at)

    def unsettle(self, session: Session, _person: Participant, slot: Slot, _party: int) -> None:
        unsettle_slot(session, actor=self.sven, slot=get_own_slot(session, self.sven, slot.public_id), at=self.at)

    def restore(self, session: Session, _person: Participant, slot: Slot, _party: int) -> None:
        restore_slot(session, actor=self.sven, slot=get_own_slot(session, self.sven, slot.public_id), at=self.at)

    def call_off_both(self, session: Session, _person: Participant, _slot: Slot, _party: int) -> None:
        both = [get_own_slot(session, self.sven, one.public_id) for one in self.slots]
        call_off_dates(session, actor=self.sven, slots=both, how="call_off", at=self.at)

    def broken(self) -> list[str]:
        """Return what is broken: of what the house promises, and of what this story counted by itself."""
        with self.world.database.reading() as session:
            found = list_broken(session, at=self.at)
            for slot in self.slots:
                found += self._miscounted(session, slot.id)
        return found

    def _miscounted(self, session: Session, slot_id: int) -> list[str]:
        places, taken = session.execute(
            select(func.sum(Pool.places), func.sum(Pool.taken)).where(Pool.slot_id == slot_id)
        ).one()
        parties = session.scalars(select(Booking.party).where(Booking.slot_id == slot_id, Booking.state.in_(TOOK)))
        live = sum(parties)
        if (places, taken) == (self.capacity[slot_id], live) and live <= places:
            return []
        return [f"{taken} of {places} places taken, but {live} of {self.capacity[slot_id]} were given"]

    def end(self) -> None:
        """Call both dates off; whatever happened, all places have come back, but for a date that is past."""
        for number in range(len(self.slots)):
            self.do("call_off", 0, number, 1)
        with self.world.database.reading() as session:
            ids = [slot.id for slot in self.slots]
            ahead = (Pool.slot_id.in_(ids), Slot.starts_at > self.at)
            left = select(func.coalesce(func.sum(Pool.taken), 0)).join(Slot, Pool.slot_id == Slot.id).where(*ahead)
            assert session.scalar(left) == 0, "a place was lost"
