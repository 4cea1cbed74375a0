"""Remembering what suits a person, so that the next search need not ask again; only the own coach may."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput
from hub.geography import find_municipality
from hub.models.participant import AccessNeed, Participant
from hub.models.preference import RADII, Preference
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.offer_filters import DayPart
from hub.queries.participants import lock_participant
from hub.queries.preferences import find_preference

WEEKDAYS = range(7)


@dataclass(frozen=True)
class Suits:
    """What suits a person, from closed lists; `municipality_code` is empty for their home, `language` for any."""

    radius_km: int
    municipality_code: str = ""
    weekdays: frozenset[int] = frozenset()
    parts: frozenset[DayPart] = frozenset()
    language: str = ""
    women_only: bool = False
    step_free: bool = False
    companion: bool = False


def remember_preference(
    session: Session, *, actor: Actor, participant: Participant, suits: Suits, at: datetime
) -> None:
    """Remember what suits a person; step-free access and company are kept with the access needs, where they belong.

    Raises InvalidInput (422) for anything that is not on the lists.
    """
    require(actor, Permission.EDIT_PERSON, participant)
    _require_known(suits, participant)
    lock_participant(session, participant.id)
    row = find_preference(session, participant.id)
    if row is None:
        row = Preference(participant_id=participant.id)
        session.add(row)
    row.municipality_code = suits.municipality_code
    row.radius_km = suits.radius_km
    row.weekdays = sorted(suits.weekdays)
    row.parts = sorted(part.value for part in suits.parts)
    row.languages = [suits.language] if suits.language else []
    row.women_only = suits.women_only
    row.changed_at = at
    fields = [Field.ACCESS] if _keep_needs(participant, suits) else []
    about = [participant]
    log.record(session, actor=actor, action="preference.changed", thing=participant, about=about, fields=fields, at=at)


def forget_preference(session: Session, *, actor: Actor, participant: Participant, at: datetime) -> None:
    """Forget what suits a person; the access needs stay, as they are known apart from any search."""
    require(actor, Permission.EDIT_PERSON, participant)
    lock_participant(session, participant.id)
    row = find_preference(session, participant.id)
    if row is not None:
        session.delete(row)
        about = [participant]
        log.record(session, actor=actor, action="preference.forgotten", thing=participant, about=about, at=at)


def _require_known(suits: Suits, participant: Participant) -> None:
    place = not suits.municipality_code or find_municipality(suits.municipality_code) is not None
    language = not suits.language or suits.language in participant.languages
    if not (place and language and suits.radius_km in RADII and suits.weekdays <= set(WEEKDAYS)):
        raise InvalidInput


def _keep_needs(participant: Participant, suits: Suits) -> bool:
    """Write the two access needs a search knows into the person's, and tell whether that changed anything."""
    asked = {AccessNeed.STEP_FREE: suits.step_free, AccessNeed.COMPANION: suits.companion}
    others = [need for need in participant.access_needs if need not in asked]
    needs = [*others, *(need.value for need, wanted in asked.items() if wanted)]
    if set(needs) == set(participant.access_needs):
        return False
    participant.access_needs = needs
    return True
