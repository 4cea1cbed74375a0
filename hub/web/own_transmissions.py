"""What went out about a person without their consent: to whom, on which ground, for what, and the way to object."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from hub.actions.transmissions import object_to_transmission
from hub.i18n import N_
from hub.models.enquiry import IDENTIFIED
from hub.queries import participants, transmissions
from hub.web.access import for_person
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.shortlist_words import phone_for
from hub.web.transmission_words import PLAIN_GROUNDS, TASKS

blueprint = Blueprint("own_transmissions", __name__)


@blueprint.get("/me/transmissions")
@for_person
def list_transmissions() -> Any:
    """Show each telling on a legal ground in plain words, with the button to object (Art. 13, 21 GDPR)."""
    actor = current_actor()
    with reading() as session:
        person = participants.get_self(session, actor, at=at())
        rows = transmissions.list_of_person(session, actor, person.id, at=at())
    return render(
        "transmissions/list_own.html",
        rows=rows,
        grounds=PLAIN_GROUNDS,
        tasks=TASKS,
        running=IDENTIFIED,
        help_phone=phone_for(person),
    )


@blueprint.post("/me/transmissions/<public_id>/objection")
@for_person
def create_objection(public_id: str) -> Response:
    """Object; no reason is asked."""
    with transaction() as session:
        enquiry = transmissions.get_lawful(session, current_actor(), public_id, at=at())
        object_to_transmission(session, actor=current_actor(), enquiry=enquiry, at=at())
    flash(str(N_("Ihr Widerspruch ist da. Ihr Coach prüft ihn und meldet sich.")), "ok")
    return redirect(url_for(".list_transmissions"), code=303)
