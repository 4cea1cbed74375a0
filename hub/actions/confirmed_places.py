"""The yes to an enquiry with a date: the place that was kept becomes a booking; and the same taken back as a mistake.

Steps of the partner's verbs, which have asked the policy and locked the person with all dates concerned
(`queries/waiting.py: lock_person`) before anything else.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import endings, enquiries, log
from hub.actions.bookings import require_consent
from hub.actions.requested_places import give_back
from hub.errors import NotFound, RuleBroken
from hub.models.booking import BY_YES, ONE_PLACE, Booking, BookingState
from hub.models.enquiry import Enquiry
from hub.models.participant import Participant
from hub.models.slot import Slot, SlotState
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, requested_places, waiting
from hub.queries.bookability import require_suited, require_time
from hub.queries.states import move


def confirm_place(session: Session, *, actor: Actor = SYSTEM, enquiry: Enquiry, at: datetime) -> Booking | None:
    """Make the booking of the place an accepted enquiry asked for: the same row and code; None where it cannot be.

    The person may be elsewhere by now, the date may have been called off, or the consent may end before it: then the
    place is given back, the yes stands, and the coach looks for another date. The caller has locked the consent.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    place = requested_places.lock_of_enquiry(session, enquiry.id)
    if place is None or place.slot is None or place.participant is None:
        return None
    if not _still_suits(session, place, place.slot, place.participant, at):
        give_back(session, place=place, at=at)
        return None
    made = {"made_by": BY_YES, "access": place.slot.offer.access.value, "created_at": at}
    move(session, place, BookingState.CONFIRMED, at=at, expires_at=None, **made)
    enquiries.note_booked(session, actor=actor, enquiry=enquiry, at=at)
    waiting.settle_wish(session, place, at=at)
    _log(session, actor, place, "booking.made", "accepted", at)
    feeds.raise_for_dates(session, [place.slot], [place])
    return place


def _still_suits(session: Session, place: Booking, slot: Slot, person: Participant, at: datetime) -> bool:
    """Ask again what book_slot asks, but for the offer's notice: the partner itself says yes to this date now."""
    if slot.state is not SlotState.PLANNED or slot.starts_at <= at:
        return False
    try:
        require_suited(session, slot, person)
        require_time(session, person, slot, besides=place.id)
        require_consent(session, slot, person, at)
    except (RuleBroken, NotFound):
        return False
    return True


def undo_confirmation(session: Session, *, actor: Actor = SYSTEM, enquiry: Enquiry, at: datetime) -> None:
    """Call off the date that the partner's yes itself made, as the yes was a mistake; a date the coach made stays."""
    require(actor, Permission.RUN_MAINTENANCE)
    place = requested_places.lock_by_yes(session, enquiry, at=at)
    if place is None or place.slot is None:
        return
    endings.cancel_all(session, [place], by=ONE_PLACE, at=at)
    enquiries.note_unbooked(session, actor=actor, enquiry=enquiry, at=at)
    _log(session, actor, place, "booking.cancelled", ONE_PLACE, at)
    feeds.raise_for_dates(session, [place.slot], [place])


def _log(session: Session, actor: Actor, place: Booking, action: str, purpose: str, at: datetime) -> None:
    about = [place.participant] if place.participant else []
    log.record(session, actor=actor, action=action, thing=place, about=about, fields=["B1"], purpose=purpose, at=at)
