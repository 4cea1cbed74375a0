"""Questions about enquiries: a coach's by person, a partner's by reference, and the locks of their verbs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.i18n import N_
from hub.models.booking import LIVE, Booking
from hub.models.consent import Consent
from hub.models.enquiry import ASKING, IDENTIFIED, OPEN_STATES, Enquiry, EnquiryState, hear_by
from hub.models.offer import Freshness, Offer, OfferState
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import enquiries_for, offers_for, participants_for
from hub.queries.closures import list_own_closed_days
from hub.queries.covering import under

S = EnquiryState
ASKED_ALREADY = N_("Zu diesem Angebot läuft schon eine Anfrage für diesen Menschen.")
_TURN = case((Enquiry.state.in_((S.SENT, S.SEEN)), 0), (Enquiry.state.in_((*ASKING, *IDENTIFIED)), 1), else_=2)


def get_enquiry(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Enquiry:
    """Return an enquiry of a person the actor looks after, or the person's own; else NotFound."""
    persons = participants_for(actor, at).with_only_columns(Participant.id)
    query = enquiries_for(actor, at).where(Enquiry.public_id == public_id, Enquiry.participant_id.in_(persons))
    return _one(session, query.options(joinedload(Enquiry.participant).joinedload(Participant.jobcenter)))


def get_received(session: Session, actor: Actor, reference: str, *, at: datetime) -> Enquiry:
    """Return an enquiry addressed to an organisation the actor acts for, by its reference (I0); else NotFound."""
    query = enquiries_for(actor, at).where(
        Enquiry.reference == reference.upper(), Enquiry.organisation_id.in_(actor.partner_ids)
    )
    return _one(session, query.options(joinedload(Enquiry.participant).joinedload(Participant.coach)))


def _one(session: Session, query: Select[Any]) -> Enquiry:
    found: Enquiry | None = session.scalar(query.options(*_told()))
    if found is None:
        raise NotFound
    return found


def _told() -> Sequence[Any]:
    return (
        joinedload(Enquiry.offer),
        joinedload(Enquiry.organisation),
        joinedload(Enquiry.slot).joinedload(Slot.location),
        joinedload(Enquiry.referral),
        joinedload(Enquiry.round),
    )


def get_offer_of(session: Session, enquiry: Enquiry) -> Offer:
    """Return the offer an enquiry is about, with its organisation."""
    query = select(Offer).where(Offer.id == enquiry.offer_id).options(joinedload(Offer.organisation))
    return session.scalars(query).one()


def lock_enquiry(session: Session, enquiry_id: int) -> Enquiry:
    """Return an enquiry with offer and person, locked and fresh; after the person and the consent in the lock order."""
    query = select(Enquiry).where(Enquiry.id == enquiry_id)
    query = query.options(joinedload(Enquiry.offer, innerjoin=True), joinedload(Enquiry.participant, innerjoin=True))
    return session.scalars(query.with_for_update(of=Enquiry).execution_options(populate_existing=True)).one()


def lock_open_under(session: Session, consent: Consent) -> list[Enquiry]:
    """Return the person's open enquiries that a consent is about, locked and fresh, in order of id."""
    query = select(Enquiry).where(*under(consent), Enquiry.state.in_(OPEN_STATES))
    query = query.options(joinedload(Enquiry.offer, innerjoin=True), joinedload(Enquiry.participant, innerjoin=True))
    query = query.order_by(Enquiry.id).with_for_update(of=Enquiry).execution_options(populate_existing=True)
    return list(session.scalars(query))


def get_person(session: Session, participant_id: int) -> Participant:
    """Return the person an enquiry is about; the caller came through a scope to the enquiry."""
    return session.scalars(select(Participant).where(Participant.id == participant_id)).one()


def hear_by_of(session: Session, enquiry: Enquiry, priority: str, *, at: datetime) -> datetime:
    """Return by when one hears of an enquiry that is asked now: in working days on which this partner is open."""
    return hear_by(priority, at, closed=list_own_closed_days(session, enquiry.organisation_id, at=at))


def find_by_terms(session: Session, *, consent_id: int) -> Enquiry | None:
    """Return the enquiry already accepted by the offer's terms under this consent, if it is still open."""
    query = select(Enquiry).where(Enquiry.consent_id == consent_id, Enquiry.state.in_(IDENTIFIED), Enquiry.by_terms)
    return session.scalars(query.order_by(Enquiry.id).limit(1).with_for_update()).first()


