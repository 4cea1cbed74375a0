"""The waiting list: wishing for a place, the next one being offered what came free, and saying no to an offer.

An offer is a booking that holds the place while a coach asks the person; `book_slot` makes the booking of it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendars.holidays import closed_days
from calendars.working_time import add_working_hours
from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.errors import NotFound, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.booking import Booking, BookingState, Waiting, WaitingState
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, codes, holds, participants, places
from hub.queries import waiting as queries
from hub.queries.bookability import (
    obstacle_of_slot,
    require_bookable,
    require_own_hand,
    require_party,
    require_suited,
    require_time,
    take_for,
)
from hub.queries.covers import list_deputies
from hub.queries.next_free import keep_next_free
from hub.queries.states import move


def join_waiting(
    session: Session, *, actor: Actor, slot: Slot, participant: Participant, party: int = 1, at: datetime
) -> Waiting:
    """Put a person on the waiting list of a full date; the same wish twice is one. `slot.offer.organisation` loaded.

    Raises RuleBroken (409) where booking is refused for another reason than too few places, and where it is not.
    """
    require(actor, Permission.BOOK_SLOT, participant)
    require_own_hand(actor, slot.offer)
    participants.lock_participant(session, participant.id)
    bookings.lock_slots(session, [slot])
    if earlier := queries.find_wish(session, slot.id, participant.id):
        return earlier
    _require_waitable(session, slot, participant, party, at)
    wish = Waiting(slot_id=slot.id, participant_id=participant.id, party=party, created_at=at)
    session.add(wish)
    session.flush()
    log.record(session, actor=actor, action="waiting.joined", thing=wish, about=[participant], at=at)
    return wish


def _require_waitable(session: Session, slot: Slot, participant: Participant, party: int, at: datetime) -> None:
    require_bookable(slot, at)
    if slot.course_id is not None or slot.places == 0:
        raise StepNotPossible(N_("Für diesen Termin gibt es keine Warteliste."))
    require_party(slot.offer, party)
    if party > slot.places:
        raise RuleBroken(N_("So viele Plätze gehen nicht auf einmal."))
    participation = require_suited(session, slot, participant)
    require_time(session, participant, slot)
    _require_yes(session, slot, participant)
    taker = places.taker_for(session, participant, [participation.programme_id])
    if places.has_places(session, slot_id=slot.id, n=party, taker=taker):
        raise RuleBroken(N_("Es ist noch ein Platz frei. Bitte buchen Sie ihn."))


def _require_yes(session: Session, slot: Slot, participant: Participant) -> None:
    on_request = slot.offer.access is Access.REQUEST
    if on_request and bookings.find_identified_enquiry(session, participant.id, slot.offer_id) is None:
        raise RuleBroken(N_("Hier sagt zuerst der Partner zu. Bitte stellen Sie eine Anfrage."))


def leave_waiting(session: Session, *, actor: Actor, waiting: Waiting, at: datetime) -> bool:
    """Take a wish back, or say no to the place it was offered, which goes to the next; False when it was over before.

    A lapsed wish is put away: the coach has read that it came to nothing.
    """
    require(actor, Permission.CANCEL_BOOKING, waiting.participant)
    queries.lock_queues(session, [waiting.slot_id], people=[waiting.participant_id])
    wish = queries.lock_waiting(session, waiting.id)
    if wish.state not in (WaitingState.WAITING, WaitingState.OFFERED, WaitingState.LAPSED):
        return False
    offered = wish.booking if wish.state is WaitingState.OFFERED else None
    move(session, wish, WaitingState.WITHDRAWN, at=at)
    if offered is not None:
        holds.end_hold(session, offered, at=at)
    action = "waiting.declined" if offered is not None else "waiting.left"
    log.record(session, actor=actor, action=action, thing=wish, about=[wish.participant], at=at)
    offer_places(session, slot_ids=[wish.slot_id], at=at)
    return True


def offer_places(session: Session, *, actor: Actor = SYSTEM, slot_ids: Iterable[int | None], at: datetime) -> int:
    """Offer what is free in these dates to those who wait for it, first come first; return how many offers were made.

    Every verb that gives places back calls it last but its notices, after `lock_queues` or `lock_person` at its
    beginning, so that a place never looks free while somebody waits. Who is elsewhere by now, or needs more places than
    there are, waits on. An offer stands for four working hours, at most until the date can no longer be booked.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    made, dates = 0, list(slot_ids)
    for slot in queries.list_dates_to_offer(session, dates):
        until = _offer_until(slot, at)
        if until > at and obstacle_of_slot(slot, at) is None:
            made += _offer_in_turn(session, slot, until, at)
    keep_next_free(session, slot_ids=dates, at=at)
    return made


def _offer_in_turn(session: Session, slot: Slot, until: datetime, at: datetime) -> int:
    """Ask those who wait, one after the other, until nothing is left; how many there are behind costs nothing."""
    made = 0
    for wish in queries.list_queue(session, slot.id):
        if not places.is_any_left(session, slot.id):
            break
        made += _offer(session, slot, wish, until, at)
    return made


