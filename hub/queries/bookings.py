"""Questions about bookings: one through the scope, overlaps, live ones of a slot or enquiry, and their locks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from hub.db import UTCDateTime
from hub.errors import NotFound, SomebodyWasFaster
from hub.models.booking import LIVE, SHOWN, STANDING, Booking, BookingState
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.offer import Offer, OfferProgramme
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import bookings_for, kept_privately
from hub.queries import coach_time, offers
from hub.queries.coming_dates import is_shown
from hub.queries.day_plans import Stop, find_clash
from hub.queries.eligibility import Eligibility
from hub.queries.offer_filters import OfferFilter
from hub.queries.places import Taker, fits
from hub.queries.reading import reads_date
from hub.queries.slots import list_next_slots

ALTERNATIVES = 3
# Built once, as every booking asks it: building it takes longer than asking it.
_OF_SLOTS = (Slot.state, Slot.starts_at, Slot.ends_at, Slot.version)
_LOCK_SLOTS = (
    select(Slot.id, *_OF_SLOTS)
    .where(Slot.id.in_(bindparam("ids", expanding=True)))
    .order_by(Slot.id)
    .with_for_update(key_share=True)
)
LONGEST_TRAVEL = timedelta(hours=4)  # how far an appointment's travel can reach beyond its own times
FAR = LONGEST_TRAVEL + timedelta(hours=2)  # with the longest pause


@cache
def with_place() -> tuple[ORMOption, ...]:
    """Return the options that load what every page shows of a booking: its date, offer and place."""
    slot = joinedload(Booking.slot)
    return (
        slot.joinedload(Slot.offer).joinedload(Offer.organisation),
        slot.joinedload(Slot.location),
        slot.joinedload(Slot.room),
        joinedload(Booking.location),
        joinedload(Booking.participant),
    )


def get_booking(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Booking:
    """Return one booking of a person the actor looks after (or is), or an own appointment; raises NotFound."""
    query = bookings_for(actor, at).where(Booking.public_id == public_id)
    booking: Booking | None = session.scalar(query.options(*with_place(), joinedload(Booking.enquiry)))
    if booking is None or not reads_date(session, actor, booking, at=at):
        raise NotFound
    return booking


def list_coming(
    session: Session,
    participant_id: int,
    *,
    since: datetime,
    private: bool = False,
    also: ColumnElement[bool] | None = None,
    options: Sequence[ORMOption] = (),
    limit: int = 40,
) -> list[Booking]:
    """Return a person's dates from `since` on by time, called-off ones included: they stay visible, struck through.

    `private` adds those only the person may see: kept after a consent was taken back. `also` adds others of the person,
    `options` what is to be read with them.
    """
    query = (
        select(Booking)
        .where(
            Booking.participant_id == participant_id,
            or_(is_shown(since), also if also is not None else false()),
            true() if private else ~kept_privately(),
        )
        .options(*with_place(), *options)
        .order_by(Booking.starts_at, Booking.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def raise_sequences_of_enquiry(session: Session, enquiry_id: int, *, at: datetime) -> None:
    """Raise the sequence of the coming dates of an enquiry, as their calendar entries say less from now on."""
    coming = update(Booking).where(Booking.enquiry_id == enquiry_id, Booking.state.in_(SHOWN), Booking.starts_at > at)
    raised = {"sequence": Booking.sequence + 1, "version": Booking.version + 1, "changed_at": at}
    session.execute(coming.values(**raised))


def lock_slots(session: Session, slots: Iterable[Slot]) -> None:
    """Lock loaded dates in order of id and bring them up to now, so that no move or calling-off passes unseen."""
    known = {slot.id: slot for slot in slots}
    rows = session.execute(_LOCK_SLOTS, {"ids": sorted(known)}).all()
    if len(rows) < len(known):
        raise SomebodyWasFaster  # its series was changed, and nobody had booked it
    for row in rows:
        for column in _OF_SLOTS:
            set_committed_value(known[row.id], column.key, getattr(row, column.key))


def find_coach_overlap(
    session: Session,
    user_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    travel: timedelta,
    besides: int | None = None,
    **place: Any,
) -> Booking | None:
    """Return an appointment of the coach that leaves no time for [starts_at, ends_at), drives and pauses, or None.

    Safe only after lock_coach. `place` is the town, the door and whether it is a talk, where known (day_plans.Stop);
    `besides` is an appointment that does not count. Two statements; the drives are added in Python.
    """
    own = coach_time.list_own_time(session, user_id, first=starts_at - travel - FAR, last=ends_at + travel + FAR)
    others = [coach_time.stop_of(one) for one in own if one.id != besides]
    minutes = int(travel / timedelta(minutes=1))
    wanted = Stop(starts_at, ends_at, travel_minutes=minutes, **place)
    clash = find_clash(wanted, others, coach_time.find_habits(session, user_id))
    return clash.about if clash is not None else None


def find_identified_enquiry(session: Session, participant_id: int, offer_id: int) -> Enquiry | None:
    """Return the person's accepted or running enquiry for this offer, the newest first, or None."""
    query = select(Enquiry).where(
        Enquiry.participant_id == participant_id, Enquiry.offer_id == offer_id, Enquiry.state.in_(IDENTIFIED)
    )
    return session.scalar(query.order_by(Enquiry.id.desc()).limit(1))


