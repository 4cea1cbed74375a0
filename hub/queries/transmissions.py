"""Questions about what went out on a legal ground: to whom, why, and what persons objected to."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.consent import PERMITTING, Consent, ConsentState, Scope
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.offer import Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.participant import Participant, Participation
from hub.models.transmission import AdmittedGround, Transmission, fitting
from hub.policy.actor import Actor
from hub.policy.scopes import offers_for, participants_for
from hub.policy.transmission_scopes import lawful_enquiries_for
from hub.queries.consents import REFUSAL_RESTS
from hub.queries.legal_grounds import taking_part


def has_answered(session: Session, *, participant_id: int, organisation_id: int, at: datetime) -> bool:
    """Tell whether the person was asked about this body and answered: a yes in force, a late no or taking-back."""
    own = (
        Consent.participant_id == participant_id,
        Consent.organisation_id == organisation_id,
        Consent.scope == Scope.TRANSMIT,
    )
    no = and_(Consent.state.in_((ConsentState.REFUSED, ConsentState.WITHDRAWN)), Consent.ended_at > at - REFUSAL_RESTS)
    query = select(Consent.id).where(*own, or_(Consent.state.in_(PERMITTING), no))
    return session.scalar(query.limit(1)) is not None


def list_offers(session: Session, actor: Actor, participant_id: int, *, at: datetime) -> list[Offer]:
    """Return the offers of bodies for which a ground holds in a network this person takes part in, by title."""
    bodies = select(AdmittedGround.organisation_id).join(Participation, taking_part(at))
    bodies = bodies.join(Organisation, AdmittedGround.organisation_id == Organisation.id)
    bodies = bodies.where(Participation.participant_id == participant_id, AdmittedGround.ended_at.is_(None), fitting())
    query = offers_for(actor).where(Offer.organisation_id.in_(bodies), Offer.state == OfferState.PUBLISHED)
    found = session.scalars(query.options(joinedload(Offer.organisation)).order_by(Offer.title, Offer.id))
    return [one for one in found if one.carries_identity]


def _loaded(query: Select[Any]) -> Select[Any]:
    why = joinedload(Enquiry.transmission, innerjoin=True).joinedload(Transmission.admitted, innerjoin=True)
    return query.options(why, joinedload(Enquiry.organisation), joinedload(Enquiry.offer))


def list_of_person(session: Session, actor: Actor, participant_id: int, *, at: datetime) -> list[Enquiry]:
    """Return what went out about a person on a legal ground, the newest first, with its ground and body."""
    query = _loaded(lawful_enquiries_for(actor, at)).where(Enquiry.participant_id == participant_id)
    return list(session.scalars(query.order_by(Enquiry.id.desc())))


def get_lawful(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Enquiry:
    """Return one enquiry on a legal ground of a person the actor looks after or is, with person; else NotFound."""
    persons = participants_for(actor, at).with_only_columns(Participant.id)
    query = _loaded(lawful_enquiries_for(actor, at)).options(joinedload(Enquiry.participant))
    found: Enquiry | None = session.scalar(
        query.where(Enquiry.public_id == public_id, Enquiry.participant_id.in_(persons))
    )
    if found is None:
        raise NotFound
    return found


def lock_transmission(session: Session, transmission_id: int) -> Transmission:
    """Return one transmission, locked and fresh."""
    query = select(Transmission).where(Transmission.id == transmission_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def find_of_enquiry(session: Session, enquiry: Enquiry) -> Transmission | None:
    """Return the ground and task of an enquiry that went out by law, else None; the enquiry came through a scope."""
    if enquiry.transmission_id is None:
        return None
    query = select(Transmission).where(Transmission.id == enquiry.transmission_id)
    return session.scalar(query.options(joinedload(Transmission.admitted)))


def is_objected() -> ColumnElement[bool]:
    """Whether an enquiry runs on a legal ground to which its person objected, and nobody looked at it yet."""
    open_one = select(Transmission.id).where(
        Transmission.id == Enquiry.transmission_id,
        Transmission.objected_at.is_not(None),
        Transmission.kept_at.is_(None),
    )
    return and_(Enquiry.state.in_(IDENTIFIED), open_one.correlate(Enquiry).exists())


def list_objected(session: Session, participant_ids: Collection[int]) -> list[Enquiry]:
    """Return running enquiries on a legal ground to which their person objected and nobody looked at it yet."""
    query = select(Enquiry).where(Enquiry.participant_id.in_(participant_ids), is_objected())
    return list(session.scalars(query.options(joinedload(Enquiry.organisation)).order_by(Enquiry.id)))
