"""The coach's side of telling a body on a legal ground: choosing it for one person, and looking at an objection."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectChoice
from wtforms.validators import InputRequired

from hub.actions import log
from hub.actions.transmissions import keep_transmission, object_to_transmission, transmit_by_law
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.participant import Participant
from hub.models.user import Role
from hub.policy.fields import Reader
from hub.queries import participants, transmissions
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Needed, Radios, add_error
from hub.web.transmission_words import GROUNDS, TASKS

blueprint = Blueprint("transmissions", __name__)


class TransmissionForm(FlaskForm):
    """To which body, on which ground, for which task; each from a list, and that it is needed."""

    offer = Radios(N_("An wen"), [Needed(N_("Bitte wählen Sie einen Träger."))], validate_choice=False)
    ground = Radios(
        N_("Gesetzliche Grundlage"),
        [Needed(N_("Bitte wählen Sie eine Grundlage."))],
        choices=[SelectChoice(ground.value, words) for ground, words in GROUNDS.items()],
        validate_choice=False,
    )
    task = Radios(
        N_("Wofür braucht der Träger den Namen?"),
        [Needed(N_("Bitte wählen Sie eine Rolle."))],
        choices=[SelectChoice(task.value, words) for task, words in TASKS.items()],
        validate_choice=False,
    )
    checked = BooleanField(
        N_("Ich habe geprüft: Ohne den Namen geht es nicht."), [InputRequired(N_("Bitte prüfen und ankreuzen."))]
    )


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


def _own(session: Session, public_id: str) -> Participant:
    """Return a person for the own coach; for a deputy there is no such page."""
    person = participants.get_participant(session, current_actor(), public_id, at=at())
    if participants.reader_of(current_actor(), person) is not Reader.COACH:
        raise NotFound
    return person


@blueprint.get("/people/<public_id>/transmissions/new")
@for_roles(Role.COACH)
def new_transmission(public_id: str) -> Any:
    """Show the bodies for which a ground is admitted, what would be told, and what the person reads of it."""
    return _page(public_id, TransmissionForm(formdata=None))


def _page(public_id: str, form: TransmissionForm, status: int = 200) -> Any:
    with reading() as session:
        person = _own(session, public_id)
        offers = transmissions.list_offers(session, current_actor(), person.id, at=at())
    with transaction() as session:
        facts: dict[str, Any] = {"fields": ["I1"], "purpose": "transmission"}
        log.record_reading(session, actor=current_actor(), person=person, **facts, at=at())
    form.offer.choices = [(one.public_id, f"{one.organisation.name}: {one.title}") for one in offers]
    return render("transmissions/new_transmission.html", status, form=form, person=person, offers=offers)


@blueprint.post("/people/<public_id>/transmissions")
@for_roles(Role.COACH)
def create_transmission(public_id: str) -> Any:
    """Tell the body; every other body, offer or ground is refused."""
    form, actor = TransmissionForm(), current_actor()
    if not form.validate_on_submit():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            person = _own(session, public_id)
            offers = {one.public_id: one for one in transmissions.list_offers(session, actor, person.id, at=at())}
            if form.offer.data not in offers:
                raise NotFound
            facts = {"offer": offers[form.offer.data], "ground": form.ground.data, "task": form.task.data}
            enquiry = transmit_by_law(session, actor=actor, participant=person, **facts, at=at())
    except (InvalidInput, RuleBroken) as error:
        add_error(form, error)
        return _page(public_id, form, error.status)
    flash(str(N_("Weitergegeben. Der Mensch liest auf der eigenen Seite, an wen und warum.")), "ok")
    return redirect(url_for("enquiries.show_enquiry", public_id=enquiry.public_id), code=303)


@blueprint.post("/enquiries/<public_id>/objection")
@for_roles(Role.COACH)
def create_objection(public_id: str) -> Response:
    """Write down an objection that the person said on the telephone or in person; no reason is asked."""
    with transaction() as session:
        enquiry = transmissions.get_lawful(session, current_actor(), public_id, at=at())
        object_to_transmission(session, actor=current_actor(), enquiry=enquiry, at=at())
    flash(str(N_("Der Widerspruch steht da. Bitte prüfen Sie ihn.")), "ok")
    return redirect(url_for("enquiries.show_enquiry", public_id=public_id), code=303)


@blueprint.post("/enquiries/<public_id>/objection/answer")
@for_roles(Role.COACH)
def create_answer(public_id: str) -> Response:
    """Note that it was looked at and stays; calling it back is the other button of the page."""
    with transaction() as session:
        enquiry = transmissions.get_lawful(session, current_actor(), public_id, at=at())
        keep_transmission(session, actor=current_actor(), enquiry=enquiry, at=at())
    flash(str(N_("Notiert: geprüft, es bleibt dabei. Der Mensch liest das.")), "ok")
    return redirect(url_for("enquiries.show_enquiry", public_id=public_id), code=303)