def list_live_of_slot(session: Session, slot_id: int) -> list[Booking]:
    """Return the live bookings of a slot with person and enquiry, by id (the order of locking)."""
    query = select(Booking).where(Booking.slot_id == slot_id, Booking.holds_a_place)
    query = query.options(joinedload(Booking.participant), joinedload(Booking.enquiry))
    return list(session.scalars(query.order_by(Booking.id)))


def list_called_off(session: Session, slot_id: int) -> list[Booking]:
    """Return the bookings of a date that ended because the partner called it off, with person and enquiry, by id."""
    query = select(Booking).where(
        Booking.slot_id == slot_id, Booking.state == BookingState.CANCELLED, Booking.cancelled_by == "partner"
    )
    query = query.options(joinedload(Booking.participant), joinedload(Booking.enquiry)).order_by(Booking.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def mark_untold(session: Session, called_off: Iterable[Booking]) -> None:
    """Forget that the persons were told of a date that falls away, as it takes place after all."""
    ids = sorted(booking.id for booking in called_off)
    session.execute(update(Booking).where(Booking.id.in_(ids)).values(told_at=None))


def coaches_of(concerned: Iterable[Booking]) -> frozenset[int]:
    """Return whom to tell about these bookings: the coaches of their persons, and whose own time they take."""
    loaded = list(concerned)
    persons = {one.participant.coach_id for one in loaded if one.participant is not None}
    return frozenset(filter(None, persons | {one.coach_id for one in loaded}))


def people_of(concerned: Iterable[Booking]) -> list[Participant]:
    """Return the persons of these bookings; a coach's own time may have none."""
    return [booking.participant for booking in concerned if booking.participant is not None]


def list_coming_of_enquiry(session: Session, enquiry_id: int, *, at: datetime) -> list[Booking]:
    """Return the dates of an enquiry that have not begun, by id (the order of locking); none that it only asked for."""
    query = select(Booking).where(Booking.enquiry_id == enquiry_id, Booking.state.in_(SHOWN), Booking.starts_at > at)
    return list(session.scalars(query.options(joinedload(Booking.participant)).order_by(Booking.id)))


def move_with_slot(session: Session, slot: Slot, *, elsewhere: bool, at: datetime) -> None:
    """Copy a slot's times into its live bookings, raising version and sequence.

    One that stands remembers the start its people know, until somebody tells them; moved back there is nothing to tell,
    unless the date is `elsewhere`, in another place than before.
    """
    known = func.coalesce(Booking.moved_from_at, Booking.starts_at)
    lasts = known if elsewhere else func.nullif(known, literal(slot.starts_at, UTCDateTime))
    session.execute(
        update(Booking)
        .where(Booking.slot_id == slot.id, Booking.state.in_(LIVE))
        .values(
            moved_from_at=case((Booking.state.in_(STANDING), lasts)),
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            sequence=Booking.sequence + 1,
            version=Booking.version + 1,
            changed_at=at,
        )
        .execution_options(synchronize_session=False)
    )


def change_booking(session: Session, booking: Booking, **values: Any) -> None:
    """Change a loaded live booking by compare-and-set on its version; raises SomebodyWasFaster."""
    values["version"] = booking.version + 1
    if "starts_at" in values:
        values["moved_from_at"] = None  # who moves a single booking says the new time
    changed = session.execute(
        update(Booking)
        .where(Booking.id == booking.id, Booking.version == booking.version, Booking.state == booking.state)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise SomebodyWasFaster
    for name, value in values.items():
        set_committed_value(booking, name, value)


def with_offer(slot: Slot, offer: Offer) -> None:
    """Hang a loaded offer onto one of its dates, so that nothing is read twice."""
    set_committed_value(slot, "offer", offer)


def list_alternatives(
    session: Session,
    actor: Actor,
    slot: Slot,
    *,
    taker: Taker,
    near: tuple[float, float] | None,
    at: datetime,
    party: int = 1,
    eligibility: Eligibility | None = None,
) -> list[Slot]:
    """Return up to three other dates with enough places: of the same offer, then of offers with the same aim nearby.

    `taker` says for whom the places are, `eligibility` what of other offers is meant for them. Each with its offer,
    organisation, place and pools; at most six statements.
    """
    coming = list_next_slots(session, slot.offer, at=at, limit=20)
    found = [other for other in coming if other.id != slot.id and other.course_id is None]
    for other in found:
        with_offer(other, slot.offer)
    fitting = [other for other in found if fits(other, taker, party)]
    if len(fitting) < ALTERNATIVES:
        alike = OfferFilter(aims=frozenset({slot.offer.aim}), near=near, radius_km=20, eligibility=eligibility)
        filters = replace(alike, min_free=party, bookable=True, taker=taker)
        page = offers.search(session, actor, filters, at=at, limit=ALTERNATIVES + 1)
        fitting += [hit.slots[0] for hit in page.hits if hit.slots and hit.offer.id != slot.offer_id]
    same = [other for other in fitting if other.offer_id == slot.offer_id]
    same.sort(key=lambda other: abs(other.starts_at - slot.starts_at))
    return [*same, *(other for other in fitting if other.offer_id != slot.offer_id)][:ALTERNATIVES]


def offer_is_for(session: Session, offer: Offer, programme_id: int) -> bool:
    """Tell whether an offer is public or made for this programme."""
    query = select(OfferProgramme.offer_id).where(
        OfferProgramme.offer_id == offer.id, OfferProgramme.programme_id == programme_id
    )
    return offer.public or session.scalar(query) is not None
