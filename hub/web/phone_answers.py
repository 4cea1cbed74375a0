"""The network desk writes down a partner's answer from the telephone: one enquiry, the view before the yes, logged."""

from typing import Any

from flask import Blueprint, g, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from hub.actions import answers, tellings
from hub.i18n import N_
from hub.models.enquiry import Enquiry
from hub.models.user import Role
from hub.queries import requested_places
from hub.queries.consents import find_permitting
from hub.queries.disclosures import fields_for
from hub.queries.phone_list import get_phoned_enquiry
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.enquiry_steps import DeclineForm, QuestionForm, Side, StepForm, WaitlistForm, answer_forms
from hub.web.inbox import view_of

blueprint = Blueprint("phone_answers", __name__)


@blueprint.get("/phone-list/enquiries/<reference>")
@for_roles(Role.COORDINATOR)
def show_answer(reference: str) -> Any:
    """Show what the partner may know before the yes, for the one step of writing the answer down."""
    return _page(reference)


def _page(reference: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    g.section = "phone_list"
    actor = current_actor()
    with reading() as session:
        enquiry = get_phoned_enquiry(session, actor, reference, at=at())
        live = find_permitting(session, enquiry, at=at()) is not None
        kept_until = requested_places.find_kept_until(session, enquiry)
    fields = fields_for(enquiry, actor, live=live, acknowledged=False, asked_anew=True, at=at())
    with transaction() as session:
        tellings.note_read_for_partner(session, actor=actor, enquiry=enquiry, fields=fields, at=at())
    return render(
        "phone_answers/show_answer.html",
        status,
        form=form,
        kept_until=kept_until,
        **view_of(enquiry, fields, live=live, asked_anew=True),
        **answer_forms(form),
    )


def _find(session: Session, reference: str) -> Enquiry:
    return get_phoned_enquiry(session, current_actor(), reference, at=at())


DESK = Side(_find, _page, lambda _reference: url_for("phone_list.show_phone_list"))
WRITTEN = N_("Die Antwort ist eingetragen, von Ihnen für den Partner.")


@blueprint.post("/phone-list/enquiries/<reference>/acceptance")
@for_roles(Role.COORDINATOR)
def create_acceptance(reference: str) -> Any:
    """Write down a yes."""
    return DESK.step(reference, StepForm(), answers.accept_enquiry, WRITTEN)


@blueprint.post("/phone-list/enquiries/<reference>/decline")
@for_roles(Role.COORDINATOR)
def create_decline(reference: str) -> Any:
    """Write down a no with a coded reason."""
    return DESK.step(reference, DeclineForm(), answers.decline_enquiry, WRITTEN)


@blueprint.post("/phone-list/enquiries/<reference>/question")
@for_roles(Role.COORDINATOR)
def create_question(reference: str) -> Any:
    """Write down a question from the closed list."""
    return DESK.step(reference, QuestionForm(), answers.return_enquiry, WRITTEN)


@blueprint.post("/phone-list/enquiries/<reference>/waitlist")
@for_roles(Role.COORDINATOR)
def create_waitlist(reference: str) -> Any:
    """Write down that there may be a place later."""
    return DESK.step(reference, WaitlistForm(), answers.waitlist_enquiry, WRITTEN)
