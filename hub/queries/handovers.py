"""Before a coach's people are handed over: whose people there are, who could take each, and a fair proposal."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub.models.participant import Participant
from hub.models.user import User
from hub.policy.actor import Actor
from hub.queries import team


def people_of(people: Iterable[Participant], coach: User | None) -> list[Participant]:
    """Return those of loaded people whom this coach looks after; None: nobody does."""
    return [person for person in people if person.coach_id == (coach.id if coach else None)]


def list_takers(
    session: Session, actor: Actor, people: Iterable[Participant], *, besides: User | None
) -> dict[int, list[User]]:
    """Return by Jobcenter who could take these people, by name. One statement for each Jobcenter."""
    houses = sorted({person.jobcenter_id for person in people})
    besides_id = besides.id if besides else None
    found = {house: team.list_colleagues(session, actor, house) for house in houses}
    return {house: [one for one in users if one.id != besides_id] for house, users in found.items()}


def propose(
    people: Sequence[Participant],
    takers: Mapping[int, Sequence[User]],
    chosen: Collection[int],
    counts: Mapping[int | None, int],
    *,
    at: datetime,
) -> dict[int, User]:
    """Return by person who shall take them: of the chosen coaches of their Jobcenter the one with the fewest. Pure.

    `chosen` are keys of coaches, `counts` their caseloads now. Whoever nobody chosen may take is left out.
    """
    load = dict(counts)
    found = {}
    for person in people:
        fitting = [one for one in takers.get(person.jobcenter_id, ()) if one.id in chosen]
        if fitting:
            found[person.id] = min(fitting, key=lambda one: (load.get(one.id, 0), one.name, one.id))
            load[found[person.id].id] = load.get(found[person.id].id, 0) + _weight(person, at)
    return found


def loads_after(
    people: Iterable[Participant], to: Mapping[int, User], counts: Mapping[int | None, int], *, at: datetime
) -> dict[int, int]:
    """Return the caseloads of those who take somebody, as they would be then, by the coach's key. Pure."""
    after = {coach.id: counts.get(coach.id, 0) for coach in to.values()}
    for person in people:
        if person.id in to:
            after[to[person.id].id] += _weight(person, at)
    return after


def _weight(person: Participant, at: datetime) -> int:
    return int(any(team.counts_now(participation, at) for participation in person.participations))


def seen_of(people: Iterable[Participant]) -> str:
    """Return in one word who stood on the page, and since when they have this coach."""
    rows = sorted((person.public_id, str(person.coach_changed_at)) for person in people)
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
