"""What partners owe once a consent has ended: the list, one page to answer on, the overdue ones for the network."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from hub.actions import duties as verbs
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.duty import OWED, Duty
from hub.models.user import Role
from hub.policy.permissions import Permission
from hub.policy.rules import allows
from hub.queries import duties
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.duty_words import GROUNDS, fields_in_words
from hub.web.enquiry_steps import StepForm
from hub.web.fields import Needed, Radios, add_error

blueprint = Blueprint("duties", __name__)
ANSWERS = [(verbs.DELETED, N_("Wir haben alles dazu gelöscht, auch auf Papier.")), *GROUNDS.items()]


class DutyForm(StepForm):
    """What became of the data; one answer from a closed list."""

    answer = Radios(
        N_("Was ist damit geschehen?"),
        [Needed(N_("Bitte wählen Sie eine Antwort."))],
        choices=[SelectChoice(str(code), word) for code, word in ANSWERS],
        validate_choice=False,
    )


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the enquiries of a partner, and to the network of a coordinator."""
    g.section = "inbox" if current_actor().has(Role.PARTNER) else "organisations"


@blueprint.get("/duties")
@for_roles(Role.PARTNER, Role.COORDINATOR)
def list_duties() -> Any:
    """Show what waits for an answer, by reference only; empty is the goal."""
    with reading() as session:
        owed = duties.list_owed(session, current_actor())
    return render("duties/list_duties.html", owed=owed, partner=current_actor().has(Role.PARTNER))


@blueprint.get("/duties/<public_id>")
@for_roles(Role.PARTNER, Role.COORDINATOR)
def show_duty(public_id: str) -> Any:
    """Show one duty with the possible answers, or how it was answered."""
    return _page(public_id, DutyForm(formdata=None))


def _page(public_id: str, form: DutyForm, status: int = 200) -> Any:
    with reading() as session:
        duty = _get(session, public_id)
    waits = duty.state in OWED and allows(current_actor(), Permission.SETTLE_DUTY, duty)
    form.version.data = duty.version
    told = fields_in_words(duty.fields)
    return render("duties/show_duty.html", status, duty=duty, waits=waits, told=told, form=form, grounds=GROUNDS)


def _get(session: Session, public_id: str) -> Duty:
    return duties.get_duty(session, current_actor(), public_id)


@blueprint.post("/duties/<public_id>")
@for_roles(Role.PARTNER, Role.COORDINATOR)
def create_answer(public_id: str) -> Any:
    """Write the answer down, also for a partner who said it on the telephone."""
    form = DutyForm()
    if not form.validate_on_submit():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            facts = {"answer": form.answer.data, "version": form.version.data, "at": at()}
            verbs.settle_duty(session, actor=current_actor(), duty=_get(session, public_id), **facts)
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _page(public_id, form, error.status)
    flash(str(N_("Danke. Die Antwort ist eingetragen.")), "ok")
    return redirect(url_for(".list_duties"), code=303)
