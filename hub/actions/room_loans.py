"""Borrowing a room a town lends, for a conversation outside the office; and giving it back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub.actions import log, notices
from hub.actions.appointments import ON_THE_WAY
from hub.actions.bookings import cancel_booking
from hub.actions.notices import Facts
from hub.errors import InvalidInput, PersonElsewhere, RoomBusy, RuleBroken, SlotFull, StepNotPossible
from hub.i18n import N_
from hub.models.booking import OWN, Booking, BookingState
from hub.models.offer import Form
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, busy_dates, coach_time, feeds, participants, places
from hub.queries.bookability import require_bookable, require_seen
from hub.queries.participations import require_not_over
from hub.queries.room_loans import obstacle_of_loan
from hub.queries.sent_forms import found_before

TAKEN = N_("Diesen Raum hat zu dieser Zeit schon jemand. Bitte wählen Sie eine andere Zeit.")


def borrow_room(
    session: Session,
    *,
    actor: Actor,
    slot: Slot,
    participant: Participant | None = None,
    travel_minutes: int = 0,
    idempotency_key: str | None = None,
    seen_at: datetime | None = None,
    at: datetime,
) -> Booking:
    """Take a lent room at one of its dates into the coach's own time, with a person or without.

    `slot.offer.organisation` must be loaded; `travel_minutes` is the journey before, and after; `seen_at` is the start
    that was shown. The same key twice gives the same booking back, while it stands. Raises SlotFull (409) when somebody
    else has it, RoomBusy where no calendar calls it free, PersonElsewhere when the person or coach is elsewhere,
    RuleBroken (409). Locks: person, coach, date, pool (scheduling rule 4).
    """
    require(actor, Permission.BORROW_ROOM)
    if participant is not None:
        require(actor, Permission.SEE_PERSON, participant)
        participants.lock_participant(session, participant.id)
    participants.lock_coach(session, actor.user_id or 0)
    wanted = (slot.id, actor.user_id, participant.id if participant is not None else None)
    if earlier := found_before(session, idempotency_key, lambda one: _what(one) == wanted):
        return earlier
    bookings.lock_slots(session, [slot])
    _require_lent(slot, travel_minutes)
    require_bookable(slot, at)
    require_seen(slot, seen_at)
    _require_time(session, actor, slot, participant, travel_minutes)
    booking = Booking(
        slot_id=slot.id,
        pool_id=_take(session, actor, slot, at),
        participant_id=participant.id if participant is not None else None,
        coach_id=actor.user_id,
        access=OWN,
        state=BookingState.CONFIRMED,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        travel_minutes=travel_minutes,
        made_by="coach",
        made_by_id=actor.user_id,
        idempotency_key=idempotency_key,
        created_at=at,
        changed_at=at,
    )
    session.add(booking)
    session.flush()
    for name, value in (("slot", slot), ("participant", participant), ("enquiry", None)):
        set_committed_value(booking, name, value)
    _tell(session, actor, booking, slot.offer.organisation_id, at)
    return booking


def _tell(session: Session, actor: Actor, booking: Booking, lender_id: int, at: datetime) -> None:
    person = booking.participant
    about = [person] if person is not None else []
    log.record(session, actor=actor, action="room.borrowed", thing=booking, about=about, fields=["B1"], at=at)
    notices.announce(session, "booking.made", Facts(booking=booking, organisation_id=lender_id), at=at)
    feeds.raise_revisions(
        session,
        participants=[booking.participant_id],
        users=[actor.user_id, person.coach_id if person is not None else None],
        seats=[lender_id],
    )


def return_room(session: Session, *, actor: Actor, booking: Booking, at: datetime) -> None:
    """Give a borrowed room back so that others find it; a conversation in it falls away with it.

    Raises StepNotPossible (409) for anything that is not the actor's own loan, or is over, or given back already.
    """
    require(actor, Permission.BORROW_ROOM)
    if booking.access != OWN or booking.slot is None or booking.coach_id != actor.user_id:
        raise StepNotPossible
    cancel_booking(session, actor=actor, booking=booking, by="coach", at=at)


def _require_lent(slot: Slot, travel_minutes: int) -> None:
    if slot.offer.form is not Form.ROOM:
        raise RuleBroken(N_("Das ist kein Raum zum Ausleihen."))
    if not timedelta(0) <= timedelta(minutes=travel_minutes) <= bookings.LONGEST_TRAVEL:
        raise InvalidInput(fields={"travel_minutes": N_("Bitte höchstens vier Stunden Fahrt.")})


def _require_time(
    session: Session, actor: Actor, slot: Slot, participant: Participant | None, travel_minutes: int
) -> None:
    starts_at, ends_at = slot.starts_at, slot.ends_at
    if participant is not None and busy_dates.find_overlap(session, participant.id, starts_at, ends_at):
        raise PersonElsewhere
    if participant is not None:
        require_not_over(session, participant.id, starts_at)
    travel = timedelta(minutes=travel_minutes)
    place = coach_time.place_of(slot)
    if bookings.find_coach_overlap(session, actor.user_id or 0, starts_at, ends_at, travel=travel, **place):
        raise PersonElsewhere(ON_THE_WAY)


def _take(session: Session, actor: Actor, slot: Slot, at: datetime) -> int:
    if bookings.list_live_of_slot(session, slot.id):  # whatever its number of places: one conversation at a time
        raise SlotFull(TAKEN)
    if obstacle := obstacle_of_loan(session, slot, at=at):
        raise RoomBusy(obstacle)
    try:
        return places.take_places(session, slot_id=slot.id, n=1, taker=places.taker_of(actor))
    except SlotFull as error:
        raise SlotFull(TAKEN) from error


def _what(loan: Booking) -> tuple[int | None, int | None, int | None]:
    return loan.slot_id, loan.coach_id, loan.participant_id
