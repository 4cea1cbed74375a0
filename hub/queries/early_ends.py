"""Questions about proposals to end a participation before its last day."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.consent import Consent
from hub.models.participant import EarlyEnd, EarlyEndState, Participant, Participation, ParticipationState
from hub.policy.actor import Actor
from hub.policy.scopes import participations_for

_WITH_PERSON = joinedload(EarlyEnd.participation).joinedload(Participation.participant)


def get_early_end(session: Session, actor: Actor, public_id: str, *, at: datetime) -> EarlyEnd:
    """Return one proposal on a participation the actor may know of, with person and coach; raises NotFound."""
    known = participations_for(actor, at).with_only_columns(Participation.id)
    query = select(EarlyEnd).where(EarlyEnd.public_id == public_id, EarlyEnd.participation_id.in_(known))
    query = query.options(
        _WITH_PERSON.joinedload(Participant.coach),
        joinedload(EarlyEnd.participation).joinedload(Participation.programme),
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def list_undecided(session: Session, actor: Actor) -> list[EarlyEnd]:
    """Return what waits for a case manager, the oldest first, with persons and coaches. One statement."""
    query = select(EarlyEnd).join(EarlyEnd.participation)
    query = query.where(EarlyEnd.state == EarlyEndState.PROPOSED, Participation.case_manager_id == actor.user_id)
    query = query.options(_WITH_PERSON.joinedload(Participant.coach))
    return list(session.scalars(query.order_by(EarlyEnd.proposed_at, EarlyEnd.id)))


def find_undecided(session: Session, participation_ids: Iterable[int]) -> EarlyEnd | None:
    """Return the undecided proposal on one of these participations, or None; there is at most one on each."""
    query = select(EarlyEnd).where(
        EarlyEnd.state == EarlyEndState.PROPOSED, EarlyEnd.participation_id.in_(set(participation_ids))
    )
    return session.scalar(query.limit(1))


def list_outliving(session: Session, participant_id: int, *, at: datetime) -> list[tuple[Consent, date]]:
    """Return a person's consents that last longer than their participations now do, each with its new last day.

    They come locked, by id (R-CON-09); a person without any participation left has none to outlive.
    """
    last = session.scalar(
        select(func.max(Participation.ends_on)).where(
            Participation.participant_id == participant_id, Participation.state == ParticipationState.ADMITTED
        )
    )
    if last is None:
        return []
    query = select(Consent).where(
        Consent.participant_id == participant_id, Consent.live(at), Consent.valid_until_on > last
    )
    query = query.order_by(Consent.id).with_for_update().execution_options(populate_existing=True)
    return [(consent, last) for consent in session.scalars(query)]
