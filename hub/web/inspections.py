"""An auditor reads the evidence about one person, found by a number: never a name, never a page beside it."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectChoice, StringField

from hub.actions import log
from hub.actions.inspections import READ, decide_inspection, open_inspection
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.consent import Consent
from hub.models.inspection import InspectionReason, InspectionState
from hub.models.user import Role
from hub.queries import evidence, inspections
from hub.queries.consent_texts import read_wording
from hub.queries.evidence import Record
from hub.queries.log import names_of
from hub.queries.receipts import PURPOSES as CONSENT_WORDS
from hub.queries.subscription_care import last_fetched_on
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.disclosure_words import PURPOSES, in_words
from hub.web.fields import Needed, Radios, add_error
from hub.web.log_words import word
from hub.web.receipt_words import BY, FORMS, STATES

blueprint = Blueprint("inspections", __name__)
PAGE = 50
LAST = 100_000
REASONS = {
    InspectionReason.OWN_REQUEST: N_("Die Person hat darum gebeten"),
    InspectionReason.COMPLAINT: N_("Beschwerde"),
    InspectionReason.INCIDENT: N_("Verdacht auf einen Vorfall"),
    InspectionReason.AUTHORITY: N_("Die Aufsicht hat darum gebeten"),
    InspectionReason.SAMPLE: N_("Stichprobe"),
}
NOBODY = N_("Zu dieser Nummer gibt es nichts. Bitte prüfen Sie die Zeichen.")


class InspectionForm(FlaskForm):
    """Whose evidence, by a number from a paper or the log, and why; a code, never free text."""

    number = StringField(N_("Nummer der Person, eines Blatts oder einer Anfrage"), [Needed(N_("Bitte die Nummer."))])
    reason = Radios(
        N_("Warum?"),
        [Needed(N_("Bitte wählen Sie einen Grund."))],
        choices=[SelectChoice(reason.value, words) for reason, words in REASONS.items()],
        validate_choice=False,
    )


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the log in the navigation."""
    g.section = "log"


@blueprint.get("/inspections")
@for_roles(Role.AUDITOR)
def list_inspections() -> Any:
    """Show the form, what is open, and what waits for a second auditor."""
    return _list(InspectionForm(formdata=None))


def _list(form: FlaskForm, status: int = 200) -> Any:
    with reading() as session:
        running = inspections.list_open(session, current_actor(), at=at())
        proposed = inspections.list_proposed(session, current_actor(), at=at())
    shown: dict[str, Any] = {"form": form, "running": running, "proposed": proposed, "reasons": REASONS}
    return render("inspections/list_inspections.html", status, **shown, own_id=current_actor().user_id)


@blueprint.post("/inspections")
@for_roles(Role.AUDITOR)
def create_inspection() -> Any:
    """Open the evidence behind a number for an hour, or propose it where two persons are needed."""
    form, actor = InspectionForm(), current_actor()
    if not form.validate_on_submit():
        return _list(form, 422)
    try:
        with transaction() as session:
            person = inspections.find_person(session, actor, form.number.data)
            if person is None:
                row = None
                log.record(session, actor=actor, action="inspection.refused", result="refused", at=at())
            else:
                row = open_inspection(session, actor=actor, participant=person, reason=form.reason.data, at=at())
    except (InvalidInput, RuleBroken) as error:
        add_error(form, error)
        return _list(form, error.status)
    if row is None:
        form.form_errors.append(NOBODY)
        return _list(form, 422)
    if row.state is InspectionState.OPENED:
        return redirect(url_for(".show_inspection", public_id=row.public_id), code=303)
    flash(str(N_("Vorgeschlagen. Die Teilnahme ist lange vorbei. Jetzt muss eine zweite Person zustimmen.")), "ok")
    return redirect(url_for(".list_inspections"), code=303)


@blueprint.post("/inspections/<public_id>/decision")
@for_roles(Role.AUDITOR)
def create_decision(public_id: str) -> Response:
    """Agree that somebody else reads, or not; whoever agrees sees nothing by it."""
    agreed, version = request.form.get("answer") == "yes", request.form.get("version", "")
    known = int(version) if version.isdecimal() else None
    with transaction() as session:
        row = inspections.lock_proposed(session, current_actor(), public_id, at=at())
        decide_inspection(session, actor=current_actor(), inspection=row, agreed=agreed, version=known, at=at())
    flash(str(N_("Zugestimmt. Die Einsicht ist eine Stunde lang offen.") if agreed else N_("Abgelehnt.")), "ok")
    return redirect(url_for(".list_inspections"), code=303)


@blueprint.get("/inspections/<public_id>")
@for_roles(Role.AUDITOR)
def show_inspection(public_id: str) -> Any:
    """Show records, tellings and log rows by number; gone when the hour is over. A logged read."""
    actor, now = current_actor(), at()
    page = max(1, min(LAST, request.args.get("page", 1, type=int)))
    with reading() as session:
        row = inspections.get_open(session, actor, public_id, at=now)
        person = row.participant
        records = evidence.list_records(session, person.id, restricted=row.restricted, at=now)
        told = evidence.list_told(session, person.id)
        entries = evidence.list_log(session, log.subject_of(person), page=page, size=PAGE)
        fetched_on = last_fetched_on(session, person.id)
        names = names_of(session, [one.actor_ref for one in entries])
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=READ, purpose="inspection", at=now)
    return render(
        "inspections/show_inspection.html",
        inspection=row,
        reasons=REASONS,
        records=[_record_words(one) for one in records],
        told=told,
        entries=entries[:PAGE],
        names=names,
        word=word,
        in_words=in_words,
        purposes=PURPOSES,
        fetched_on=fetched_on,
        page=page,
        back=url_for(".show_inspection", public_id=public_id, page=page - 1) if page > 1 else None,
        onward=url_for(".show_inspection", public_id=public_id, page=page + 1) if len(entries) > PAGE else None,
    )


def _record_words(one: Record) -> dict[str, Any]:
    """Return a record in words: what it is for, whom it reaches, how it stands, and the whole of it where it may be."""
    row = one.row
    kind = CONSENT_WORDS[row.scope] if isinstance(row, Consent) else N_("Entbindung von der Schweigepflicht")
    return {
        "row": row,
        "kind": kind,
        "recipients": ", ".join(one.recipients),
        "state": STATES[row.state],
        "live": row.is_live(at()),
        "intact": one.intact,
        "whole": one.whole,
        "form": FORMS[row.form] if row.form else "",
        "groups": in_words(row.field_groups) if isinstance(row, Consent) else "",
        "steps": [(step.at, STATES[step.state], BY[step.expressed_by]) for step in one.events],
        "wording": read_wording(row.notice_text) if one.whole else None,
    }
