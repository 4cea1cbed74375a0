"""Who reads what went to whom: the person, their own coach, and a partner its own organisation's rows by number."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from hub.models.enquiry import Enquiry
from hub.models.log import Disclosure
from hub.models.participant import Participant
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.policy.exclusion_scopes import not_kept_from
from hub.policy.person_scopes import in_sight, looked_after


def disclosures_for(actor: Actor, at: datetime) -> Select[Any]:
    """What went to whom: the person's own rows, and those of a coach's own people; a deputy has no part in them."""
    query = select(Disclosure).join(Participant, Disclosure.participant_id == Participant.id)
    return query.where(looked_after(actor, at), _own_people(actor))


def _own_people(actor: Actor) -> ColumnElement[bool]:
    own = actor.participant_id if actor.kind is ActorKind.PERSON else actor.user_id
    return (Participant.id if actor.kind is ActorKind.PERSON else Participant.coach_id) == own


def received_disclosures_for(actor: Actor, at: datetime) -> Select[Any]:
    """What the partner's own organisation learned with an enquiry addressed to it, while the person takes part."""
    query = select(Disclosure).join(Enquiry, Disclosure.enquiry_id == Enquiry.id)
    addressed = and_(
        Disclosure.organisation_id == Enquiry.organisation_id,
        Disclosure.organisation_id.in_(actor.organisations(Role.PARTNER)),
    )
    return query.where(addressed, in_sight(at, Enquiry.participant_id), not_kept_from(actor))
