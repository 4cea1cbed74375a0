"""Whom a person excluded: what they see of it themselves, and from whom enquiries are kept."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true

from hub.models.enquiry import Enquiry
from hub.models.exclusion import Exclusion
from hub.policy.actor import Actor, ActorKind


def exclusions_for(actor: Actor) -> Select[Any]:
    """The card's own person's; nobody else ever reads whom somebody excluded."""
    own = Exclusion.participant_id == actor.participant_id if actor.kind is ActorKind.PERSON else false()
    return select(Exclusion).where(own, Exclusion.ended_at.is_(None))


def not_kept_from(actor: Actor) -> ColumnElement[bool]:
    """Whether an enquiry's person has not excluded this very member of staff; colleagues go on as ever."""
    if actor.user_id is None:
        return true()
    kept = select(Exclusion.id).where(
        Exclusion.participant_id == Enquiry.participant_id,
        Exclusion.user_id == actor.user_id,
        Exclusion.ended_at.is_(None),
    )
    return ~kept.correlate(Enquiry).exists()
