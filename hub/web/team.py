"""A team lead's page: who looks after whom, until when; assigning a coach and ordering a deputy. Nothing else."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions import log
from hub.actions.team import assign_coach, end_cover, order_cover
from hub.errors import HubError, NotFound
from hub.i18n import N_
from hub.models.user import Role, User
from hub.queries import participants, team
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Day, Needed, OneOf, add_error
from hub.web.participations import STATES

blueprint = Blueprint("team", __name__)
FIELDS = ["I1", "coach", "participation"]
CASELOAD = 15


class CoverForm(FlaskForm):
    """Who stands in for whom, from when to when."""

    coach = OneOf(N_("Wer fehlt?"))
    deputy = OneOf(N_("Wer vertritt?"))
    first_on = Day(N_("Erster Tag"), [Needed(N_("Ab wann?"))])
    last_on = Day(N_("Letzter Tag"), [Needed(N_("Bis wann?"))])

    def offer(self, coaches: list[User]) -> None:
        """Set the choices."""
        choices = [(coach.public_id, coach.name) for coach in coaches]
        self.coach.choices = self.deputy.choices = choices


@blueprint.get("/team")
@for_roles(Role.TEAM_LEAD)
def list_team() -> tuple[str, int]:
    """Show the persons of the own Jobcenters with coach and participation, the caseloads and the covers."""
    return _team(CoverForm(first_on=clock.local_date(at())))


def _team(form: CoverForm, status: int = 200) -> tuple[str, int]:
    actor, now = current_actor(), at()
    with reading() as session:
        people = team.list_team_participants(session, actor, at=now)
        coaches = team.list_coaches(session, actor)
        covers = team.list_covers(session, [coach.id for coach in coaches], at=now)
        limit = max((p.caseload_limit for p in participants.list_programmes(session, actor, at=now)), default=CASELOAD)
    with transaction() as session:
        log.record_list(session, actor=actor, name="team", persons=people, fields=FIELDS, at=now)
    form.offer(coaches)
    counts = team.caseloads(people, at=now)
    return render(
        "team/list_team.html",
        status,
        form=form,
        people=people,
        without=[person for person in people if person.coach_id is None],
        coaches=[(coach, counts.get(coach.id, 0)) for coach in coaches],
        over=[coach for coach in coaches if counts.get(coach.id, 0) > limit],
        covers=covers,
        last_days={cover.id: clock.local_date(cover.ends_at - timedelta(seconds=1)) for cover in covers},
        limit=limit,
        states=STATES,
        now=now,
    )


@blueprint.get("/team/people/<public_id>")
@for_roles(Role.TEAM_LEAD)
def edit_coach(public_id: str) -> tuple[str, int]:
    """Show who could look after a person, with their caseloads; a logged read."""
    actor, now = current_actor(), at()
    with reading() as session:
        person = team.get_team_participant(session, actor, public_id, at=now)
        coaches = team.list_colleagues(session, actor, person.jobcenter_id)
        counts = team.caseloads(team.list_team_participants(session, actor, at=now), at=now)
        limit = max((p.caseload_limit for p in participants.list_programmes(session, actor, at=now)), default=CASELOAD)
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=FIELDS, purpose="assignment", at=now)
    choices = [(coach, counts.get(coach.id, 0)) for coach in coaches]
    return render("team/edit_coach.html", person=person, choices=choices, limit=limit)


@blueprint.post("/team/people/<public_id>/coach")
@for_roles(Role.TEAM_LEAD)
def update_coach(public_id: str) -> Response:
    """Hand a person over to another coach."""
    actor = current_actor()
    with transaction() as session:
        person = team.get_team_participant(session, actor, public_id, at=at())
        coach = team.get_coach(session, actor, request.form.get("coach", ""))
        assign_coach(session, actor=actor, participant=person, coach=coach, at=at())
    flash(str(N_("{name} kümmert sich jetzt.", name=coach.name)), "ok")
    return redirect(url_for("team.list_team"), code=303)


@blueprint.post("/team/covers")
@for_roles(Role.TEAM_LEAD)
def create_cover() -> Response | tuple[str, int]:
    """Order a deputy from the first to the last day."""
    form, actor = CoverForm(), current_actor()
    with reading() as session:
        form.offer(team.list_coaches(session, actor))
    if not form.validate_on_submit() or form.first_on.data is None or form.last_on.data is None:
        return _team(form, 422)
    try:
        with transaction() as session:
            coach = team.get_coach(session, actor, form.coach.data)
            order_cover(
                session,
                actor=actor,
                jobcenter_id=_jobcenter_of(session, coach),
                coach=coach,
                deputy=team.get_coach(session, actor, form.deputy.data),
                first_on=form.first_on.data,
                last_on=form.last_on.data,
                at=at(),
            )
    except HubError as error:
        if isinstance(error, NotFound):
            raise
        add_error(form, error)
        return _team(form, error.status)
    flash(str(N_("Die Vertretung ist angeordnet. Sie endet von selbst.")), "ok")
    return redirect(url_for("team.list_team"), code=303)


@blueprint.post("/team/covers/<public_id>/end")
@for_roles(Role.TEAM_LEAD)
def delete_cover(public_id: str) -> Any:
    """End a cover now."""
    actor = current_actor()
    with transaction() as session:
        cover = team.get_cover(session, actor, public_id)
        end_cover(session, actor=actor, cover=cover, jobcenter_id=_jobcenter_of(session, cover.coach), at=at())
    flash(str(N_("Die Vertretung ist beendet.")), "ok")
    return redirect(url_for("team.list_team"), code=303)


def _jobcenter_of(session: Session, coach: User) -> int:
    """Return the actor's Jobcenter in which this coach works; raises NotFound."""
    for jobcenter_id in sorted(current_actor().organisations(Role.TEAM_LEAD)):
        if team.works_as_coach(session, coach.id, jobcenter_id):
            return jobcenter_id
    raise NotFound
