"""What a coach's day begins with: who must act next, what waits on others, and the coming dates. Two statements."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from hub.models.booking import STANDING, Booking, BookingState
from hub.models.consent import Consent
from hub.models.enquiry import ASKING, IDENTIFIED, Enquiry, EnquiryState
from hub.models.organisation import Organisation
from hub.models.referral import Referral, ReferralState
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.phone_scopes import phoned_by_umbrella
from hub.policy.scopes import bookings_for
from hub.queries.bookings import with_place
from hub.queries.ladder import Desks, Owner, Turn, phoned_by_network, turn_of

S = EnquiryState
COACHS_TURN = (S.RETURNED, S.DECLINED, S.EXPIRED, S.ACCEPTED)
UNMET = (S.DECLINED, S.EXPIRED)
PARTNERS_TURN = (S.SENT, S.SEEN, S.WAITLISTED)


def list_open_enquiries(
    session: Session, participant_ids: Collection[int], *, at: datetime
) -> tuple[list[Enquiry], dict[int, Turn]]:
    """Return enquiries of open referrals on which somebody must act, the oldest first.

    Drafts have their yes and wait to be sent. Accepted ones have no date yet; of running ones all dates are over. What
    came to nothing no longer counts once the search went on to another partner, or is closed or paused.
    For silent ones it says whose turn it is. One statement.
    """
    query = (
        select(Enquiry, phoned_by_umbrella(), phoned_by_network())
        .join(Referral, Enquiry.referral_id == Referral.id)
        .join(Organisation, Enquiry.organisation_id == Organisation.id)
        .where(
            Enquiry.participant_id.in_(participant_ids),
            or_(Enquiry.state.in_((*COACHS_TURN, *PARTNERS_TURN)), _ready_to_send(at), _is_over(at)),
            Referral.state.in_((ReferralState.DRAFT, ReferralState.OPEN)),
            ~_went_on(),
        )
        .options(joinedload(Enquiry.offer), contains_eager(Enquiry.organisation), contains_eager(Enquiry.referral))
    )
    rows = session.execute(query.order_by(Enquiry.hear_by_at, Enquiry.id)).all()
    silent = [row for row in rows if row[0].state is S.EXPIRED]
    turns = {one.id: turn_of(one.hear_by_at, Desks(*desks), at) for one, *desks in silent if one.hear_by_at}
    return [row[0] for row in rows], turns


def _ready_to_send(at: datetime) -> ColumnElement[bool]:
    """Whether a draft has the person's yes, and nothing but the coach keeps it in the house."""
    rested = or_(Consent.sends_from.is_(None), Consent.sends_from <= at)
    given = select(Consent.id).where(Consent.id == Enquiry.consent_id, Consent.live(at), rested)
    return and_(Enquiry.state == S.DRAFT, given.correlate(Enquiry).exists())


def _is_over(at: datetime) -> ColumnElement[bool]:
    """Whether all dates under a running enquiry are over, and the person can be asked how it went."""
    coming = select(Booking.id).where(
        Booking.enquiry_id == Enquiry.id, Booking.state.in_(STANDING), Booking.ends_at > at
    )
    return and_(Enquiry.state == S.RUNNING, ~coming.correlate(Enquiry).exists())


def _went_on() -> ColumnElement[bool]:
    """Whether the search went on after a no or a silence: then it is the next enquiry that somebody must act on."""
    other = aliased(Enquiry)
    further = other.state.in_((S.DRAFT, *ASKING, *IDENTIFIED, S.COMPLETED))
    later = and_(other.state.in_(UNMET), other.id > Enquiry.id)
    found = select(other.id).where(other.referral_id == Enquiry.referral_id, other.id != Enquiry.id)
    return and_(Enquiry.state.in_(UNMET), found.where(or_(further, later)).correlate(Enquiry).exists())


def is_coachs_turn(enquiry: Enquiry, turns: Mapping[int, Turn]) -> bool:
    """Tell whether the coach must act on one of these; a silent one is the coach's only after the desks."""
    if enquiry.state is S.EXPIRED:
        return enquiry.id not in turns or turns[enquiry.id].owner is Owner.COACH
    return enquiry.state in (*COACHS_TURN, S.DRAFT, S.RUNNING)


def list_dates(session: Session, actor: Actor, *, since: datetime, until: datetime, at: datetime) -> list[Booking]:
    """Return live dates from `since` to `until` of persons and own time, and fallen-away ones not yet told.

    Dates that are still to be settled are there however far ahead they lie, and so are places persons lately took
    themselves.
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
    query = bookings_for(actor, at).where(or_(live, untold, Booking.is_news_from_person(at))).options(*with_place())
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))
