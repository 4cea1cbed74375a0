"""Proposing a participation (coach) and deciding on it (case manager): two people, nothing about offers or dates."""

from datetime import timedelta
from typing import Any

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]
from flask import Blueprint, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions import log
from hub.actions.participations import CRITERIA, decide, propose
from hub.errors import HubError, NotFound
from hub.i18n import N_
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.programme import Programme
from hub.models.user import Role, User
from hub.queries import early_ends, participants, participations
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Day, Needed, OneOf, Ticks, add_error

blueprint = Blueprint("participations", __name__)
CRITERIA_WORDS = {
    "appointments_missed": N_("Beratung im Jobcenter fiel aus gesundheitlichen Gründen aus"),
    "health_limits": N_("gesundheitliche Einschränkungen, festgestellt oder vermutet"),
    "measures_broken_off": N_("Maßnahmen wurden wegen der Gesundheit öfter abgebrochen"),
}
STATES = {
    ParticipationState.PROPOSED: ("due", N_("vorgeschlagen")),
    ParticipationState.ADMITTED: ("accepted", N_("aufgenommen")),
    ParticipationState.DECLINED: ("off", N_("nicht aufgenommen")),
    ParticipationState.ENDED: ("full", N_("beendet")),
}


class ParticipationForm(FlaskForm):
    """Programme, days, reasons, and who decides."""

    programme = OneOf(N_("Programm"))
    starts_on = Day(N_("Beginn"), [Needed(N_("Wann beginnt die Teilnahme?"))])
    ends_on = Day(N_("Letzter Tag"), [Needed(N_("Wann endet die Teilnahme?"))])
    criteria = Ticks(N_("Warum passt das Programm?"))
    case_manager = OneOf(N_("Wer entscheidet?"))

    def offer(self, programmes: list[Programme], deciders: list[User]) -> None:
        """Set the choices."""
        self.programme.choices = [(one.public_id, one.name) for one in programmes]
        self.case_manager.choices = [(user.public_id, user.name) for user in deciders]
        self.criteria.choices = [(code, str(CRITERIA_WORDS[code])) for code in CRITERIA]


@blueprint.get("/people/<public_id>/participations/new")
@for_roles(Role.COACH)
def new_participation(public_id: str) -> tuple[str, int]:
    """Show the proposal's form; a logged read."""
    today = clock.local_date(at())
    form = ParticipationForm(starts_on=today, ends_on=today + relativedelta(months=12) - timedelta(days=1))
    return _form(public_id, form)


@blueprint.post("/people/<public_id>/participations")
@for_roles(Role.COACH)
def create_participation(public_id: str) -> Response | tuple[str, int]:
    """Propose the participation to the case manager."""
    form, actor = ParticipationForm(), current_actor()
    with reading() as session:
        person, programmes, deciders = _choices(session, public_id)
    form.offer(programmes, deciders)
    if not form.validate_on_submit() or form.starts_on.data is None or form.ends_on.data is None:
        return _form(public_id, form, 422)
    try:
        with transaction() as session:
            propose(
                session,
                actor=actor,
                participant=participants.get_participant(session, actor, public_id, at=at()),
                programme=next(one for one in programmes if one.public_id == form.programme.data),
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                criteria=form.criteria.data or [],
                case_manager=next(user for user in deciders if user.public_id == form.case_manager.data),
                at=at(),
            )
    except HubError as error:
        if isinstance(error, NotFound):
            raise
        add_error(form, error)
        return _form(public_id, form, error.status)
    flash(str(N_("Vorgeschlagen. Jetzt entscheidet das Fallmanagement.")), "ok")
    return redirect(url_for("participants.show_participant", public_id=person.public_id), code=303)


def _choices(session: Session, public_id: str) -> tuple[Participant, list[Programme], list[User]]:
    actor = current_actor()
    person = participants.get_participant(session, actor, public_id, at=at())
    deciders = participations.list_case_managers(session, person.jobcenter_id, besides=actor.user_id)
    return person, participants.list_programmes(session, actor, at=at()), deciders


def _form(public_id: str, form: ParticipationForm, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        person, programmes, deciders = _choices(session, public_id)
    with transaction() as session:
        log.record_reading(
            session, actor=current_actor(), person=person, fields=["I1", "intake"], purpose="proposal", at=at()
        )
    form.offer(programmes, deciders)
    return render("participations/new_participation.html", status, form=form, person=person, deciders=deciders)


@blueprint.get("/participations")
@for_roles(Role.CASE_MANAGER)
def list_participations() -> tuple[str, int]:
    """Show what a case manager decides: names, coach, days and state of participations, and nothing else."""
    actor = current_actor()
    with reading() as session:
        rows = participations.list_own_participations(session, actor, at=at())
        ends = early_ends.list_undecided(session, actor)
    people = {row.participant_id: row.participant for row in [*rows, *(one.participation for one in ends)]}
    with transaction() as session:
        log.record_list(
            session,
            actor=actor,
            name="participations",
            persons=people.values(),
            fields=["I1", "coach", "participation"],
            at=at(),
        )
    waiting = [row for row in rows if row.state is ParticipationState.PROPOSED]
    rest = [row for row in rows if row.state is not ParticipationState.PROPOSED]
    return render("participations/list_participations.html", waiting=waiting, ends=ends, rest=rest, states=STATES)


@blueprint.get("/participations/<public_id>")
@for_roles(Role.CASE_MANAGER)
def show_participation(public_id: str) -> tuple[str, int]:
    """Show one proposal with its reasons, so that somebody can decide; a logged read."""
    return _show(public_id)


def _show(public_id: str, status: int = 200, error: HubError | None = None) -> tuple[str, int]:
    actor = current_actor()
    with reading() as session:
        row = _get_own(session, public_id)
    with transaction() as session:
        log.record_reading(
            session,
            actor=actor,
            person=row.participant,
            fields=["I1", "coach", "intake", "participation"],
            purpose="decision",
            at=at(),
        )
    return render(
        "participations/show_participation.html",
        status,
        row=row,
        reasons=[CRITERIA_WORDS[code] for code in row.criteria if code in CRITERIA_WORDS],
        shape=STATES[row.state][0],
        word=STATES[row.state][1],
        open=row.state is ParticipationState.PROPOSED and row.proposed_by_id != actor.user_id,
        error=error,
    )


def _get_own(session: Session, public_id: str) -> Participation:
    row = participations.get_participation(session, current_actor(), public_id, at=at())
    if row.case_manager_id != current_actor().user_id:
        raise NotFound
    return row


@blueprint.post("/participations/<public_id>/decision")
@for_roles(Role.CASE_MANAGER)
def create_decision(public_id: str) -> Any:
    """Admit or decline; of two decisions at once the second sees what the first decided."""
    answer, version = request.form.get("answer"), request.form.get("version", "")
    if answer not in ("yes", "no"):
        return _show(public_id, 422, HubError(N_("Bitte wählen Sie eine Antwort.")))
    try:
        with transaction() as session:
            row = _get_own(session, public_id)
            known = int(version) if version.isdecimal() else None
            decide(session, actor=current_actor(), participation=row, admitted=answer == "yes", version=known, at=at())
    except HubError as error:
        if isinstance(error, NotFound) or error.status != 409:
            raise
        return _show(public_id, error.status, error)
    flash(str(N_("Aufgenommen.") if answer == "yes" else N_("Nicht aufgenommen.")), "ok")
    return redirect(url_for("participations.list_participations"), code=303)
