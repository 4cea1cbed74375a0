"""What is looked up for somebody on the telephone: one person by exact words, the partners one can name, consents."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.consent import PERMITTING, Consent, Scope
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant
from hub.models.programme import ProgrammeOrganisation
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries.logins import find_card_by_code
from hub.queries.participants import list_namesakes
from hub.queries.rounds import list_asking

ANSWERING = (Role.COACH, Role.CASE_MANAGER, Role.TEAM_LEAD)


def jobcenters_of(actor: Actor) -> frozenset[int]:
    """Return the Jobcenters in which the actor picks up the telephone."""
    return frozenset(seat.organisation_id for seat in actor.seats if seat.role in ANSWERING)


def find_by_name(session: Session, actor: Actor, *, name_digest: str, birth_year: int) -> Participant | None:
    """Return the one person of the actor's Jobcenters with exactly this name and year; None for none or for two."""
    found = list_namesakes(session, jobcenter_ids=jobcenters_of(actor), name_digest=name_digest)
    fitting = [one for one in found if one.birth_year == birth_year]
    return fitting[0] if len(fitting) == 1 else None


def find_by_card(session: Session, actor: Actor, code: str) -> Participant | None:
    """Return the person of the actor's Jobcenters who has the card with this code, or None."""
    card = find_card_by_code(session, code)
    if card is None or card.blocked_at is not None:
        return None
    query = select(Participant).where(
        Participant.id == card.participant_id, Participant.jobcenter_id.in_(jobcenters_of(actor))
    )
    return session.scalars(query).one_or_none()


def list_partners(session: Session, actor: Actor) -> list[Organisation]:
    """Return all partners of the actor's networks by name, whoever calls: the list tells nothing about anybody."""
    own = select(ProgrammeOrganisation.organisation_id).where(
        ProgrammeOrganisation.programme_id.in_(actor.programme_ids)
    )
    query = select(Organisation).where(Organisation.id.in_(own), Organisation.kind != OrganisationKind.JOBCENTER)
    return list(session.scalars(query.order_by(Organisation.folded_name, Organisation.id)))


def find_asked_without_name(session: Session, participant_id: int, organisation_public_id: str) -> int | None:
    """Return the key of this organisation when a running round of the person asks it without a name, or None."""
    key = session.scalar(select(Organisation.id).where(Organisation.public_id == organisation_public_id))
    asked = list_asking(session, participant_id=participant_id, organisation_id=key) if key is not None else []
    return key if asked else None


def list_to_withdraw(
    session: Session, participant_id: int, *, organisation_public_id: str = "", scopes: Collection[Scope] = ()
) -> list[Consent]:
    """Return a person's consents in force by state, narrowed to one recipient or to some scopes, by id."""
    query = select(Consent).where(Consent.participant_id == participant_id, Consent.state.in_(PERMITTING))
    if organisation_public_id:
        named = select(Organisation.id).where(Organisation.public_id == organisation_public_id).scalar_subquery()
        query = query.where(Consent.organisation_id == named)
    if scopes:
        query = query.where(Consent.scope.in_(scopes))
    return list(session.scalars(query.order_by(Consent.id)))
