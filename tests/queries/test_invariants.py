"""Every invariant sees what breaks it: each is broken by hand once, in a world in which everything holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.models.booking import OWN, Booking, BookingState, Waiting, WaitingState
from hub.models.bulk_job import BulkItem, BulkJob, BulkKind, BulkState
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.given_code import GivenCode
from hub.models.offer import Offer
from hub.models.participant import Participant, Participation
from hub.models.room_tick import RoomTick
from hub.models.slot import Pool, PoolState, Slot, SlotState
from hub.queries.invariants import INVARIANTS, count_broken
from tests.lawful import admit, make_body, transmit
from tests.loop import accepted_enquiry, withdraw
from tests.places import book, make_offer, make_people, make_slot
from tests.rooms import borrow, lent_slot
from tests.world import World

HOUR = timedelta(hours=1)


@dataclass
class Scene:
    """A few dates with people in them, read afresh for each breaking."""

    session: Session
    world: World
    keys: dict[str, int]

    def row(self, table: Any, name: str) -> Any:
        return self.session.get_one(table, self.keys[name])

    def add(self, like: str, **values: Any) -> Booking:
        """Add a copy of a booking with other values, and take its place."""
        model = self.row(Booking, like)
        columns = ("slot_id", "pool_id", "participant_id", "coach_id", "access", "starts_at", "ends_at", "enquiry_id")
        facts = {name: getattr(model, name) for name in columns} | {"made_by": "coach", "state": BookingState.CONFIRMED}
        made = Booking(**facts | {"created_at": self.world.at, "changed_at": self.world.at} | values)
        self.session.add(made)
        if made.pool_id is not None:
            self.session.get_one(Pool, made.pool_id).taken += 1
        return made

    def wish(self, who: str, state: WaitingState) -> None:
        slot, person = self.row(Slot, "slot"), self.row(Participant, who)
        facts = {"slot_id": slot.id, "participant_id": person.id, "created_at": self.world.at}
        self.session.add(Waiting(state=state, **facts))


def prepare(world: World) -> dict[str, int]:
    """Lay out the scene through the verbs, so that everything holds, and return the keys of its rows."""
    offer = make_offer(world)
    slot, other = make_slot(world, offer, places=9), make_slot(world, offer, places=9, starts_at=world.at + 100 * HOUR)
    booked, free = make_people(world, 2)
    first, second = book(world, slot, booked), book(world, other, free)
    room = lent_slot(world)
    loan = borrow(world, room)
    enquiry, consent = accepted_enquiry(world, dated=False)
    named = book(world, _date_of(world, enquiry), world.cast.tarik)
    by_law = make_body(world)
    admit(world)
    told = transmit(world, by_law)
    rows = {"offer": offer, "slot": slot, "other": other, "booked": booked, "free": free, "first": first}
    rows |= {"second": second, "room": room, "loan": loan, "enquiry": enquiry, "consent": consent, "named": named}
    return {name: row.id for name, row in (rows | {"told": told}).items()}


def _date_of(world: World, enquiry: Enquiry) -> Slot:
    with world.database.reading() as session:
        return session.scalars(select(Slot).where(Slot.offer_id == enquiry.offer_id)).one()


def miscount(one: Scene) -> None:
    one.session.get_one(Pool, one.row(Booking, "first").pool_id).taken += 1


def grow(one: Scene) -> None:
    one.row(Slot, "slot").places += 1


def release_in_part(one: Scene) -> None:
    one.row(Slot, "slot").places += 1
    one.session.add(Pool(slot_id=one.keys["slot"], kept=True, places=1, state=PoolState.RELEASED))


def swap_pools(one: Scene) -> None:
    first, second = one.row(Booking, "first"), one.row(Booking, "second")
    first.pool_id, second.pool_id = second.pool_id, first.pool_id


def hold_for_ever(one: Scene) -> None:
    one.add("first", participant_id=one.keys["free"], state=BookingState.HELD)


def ask_for_a_place_after_the_yes(one: Scene) -> None:
    until = one.world.at + HOUR
    one.add("named", slot_id=None, pool_id=None, state=BookingState.REQUESTED, expires_at=until).slot = _next_date(one)


def _next_date(one: Scene) -> Slot:
    """Add a second date to the offer with names, like the first but later."""
    like = one.row(Booking, "named")
    first = one.session.get_one(Slot, like.slot_id)
    facts = {"offer_id": first.offer_id, "created_at": one.world.at, "changed_at": one.world.at, "places": 0}
    return Slot(starts_at=like.starts_at, ends_at=like.ends_at, **facts)


def end_a_job_too_early(one: Scene) -> None:
    facts = {"user_id": one.world.user("sven").id, "created_at": one.world.at, "kind": BulkKind.CALL_OFF}
    job = BulkJob(state=BulkState.STOPPED, **facts)
    one.session.add(job)
    one.session.flush()
    one.session.add(BulkItem(job_id=job.id, unit=0, slot_id=one.keys["slot"]))


def hold_too_long(one: Scene) -> None:
    gone = one.world.at - HOUR
    one.add("first", participant_id=one.keys["free"], state=BookingState.HELD, expires_at=gone)


def wish_without_offer(one: Scene) -> None:
    one.wish("free", WaitingState.OFFERED)


def offer_without_wish(one: Scene) -> None:
    until = one.world.at + HOUR
    one.add("first", participant_id=one.keys["free"], state=BookingState.OFFERED, expires_at=until)


def wait_though_booked(one: Scene) -> None:
    one.wish("booked", WaitingState.WAITING)


def move_a_booking(one: Scene) -> None:
    one.row(Booking, "first").starts_at -= HOUR


def call_off(one: Scene) -> None:
    one.row(Slot, "slot").state = SlotState.CALLED_OFF
    one.row(Offer, "offer").next_free_at = one.row(Slot, "other").starts_at


def share_a_code(one: Scene) -> None:
    one.row(Booking, "second").code = one.row(Booking, "first").code


def forget_a_code(one: Scene) -> None:
    one.session.execute(delete(GivenCode).where(GivenCode.code == one.row(Booking, "first").code))


def take_a_room_too_long(one: Scene) -> None:
    last = max(tick.tick for tick in _ticks(one))
    one.session.add(RoomTick(room_id=one.row(Slot, "room").room_id, tick=last + 1, slot_id=one.keys["room"]))


def leave_a_room(one: Scene) -> None:
    one.row(Slot, "room").room_id = None


def keep_the_room_of_what_is_off(one: Scene) -> None:
    one.row(Slot, "room").state = SlotState.CALLED_OFF
    one.row(Booking, "loan").state = BookingState.CANCELLED
    one.session.get_one(Pool, one.row(Booking, "loan").pool_id).taken -= 1


def lose_a_tick(one: Scene) -> None:
    one.session.delete(_ticks(one)[3])


def _ticks(one: Scene) -> list[RoomTick]:
    return list(one.session.scalars(select(RoomTick).where(RoomTick.slot_id == one.keys["room"])))


def forget_what_is_free(one: Scene) -> None:
    one.row(Offer, "offer").next_free_at = None


def withdraw_by_hand(one: Scene) -> None:
    one.row(Consent, "consent").state = ConsentState.WITHDRAWN


def add_a_consent_to_the_law(one: Scene) -> None:
    one.row(Enquiry, "told").consent_id = one.keys["consent"]


def take_the_yes_back(one: Scene) -> None:
    one.row(Enquiry, "enquiry").state = EnquiryState.WITHDRAWN


def book_under_the_name_of_another(one: Scene) -> None:
    one.row(Booking, "named").participant_id = one.keys["free"]


def be_there_twice(one: Scene) -> None:
    times = {"starts_at": one.row(Slot, "slot").starts_at, "ends_at": one.row(Slot, "slot").ends_at}
    nowhere = {"slot_id": None, "pool_id": None, "access": OWN}
    one.add("first", **nowhere, **times, sequence=3)  # the coach moved it there


def visit_from_a_lent_room(one: Scene) -> None:
    visit = one.add("loan", slot_id=None, pool_id=None, sequence=3)
    visit.starts_at += HOUR / 2
    visit.ends_at += HOUR


def decide_alone(one: Scene) -> None:
    alone = one.session.scalars(select(Participation).where(Participation.participant_id == one.keys["booked"])).one()
    alone.decided_by_id = alone.proposed_by_id


BREAKINGS: list[tuple[str, int, Callable[[Scene], None]]] = [
    ("pools count their live bookings", 1, miscount),
    ("places of a slot lie in its pools", 1, grow),
    ("released pools have no free places", 1, release_in_part),
    ("a place lies in a pool of its own date", 2, swap_pools),
    ("what is held is held for a time", 1, hold_for_ever),
    ("a place is asked for while its question is open", 1, ask_for_a_place_after_the_yes),
    ("what has ended leaves nothing open", 1, end_a_job_too_early),
    ("no hold outlives its time", 1, hold_too_long),
    ("no wish is tied to a dead offer", 1, wish_without_offer),
    ("every offer has its wish", 1, offer_without_wish),
    ("nobody waits for what they have", 1, wait_though_booked),
    ("bookings stand at their slot's time", 1, move_a_booking),
    ("nobody is booked on a date that is called off", 1, call_off),
    ("a place code is one person's", 1, share_a_code),
    ("every place code is written down", 1, forget_a_code),
    ("no room is taken by nobody", 1, take_a_room_too_long),
    ("no room is taken by nobody", 12, leave_a_room),
    ("no room is taken by nobody", 12, keep_the_room_of_what_is_off),
    ("every date has its room", 1, lose_a_tick),
    ("every offer knows its next free date", 1, forget_what_is_free),
    ("no identity without a live consent", 1, withdraw_by_hand),
    ("a legal ground reaches its own body only", 1, add_a_consent_to_the_law),
    ("no name without a yes", 1, take_the_yes_back),
    ("no name without a yes", 1, book_under_the_name_of_another),
    ("nobody is in two places", 1, be_there_twice),
    ("no coach is in two places", 1, visit_from_a_lent_room),
    ("admission takes two people", 1, decide_alone),
]


def test_every_invariant_is_broken_by_what_it_is_about_and_by_nothing_else(world: World, subtests: Any) -> None:
    assert [name for name in INVARIANTS if name not in {one[0] for one in BREAKINGS}] == []
    keys = prepare(world)
    with world.database._sessions() as session:
        scene = Scene(session, world, keys)
        assert count_broken(session, at=world.at) == {}
        for name, rows, breaking in BREAKINGS:
            with subtests.test(breaking.__name__), session.begin_nested() as planted:
                breaking(scene)
                session.flush()
                found = count_broken(session, at=world.at)
                planted.rollback()
                assert found == {name: rows}
        assert count_broken(session, at=world.at) == {}
        session.rollback()


def test_what_others_moved_and_what_a_person_keeps_alone_breaks_nothing(world: World) -> None:
    """A partner's move is said on the page and settled by the coach; a kept place is the person's own."""
    keys = prepare(world)
    withdraw(world, world.cast.tarik, _consent(world, keys), keep_bookings=True)
    with world.database.transaction() as session:
        named = session.get_one(Booking, keys["named"])
        assert (named.state, named.enquiry_id) == (BookingState.CONFIRMED, keys["enquiry"])
        slot = session.get_one(Slot, keys["slot"])
        twin = Booking(participant_id=keys["booked"], access="open", made_by="coach", state=BookingState.CONFIRMED)
        twin.slot_id, twin.starts_at, twin.ends_at, twin.sequence = keys["other"], slot.starts_at, slot.ends_at, 1
        other = session.get_one(Slot, keys["other"])
        other.set_times(slot.starts_at, slot.ends_at)
        session.get_one(Booking, keys["second"]).starts_at = slot.starts_at
        session.get_one(Booking, keys["second"]).ends_at = slot.ends_at
        twin.created_at = twin.changed_at = world.at
        session.add(twin)
        assert count_broken(session, at=world.at) == {}


def _consent(world: World, keys: dict[str, int]) -> Consent:
    with world.database.reading() as session:
        return session.get_one(Consent, keys["consent"])