def _offer_until(slot: Slot, at: datetime) -> datetime:
    last = slot.starts_at - timedelta(minutes=slot.offer.notice_minutes)
    return min(add_working_hours(at, queries.OFFERED_FOR, closed=closed_days()), last)


def _offer(session: Session, slot: Slot, wish: Waiting, until: datetime, at: datetime) -> bool:
    person = wish.participant
    try:
        participation = require_suited(session, slot, person)
        require_time(session, person, slot)
        _require_yes(session, slot, person)
        pool_id = take_for(session, slot, person, participation, wish.party)
    except (RuleBroken, NotFound):
        return False
    offer = Booking(
        slot_id=slot.id,
        pool_id=pool_id,
        participant_id=person.id,
        access=slot.offer.access.value,
        state=BookingState.OFFERED,
        code=codes.give_code(session, offer_id=slot.offer_id, slot_ids=[slot.id]),
        party=wish.party,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        made_by="system",
        expires_at=until,
        created_at=at,
        changed_at=at,
    )
    session.add(offer)
    session.flush()
    move(session, wish, WaitingState.OFFERED, at=at, booking_id=offer.id)
    log.record(session, actor=SYSTEM, action="waiting.offered", thing=offer, about=[person], at=at)
    _tell_offered(session, offer, person, at)
    return True


def _tell_offered(session: Session, offer: Booking, person: Participant, at: datetime) -> None:
    """Tell the coach, who alone has the first half of the time; one who is away is passed over for who stands in."""
    deputies = list_deputies(session, person.coach_id, at=at) if person.coach_id else frozenset[int]()
    event = "waiting.offered_in_absence" if deputies else "waiting.offered"
    notices.announce(session, event, Facts(booking=offer, participant=person, staff_ids=deputies), at=at)


def offer_overdue(session: Session, *, actor: Actor, slot_id: int, at: datetime) -> bool:
    """Offer places that came free in a way nobody foresaw, for instance as somebody's other date fell away."""
    require(actor, Permission.RUN_MAINTENANCE)
    queries.lock_queues(session, [slot_id])
    return offer_places(session, actor=actor, slot_ids=[slot_id], at=at) > 0


def remind_of_offer(session: Session, *, actor: Actor, waiting_id: int, at: datetime) -> bool:
    """Tell the coach, and who stands in, once more of a place that is held for half its time; False when it is settled.

    Whoever was out has the second half; then the place goes to the next.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    wish = queries.lock_waiting(session, waiting_id)
    if wish.state is not WaitingState.OFFERED or wish.reminded_at is not None or wish.booking is None:
        return False
    wish.reminded_at = at
    log.record(session, actor=actor, action="waiting.reminded", thing=wish, about=[wish.participant], at=at)
    notices.announce(session, "waiting.offered", Facts(booking=wish.booking, participant=wish.participant), at=at)
    return True


def lapse_wishes(session: Session, *, actor: Actor = SYSTEM, slot: Slot, at: datetime) -> int:
    """Let all wishes for a date that falls away lapse, and tell their coaches; a step of calling it off.

    Return how many there were. The caller has moved the date's state, which locks it, and ends the offers.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    wishes = queries.list_active(session, slot.id)
    for wish in wishes:
        move(session, wish, WaitingState.LAPSED, at=at)
    _tell_lapsed(session, wishes, slot, at)
    return len(wishes)


def lapse_waiting(session: Session, *, actor: Actor, waiting_id: int, at: datetime) -> bool:
    """Let one wish lapse that can no longer come true; False when it was settled before."""
    require(actor, Permission.RUN_MAINTENANCE)
    wish = queries.lock_waiting(session, waiting_id)
    if wish.state is not WaitingState.WAITING:
        return False
    move(session, wish, WaitingState.LAPSED, at=at)
    _tell_lapsed(session, [wish] if wish.slot.starts_at > at else [], wish.slot, at)
    return True


def tell_run_out(session: Session, *, actor: Actor, offer: Booking, at: datetime) -> None:
    """Tell the coach that an offer ran out without an answer; a step of its expiry."""
    require(actor, Permission.RUN_MAINTENANCE)
    notices.announce(session, "waiting.lapsed", Facts(slot=offer.slot, participant=offer.participant), at=at)


def _tell_lapsed(session: Session, wishes: Iterable[Waiting], slot: Slot, at: datetime) -> None:
    people = [wish.participant for wish in wishes]
    if people:
        log.record(session, actor=SYSTEM, action="waiting.lapsed", thing=slot, about=people, at=at)
        coach_ids = frozenset(person.coach_id for person in people if person.coach_id)
        notices.announce(session, "waiting.lapsed", Facts(slot=slot, coach_ids=coach_ids, people=people), at=at)
