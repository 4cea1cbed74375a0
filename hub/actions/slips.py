"""Printing a person's dates on paper: each sheet gets the next number, which stands on it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.models.participant import Participant
from hub.models.slip import Slip, SlipSize
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require, require_each
from hub.queries import participants, slips


def print_slip(
    session: Session, *, actor: Actor, participant: Participant, size: SlipSize, titles: bool, at: datetime
) -> Slip:
    """Number the next sheet of a person, in the person's language; every earlier one of its size is replaced by it."""
    require(actor, Permission.PRINT_SLIP, participant)
    participants.lock_participant(session, participant.id)  # two prints at once must not bear one number
    slip = Slip(
        participant_id=participant.id,
        number=slips.find_last_number(session, participant.id) + 1,
        size=size,
        titles=titles,
        locale=participant.locale,
        printed_at=at,
        printed_by_id=actor.user_id,
    )
    slip.participant = participant
    session.add(slip)
    session.flush()
    log.record(session, actor=actor, action="slip.printed", thing=slip, about=[participant], at=at)
    return slip


def print_again(session: Session, *, actor: Actor, outdated: Sequence[Slip], at: datetime) -> list[Slip]:
    """Number a new sheet for each of these, of the same size and telling as much; `participant` must be loaded."""
    require_each(actor, Permission.PRINT_SLIP, [one.participant for one in outdated])
    ordered = sorted(outdated, key=lambda one: one.participant_id)  # everybody locks people in order of id
    return [
        print_slip(session, actor=actor, participant=one.participant, size=one.size, titles=one.titles, at=at)
        for one in ordered
    ]
