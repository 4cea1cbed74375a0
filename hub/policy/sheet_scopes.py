"""Which sheets and releases an actor sees: those of the persons they look after; a card those of its own person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hub.models.consent import Release
from hub.models.consent_sheet import ConsentSheet
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.scopes import participants_for


def consent_sheets_for(actor: Actor, at: datetime) -> Select[Any]:
    """Sheets of the persons an actor sees."""
    persons = participants_for(actor, at).with_only_columns(Participant.id)
    return select(ConsentSheet).where(ConsentSheet.participant_id.in_(persons))


def releases_for(actor: Actor, at: datetime) -> Select[Any]:
    """Releases from secrecy of the persons an actor sees."""
    persons = participants_for(actor, at).with_only_columns(Participant.id)
    return select(Release).where(Release.participant_id.in_(persons))
