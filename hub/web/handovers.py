"""Handing a coach's people over to one or several coaches: who goes to whom is seen and changed first."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hub.actions import log
from hub.actions.bulk_jobs import start_handover
from hub.errors import InvalidInput, NotFound, SomebodyWasFaster
from hub.models.bulk_job import BulkJob
from hub.models.participant import Participant
from hub.models.user import Role, User
from hub.queries import handovers as queries
from hub.queries import participants, team
from hub.queries.bulk_jobs import find_started
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.team import CASELOAD, FIELDS

blueprint = Blueprint("handovers", __name__)
NOBODY = "none"  # in the address: people whom no coach looks after


@dataclass
class Caseload:
    """Whose people are handed over, who they are, and who could take them."""

    coach: User | None
    people: list[Participant]
    takers: dict[int, list[User]]
    counts: dict[int | None, int]

    @property
    def coaches(self) -> list[User]:
        """Everybody who could take somebody, by name, each once."""
        found = {one.id: one for users in self.takers.values() for one in users}
        return sorted(found.values(), key=lambda one: (one.name.casefold(), one.id))

    def chosen(self, sent: MultiDict[str, str]) -> dict[int, User]:
        """Return by person who was chosen; who stays is left out. Raises NotFound for a coach of another house."""
        found = {}
        for person in self.people:
            key = sent.get(f"coach-{person.public_id}", "")
            fitting = {one.public_id: one for one in self.takers[person.jobcenter_id]}
            if key and key not in fitting:
                raise NotFound
            if key:
                found[person.id] = fitting[key]
        return found


@blueprint.before_request
def _section() -> None:
    g.section = "team"


@blueprint.get("/team/handover")
@for_roles(Role.TEAM_LEAD)
def new_handover() -> Any:
    """Ask whose people go to whom; nothing happens."""
    with reading() as session:
        people = team.list_team_participants(session, current_actor(), at=at())
        coaches = team.list_coaches(session, current_actor())
    counts = team.caseloads(people, at=at())
    former = {person.coach_id: person.coach for person in people}
    return render(
        "handovers/new_handover.html",
        former=sorted((one for one in former.values() if one is not None), key=lambda one: one.name.casefold()),
        alone=len(queries.people_of(people, None)),
        coaches=coaches,
        counts=counts,
        chosen=request.args.get("coach", ""),
        nobody=NOBODY,
        limit=_limit(),
    )


@blueprint.get("/team/handover/preview")
@for_roles(Role.TEAM_LEAD)
def show_preview() -> Any:
    """Show a fair proposal, person by person, to be changed; a logged read."""
    with reading() as session:
        caseload = _caseload(session, request.args.get("coach", ""))
    sent = set(request.args.getlist("to"))
    chosen = {one.id for one in caseload.coaches if one.public_id in sent}
    to = queries.propose(caseload.people, caseload.takers, chosen, caseload.counts, at=at())
    return _preview(caseload, to)


@blueprint.post("/team/handover/preview")
@for_roles(Role.TEAM_LEAD)
def show_changed_preview() -> Any:
    """Show the caseloads again after other coaches were chosen; nothing happens."""
    with reading() as session:
        caseload = _caseload(session, request.form.get("coach", ""))
    return _preview(caseload, caseload.chosen(request.form))


@blueprint.post("/team/handover")
@for_roles(Role.TEAM_LEAD)
def create_handover() -> Any:
    """Let the worker hand everybody over as chosen, one person after the other."""
    try:
        with transaction() as session:
            job = _start(session)
    except (InvalidInput, SomebodyWasFaster) as error:
        with reading() as session:
            caseload = _caseload(session, request.form.get("coach", ""))
        return _preview(caseload, caseload.chosen(request.form), error.status, str(error.message))
    return redirect(url_for("bulk_jobs.show_job", public_id=job.public_id), code=303)


def _start(session: Session) -> BulkJob:
    seen = request.form.get("seen", "")
    earlier = find_started(session, current_actor(), seen)
    if earlier is not None:
        return earlier
    caseload = _caseload(session, request.form.get("coach", ""))
    if queries.seen_of(caseload.people) != seen:
        raise SomebodyWasFaster
    to = caseload.chosen(request.form)
    people = [(person, to[person.id]) for person in caseload.people if person.id in to]
    return start_handover(session, actor=current_actor(), people=people, coach=caseload.coach, seen=seen, at=at())


def _caseload(session: Session, key: str) -> Caseload:
    """Return the people of the coach of the address; raises NotFound for one who looks after nobody of the team."""
    actor = current_actor()
    everybody = team.list_team_participants(session, actor, at=at())
    coaches = {person.coach.public_id: person.coach for person in everybody if person.coach is not None}
    if key != NOBODY and key not in coaches:
        raise NotFound
    coach = coaches.get(key)
    people = queries.people_of(everybody, coach)
    takers = queries.list_takers(session, actor, people, besides=coach)
    return Caseload(coach, people, takers, team.caseloads(everybody, at=at()))


def _preview(caseload: Caseload, to: dict[int, User], status: int = 200, problem: str = "") -> Any:
    key = caseload.coach.public_id if caseload.coach else NOBODY
    with transaction() as session:
        log.record_list(
            session, actor=current_actor(), name=f"team {key}", persons=caseload.people, fields=FIELDS, at=at()
        )
    return render(
        "handovers/show_preview.html",
        status,
        caseload=caseload,
        to=to,
        after=queries.loads_after(caseload.people, to, caseload.counts, at=at()),
        seen=queries.seen_of(caseload.people),
        key=key,
        limit=_limit(),
        problem=problem,
    )


def _limit() -> int:
    with reading() as session:
        programmes = participants.list_programmes(session, current_actor(), at=at())
    return max((one.caseload_limit for one in programmes), default=CASELOAD)
