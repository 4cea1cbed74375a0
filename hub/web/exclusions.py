"""Who shall learn nothing of a person: set by the person alone, or by the coach on request; nobody asks why."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice, StringField
from wtforms.validators import Length, ValidationError

from hub.actions import exclusions as verbs
from hub.actions import log
from hub.i18n import N_
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.user import Role, User
from hub.policy.actor import Actor
from hub.queries import exclusions, participants
from hub.web.access import for_person, for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import OneOf, Radios
from hub.web.own_places import seeing_own_networks
from hub.web.shortlist_words import phone_for

blueprint = Blueprint("exclusions", __name__)
KEEP_OUT, LET_IN = "out", "in"
UNKNOWN = N_("Dort kennen wir niemanden mit diesem Namen. Bitte prüfen Sie ihn, oder rufen Sie an.")


class ExclusionForm(FlaskForm):
    """Which organisation; with a name only that one member of its staff."""

    organisation = OneOf(N_("Welche Stelle?"), choices=[])
    name = StringField(N_("Nur eine Person dort? Dann ihr Vor- und Nachname"), [Length(max=120)])

    def prepare(self, organisations: list[Organisation]) -> None:
        """Offer all organisations that somebody could be sent to."""
        named = [(one.public_id, one.name) for one in organisations]
        self.organisation.choices = [("", str(N_("Bitte wählen"))), *named]

    def validate_organisation(self, field: OneOf) -> None:
        """Ask for one."""
        if not field.data:
            raise ValidationError(N_("Bitte wählen Sie eine Stelle."))


class RequestForm(ExclusionForm):
    """The same on somebody's request, and the way back; the page never shows how it stands."""

    what = Radios(
        N_("Was möchte die Person?"),
        choices=[
            SelectChoice(KEEP_OUT, N_("Dort soll niemand etwas erfahren.")),
            SelectChoice(LET_IN, N_("Dort darf wieder gefragt werden.")),
        ],
        default=KEEP_OUT,
    )


@blueprint.get("/me/exclusions")
@for_person
def list_exclusions() -> tuple[str, int]:
    """Show whom the person excluded, each with the way back, and how to exclude one more."""
    return _own_page(None)


def _own_page(form: ExclusionForm | None, status: int = 200) -> tuple[str, int]:
    actor = current_actor()
    with reading() as session:
        person = participants.get_self(session, actor, at=at())
        kept = exclusions.list_own(session, actor)
        organisations = exclusions.list_organisations(session, seeing_own_networks(actor, person, at()))
    form = form or ExclusionForm(formdata=None)
    form.prepare(organisations)
    return render("exclusions/list_exclusions.html", status, form=form, kept=kept, help_phone=phone_for(person))


@blueprint.post("/me/exclusions")
@for_person
def create_exclusion() -> Response | tuple[str, int]:
    """Exclude an organisation or one member of its staff."""
    form, actor = ExclusionForm(), current_actor()
    with reading() as session:
        person = participants.get_self(session, actor, at=at())
        catalogue = seeing_own_networks(actor, person, at())
        form.prepare(exclusions.list_organisations(session, catalogue))
    if not form.validate_on_submit():
        return _own_page(form, 422)
    with transaction() as session:
        person = participants.get_self(session, actor, at=at())
        target = _target(session, form, catalogue)
        if target is not None:
            verbs.exclude(session, actor=actor, participant=person, target=target, at=at())
    if target is None:
        return _own_page(form, 422)
    flash(str(N_("Gemerkt. Dort erfährt niemand mehr etwas Neues von Ihnen.")), "ok")
    return redirect(url_for(".list_exclusions"), code=303)


def _target(session: Session, form: ExclusionForm, catalogue: Actor) -> Organisation | User | None:
    """Return whom the form means; None, with the reason in the form, where nobody there has the name."""
    organisation = exclusions.get_organisation(session, catalogue, form.organisation.data)
    if not (form.name.data or "").strip():
        return organisation
    found = exclusions.find_staff(session, organisation, form.name.data)
    if found is None:
        form.name.errors = [UNKNOWN]
    return found


@blueprint.post("/me/exclusions/<exclusion_id>/end")
@for_person
def delete_exclusion(exclusion_id: str) -> Response:
    """Take an exclusion back."""
    actor = current_actor()
    with transaction() as session:
        person = participants.get_self(session, actor, at=at())
        row = exclusions.get_own(session, actor, exclusion_id)
        verbs.end_exclusion(session, actor=actor, participant=person, exclusion=row, at=at())
    flash(str(N_("In Ordnung. Dort darf wieder gefragt werden, wenn Sie Ja sagen.")), "ok")
    return redirect(url_for(".list_exclusions"), code=303)


@blueprint.get("/people/<public_id>/exclusions/new")
@for_roles(Role.COACH)
def new_exclusion(public_id: str) -> tuple[str, int]:
    """Let a coach write down what a person asked for; what stands already is not shown."""
    return _request_page(public_id, None)


def _request_page(public_id: str, form: RequestForm | None, status: int = 200) -> tuple[str, int]:
    g.section = "participants"
    actor = current_actor()
    with reading() as session:
        person = participants.get_participant(session, actor, public_id, at=at())
        organisations = exclusions.list_organisations(session, actor)
    _note(person)
    form = form or RequestForm(formdata=None)
    form.prepare(organisations)
    return render("exclusions/new_exclusion.html", status, form=form, person=person)


def _note(person: Participant) -> None:
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=["I1"], purpose="person", at=at())


@blueprint.post("/people/<public_id>/exclusions")
@for_roles(Role.COACH)
def create_request(public_id: str) -> Response | tuple[str, int]:
    """Do what the person asked for; the answer is the same whatever stood there before."""
    form, actor = RequestForm(), current_actor()
    with reading() as session:
        form.prepare(exclusions.list_organisations(session, actor))
    if not form.validate_on_submit():
        return _request_page(public_id, form, 422)
    verb: Any = verbs.exclude if form.what.data == KEEP_OUT else verbs.admit_again
    with transaction() as session:
        person = participants.get_participant(session, actor, public_id, at=at())
        target = _target(session, form, actor)
        if target is not None:
            verb(session, actor=actor, participant=person, target=target, at=at())
    if target is None:
        return _request_page(public_id, form, 422)
    flash(str(N_("Das ist so eingetragen. Einen Grund schreiben wir nirgends auf.")), "ok")
    return redirect(url_for("participants.show_participant", public_id=public_id), code=303)
