"""Questions about releases from secrecy (§ 203 StGB): one, a person's, by code, and the steps of their life."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.consent import PERMITTING, Consent, ConsentState, Release, Scope
from hub.models.consent_sheet import read_reference
from hub.models.organisation import CLINIC_TYPES, Organisation
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.sheet_scopes import releases_for
from hub.queries.consents import REFUSAL_RESTS, WAITING, digest_of_code


def get_release(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Release:
    """Return a release of a person the actor sees, with person, Jobcenter and both bodies; raises NotFound."""
    query = releases_for(actor, at).where(Release.public_id == public_id).options(*_told())
    found: Release | None = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _told() -> tuple[Any, ...]:
    person = joinedload(Release.participant)
    return (
        person.joinedload(Participant.jobcenter),
        person.joinedload(Participant.coach),
        joinedload(Release.organisation),
        joinedload(Release.towards),
    )


def get_release_by_id(session: Session, release_id: int) -> Release:
    """Return a release by its internal key (for the worker)."""
    return session.get_one(Release, release_id)


def lock_release(session: Session, release_id: int) -> Release:
    """Return a release, locked and fresh; call it after the person's own row is locked."""
    query = select(Release).where(Release.id == release_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def find_by_code(session: Session, code: str, *, at: datetime) -> Release | None:
    """Return the release in force whose slip bears this code, or None."""
    return session.scalar(select(Release).where(Release.withdrawal_digest == digest_of_code(code), Release.live(at)))


def find_by_reference(session: Session, actor: Actor, reference: str, *, at: datetime) -> Release | None:
    """Return the release whose sheet bears this printed number, if the actor sees its person."""
    query = releases_for(actor, at).where(Release.reference == read_reference(reference))
    release: Release | None = session.scalar(query.options(joinedload(Release.participant)))
    return release


def list_current(session: Session, participant_id: int, *, at: datetime) -> tuple[list[Release], list[Release]]:
    """Return what is in force and what waits for the person's answer, the newest first. One statement."""
    query = select(Release).where(Release.participant_id == participant_id, Release.valid_until > at)
    query = query.where(Release.state.in_((*PERMITTING, *WAITING))).options(joinedload(Release.organisation))
    found = list(session.scalars(query.order_by(Release.id.desc())))
    return [one for one in found if one.state in PERMITTING], [one for one in found if one.state in WAITING]


def list_with(
    session: Session, participant_id: int, organisation_id: int, states: Sequence[ConsentState]
) -> list[Release]:
    """Return a person's releases of one body in these states, by id, fresh."""
    query = select(Release).where(
        Release.participant_id == participant_id,
        Release.organisation_id == organisation_id,
        Release.state.in_(states),
    )
    return list(session.scalars(query.order_by(Release.id).execution_options(populate_existing=True)))


def list_in_force(session: Session, participant_id: int, *, organisation_public_id: str = "") -> list[Release]:
    """Return a person's releases in force by state, all or those of one body, by id, fresh."""
    query = select(Release).where(Release.participant_id == participant_id, Release.state.in_(PERMITTING))
    if organisation_public_id:
        named = select(Organisation.id).where(Organisation.public_id == organisation_public_id).scalar_subquery()
        query = query.where(Release.organisation_id == named)
    return list(session.scalars(query.order_by(Release.id).execution_options(populate_existing=True)))


def list_askable(session: Session, participant_id: int) -> list[Organisation]:
    """Return the bodies bound by secrecy that a person lets report, or is being asked about, by name (E4)."""
    asked = select(Consent.organisation_id).where(
        Consent.participant_id == participant_id,
        Consent.scope == Scope.FEEDBACK,
        Consent.state.in_((*PERMITTING, *WAITING)),
    )
    query = select(Organisation).where(Organisation.id.in_(asked), Organisation.kind.in_(CLINIC_TYPES))
    return list(session.scalars(query.order_by(Organisation.folded_name, Organisation.id)))


def rests_until(session: Session, participant_id: int, organisation_id: int, *, at: datetime) -> datetime | None:
    """Return until when nobody asks again after a no (30 days), or None (R-LAW-11)."""
    query = select(Release.ended_at).where(
        Release.participant_id == participant_id,
        Release.organisation_id == organisation_id,
        Release.state == ConsentState.REFUSED,
        Release.ended_at > at - REFUSAL_RESTS,
    )
    refused_at = session.scalar(query.order_by(Release.ended_at.desc()).limit(1))
    return refused_at + REFUSAL_RESTS if refused_at is not None else None


def find_previous(session: Session, participant_id: int, organisation_id: int) -> Release | None:
    """Return the person's last release of the same body, or None (a chain, never overwritten)."""
    query = select(Release).where(Release.participant_id == participant_id, Release.organisation_id == organisation_id)
    return session.scalars(query.order_by(Release.id.desc()).limit(1)).first()


def list_run_out(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of releases given or asked for whose last day is over, or whose body has left the network."""
    left = select(Organisation.id).where(Organisation.ended_at.is_not(None))
    query = select(Release.id).where(Release.state.in_((*PERMITTING, *WAITING)))
    query = query.where(or_(Release.valid_until <= at, Release.organisation_id.in_(left)))
    return session.scalars(query.order_by(Release.id)).all()


def has_left(session: Session, organisation_id: int) -> bool:
    """Tell whether a body has left the network."""
    return session.get_one(Organisation, organisation_id).ended_at is not None
