"""Questions about the waiting list: who waits for a date, one wish, what a coach must answer, and the locks."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from calendars.holidays import closed_days
from calendars.working_time import add_working_hours
from hub import clock
from hub.errors import NotFound
from hub.models.booking import ACTIVE, LIVE, Booking, Waiting, WaitingState
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.offer import Access, Offer, OfferState
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.slot import Pool, PoolState, Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.scopes import waitings_for
from hub.queries.bookings import lock_slots
from hub.queries.participants import lock_participant
from hub.queries.states import move

# Half a working day: a coach who visits people in the morning reads mails at noon and can still telephone; and a place
# that came free on Monday morning has been offered to four people by Tuesday evening.
OFFERED_FOR = 4  # working hours


def lock_queues(session: Session, slot_ids: Collection[int | None], *, people: Iterable[int | None] = ()) -> None:
    """Lock these persons and everybody who waits for these dates, then the dates, each by id (scheduling rule 4).

    Whoever gives a place back calls it first: the place may be offered to somebody else in the same transaction, who
    must not be booked elsewhere meanwhile.
    """
    dates = frozenset(slot_id for slot_id in slot_ids if slot_id)
    _lock(session, frozenset(person for person in people if person), lambda: dates)


def lock_person(session: Session, participant_id: int, *, also: Collection[int | None] = ()) -> None:
    """Lock a person, everybody who waits for a date this person has a place in, and those dates, each by id.

    `also` are dates in which a place is about to be taken: all dates are locked in one order.
    """
    more = frozenset(slot_id for slot_id in also if slot_id)
    having = select(Booking.slot_id).where(
        Booking.participant_id == participant_id, Booking.slot_id.is_not(None), Booking.state.in_(LIVE)
    )
    _lock(session, frozenset({participant_id}), lambda: more | {i for i in session.scalars(having) if i})


def _lock(session: Session, people: frozenset[int], find_dates: Callable[[], frozenset[int]]) -> None:
    while True:
        dates = find_dates()
        persons = people | _waiting_for(session, dates)
        with session.begin_nested() as step:
            for person in sorted(persons):
                lock_participant(session, person)
            session.scalars(select(Slot.id).where(Slot.id.in_(dates)).order_by(Slot.id).with_for_update(key_share=True))
            if find_dates() <= dates and _waiting_for(session, dates) <= persons:
                return
            step.rollback()  # somebody joined between looking and locking; locks out of order would be deadlocks


def _waiting_for(session: Session, slot_ids: Collection[int]) -> frozenset[int]:
    query = select(Waiting.participant_id).where(Waiting.slot_id.in_(slot_ids), Waiting.state == WaitingState.WAITING)
    return frozenset(session.scalars(query)) if slot_ids else frozenset()


def list_dates_to_offer(session: Session, slot_ids: Iterable[int | None]) -> Sequence[Slot]:
    """Return those of these dates that somebody waits for and that have a place to give, with their offers, by id."""
    wanted = frozenset(slot_id for slot_id in slot_ids if slot_id)
    query = _to_offer().where(Slot.id.in_(wanted)).options(joinedload(Slot.offer).joinedload(Offer.organisation))
    found = session.scalars(query).all() if wanted else []
    if found:
        lock_slots(session, found)  # held already; brings them up to now
    return found


def list_overdue(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of coming dates that somebody waits for though there is a place, whatever made it."""
    query = _to_offer().where(Slot.state == SlotState.PLANNED, Slot.starts_at > at)
    return list(session.scalars(query.with_only_columns(Slot.id)))


def _to_offer() -> Select[Any]:
    waited = select(Waiting.id).where(Waiting.slot_id == Slot.id, Waiting.state == WaitingState.WAITING)
    free = select(Pool.id).where(Pool.slot_id == Slot.id, Pool.state == PoolState.OPEN, Pool.taken < Pool.places)
    return select(Slot).where(waited.exists(), free.exists()).order_by(Slot.id)


def list_queue(session: Session, slot_id: int) -> Sequence[Waiting]:
    """Return the wishes that wait for a date with their persons, first come first."""
    query = select(Waiting).where(Waiting.slot_id == slot_id, Waiting.state == WaitingState.WAITING)
    query = query.options(joinedload(Waiting.participant)).order_by(Waiting.created_at, Waiting.id)
    return session.scalars(query).all()


def list_active(session: Session, slot_id: int) -> Sequence[Waiting]:
    """Return the wishes for a date that wait or have an offer, with their persons, by id."""
    query = select(Waiting).where(Waiting.slot_id == slot_id, Waiting.state.in_(ACTIVE))
    return session.scalars(query.options(joinedload(Waiting.participant)).order_by(Waiting.id)).all()


def list_in_vain(session: Session, slot_id: int) -> list[Participant]:
    """Return who waited for a date until it was called off, and whose coach has not put that away yet, by id.

    Not who was offered a place and did not answer.
    """
    query = select(Participant).where(
        Participant.id.in_(
            select(Waiting.participant_id).where(
                Waiting.slot_id == slot_id, Waiting.state == WaitingState.LAPSED, Waiting.booking_id.is_(None)
            )
        )
    )
    return list(session.scalars(query.order_by(Participant.id)))


def count_waiting(session: Session, slot_id: int) -> int:
    """Return how many wishes wait for a date."""
    query = select(func.count(Waiting.id)).where(Waiting.slot_id == slot_id, Waiting.state == WaitingState.WAITING)
    return session.scalar(query) or 0


