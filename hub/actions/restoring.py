"""After an older backup was put back: calendars have seen what the database no longer knows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.models.restoration import Restoration
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import restorations


@dataclass(frozen=True)
class Restored:
    """How many feeds go on from now, how many of persons were ended, and how many dates are told again by mail."""

    running: int
    ended: int
    dates: int


def note_restored(session: Session, *, actor: Actor, end_personal: bool = False, at: datetime) -> Restored:
    """Let no calendar keep what the backup does not know, with server and worker stopped.

    Every running feed is rendered anew and changed at `at`; its entries count as newer than any seen before
    (RFC 5545, 3.8.7.4). Dates ahead that mails told of are told once more. Whatever was ended after the backup runs
    again, and consents taken back since are in force again: `end_personal` ends all feeds of persons, who then make
    new ones.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    session.add(Restoration(restored_at=at))
    ended = restorations.end_of_persons(session, at=at) if end_personal else 0
    running = restorations.forget_bytes(session, at=at)
    dates = restorations.forget_said(session, at=at)
    log.record(session, actor=actor, action="house.restored", at=at)
    return Restored(running, ended, dates)
