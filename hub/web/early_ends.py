"""Ending a participation early: the coach proposes a nearer last day, the case manager decides; never one alone."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice
from wtforms.validators import InputRequired

from hub import clock
from hub.actions import log
from hub.actions.early_ends import REASONS, decide_early_end, propose_early_end
from hub.errors import HubError, NotFound
from hub.i18n import N_
from hub.models.participant import EarlyEnd, EarlyEndState, Participant, Participation, ParticipationState
from hub.models.user import Role
from hub.queries import early_ends, participants
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Day, Needed, Radios, add_error

blueprint = Blueprint("early_ends", __name__)
REASON_WORDS = {
    "goal_reached": N_("Das Ziel ist erreicht"),
    "own_wish": N_("eigener Wunsch"),
    "work": N_("Arbeit oder Ausbildung beginnt"),
    "moved": N_("Umzug"),
    "other_support": N_("eine andere Hilfe geht weiter"),
    "out_of_reach": N_("kein Kontakt mehr möglich"),
}


class EarlyEndForm(FlaskForm):
    """The new last day, and why; a code, never free text."""

    last_on = Day(N_("Neuer letzter Tag"), [Needed(N_("Wann soll die Teilnahme enden?"))])
    reason = Radios(
        N_("Warum?"),
        [InputRequired(N_("Bitte wählen Sie einen Grund."))],
        choices=[SelectChoice(code, REASON_WORDS[code]) for code in REASONS],
    )


@blueprint.get("/people/<public_id>/early-end/new")
@for_roles(Role.COACH)
def new_early_end(public_id: str) -> tuple[str, int]:
    """Show the form, or that a proposal waits already."""
    return _form(public_id, EarlyEndForm(last_on=clock.local_date(at())))


@blueprint.post("/people/<public_id>/early-end")
@for_roles(Role.COACH)
def create_early_end(public_id: str) -> Response | tuple[str, int]:
    """Propose the nearer last day."""
    form, actor = EarlyEndForm(), current_actor()
    if not form.validate_on_submit() or form.last_on.data is None:
        return _form(public_id, form, 422)
    try:
        with transaction() as session:
            person, running = _running(session, public_id)
            propose_early_end(
                session,
                actor=actor,
                participant=person,
                participation=running,
                last_on=form.last_on.data,
                reason=form.reason.data,
                at=at(),
            )
    except HubError as error:
        if isinstance(error, NotFound):
            raise
        add_error(form, error)
        return _form(public_id, form, error.status)
    flash(str(N_("Vorgeschlagen. Jetzt entscheidet das Fallmanagement. Bis dahin bleibt alles, wie es ist.")), "ok")
    return redirect(url_for("participants.show_participant", public_id=public_id), code=303)


def _running(session: Session, public_id: str) -> tuple[Participant, Participation]:
    """Return the person and the admitted participation of today; raises NotFound."""
    person = participants.get_participant(session, current_actor(), public_id, at=at())
    running = participants.running_participation(session, person.id, on=clock.local_date(at()))
    if running is None or running.state is not ParticipationState.ADMITTED:
        raise NotFound
    return person, running


def _form(public_id: str, form: EarlyEndForm, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        person, running = _running(session, public_id)
        waiting = early_ends.find_undecided(session, [running.id])
    with transaction() as session:
        facts: dict[str, Any] = {"fields": ["I1", "participation"], "purpose": "early_end"}
        log.record_reading(session, actor=current_actor(), person=person, at=at(), **facts)
    return render("early_ends/new_early_end.html", status, form=form, person=person, running=running, waiting=waiting)


@blueprint.get("/early-ends/<public_id>")
@for_roles(Role.CASE_MANAGER)
def show_early_end(public_id: str) -> tuple[str, int]:
    """Show one proposal, so that somebody can decide; a logged read."""
    return _show(public_id)


@blueprint.post("/early-ends/<public_id>/decision")
@for_roles(Role.CASE_MANAGER)
def create_decision(public_id: str) -> Response | tuple[str, int]:
    """Agree or not; of two decisions at once the second sees what the first decided."""
    answer, version = request.form.get("answer"), request.form.get("version", "")
    if answer not in ("yes", "no"):
        return _show(public_id, 422, HubError(N_("Bitte wählen Sie eine Antwort.")))
    known = int(version) if version.isdecimal() else None
    try:
        with transaction() as session:
            proposal = _get_own(session, public_id)
            agreed = answer == "yes"
            decide_early_end(session, actor=current_actor(), proposal=proposal, agreed=agreed, version=known, at=at())
    except HubError as error:
        if error.status != 409:
            raise
        return _show(public_id, error.status, error)
    flash(str(N_("Die Teilnahme endet früher.") if agreed else N_("Die Teilnahme läuft weiter wie geplant.")), "ok")
    return redirect(url_for("participations.list_participations"), code=303)


def _show(public_id: str, status: int = 200, error: HubError | None = None) -> tuple[str, int]:
    actor = current_actor()
    with reading() as session:
        proposal = _get_own(session, public_id)
    row = proposal.participation
    with transaction() as session:
        facts: dict[str, Any] = {"fields": ["I1", "coach", "participation"], "purpose": "decision"}
        log.record_reading(session, actor=actor, person=row.participant, at=at(), **facts)
    return render(
        "early_ends/show_early_end.html",
        status,
        proposal=proposal,
        row=row,
        reason=REASON_WORDS[proposal.reason],
        open=proposal.state is EarlyEndState.PROPOSED and proposal.proposed_by_id != actor.user_id,
        error=error,
    )


def _get_own(session: Session, public_id: str) -> EarlyEnd:
    proposal = early_ends.get_early_end(session, current_actor(), public_id, at=at())
    if proposal.case_manager_id != current_actor().user_id:
        raise NotFound
    return proposal
