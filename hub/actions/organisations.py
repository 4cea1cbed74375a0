"""What coordinators do with organisations: take one in, change what is known about it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput
from hub.geography import find_municipality
from hub.i18n import N_, Message
from hub.models.organisation import CLINIC_TYPES, Organisation, OrganisationKind
from hub.models.user import normal_email
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, offer_words, organisations, programmes


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What is known about an organisation; `programme_ids` are those of the own networks it takes part in."""

    kind: OrganisationKind
    name: str
    programme_ids: frozenset[int]
    parent_id: int | None = None
    phone: str = ""
    email: str = ""
    street: str = ""
    postal_code: str = ""
    municipality_code: str = ""
    supervisory_authority: str = ""

    def columns(self) -> dict[str, Any]:
        """Return what is stored in the organisation's own row."""
        return {name: value for name, value in asdict(self).items() if name != "programme_ids"}


def create_organisation(session: Session, *, actor: Actor, entries: Entries, at: datetime) -> Organisation:
    """Take an organisation into one of the coordinator's own programmes; raises NotAllowed, InvalidInput (422)."""
    require(actor, Permission.EDIT_ORGANISATION)
    _check(session, actor, entries, None)
    organisation = Organisation(**entries.columns())
    session.add(organisation)
    session.flush()
    programmes.set_programmes_of(session, actor, organisation, entries.programme_ids)
    log.record(session, actor=actor, action="organisation.created", thing=organisation, at=at)
    return organisation


def update_organisation(
    session: Session, *, actor: Actor, organisation: Organisation, entries: Entries, at: datetime
) -> None:
    """Change an organisation and its part in the own programmes; raises InvalidInput (422).

    Another name reaches the calendars of all who are booked there, and whoever no longer acts for it, as an umbrella or
    in a network, loses its dates at once. Its kind changes only to one with the same duties: a clinic is bound by
    secrecy, a Jobcenter answers for persons.
    """
    require(actor, Permission.EDIT_ORGANISATION, organisation)
    _check(session, actor, entries, organisation)
    renamed = entries.name != organisation.name
    for name, value in entries.columns().items():
        setattr(organisation, name, value)
    programmes.set_programmes_of(session, actor, organisation, entries.programme_ids)
    people, coaches = organisations.raise_sequences_of(session, organisation, at=at) if renamed else (set(), set())
    if renamed:
        offer_words.keep_words_of_organisation(session, organisation)
    log.record(session, actor=actor, action="organisation.changed", thing=organisation, at=at)
    feeds.raise_revisions(session, participants=people, users=coaches, organisations=[organisation.id])


def _check(session: Session, actor: Actor, entries: Entries, organisation: Organisation | None) -> None:
    wrong: dict[str, Message] = {}
    if not entries.programme_ids & actor.programme_ids:
        wrong["programmes"] = N_("Bitte wählen Sie mindestens ein Programm. Sonst sieht niemand diesen Partner.")
    if entries.municipality_code and find_municipality(entries.municipality_code) is None:
        wrong["municipality"] = N_("Diese Gemeinde kennen wir nicht.")
    if organisation is not None and _duties(entries.kind) != _duties(organisation.kind):
        wrong["kind"] = N_("Diese Art hat andere Pflichten. Legen Sie dafür bitte einen neuen Partner an.")
    if entries.parent_id is not None and (reason := _no_umbrella(session, actor, entries.parent_id, organisation)):
        wrong["parent"] = reason
    if entries.email and (organisation is None or entries.email != organisation.email) and not _is_email(entries.email):
        wrong["email"] = N_("Das ist keine E-Mail-Adresse. Sie hat die Form name@beispiel.de.")
    if wrong:
        raise InvalidInput(fields=wrong)


def _is_email(text: str) -> bool:
    try:
        normal_email(text)
    except ValueError:
        return False
    return True


def _duties(kind: OrganisationKind) -> str:
    if kind is OrganisationKind.JOBCENTER:
        return "persons"
    return "secrecy" if kind in CLINIC_TYPES else "none"


def _no_umbrella(session: Session, actor: Actor, parent_id: int, organisation: Organisation | None) -> Message | None:
    """Return why that organisation cannot be the umbrella; umbrellas have one storey, since acting for others has."""
    parent = organisations.find_organisation(session, actor, parent_id)
    if parent is None or (organisation is not None and parent.id == organisation.id):
        return N_("Diesen Dachverband gibt es nicht.")
    if parent.parent_id is not None:
        return N_("Dieser Partner gehört selbst zu einem Dachverband.")
    if organisation is not None and organisations.list_members(session, organisation):
        return N_("Dieser Partner ist selbst ein Dachverband für andere.")
    return None
