"""What is done about searches that find nothing: count them, and ask partners whether they can offer it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import limits, log, notices
from hub.actions.notices import Facts
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_
from hub.models.demand import DemandRequest
from hub.models.offer import Aim
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import demands


def note_demand(session: Session, *, aims: Iterable[Aim], district: str, at: datetime, client: str = "") -> None:
    """Count a search that found nothing: needs, district and day, of nobody in particular.

    `client` is the network address of a visitor without a login, whose tries are limited (TooManyAttempts, 429).
    """
    if client:
        limits.take_try(session, "demand", client, at)
    demands.count_demand(session, aims=aims, district=district, on=clock.local_date(at))


def ask_partners(session: Session, *, actor: Actor, aim: Aim, district: str, at: datetime) -> int:
    """Ask the partners of a district for what is missing there, and return how many were asked.

    Raises NotFound where nothing was missing, RuleBroken (409) where everybody was asked in the last 30 days.
    """
    require(actor, Permission.ASK_PARTNERS)
    if not demands.is_wanted(session, actor, aim=aim, district=district, on=clock.local_date(at)):
        raise NotFound
    partners = demands.lock_partners_to_ask(session, actor, aim=aim, district=district, at=at)
    if not partners:
        raise RuleBroken(N_("Alle Partner dort sind in den letzten 30 Tagen schon gefragt worden. Oder es gibt keine."))
    for partner in partners:
        session.add(DemandRequest(organisation_id=partner.id, aim=aim, district=district, asked_at=at))
        log.record(session, actor=actor, action="demand.asked", thing=partner, at=at)
        notices.announce(session, "demand.asked", Facts(organisation_id=partner.id), at=at)
    return len(partners)
