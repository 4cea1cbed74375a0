"""In an emergency: a named deputy opens one person by exact name for an hour; team lead and auditor look at it."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectChoice, StringField
from wtforms.validators import InputRequired, Length

from hub.actions import log
from hub.actions.emergencies import READ, open_in_emergency, review_emergency
from hub.i18n import N_
from hub.models.emergency import EmergencyReason
from hub.models.user import Role
from hub.models.wording import NEEDS, TALKS, listed
from hub.queries import bookings, emergencies, participants
from hub.web.access import for_roles
from hub.web.booking_words import coachs_knot, town
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Radios

blueprint = Blueprint("emergencies", __name__)
REASONS = {
    EmergencyReason.APPOINTMENT_TODAY: N_("Ein Termin heute oder morgen muss geklärt werden"),
    EmergencyReason.PERSON_CALLS: N_("Dieser Mensch ruft an und braucht sofort Hilfe"),
    EmergencyReason.PERSON_IN_DANGER: N_("Dieser Mensch ist in Gefahr"),
    EmergencyReason.PARTNER_CALLS: N_("Ein Partner ruft wegen eines Termins an"),
}
NOBODY = N_("Wir haben niemanden gefunden, den Sie im Notfall ansehen dürfen. Bitte prüfen Sie Vor- und Nachnamen.")


class EmergencyForm(FlaskForm):
    """Whom, by exact name, and why; a code, never free text."""

    given = StringField(N_("Vorname"), [InputRequired(N_("Wie heißt dieser Mensch?")), Length(max=60)])
    family = StringField(N_("Nachname"), [InputRequired(N_("Wie heißt dieser Mensch?")), Length(max=60)])
    reason = Radios(
        N_("Warum jetzt?"),
        [InputRequired(N_("Bitte wählen Sie einen Grund."))],
        choices=[SelectChoice(reason.value, words) for reason, words in REASONS.items()],
    )


@blueprint.get("/emergencies/new")
@for_roles(Role.COACH)
def new_emergency() -> tuple[str, int]:
    """Show the form, and what is still open."""
    return _form(EmergencyForm())


@blueprint.post("/emergencies")
@for_roles(Role.COACH)
def create_emergency() -> Response | tuple[str, int]:
    """Open one person for an hour; the same words for nobody, for strangers and for a name two people bear."""
    form, actor = EmergencyForm(), current_actor()
    if not form.validate_on_submit() or not form.given.data or not form.family.data:
        return _form(form, 422)
    digest = participants.digest_of_name(form.given.data.strip(), form.family.data.strip())
    with transaction() as session:
        person = emergencies.find_person(session, actor, digest, at=at())
        if person is not None:
            reason = EmergencyReason(form.reason.data)
            opening = open_in_emergency(session, actor=actor, participant=person, reason=reason, at=at())
            return redirect(url_for("emergencies.show_emergency", public_id=opening.public_id), code=303)
        log.record(session, actor=actor, action="emergency.refused", result="refused", at=at())
    form.form_errors.append(NOBODY)
    return _form(form, 422)


def _form(form: EmergencyForm, status: int = 200) -> tuple[str, int]:
    actor = current_actor()
    with reading() as session:
        running = emergencies.list_open(session, actor, at=at())
        named = emergencies.may_open(session, actor, at=at())
    return render("emergencies/new_emergency.html", status, form=form, running=running, named=named)


@blueprint.get("/emergencies/<public_id>")
@for_roles(Role.COACH)
def show_emergency(public_id: str) -> tuple[str, int]:
    """Show how to reach the person and the next dates; gone when the hour is over. A logged read."""
    actor, now = current_actor(), at()
    with reading() as session:
        opening = emergencies.get_open(session, actor, public_id, at=now)
        dates = bookings.list_coming(session, opening.participant_id, since=now)
    person = opening.participant
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=READ, purpose="emergency", at=now)
    return render(
        "emergencies/show_emergency.html",
        opening=opening,
        person=person,
        dates=[coachs_knot(booking, of_person=True) | {"href": None, "whole": False} for booking in dates],
        town=town(person.municipality_code),
        talks=listed(person.languages, TALKS),
        needs=listed(person.access_needs, NEEDS),
    )


@blueprint.get("/emergencies")
@for_roles(Role.TEAM_LEAD, Role.AUDITOR)
def list_emergencies() -> tuple[str, int]:
    """Show what was opened and nobody has looked at: who, whom, when, why."""
    actor, now = current_actor(), at()
    with reading() as session:
        rows = emergencies.list_unreviewed(session, actor)
    with transaction() as session:
        people = [row.participant for row in rows]
        facts: dict[str, Any] = {"name": "emergencies", "persons": people, "fields": ["I1"]}
        log.record_list(session, actor=actor, at=now, **facts)
    return render("emergencies/list_emergencies.html", rows=rows, reasons=REASONS, now=now)


@blueprint.post("/emergencies/<public_id>/review")
@for_roles(Role.TEAM_LEAD, Role.AUDITOR)
def create_review(public_id: str) -> Response:
    """Note that somebody looked at it."""
    actor = current_actor()
    with transaction() as session:
        opening = emergencies.lock_unreviewed(session, actor, public_id)
        review_emergency(session, actor=actor, emergency=opening, at=at())
    flash(str(N_("Notiert: geprüft.")), "ok")
    return redirect(url_for("emergencies.list_emergencies"), code=303)
