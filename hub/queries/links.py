"""Questions about single-purpose links: which one a token opens, and the token that belongs to a link."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from hub import crypto
from hub.models.enquiry import Enquiry
from hub.models.notice import Link, LinkPurpose
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.prior_question import PriorQuestion
from hub.models.slot import Slot
from hub.policy.actor import Actor, ActorKind


def link_token(link: Link) -> str:
    """Return the token of a link; derived from its public id and the key ring, never stored."""
    return crypto.ring().derived_token("link", link.public_id)


def _open(purpose: LinkPurpose, token: str, at: datetime) -> Select[Link]:
    digest = crypto.token_digest(token)
    return select(Link).where(Link.purpose == purpose, Link.token_digest == digest, Link.expires_at > at)


def find_link(session: Session, token: str, at: datetime) -> Link | None:
    """Return the link a token opens, with its enquiry, or None when there is none or it has expired."""
    query = _open(LinkPurpose.ANSWER_ENQUIRY, token, at)
    enquiry = joinedload(Link.enquiry)
    return session.scalar(
        query.options(
            joinedload(Link.organisation),
            enquiry.joinedload(Enquiry.offer),
            enquiry.joinedload(Enquiry.organisation),
            enquiry.joinedload(Enquiry.participant).joinedload(Participant.coach),
            enquiry.joinedload(Enquiry.referral),
            enquiry.joinedload(Enquiry.round),
            enquiry.joinedload(Enquiry.slot).joinedload(Slot.location),
        )
    )


def find_offer_link(session: Session, token: str, at: datetime) -> Link | None:
    """Return the link a token opens, with its offer, or None when there is none or it has expired."""
    query = _open(LinkPurpose.KEEP_OFFER, token, at)
    offer = joinedload(Link.offer)
    return session.scalar(
        query.options(
            joinedload(Link.organisation),
            offer.joinedload(Offer.organisation),
            offer.joinedload(Offer.location),
            offer.joinedload(Offer.room),
        )
    )


def find_prior_question_link(session: Session, token: str, at: datetime) -> Link | None:
    """Return the link a token opens, with its question before a referral, or None when there is none any more."""
    query = _open(LinkPurpose.ANSWER_PRIOR_QUESTION, token, at)
    question = joinedload(Link.prior_question)
    return session.scalar(
        query.options(question.joinedload(PriorQuestion.offer), question.joinedload(PriorQuestion.organisation))
    )


def find_attendance_link(session: Session, token: str, at: datetime) -> Link | None:
    """Return the link a token opens, with its date that is over, or None when there is none any more."""
    query = _open(LinkPurpose.MARK_ATTENDANCE, token, at)
    offer = joinedload(Link.slot).joinedload(Slot.offer)
    return session.scalar(query.options(offer.joinedload(Offer.organisation)))


def find_current(session: Session, *, enquiry_id: int, organisation_id: int, at: datetime) -> Link | None:
    """Return the link already made for this enquiry and organisation that has not expired, or None."""
    query = select(Link).where(Link.enquiry_id == enquiry_id, Link.purpose == LinkPurpose.ANSWER_ENQUIRY)
    return _newest(session, query, organisation_id, at)


def find_current_of_offer(session: Session, *, offer_id: int, organisation_id: int, at: datetime) -> Link | None:
    """Return the link already made for this offer and organisation that is still valid at that instant, or None."""
    query = select(Link).where(Link.offer_id == offer_id, Link.purpose == LinkPurpose.KEEP_OFFER)
    return _newest(session, query, organisation_id, at)


def find_current_of_prior_question(
    session: Session, *, question_id: int, organisation_id: int, at: datetime
) -> Link | None:
    """Return the link already made for this question before a referral that has not expired, or None."""
    purpose = Link.purpose == LinkPurpose.ANSWER_PRIOR_QUESTION
    query = select(Link).where(Link.prior_question_id == question_id, purpose)
    return _newest(session, query, organisation_id, at)


def find_current_of_slot(session: Session, *, slot_id: int, organisation_id: int, at: datetime) -> Link | None:
    """Return the link already made for this date and organisation that has not expired, or None."""
    query = select(Link).where(Link.slot_id == slot_id, Link.purpose == LinkPurpose.MARK_ATTENDANCE)
    return _newest(session, query, organisation_id, at)


def _newest(session: Session, query: Select[Any], organisation_id: int, at: datetime) -> Link | None:
    query = query.where(Link.organisation_id == organisation_id, Link.expires_at > at)
    link: Link | None = session.scalars(query.order_by(Link.id.desc()).limit(1)).first()
    return link


def actor_of_link(link: Link, *, request_id: str = "") -> Actor:
    """Return who acts through a link: nobody in particular, for one organisation and the one thing it is about."""
    return Actor(
        kind=ActorKind.LINK,
        ref=link.public_id,
        enquiry_id=link.enquiry_id,
        offer_id=link.offer_id,
        prior_question_id=link.prior_question_id,
        slot_id=link.slot_id,
        organisation_id=link.organisation_id,
        request_id=request_id,
    )
