"""Somebody calls and takes something back: whoever picks up does it, in three clicks, and learns nothing (R-CON-10)."""

from typing import Any

from flask import Blueprint, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import HiddenField, StringField
from wtforms.validators import ValidationError

from hub.actions import limits
from hub.actions.caller import withdraw_for_caller
from hub.errors import StepNotPossible, TooManyAttempts
from hub.i18n import N_
from hub.models.consent import Scope
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import caller, participants
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import OneOf, WholeNumber, add_error

blueprint = Blueprint("caller", __name__)
SECTIONS = ((Role.COACH, "participants"), (Role.TEAM_LEAD, "team"), (Role.CASE_MANAGER, "participations"))
EVERYTHING, CALENDAR = "", "calendar"


class CallerForm(FlaskForm):
    """Who calls, in the person's own exact words, and what shall end."""

    given = StringField(N_("Vorname"))
    family = StringField(N_("Nachname"))
    birth_year = WholeNumber(N_("Geburtsjahr"))
    card = StringField(N_("Oder: der Code auf der Karte"))
    which = OneOf(N_("Was soll enden?"), default="", validate_choice=True)
    sure = HiddenField()

    def prepare(self, partners: list[tuple[str, str]]) -> None:
        """Offer all partners of the network, the same for every caller."""
        everything = (EVERYTHING, str(N_("Alles: bei allen Partnern und im Kalender")))
        self.which.choices = [everything, (CALENDAR, str(N_("Nur der Kalender"))), *partners]

    def validate_family(self, field: StringField) -> None:
        """Either the card's code, or name and year together."""
        named = self.given.data and field.data and self.birth_year.data
        if not named and not (self.card.data or "").strip():
            raise ValidationError(N_("Bitte Vorname, Nachname und Geburtsjahr. Oder den Code auf der Karte."))


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to where one finds people in one's own part of the house."""
    g.section = next((section for role, section in SECTIONS if current_actor().has(role)), "")


@blueprint.get("/caller")
@for_roles(Role.COACH, Role.CASE_MANAGER, Role.TEAM_LEAD)
def new_withdrawal() -> Any:
    """Ask who calls."""
    return _page(_form(empty=True), sure=False)


def _form(*, empty: bool = False) -> CallerForm:
    form = CallerForm(formdata=None) if empty else CallerForm()
    with reading() as session:
        partners = [(one.public_id, one.name) for one in caller.list_partners(session, current_actor())]
    form.prepare(partners)
    return form


def _page(form: CallerForm, *, sure: bool, status: int = 200) -> Any:
    chosen = dict(form.which.choices or []).get(form.which.data or EVERYTHING)
    return render("caller/new_withdrawal.html", status, form=form, sure=sure, chosen=chosen)


@blueprint.post("/caller")
@for_roles(Role.COACH, Role.CASE_MANAGER, Role.TEAM_LEAD)
def create_withdrawal() -> Any:
    """Ask once more, then withdraw; words that fit nobody get the very same pages."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form, sure=False, status=422)
    if form.sure.data != "yes":
        return _page(form, sure=True)
    try:
        with transaction() as session:
            limits.take_try(session, "caller", current_actor().ref, at())
    except TooManyAttempts as error:
        add_error(form, error)
        return _page(form, sure=False, status=error.status)
    _withdraw(form)
    return redirect(url_for(".show_done"), code=303)


def _withdraw(form: CallerForm) -> None:
    which = form.which.data or EVERYTHING
    facts: dict[str, Any] = {"scopes": (Scope.FEED,)} if which == CALENDAR else {"organisation_public_id": which}
    try:
        with transaction() as session:
            person = _find(session, form)
            if person is not None:
                withdraw_for_caller(session, actor=current_actor(), person=person, at=at(), **facts)
    except StepNotPossible:
        return  # somebody withdrew it at the same moment: it is done


def _find(session: Session, form: CallerForm) -> Participant | None:
    code = (form.card.data or "").strip()
    if code:
        return caller.find_by_card(session, current_actor(), code)
    given, family = (" ".join((field.data or "").split()) for field in (form.given, form.family))
    digest = participants.digest_of_name(given, family)
    return caller.find_by_name(session, current_actor(), name_digest=digest, birth_year=form.birth_year.data or 0)


@blueprint.get("/caller/done")
@for_roles(Role.COACH, Role.CASE_MANAGER, Role.TEAM_LEAD)
def show_done() -> Any:
    """Say what holds now, whether the words fitted anybody or not."""
    return render("caller/show_done.html")
