"""Opening one person in an emergency, and looking at it afterwards (privacy.md 3: break-glass)."""

from datetime import datetime

from sqlalchemy.orm import Session

from calendars.holidays import closed_days
from calendars.working_time import add_working_days
from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.actions.openings import note_opening
from hub.errors import NotAllowed
from hub.models.emergency import LASTS, REVIEW_DAYS, Emergency, EmergencyReason
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import covers, emergencies

READ = ("A1", "B1", "I1", "I2")  # what the coach sees, without notes (privacy.md 3)


def open_in_emergency(
    session: Session, *, actor: Actor, participant: Participant, reason: EmergencyReason, at: datetime
) -> Emergency:
    """Open one person for 60 minutes; team lead and auditor are told at once, and the person reads it in the own list.

    `participant` came through `emergencies.find_person`: a person of a coach whose deputy the actor was named before.
    Raises NotAllowed (403).
    """
    require(actor, Permission.OPEN_IN_EMERGENCY, participant)
    opening = Emergency(
        participant_id=participant.id,
        user_id=actor.user_id,
        reason=reason,
        opened_at=at,
        ends_at=at + LASTS,
        review_by_at=add_working_days(at, REVIEW_DAYS, closed=closed_days()),
    )
    session.add(opening)
    session.flush()
    note_opening(
        session,
        actor=actor,
        opening=opening,
        participant=participant,
        organisation_id=participant.jobcenter_id,
        action="emergency.opened",
        fields=READ,
        at=at,
    )
    told = covers.list_team_leads(session, {participant.jobcenter_id}) | emergencies.list_auditors(session)
    notices.announce(session, "emergency.opened", Facts(staff_ids=told - {actor.user_id}), at=at)
    return opening


def review_emergency(session: Session, *, actor: Actor, emergency: Emergency, at: datetime) -> None:
    """Note that somebody else looked at an opening; never the one who opened. Raises NotAllowed (403)."""
    require(actor, Permission.REVIEW_EMERGENCY, emergency)
    if emergency.user_id == actor.user_id:
        raise NotAllowed
    emergency.reviewed_by_id, emergency.reviewed_at = actor.user_id, at
    emergency.version += 1
    about = [emergency.participant]
    log.record(session, actor=actor, action="emergency.reviewed", thing=emergency, about=about, at=at)