def count_before(session: Session, wish: Waiting) -> int:
    """Return how many wishes for the same date came earlier and still wait."""
    earlier = or_(
        Waiting.created_at < wish.created_at, (Waiting.created_at == wish.created_at) & (Waiting.id < wish.id)
    )
    query = select(func.count(Waiting.id)).where(
        Waiting.slot_id == wish.slot_id, Waiting.state == WaitingState.WAITING, earlier
    )
    return session.scalar(query) or 0


_WISH = (  # built once, as every booking asks it
    select(Waiting)
    .where(
        Waiting.slot_id == bindparam("slot"),
        Waiting.participant_id == bindparam("person"),
        Waiting.state.in_(ACTIVE),
    )
    .execution_options(populate_existing=True)
)


def find_wish(session: Session, slot_id: int, participant_id: int) -> Waiting | None:
    """Return the wish of a person for a date that waits or has an offer, or None."""
    wish: Waiting | None = session.scalar(_WISH, {"slot": slot_id, "person": participant_id})
    return wish


def settle_wish(session: Session, booking: Booking, *, slot_id: int | None = None, at: datetime) -> None:
    """Note that a person who waited for a date has a place in it now, offered or found; after lock_participant.

    `slot_id` is the date a booking is about to be moved to.
    """
    wish = find_wish(session, slot_id or booking.slot_id or 0, booking.participant_id or 0)
    if wish is not None:
        move(session, wish, WaitingState.TAKEN, at=at, booking_id=booking.id)


def get_waiting(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Waiting:
    """Return one wish of a person the actor sees, with date, offer, person and the place offered; raises NotFound."""
    query = waitings_for(actor, at).where(Waiting.public_id == public_id).options(*_with_date())
    wish: Waiting | None = session.scalar(query)
    if wish is None:
        raise NotFound
    return wish


def lock_waiting(session: Session, waiting_id: int) -> Waiting:
    """Return a wish locked and fresh, with date, person and the place offered; after lock_queues."""
    query = select(Waiting).where(Waiting.id == waiting_id).options(*_with_date())
    return session.scalars(query.with_for_update(of=Waiting).execution_options(populate_existing=True)).one()


def _with_date() -> tuple[Any, ...]:
    offer = joinedload(Waiting.slot).joinedload(Slot.offer)
    return offer.joinedload(Offer.organisation), joinedload(Waiting.participant), joinedload(Waiting.booking)


def list_to_answer(session: Session, participant_ids: Collection[int], *, at: datetime) -> Sequence[Waiting]:
    """Return wishes of coming dates whose coach must act: a place is offered, or the wish has lapsed."""
    query = select(Waiting).join(Slot, Waiting.slot_id == Slot.id)
    query = query.where(
        Waiting.participant_id.in_(participant_ids),
        Waiting.state.in_((WaitingState.OFFERED, WaitingState.LAPSED)),
        Slot.starts_at > at,
    )
    return session.scalars(query.options(*_with_date()).order_by(Slot.starts_at, Waiting.id)).all()


def list_of_person(session: Session, participant_id: int, *, at: datetime) -> Sequence[Waiting]:
    """Return the wishes of a person for coming dates that wait or have an offer, by date."""
    query = select(Waiting).join(Slot, Waiting.slot_id == Slot.id)
    query = query.where(Waiting.participant_id == participant_id, Waiting.state.in_(ACTIVE), Slot.starts_at > at)
    return session.scalars(query.options(*_with_date()).order_by(Slot.starts_at, Waiting.id)).all()


def list_half_over(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of wishes whose offer has stood for half its time, and whose coach heard of it only once."""
    query = select(Waiting.id, Booking.created_at, Booking.expires_at).join(Booking, Waiting.booking_id == Booking.id)
    asked = (Waiting.state == WaitingState.OFFERED, Waiting.reminded_at.is_(None), Booking.expires_at > at)
    rows = session.execute(query.where(*asked).order_by(Waiting.id)).all()
    return [row.id for row in rows if _half(row.created_at, row.expires_at) <= at]


def _half(offered_at: datetime, expires_at: datetime) -> datetime:
    """Return half the working hours of an offer; of one cut short by its date, the middle."""
    half = add_working_hours(offered_at, OFFERED_FOR / 2, closed=closed_days())
    return half if half < expires_at else offered_at + (expires_at - offered_at) / 2


def list_hopeless(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of wishes that wait in vain.

    The date has begun or fell away, its offer has ended, the person takes part no longer, or the partner's yes is gone.
    """
    over = or_(
        Slot.starts_at <= at,
        Slot.state == SlotState.CALLED_OFF,
        Offer.state == OfferState.ENDED,
        ~_takes_part(clock.local_date(at)).exists(),
        and_(Offer.access == Access.REQUEST, ~_said_yes().exists()),
    )
    query = select(Waiting.id).join(Slot, Waiting.slot_id == Slot.id).join(Offer, Slot.offer_id == Offer.id)
    return session.scalars(query.where(Waiting.state == WaitingState.WAITING, over).order_by(Waiting.id)).all()


def _takes_part(on: date) -> Select[Any]:
    admitted = (Participation.state == ParticipationState.ADMITTED, Participation.ends_on >= on)
    return select(Participation.id).where(Participation.participant_id == Waiting.participant_id, *admitted)


def _said_yes() -> Select[Any]:
    asked = (Enquiry.participant_id == Waiting.participant_id, Enquiry.offer_id == Slot.offer_id)
    return select(Enquiry.id).where(*asked, Enquiry.state.in_(IDENTIFIED))
