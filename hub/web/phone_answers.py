"""The network desk writes down a partner's answer from the telephone: one enquiry, the view before the yes, logged."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from sqlalchemy.orm import Session

from hub.actions import answers, log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.enquiry import Enquiry
from hub.models.user import Role
from hub.queries.consents import find_permitting
from hub.queries.disclosures import fields_for
from hub.queries.phone_list import get_phoned_enquiry
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.enquiries import StepForm
from hub.web.fields import add_error
from hub.web.inbox import DeclineForm, QuestionForm, view_of

blueprint = Blueprint("phone_answers", __name__)


@blueprint.get("/phone-list/enquiries/<reference>")
@for_roles(Role.COORDINATOR)
def show_answer(reference: str) -> Any:
    """Show what the partner may know before the yes, for the one step of writing the answer down."""
    return _page(reference)


def _page(reference: str, form: StepForm | None = None, status: int = 200) -> Any:
    g.section = "phone_list"
    actor = current_actor()
    with reading() as session:
        enquiry = get_phoned_enquiry(session, actor, reference)
        live = find_permitting(session, enquiry, at=at()) is not None
    fields = fields_for(enquiry, actor, live=live, acknowledged=False, at=at())
    with transaction() as session:
        person = [enquiry.participant]
        log.record(
            session,
            actor=actor,
            action="enquiry.read_by_desk",
            thing=enquiry,
            about=person,
            fields=fields,
            purpose="on_behalf",
            at=at(),
        )
    return render(
        "phone_answers/show_answer.html",
        status,
        form=form,
        **view_of(enquiry, fields, live=live),
        decline_form=form if isinstance(form, DeclineForm) else DeclineForm(formdata=None),
        question_form=form if isinstance(form, QuestionForm) else QuestionForm(formdata=None),
    )


@blueprint.post("/phone-list/enquiries/<reference>/acceptance")
@for_roles(Role.COORDINATOR)
def create_acceptance(reference: str) -> Any:
    """Write down a yes."""
    form = StepForm()
    return _step(reference, form, lambda s, e: answers.accept_enquiry(s, enquiry=e, **_facts(form)))


@blueprint.post("/phone-list/enquiries/<reference>/decline")
@for_roles(Role.COORDINATOR)
def create_decline(reference: str) -> Any:
    """Write down a no with a coded reason."""
    form = DeclineForm()
    why = form.reason.data or ""
    return _step(reference, form, lambda s, e: answers.decline_enquiry(s, enquiry=e, reason=why, **_facts(form)))


@blueprint.post("/phone-list/enquiries/<reference>/question")
@for_roles(Role.COORDINATOR)
def create_question(reference: str) -> Any:
    """Write down a question from the closed list."""
    form = QuestionForm()
    asked = form.question.data or ""
    return _step(reference, form, lambda s, e: answers.return_enquiry(s, enquiry=e, question=asked, **_facts(form)))


@blueprint.post("/phone-list/enquiries/<reference>/waitlist")
@for_roles(Role.COORDINATOR)
def create_waitlist(reference: str) -> Any:
    """Write down that there may be a place later."""
    form = StepForm()
    return _step(reference, form, lambda s, e: answers.waitlist_enquiry(s, enquiry=e, **_facts(form)))


def _facts(form: StepForm) -> dict[str, Any]:
    return {"actor": current_actor(), "version": form.version.data, "at": at()}


def _step(reference: str, form: StepForm, verb: Callable[[Session, Enquiry], None]) -> Any:
    if not form.validate_on_submit():
        return _page(reference, form, 422)
    try:
        with transaction() as session:
            verb(session, get_phoned_enquiry(session, current_actor(), reference))
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _page(reference, form, error.status)
    flash(str(N_("Die Antwort ist eingetragen, von Ihnen für den Partner.")), "ok")
    return redirect(url_for("phone_list.show_phone_list"), code=303)
