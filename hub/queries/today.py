"""What a coach's day begins with: who must act next, what waits on others, and the coming dates. Four statements."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models.booking import STANDING, Booking, BookingState
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.referral import Referral, ReferralState
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.scopes import bookings_for
from hub.queries.bookings import with_place
from hub.queries.sheets import first_of_each_sheet

S = EnquiryState
COACHS_TURN = (S.RETURNED, S.DECLINED, S.EXPIRED, S.ACCEPTED)
PARTNERS_TURN = (S.SENT, S.SEEN, S.WAITLISTED)


def list_open_enquiries(session: Session, participant_ids: Collection[int]) -> list[Enquiry]:
    """Return enquiries of open referrals on which somebody must act, the oldest first.

    Accepted ones have no date yet (a booking lets them run); a declined one no longer counts once the coach has closed
    its referral.
    """
    query = (
        select(Enquiry)
        .join(Referral, Enquiry.referral_id == Referral.id)
        .where(
            Enquiry.participant_id.in_(participant_ids),
            Enquiry.state.in_((*COACHS_TURN, *PARTNERS_TURN)),
            Referral.state.in_((ReferralState.DRAFT, ReferralState.OPEN)),
        )
        .options(joinedload(Enquiry.offer), joinedload(Enquiry.organisation))
    )
    return list(session.scalars(query.order_by(Enquiry.hear_by_at, Enquiry.id)))


def list_unanswered_consents(session: Session, participant_ids: Collection[int]) -> list[Consent]:
    """Return consents that wait for the person's answer, for instance on paper not yet recorded, the oldest first."""
    query = select(Consent).where(Consent.participant_id.in_(participant_ids), Consent.state == ConsentState.REQUESTED)
    found = session.scalars(query.options(joinedload(Consent.organisation)).order_by(Consent.id))
    return [first for first, _ in first_of_each_sheet(found)]


def list_dates(session: Session, actor: Actor, *, since: datetime, until: datetime, at: datetime) -> list[Booking]:
    """Return live dates from `since` to `until` of persons and own time, and fallen-away ones not yet told.

    Dates that are still to be settled are there however far ahead they lie.
    """
    open_dates = select(Slot.id).where(Slot.state == SlotState.UNSETTLED)
    soon = and_(Booking.ends_at > since, Booking.starts_at < until)
    live = and_(Booking.state.in_(STANDING), or_(soon, Booking.slot_id.in_(open_dates)))
    again = aliased(Booking)  # called off, restored, and booked again: then there is nothing left to tell
    booked_again = select(again.id).where(
        again.slot_id == Booking.slot_id, again.participant_id == Booking.participant_id, again.state.in_(STANDING)
    )
    untold = and_(
        Booking.state == BookingState.CANCELLED,
        Booking.cancelled_by.in_(("partner", "programme")),
        Booking.told_at.is_(None),
        Booking.ends_at > at,
        ~booked_again.exists(),
    )
    query = bookings_for(actor, at).where(or_(live, untold)).options(*with_place())
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))
