"""Taking a consent back with the code on the slip: without login, with no personal data on any page (R-CON-11)."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from hub.actions import limits, withdrawals
from hub.actions.releases import withdraw_release
from hub.errors import StepNotPossible, TooManyAttempts
from hub.i18n import N_
from hub.models.consent import PERMITTING, Consent, Release
from hub.policy.actor import Actor, ActorKind
from hub.queries.releases import find_by_code
from hub.queries.sheets import list_under_code
from hub.web import clients
from hub.web.access import for_everyone
from hub.web.context import at, render, request_id, transaction
from hub.web.fields import Needed, add_error

blueprint = Blueprint("withdrawals", __name__)
WHY = "the slip works without login; the only effect is protective, and tries are limited"


class CodeForm(FlaskForm):
    """The code on the slip."""

    code = StringField(N_("Code auf dem Zettel"), [Needed(N_("Bitte geben Sie den Code ein."))])
    sure = HiddenField()


@blueprint.get("/withdrawal")
@for_everyone(WHY)
def new_withdrawal() -> Any:
    """Ask for the code."""
    return render("withdrawals/new_withdrawal.html", form=CodeForm(formdata=None), sure=False)


@blueprint.post("/withdrawal")
@for_everyone(WHY)
def create_withdrawal() -> Any:
    """Ask once more, then withdraw; a code that fits nothing gets the very same pages."""
    form = CodeForm()
    if not form.validate_on_submit():
        return render("withdrawals/new_withdrawal.html", 422, form=form, sure=False)
    if form.sure.data != "yes":
        return render("withdrawals/new_withdrawal.html", form=form, sure=True)
    try:
        with transaction() as session:
            limits.take_try(session, "withdrawal", clients.address(), at())
    except TooManyAttempts as error:
        add_error(form, error)
        return render("withdrawals/new_withdrawal.html", error.status, form=form, sure=False)
    _withdraw(form.code.data)
    return redirect(url_for(".show_done"), code=303)


def _withdraw(code: str) -> None:
    """Withdraw all that the code belongs to; whoever holds the slip acts as the person, for nothing but this."""
    try:
        with transaction() as session:
            for consent in list_under_code(session, code, at=at()):
                if consent.state not in PERMITTING:
                    continue  # it ended together with the one before it
                withdrawals.withdraw_consent(session, actor=_holder(consent), consent=consent, at=at())
            release = find_by_code(session, code, at=at())
            if release is not None:
                withdraw_release(session, actor=_holder(release), release=release, at=at())
    except StepNotPossible:
        return  # somebody withdrew it at the same moment: it is done


def _holder(of: Consent | Release) -> Actor:
    """Return who holds the slip: the person, as far as this one thing goes."""
    return Actor(ActorKind.PERSON, of.public_id, participant_id=of.participant_id, request_id=request_id())


@blueprint.get("/withdrawal/done")
@for_everyone(WHY)
def show_done() -> Any:
    """Say what holds now, whether the code fitted or not."""
    return render("withdrawals/show_done.html")
