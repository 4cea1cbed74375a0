"""What coordinators do with programmes: open one, change its words and limits."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.programme import Programme
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import programmes

LEAST_DAYS, MOST_DAYS = 30, 365  # asking more often than monthly is a nuisance, less than yearly no confirmation


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What a programme is: its name, first and last day, and its limits."""

    name: str
    starts_on: date
    ends_on: date
    caseload_limit: int = 15
    longest_months: int = 24
    confirm_days: int = 90
    reviewing: bool = False


def create_programme(session: Session, *, actor: Actor, entries: Entries, at: datetime) -> Programme:
    """Open a programme in which the coordinator's own organisations take part; raises InvalidInput (422)."""
    require(actor, Permission.EDIT_PROGRAMME)
    _check(entries)
    programme = Programme(**asdict(entries))
    session.add(programme)
    session.flush()
    programmes.add_organisations(session, programme, actor.organisations(Role.COORDINATOR))
    log.record(session, actor=actor, action="programme.created", thing=programme, at=at)
    return programme


def update_programme(session: Session, *, actor: Actor, programme: Programme, entries: Entries, at: datetime) -> None:
    """Change a programme; running participations keep the dates they were admitted with."""
    require(actor, Permission.EDIT_PROGRAMME, programme)
    _check(entries)
    for name, value in asdict(entries).items():
        setattr(programme, name, value)
    log.record(session, actor=actor, action="programme.changed", thing=programme, at=at)


def _check(entries: Entries) -> None:
    if not LEAST_DAYS <= entries.confirm_days <= MOST_DAYS:
        raise InvalidInput(
            fields={"confirm_days": N_("Bitte eine Zahl von {least} bis {most}.", least=LEAST_DAYS, most=MOST_DAYS)}
        )
    if entries.ends_on <= entries.starts_on:
        raise InvalidInput(fields={"ends_on": N_("Der letzte Tag liegt vor dem ersten.")})
