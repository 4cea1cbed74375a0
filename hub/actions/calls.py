"""Telling partners by phone: wishes for a call, calls made, calls nobody answered; on behalf is marked in the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.notice import Notice, NoticeState
from hub.models.offer import Offer
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.notices import count_call_try, has_desk, lock_open_calls, was_called_since
from hub.queries.states import move


@dataclass(frozen=True)
class Desk:
    """Who is phoned, as the policy is asked about it; `id` is the offer it is about, where it is about one."""

    organisation_id: int
    id: int | None = None


def ask_for_call(
    session: Session, *, actor: Actor, organisation_id: int, offer: Offer | None = None, at: datetime
) -> None:
    """Put a wish for a call on the phone list of the umbrella, else of the network; asking twice is one wish.

    Raises RuleBroken (409) when nobody makes calls to this organisation.
    """
    require(actor, Permission.ASK_FOR_CALL, Desk(organisation_id, offer.id if offer is not None else None))
    if not has_desk(session, organisation_id):
        raise RuleBroken(N_("Gerade kann niemand zurückrufen. Bitte rufen Sie uns an."))
    wished = [one for one in lock_open_calls(session, organisation_id) if one.template == "call_back"]
    if any(one.offer_id == (offer.id if offer is not None else None) for one in wished):
        return
    purpose = actor.purpose_for(organisation_id)
    log.record(session, actor=actor, action="call.asked", thing=offer, purpose=purpose, at=at)
    notices.announce(session, "call.asked", Facts(organisation_id=organisation_id, offer=offer), at=at)


def settle_call(session: Session, *, actor: Actor, notice: Notice, at: datetime) -> None:
    """Write down that the partner was told by phone; raises StepNotPossible (409) when somebody did already."""
    require(actor, Permission.SETTLE_CALL, notice)
    _settle(session, actor, notice, at)


def note_called(
    session: Session, *, actor: Actor, organisation_id: int, told: Iterable[str] = (), at: datetime
) -> None:
    """Write down the week's call to an organisation and settle those of its calls that were read out (public ids).

    What came in meanwhile stays open. A call on a day on which one is written down already is not written twice.
    """
    require(actor, Permission.SETTLE_CALL, Desk(organisation_id))
    read_out = lock_open_calls(session, organisation_id, told)
    if not read_out and not was_called_since(session, organisation_id, clock.start_of_day(clock.local_date(at))):
        read_out = [_weekly_call(session, organisation_id, at)]
    for notice in read_out:
        _settle(session, actor, notice, at)


def note_not_reached(session: Session, *, actor: Actor, organisation_id: int, at: datetime) -> None:
    """Write down that nobody answered the phone; everything stays open and says how often and when it was tried."""
    require(actor, Permission.SETTLE_CALL, Desk(organisation_id))
    still_open = lock_open_calls(session, organisation_id) or [_weekly_call(session, organisation_id, at)]
    for notice in still_open:
        count_call_try(session, notice, at=at)
    purpose = actor.purpose_for(organisation_id)
    log.record(session, actor=actor, action="call.not_reached", thing=still_open[0], purpose=purpose, at=at)


def _weekly_call(session: Session, organisation_id: int, at: datetime) -> Notice:
    notices.announce(session, "call.weekly", Facts(organisation_id=organisation_id), at=at)
    session.flush()
    return lock_open_calls(session, organisation_id)[-1]


def _settle(session: Session, actor: Actor, notice: Notice, at: datetime) -> None:
    move(session, notice, NoticeState.SENT, at=at, sent_at=at)
    purpose = actor.purpose_for(notice.organisation_id or 0)
    log.record(session, actor=actor, action="call.made", thing=notice, purpose=purpose, at=at)