def find_draft(session: Session, *, consent_id: int) -> Enquiry | None:
    """Return the draft that waits for this consent, or None; the drafts of a round are their round's matter."""
    query = select(Enquiry).where(Enquiry.consent_id == consent_id, Enquiry.state == EnquiryState.DRAFT)
    return session.scalars(query.where(Enquiry.round_id.is_(None)).limit(1)).first()


def find_open_to(session: Session, *, participant_id: int, offer_id: int) -> Enquiry | None:
    """Return the enquiry about this person that the partner already has for this offer, or None."""
    query = select(Enquiry).where(
        Enquiry.participant_id == participant_id,
        Enquiry.offer_id == offer_id,
        Enquiry.state.in_((*ASKING, *IDENTIFIED)),
    )
    return session.scalars(query.order_by(Enquiry.id).limit(1)).first()


def lock_silent_to(session: Session, *, participant_id: int, offer_id: int) -> list[Enquiry]:
    """Return the person's enquiries about an offer that nobody answered in time, locked and fresh, in order of id."""
    query = select(Enquiry).where(
        Enquiry.participant_id == participant_id, Enquiry.offer_id == offer_id, Enquiry.state == S.EXPIRED
    )
    query = query.order_by(Enquiry.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))


def has_other_yes(session: Session, enquiry: Enquiry) -> bool:
    """Tell whether another enquiry about this person and offer is accepted; safe while their consent is locked."""
    query = select(Enquiry.id).where(
        Enquiry.participant_id == enquiry.participant_id,
        Enquiry.offer_id == enquiry.offer_id,
        Enquiry.state.in_(IDENTIFIED),
        Enquiry.id != enquiry.id,
    )
    return session.scalar(query.limit(1)) is not None


def count_coming_bookings(session: Session, enquiry_id: int, *, at: datetime) -> int:
    """Return how many dates under an enquiry are not over yet."""
    query = select(func.count(Booking.id)).where(Booking.enquiry_id == enquiry_id, Booking.state.in_(LIVE))
    return session.scalar(query.where(Booking.ends_at > at)) or 0


def count_live_bookings(session: Session, enquiry_id: int) -> int:
    """Return how many bookings under an enquiry still hold a place."""
    query = select(func.count(Booking.id)).where(Booking.enquiry_id == enquiry_id, Booking.state.in_(LIVE))
    return session.scalar(query) or 0


def list_received(session: Session, actor: Actor, *, at: datetime, limit: int = 100) -> list[Enquiry]:
    """Return what the actor's organisations received, whose turn it is first, then by the date one must hear by."""
    query = enquiries_for(actor, at).where(Enquiry.organisation_id.in_(actor.partner_ids))
    query = query.options(joinedload(Enquiry.offer), joinedload(Enquiry.slot), joinedload(Enquiry.organisation))
    query = query.order_by(_TURN, Enquiry.hear_by_at, Enquiry.id.desc()).limit(limit)
    return list(session.scalars(query))


def list_of_person(session: Session, participant_id: int, *, limit: int = 50) -> list[Enquiry]:
    """Return a person's enquiries, the newest first; the caller came through a scope to the person."""
    query = select(Enquiry).where(Enquiry.participant_id == participant_id)
    query = query.options(joinedload(Enquiry.offer), joinedload(Enquiry.organisation), joinedload(Enquiry.slot))
    return list(session.scalars(query.order_by(Enquiry.id.desc()).limit(limit)))


def list_other_offers(session: Session, actor: Actor, enquiry: Enquiry, *, limit: int = 20) -> list[Offer]:
    """Return what else the asked organisation has that the actor may find, by title."""
    query = offers_for(actor).where(
        Offer.organisation_id == enquiry.organisation_id,
        Offer.id != enquiry.offer_id,
        Offer.state == OfferState.PUBLISHED,
        Offer.freshness != Freshness.HIDDEN,
    )
    return list(session.scalars(query.order_by(Offer.title, Offer.id).limit(limit)))


def list_open_of_referral(session: Session, referral_id: int) -> list[Enquiry]:
    """Return the open enquiries of a referral."""
    query = select(Enquiry).where(Enquiry.referral_id == referral_id, Enquiry.state.in_(OPEN_STATES))
    return list(session.scalars(query.order_by(Enquiry.id)))


def get_coach_ids(session: Session, enquiry: Enquiry) -> list[int]:
    """Return the coach who looks after the person now; at a change of coach the new one is told."""
    query = select(Participant.coach_id).where(Participant.id == enquiry.participant_id)
    return [coach_id for coach_id in session.scalars(query) if coach_id is not None]
