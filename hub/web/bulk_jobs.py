"""A bulk job on a page: how far it is, what became of each date or person, stopping it, looking again at the rest."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions import bulk_jobs as verbs
from hub.actions import log
from hub.errors import StepNotPossible
from hub.i18n import N_
from hub.models.bulk_job import BulkItem, BulkJob, BulkKind, BulkState, ItemState
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import bulk_jobs as queries
from hub.queries import team
from hub.queries.moved_dates import effects_of
from hub.web import bulk_words
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.team import FIELDS

blueprint = Blueprint("bulk_jobs", __name__)
SECONDS = 3  # until the page of a running job looks again


@blueprint.get("/bulk")
@for_roles(Role.PARTNER, Role.TEAM_LEAD)
def list_jobs() -> Any:
    """Show the latest jobs and where they stand."""
    with reading() as session:
        jobs = queries.list_jobs(session, current_actor())
        counts = queries.count_items(session, [job.id for job in jobs])
    return render("bulk_jobs/list_jobs.html", jobs=jobs, counts=counts, words=bulk_words, states=ItemState)


@blueprint.get("/bulk/<public_id>")
@for_roles(Role.PARTNER, Role.TEAM_LEAD)
def show_job(public_id: str) -> Any:
    """Show how far a job is; in the end what was left and why, and whom no message reaches."""
    with reading() as session:
        job = queries.get_job(session, current_actor(), public_id)
        items = queries.list_items(session, job.id)
        page = {} if job.state is BulkState.RUNNING else _report(session, job, items)
    g.section = "team" if job.kind is BulkKind.HAND_OVER else "slots"
    if page.get("people"):
        with transaction() as session:
            name, found = f"bulk {job.public_id}", page["people"].values()
            log.record_list(session, actor=current_actor(), name=name, persons=found, fields=FIELDS, at=at())
    answer = make_response(
        render(
            "bulk_jobs/show_job.html",
            job=job,
            done=[one for one in items if one.state is ItemState.DONE],
            left=[one for one in items if one.state is ItemState.LEFT],
            again=_again(job),
            words=bulk_words,
            kinds=BulkKind,
            states=BulkState,
            **page,
        )[0]
    )
    if job.state is BulkState.RUNNING:
        answer.headers["Refresh"] = str(SECONDS)
    return answer


def _report(session: Session, job: BulkJob, items: Sequence[BulkItem]) -> dict[str, Any]:
    """Return what the page of an ended job names: people, or dates and what it did to those booked."""
    return _people(session, items) if job.kind is BulkKind.HAND_OVER else _dates(session, job, items)


def _dates(session: Session, job: BulkJob, items: Sequence[BulkItem]) -> dict[str, Any]:
    """Return the dates by key, and what the job did to the people booked."""
    slots = queries.list_own_dates(session, current_actor(), items)
    done = [one for one in items if one.state is ItemState.DONE and one.slot_id in slots]
    ended_at = {one.done_at for one in done if one.done_at} if job.kind is BulkKind.CALL_OFF else None
    effects, loans = effects_of(session, [slots[one.slot_id or 0] for one in done], ended_at=ended_at)
    return {"slots": slots, "effects": effects, "loans": loans, "how": job.kind.value}


def _people(session: Session, items: Sequence[BulkItem]) -> dict[str, Any]:
    """Return the people by key who are in the own team, and so whom the actor may read."""
    wanted = {one.participant_id for one in items}
    found = team.list_team_participants(session, current_actor(), at=at())
    people: dict[int, Participant] = {person.id: person for person in found if person.id in wanted}
    return {"people": people}


def _again(job: BulkJob) -> str:
    """Return the address of a new preview of what was left."""
    if job.kind is BulkKind.HAND_OVER:
        return url_for("handovers.new_handover", coach=job.coach.public_id if job.coach else "")
    facts = dict(job.values)
    days = int(facts.pop("days", 0))
    facts.pop("despite_busy", None)
    if days:
        facts |= {"days": abs(days), "direction": "later" if days > 0 else "earlier"}
    return url_for("calling_off.show_preview", how=job.kind.value, job=job.public_id, **facts)


@blueprint.post("/bulk/<public_id>/stop")
@for_roles(Role.PARTNER, Role.TEAM_LEAD)
def create_stop(public_id: str) -> Response:
    """Do no more of it; what was done stays done."""
    try:
        with transaction() as session:
            job = queries.get_job(session, current_actor(), public_id)
            if job.state is not BulkState.STOPPED:  # pressed twice, or by two: it is stopped either way
                verbs.stop_job(session, actor=current_actor(), job=job, at=at())
        flash(str(N_("Angehalten. Was schon geschehen ist, bleibt so.")), "ok")
    except StepNotPossible:
        flash(str(N_("Es war schon alles getan.")), "ok")
    return redirect(url_for("bulk_jobs.show_job", public_id=public_id), code=303)
