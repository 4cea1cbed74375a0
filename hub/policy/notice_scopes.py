"""Which notices to people an actor sees: calls to make and letters to print, of those a coach looks after."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, false, select

from hub.models.notice import Channel, Notice
from hub.models.participant import Participant
from hub.policy.actor import Actor, ActorKind
from hub.policy.person_scopes import looked_after

BY_HAND = (Channel.CALL, Channel.PRINT)  # somebody has to pick up the phone or print


def notices_by_hand_for(actor: Actor, at: datetime) -> Select[Any]:
    """Calls and letters to the persons a coach or deputy looks after, done ones included."""
    if actor.kind is not ActorKind.STAFF:
        return select(Notice).where(false())
    people = select(Participant.id).where(looked_after(actor, at)).subquery("people")  # few, and first in the plan
    query = select(Notice).join(people, people.c.id == Notice.participant_id)
    return query.where(Notice.channel.in_(BY_HAND))
