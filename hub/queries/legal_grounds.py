"""Questions about legal grounds: which are admitted for which body, and whether one holds for an enquiry now."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, joinedload

from hub import clock
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_
from hub.models.enquiry import Enquiry
from hub.models.organisation import Organisation
from hub.models.participant import Participation, ParticipationState
from hub.models.transmission import KINDS, AdmittedGround, LegalGround, Transmission, fits, fitting
from hub.policy.actor import Actor
from hub.policy.transmission_scopes import admissible_bodies_for, admitted_grounds_for

NOT_ADMITTED = N_("Ohne Einwilligung darf dorthin nichts gehen.")


def taking_part(at: datetime) -> ColumnElement[bool]:
    """Whether a participation runs now in the network of an admitted ground."""
    today = clock.local_date(at)
    return and_(
        Participation.programme_id == AdmittedGround.programme_id,
        Participation.state == ParticipationState.ADMITTED,
        Participation.starts_on <= today,
        Participation.ends_on >= today,
    )


def holding(at: datetime) -> ColumnElement[bool]:
    """Whether a row of enquiries stands on a ground that holds now: admitted still, for this body, of the right kind.

    And only while the person takes part in that very network. Asked each time it is shown, as a consent is (R-CON-12).
    """
    return (
        exists()
        .where(
            Transmission.id == Enquiry.transmission_id,
            AdmittedGround.id == Transmission.admitted_id,
            AdmittedGround.ended_at.is_(None),
            AdmittedGround.organisation_id == Enquiry.organisation_id,
            Organisation.id == AdmittedGround.organisation_id,
            fitting(),
            Participation.participant_id == Enquiry.participant_id,
            taking_part(at),
        )
        .correlate(Enquiry)
    )


def list_holding(session: Session, enquiries: Iterable[Enquiry], *, at: datetime) -> set[int]:
    """Return the keys of those enquiries whose ground holds now; no statement where none stands on one."""
    keys = [one.id for one in enquiries if one.transmission_id is not None]
    return set(session.scalars(select(Enquiry.id).where(Enquiry.id.in_(keys), holding(at)))) if keys else set()


def holds(session: Session, enquiry: Enquiry, *, at: datetime) -> bool:
    """Tell whether an enquiry stands on a legal ground that holds now."""
    return enquiry.id in list_holding(session, [enquiry], at=at)


def lock_admitted(
    session: Session, *, participant_id: int, organisation: Organisation, ground: LegalGround, at: datetime
) -> AdmittedGround:
    """Return the admission of a ground for this body in a network of the person's, locked; RuleBroken (409)."""
    query = select(AdmittedGround).join(Participation, taking_part(at))
    query = query.where(
        Participation.participant_id == participant_id,
        AdmittedGround.organisation_id == organisation.id,
        AdmittedGround.ground == ground,
        AdmittedGround.ended_at.is_(None),
    )
    query = query.order_by(AdmittedGround.id).limit(1).with_for_update(of=AdmittedGround)
    found = session.scalars(query.execution_options(populate_existing=True)).first()
    # PostgreSQL gives the row as it is after waiting, which may have been ended by then.
    if found is None or found.ended_at is not None or not fits(ground, organisation):
        raise RuleBroken(NOT_ADMITTED)
    return found


def require_holding(session: Session, enquiry: Enquiry, *, at: datetime) -> None:
    """Lock the admission an enquiry stands on; raises RuleBroken (409) when it does not hold any more."""
    query = select(AdmittedGround).join(Transmission, Transmission.admitted_id == AdmittedGround.id)
    query = query.where(Transmission.id == enquiry.transmission_id).with_for_update(of=AdmittedGround)
    session.scalars(query).one_or_none()
    if not holds(session, enquiry, at=at):
        raise RuleBroken(NOT_ADMITTED)


def list_admitted(session: Session, actor: Actor) -> list[AdmittedGround]:
    """Return the grounds that hold in the actor's networks, by network and body."""
    query = admitted_grounds_for(actor).options(
        joinedload(AdmittedGround.programme), joinedload(AdmittedGround.organisation)
    )
    found = session.scalars(query).all()
    return sorted(found, key=lambda one: (one.programme.name, one.organisation.name.casefold(), one.id))


def list_admissible(session: Session, actor: Actor) -> list[Organisation]:
    """Return the bodies an auditor could admit, by name: of the kinds the closed list names, and no other."""
    kinds = {kind for found in KINDS.values() for kind in found}
    return list(session.scalars(admissible_bodies_for(actor, kinds).order_by(Organisation.name, Organisation.id)))


def lock_admitted_ground(session: Session, actor: Actor, public_id: str) -> AdmittedGround:
    """Return a ground that holds in the actor's networks, locked; raises NotFound."""
    query = admitted_grounds_for(actor).where(AdmittedGround.public_id == public_id)
    found: AdmittedGround | None = session.scalar(query.with_for_update(of=AdmittedGround))
    if found is None:
        raise NotFound
    return found
