"""Questions about referrals: one of a person the actor sees, and all of a person."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound, RuleBroken
from hub.i18n import N_
from hub.models.offer import Aim
from hub.models.participant import Participant
from hub.models.referral import Referral, ReferralState
from hub.policy.actor import Actor
from hub.policy.scopes import referrals_for


def get_referral(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Referral:
    """Return a referral of a person the actor looks after, with the person; raises NotFound."""
    query = referrals_for(actor, at).where(Referral.public_id == public_id)
    referral: Referral | None = session.scalar(
        query.options(joinedload(Referral.participant).joinedload(Participant.jobcenter))
    )
    if referral is None:
        raise NotFound
    return referral


def get_referral_by_id(session: Session, referral_id: int) -> Referral:
    """Return the referral another row belongs to; that row came through a scope."""
    return session.scalars(select(Referral).where(Referral.id == referral_id)).one()


def require_open(referral: Referral, participant_id: int) -> None:
    """Raise NotFound for another person's search, RuleBroken (409) for one that is over or rests."""
    if referral.participant_id != participant_id:
        raise NotFound
    if referral.state is not ReferralState.OPEN:
        raise RuleBroken(N_("Dieses Anliegen ist schon abgeschlossen. Bitte beginnen Sie ein neues."))


def find_open_for(session: Session, participant_id: int, aim: Aim) -> Referral | None:
    """Return the person's open search that an offer with this aim answers, the newest first; None without one.

    A second partner asked for the same need belongs to the same search, however the coach came to the offer.
    """
    query = select(Referral).where(Referral.participant_id == participant_id, Referral.state == ReferralState.OPEN)
    found = session.scalars(query.order_by(Referral.id.desc()))
    return next((one for one in found if aim == one.aim or aim in one.tags), None)


def list_of_person(session: Session, participant_id: int) -> list[Referral]:
    """Return a person's referrals, the newest first; the caller came through a scope to the person."""
    query = select(Referral).where(Referral.participant_id == participant_id)
    return list(session.scalars(query.order_by(Referral.id.desc())))
