"""Questions about programmes: the own ones, and who takes part in them."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.models.organisation import Organisation
from hub.models.programme import Programme, ProgrammeOrganisation
from hub.policy.actor import Actor
from hub.policy.scopes import programmes_for


def list_programmes(session: Session, actor: Actor) -> list[Programme]:
    """Return the actor's own programmes by name."""
    return list(session.scalars(programmes_for(actor).order_by(Programme.name, Programme.id)))


def get_programme(session: Session, actor: Actor, public_id: str) -> Programme:
    """Return one of the actor's own programmes; else NotFound."""
    programme: Programme | None = session.scalar(programmes_for(actor).where(Programme.public_id == public_id))
    if programme is None:
        raise NotFound
    return programme


def list_programmes_of(session: Session, actor: Actor, organisation: Organisation) -> list[Programme]:
    """Return those of the actor's own programmes in which an organisation takes part, by name."""
    part = select(ProgrammeOrganisation.programme_id).where(ProgrammeOrganisation.organisation_id == organisation.id)
    return list(session.scalars(programmes_for(actor).where(Programme.id.in_(part)).order_by(Programme.name)))


def set_programmes_of(session: Session, actor: Actor, organisation: Organisation, wanted: Iterable[int]) -> None:
    """Let an organisation take part in exactly these of the actor's own programmes; other networks stay untouched."""
    ids = sorted(set(wanted) & actor.programme_ids)
    session.execute(
        delete(ProgrammeOrganisation).where(
            ProgrammeOrganisation.organisation_id == organisation.id,
            ProgrammeOrganisation.programme_id.in_(actor.programme_ids),
        )
    )
    if ids:
        rows = [{"programme_id": programme_id, "organisation_id": organisation.id} for programme_id in ids]
        session.execute(insert(ProgrammeOrganisation), rows)


def add_organisations(session: Session, programme: Programme, organisation_ids: Iterable[int]) -> None:
    """Let organisations take part in a new programme."""
    rows = [{"programme_id": programme.id, "organisation_id": one} for one in sorted(set(organisation_ids))]
    session.execute(insert(ProgrammeOrganisation), rows)
