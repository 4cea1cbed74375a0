"""Questions about inspections: whose number it is, what is open, what waits for a second auditor."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, load_only

from hub.errors import NotFound
from hub.models.consent import Consent, Release
from hub.models.consent_sheet import ConsentSheet, read_reference
from hub.models.enquiry import Enquiry
from hub.models.inspection import Inspection
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.inspection_scopes import inspected_persons_for, open_inspections_for, proposed_inspections_for
from hub.policy.person_scopes import in_sight

# No name is ever loaded here: what stands on an auditor's page is a number.
_NUMBER = load_only(Participant.public_id, Participant.log_key, raiseload=True)
_WITH_NUMBER = joinedload(Inspection.participant).options(_NUMBER)


def find_person(session: Session, actor: Actor, number: str) -> Participant | None:
    """Return the person with this number, or None: their own, as receipts bear it, or that of a paper about them."""
    printed = read_reference(number)
    papers = [
        select(model.participant_id).where(column == printed)
        for model, column in (
            (ConsentSheet, ConsentSheet.reference),
            (Release, Release.reference),
            (Enquiry, Enquiry.reference),
        )
    ]
    papers += [select(model.participant_id).where(model.public_id == printed.lower()) for model in (Consent, Release)]
    theirs = or_(Participant.public_id == printed.lower(), *(Participant.id.in_(one) for one in papers))
    found: Sequence[Participant] = session.scalars(
        inspected_persons_for(actor).where(theirs).options(_NUMBER).limit(2)
    ).all()
    return found[0] if printed and len(found) == 1 else None


def is_restricted(session: Session, participant_id: int, *, at: datetime) -> bool:
    """Tell whether a person's participation has been over for so long that no member of staff finds them any more."""
    query = select(Participant.id).where(Participant.id == participant_id, in_sight(at))
    return session.scalar(query) is None


def get_open(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Inspection:
    """Return an own inspection whose hour still runs; raises NotFound."""
    query = open_inspections_for(actor, at).where(Inspection.public_id == public_id)
    found: Inspection | None = session.scalar(query.options(_WITH_NUMBER))
    if found is None:
        raise NotFound
    return found


def list_open(session: Session, actor: Actor, *, at: datetime) -> list[Inspection]:
    """Return the actor's own inspections whose hour runs, the latest first."""
    query = open_inspections_for(actor, at).options(_WITH_NUMBER)
    return list(session.scalars(query.order_by(Inspection.opened_at.desc(), Inspection.id.desc())))


def list_proposed(session: Session, actor: Actor, *, at: datetime) -> list[Inspection]:
    """Return what waits for a second auditor, the oldest first: number, reason, and who asks."""
    query = proposed_inspections_for(actor, at).options(_WITH_NUMBER, joinedload(Inspection.proposed_by))
    return list(session.scalars(query.order_by(Inspection.proposed_at, Inspection.id)))


def find_proposed(session: Session, actor: Actor, participant_id: int, *, at: datetime) -> Inspection | None:
    """Return the actor's own proposal about a person that still waits, or None."""
    query = proposed_inspections_for(actor, at).where(
        Inspection.participant_id == participant_id, Inspection.proposed_by_id == actor.user_id
    )
    found: Inspection | None = session.scalar(query.limit(1))
    return found


def lock_proposed(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Inspection:
    """Return what waits for a second auditor, locked and fresh; raises NotFound."""
    query = proposed_inspections_for(actor, at).where(Inspection.public_id == public_id).options(_WITH_NUMBER)
    found: Inspection | None = session.scalar(
        query.with_for_update(of=Inspection).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found
