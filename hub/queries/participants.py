"""Questions about persons: one through the actor's scope, the own caseload, duplicates, and the locks of a booking."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session, joinedload

from hub import clock, crypto
from hub.errors import NotFound
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.programme import Programme
from hub.models.user import User
from hub.policy.actor import Actor, ActorKind
from hub.policy.fields import Reader
from hub.policy.scopes import participants_for, programmes_for

# Built once, as every booking asks them.
_WHOLE = (
    joinedload(Participant.coach),
    joinedload(Participant.jobcenter),
    joinedload(Participant.participations).joinedload(Participation.programme),
)
_RUNNING = (
    select(Participation)
    .where(
        Participation.participant_id == bindparam("person"),
        Participation.state == ParticipationState.ADMITTED,
        Participation.starts_on <= bindparam("on"),
        Participation.ends_on >= bindparam("on"),
    )
    .order_by(Participation.ends_on.desc())
    .limit(1)
)
_LOCK = (
    update(Participant)
    .where(Participant.id == bindparam("person"))
    .values(version=Participant.version + 1)
    .execution_options(synchronize_session=False)
)


def get_participant(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Participant:
    """Return one person the actor looks after (or is), with coach, Jobcenter and participations; raises NotFound.

    The caller logs the reading (actions/log.py: record_reading) before anything of it is shown.
    """
    return _one(session, participants_for(actor, at).where(Participant.public_id == public_id))


def get_participant_to_book(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Participant:
    """Return one person the actor looks after (or is) alone, all a booking needs; raises NotFound."""
    query = participants_for(actor, at).where(Participant.public_id == public_id)
    person: Participant | None = session.scalar(query)
    if person is None:
        raise NotFound
    return person


def get_self(session: Session, actor: Actor, *, at: datetime) -> Participant:
    """Return the person who is signed in with a card; raises NotFound."""
    return _one(session, participants_for(actor, at).where(Participant.id == actor.participant_id))


def _one(session: Session, query: Select[Any]) -> Participant:
    """Run a query for one person in one statement; somebody has few participations, so the join stays small."""
    person: Participant | None = session.scalars(query.options(*_WHOLE)).unique().one_or_none()
    if person is None:
        raise NotFound
    return person


def list_caseload(session: Session, actor: Actor, *, at: datetime) -> list[Participant]:
    """Return the persons a coach looks after now (covers included), sorted here as names are sealed. One statement."""
    if actor.kind is not ActorKind.STAFF:
        return []
    query = participants_for(actor, at).options(joinedload(Participant.coach), joinedload(Participant.participations))
    found = session.scalars(query).unique()
    return sorted(found, key=lambda p: (p.name["family"].casefold(), p.name["given"].casefold()))


def reader_of(actor: Actor, participant: Participant) -> Reader:
    """Return the column of the visibility matrix for this actor and person: the person, the own coach, or a deputy."""
    if actor.kind is ActorKind.PERSON:
        return Reader.PERSON
    return Reader.COACH if participant.coach_id == actor.user_id else Reader.DEPUTY


def running_participation(session: Session, participant_id: int, *, on: date) -> Participation | None:
    """Return the admitted participation that runs on that day (its last day included), or None."""
    return session.scalar(_RUNNING, {"person": participant_id, "on": on})


def lock_participant(session: Session, participant_id: int) -> None:
    """Raise the version of a person's row: whoever books for the same person waits until this transaction ends."""
    session.execute(_LOCK, {"person": participant_id})


def find_coach_id(session: Session, participant_id: int) -> int | None:
    """Return who coaches a person as the database has it now; None when nobody does. After lock_participant."""
    return session.scalar(select(Participant.coach_id).where(Participant.id == participant_id))


def lock_coach(session: Session, user_id: int) -> None:
    """Raise the version of a coach's row: appointments in the coach's own time wait for each other."""
    session.execute(
        update(User)
        .where(User.id == user_id)
        .values(version=User.version + 1)
        .execution_options(synchronize_session=False)
    )


def digest_of_name(given: str, family: str) -> str:
    """Return the keyed digest under which a whole name is found, in any case; the name itself is sealed."""
    return crypto.ring().digest("name", f"{given} {family}".casefold())


def list_namesakes(session: Session, *, jobcenter_ids: Iterable[int], name_digest: str) -> list[Participant]:
    """Return persons of the same name in these Jobcenters, never beyond them."""
    query = select(Participant).where(
        Participant.jobcenter_id.in_(set(jobcenter_ids)), Participant.name_digest == name_digest
    )
    return list(session.scalars(query.options(joinedload(Participant.coach)).order_by(Participant.id)))


def list_call_words(session: Session, coach_id: int) -> set[str]:
    """Return the call words a coach's persons already bear."""
    return set(session.scalars(select(Participant.call_word).where(Participant.coach_id == coach_id)))


def count_caseload(session: Session, coach_id: int, *, at: datetime) -> int:
    """Return how many persons of a coach have a participation proposed or running now."""
    running = (
        select(Participation.participant_id)
        .where(
            Participation.state.in_((ParticipationState.PROPOSED, ParticipationState.ADMITTED)),
            Participation.ends_on >= clock.local_date(at),
        )
        .distinct()
    )
    query = select(func.count()).where(Participant.coach_id == coach_id, Participant.id.in_(running))
    return int(session.scalar(query) or 0)


def list_programmes(session: Session, actor: Actor, *, at: datetime) -> list[Programme]:
    """Return the actor's networks that have not ended."""
    query = programmes_for(actor).where(Programme.ends_on >= clock.local_date(at))
    return list(session.scalars(query.order_by(Programme.name)))
