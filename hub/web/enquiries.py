"""An enquiry on a coach's screen: what the partner has, whose turn it is, and the steps that are possible now."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import HiddenInput

from hub.actions import enquiries as verbs
from hub.actions import log, withdrawals
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_, Message
from hub.models.enquiry import STEPS, Enquiry
from hub.models.user import Role
from hub.models.wording import ANSWERS, CLOSINGS, DECLINES, STATES
from hub.policy.fields import Field, Reader
from hub.queries.consents import find_permitting
from hub.queries.disclosures import content_of, lines, pairs, phase_now, told_fields
from hub.queries.enquiries import get_enquiry
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Needed, add_error

blueprint = Blueprint("enquiries", __name__)


class StepForm(FlaskForm):
    """A step without further questions; it carries the version it was made from."""

    version = IntegerField(widget=HiddenInput())


class AnswerForm(StepForm):
    """The coded answer to a partner's question."""

    answer = RadioField(
        N_("Ihre Antwort"),
        [Needed(N_("Bitte wählen Sie eine Antwort."))],
        choices=[SelectChoice(str(code), word) for code, word in ANSWERS.items()],
        validate_choice=False,
    )


class ClosingForm(StepForm):
    """How it ended, on the person's own word."""

    closing = RadioField(
        N_("Wie ist es ausgegangen? Fragen Sie den Menschen."),
        [Needed(N_("Bitte wählen Sie, wie es ausging."))],
        choices=[SelectChoice(str(code), word) for code, word in CLOSINGS.items()],
        validate_choice=False,
    )


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/enquiries/<public_id>")
@for_roles(Role.COACH)
def show_enquiry(public_id: str) -> Any:
    """Show an enquiry with exactly the steps that are possible now."""
    return _page(public_id)


def _page(public_id: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        enquiry = get_enquiry(session, current_actor(), public_id, at=at())
        permitting = find_permitting(session, enquiry, at=at())
    with transaction() as session:
        log.record_reading(
            session,
            actor=current_actor(),
            person=enquiry.participant,
            fields=[Field.IDENTITY, Field.AIM],
            purpose="enquiry",
            at=at(),
        )
    phase = phase_now(enquiry, live=permitting is not None, at=at())
    told = pairs(lines(content_of(enquiry), told_fields(enquiry.field_groups, Reader.PARTNER, phase)))
    return render(
        "enquiries/show_enquiry.html",
        status,
        enquiry=enquiry,
        person=enquiry.participant,
        steps=STEPS["coach"][enquiry.state],
        state=STATES[enquiry.state],
        told=told,
        live=permitting is not None,
        reason=DECLINES.get(enquiry.reason),
        closing=CLOSINGS.get(enquiry.reason),
        form=form,
        answer_form=form if isinstance(form, AnswerForm) else AnswerForm(formdata=None),
        closing_form=form if isinstance(form, ClosingForm) else ClosingForm(formdata=None),
    )


def _step(public_id: str, form: StepForm, done: Message, verb: Callable[[Session, Enquiry], None]) -> Any:
    """Run one step in one transaction; a broken rule shows the page again with its reason."""
    if not form.validate_on_submit():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            verb(session, get_enquiry(session, current_actor(), public_id, at=at()))
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _page(public_id, form, error.status)
    flash(str(done), "ok")
    return redirect(url_for(".show_enquiry", public_id=public_id), code=303)


def _facts(form: StepForm) -> dict[str, Any]:
    return {"actor": current_actor(), "version": form.version.data, "at": at()}


@blueprint.post("/enquiries/<public_id>/sending")
@for_roles(Role.COACH)
def create_sending(public_id: str) -> Any:
    """Send a draft; without a live consent for exactly this nothing leaves (409)."""
    form = StepForm()
    done = N_("Ist unterwegs. Der Partner sieht noch keinen Namen.")
    return _step(public_id, form, done, lambda s, e: verbs.send_enquiry(s, enquiry=e, **_facts(form)))


@blueprint.post("/enquiries/<public_id>/answer")
@for_roles(Role.COACH)
def create_answer(public_id: str) -> Any:
    """Answer the partner's question; the enquiry goes back to them."""
    form = AnswerForm()
    answer = form.answer.data or ""
    done = N_("Die Antwort ist beim Partner.")
    return _step(public_id, form, done, lambda s, e: verbs.answer_question(s, enquiry=e, answer=answer, **_facts(form)))


@blueprint.post("/enquiries/<public_id>/closing")
@for_roles(Role.COACH)
def create_closing(public_id: str) -> Any:
    """End an accepted enquiry on the person's own word."""
    form = ClosingForm()
    closing = form.closing.data or ""
    done = N_("Abgeschlossen.")
    return _step(public_id, form, done, lambda s, e: verbs.close_enquiry(s, enquiry=e, closing=closing, **_facts(form)))


@blueprint.post("/enquiries/<public_id>/withdrawal")
@for_roles(Role.COACH)
def create_withdrawal(public_id: str) -> Any:
    """Call an enquiry back; coming places are given back."""
    form = StepForm()
    done = N_("Zurückgezogen. Der Partner sieht nur noch Nummer und Datum.")
    return _step(public_id, form, done, lambda s, e: withdrawals.withdraw_enquiry(s, enquiry=e, **_facts(form)))
