"""Referrals on a coach's screen: open one without an offer yet, let it rest, end it with what became of the need."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import HiddenInput

from hub.actions import log, referrals
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.offer import Aim, Stage
from hub.models.referral import Outcome, ReferralState
from hub.models.user import Role
from hub.models.wording import AIMS, MATTERS, listed
from hub.policy.fields import Field
from hub.queries import enquiries, participants
from hub.queries import referrals as questions
from hub.queries.reading import aims_of, phases_of
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.enquiry_rows import rows_of
from hub.web.fields import Needed, Radios, Ticks, add_error
from hub.web.offer_words import STAGES

blueprint = Blueprint("referrals", __name__)
OUTCOMES: dict[Outcome, Message] = {
    Outcome.MET: N_("Geschafft"),
    Outcome.PARTLY: N_("Zum Teil geschafft"),
    Outcome.NOT_MET: N_("Nicht geschafft"),
    Outcome.CHANGED_MIND: N_("Möchte das nicht mehr"),
}
STATES: dict[ReferralState, tuple[str, Message]] = {
    ReferralState.DRAFT: ("next", N_("Entwurf")),
    ReferralState.OPEN: ("asked", N_("läuft")),
    ReferralState.PAUSED: ("waiting", N_("ruht")),
    ReferralState.CLOSED: ("accepted", N_("abgeschlossen")),
    ReferralState.RETRACTED: ("off", N_("zurückgezogen")),
}


class ReferralForm(FlaskForm):
    """One need from closed lists; there is no field for a diagnosis, nor for free text."""

    aim = Radios(
        N_("Worum geht es?"),
        [Needed(N_("Bitte wählen Sie eins."))],
        choices=[SelectChoice(aim.value, AIMS[aim]) for aim in Aim],
        validate_choice=False,
    )
    stage = Radios(
        N_("Worum es insgesamt geht"),
        [Needed(N_("Bitte wählen Sie eins."))],
        choices=[SelectChoice(stage.value, STAGES[stage]) for stage in Stage],
        validate_choice=False,
    )
    tags = Ticks(N_("Was sonst noch hilft"), choices=[SelectChoice(aim.value, AIMS[aim]) for aim in Aim])
    matters = Ticks(N_("Was zählt"), choices=[SelectChoice(*pair) for pair in MATTERS.items()])


class ClosingForm(FlaskForm):
    """What became of the need, asked of the person."""

    outcome = Radios(
        N_("Was ist daraus geworden?"),
        [Needed(N_("Bitte wählen Sie, was daraus wurde."))],
        choices=[SelectChoice(outcome.value, word) for outcome, word in OUTCOMES.items()],
        validate_choice=False,
    )
    version = IntegerField(widget=HiddenInput())


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/people/<public_id>/referrals")
@for_roles(Role.COACH)
def list_referrals(public_id: str) -> Any:
    """Show what this person looks for, and the enquiries to partners."""
    return _list_page(public_id, ClosingForm(formdata=None))


def _list_page(public_id: str, form: ClosingForm, status: int = 200, closing: str = "") -> Any:
    with reading() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        found = questions.list_of_person(session, person.id)
        asked = enquiries.list_of_person(session, person.id)
        phases, reader = phases_of(session, asked, at=at()), participants.reader_of(current_actor(), person)
    with transaction() as session:
        log.record_reading(
            session,
            actor=current_actor(),
            person=person,
            fields=[Field.IDENTITY, Field.AIM],
            purpose="referral",
            at=at(),
        )
    return render(
        "referrals/list_referrals.html",
        status,
        person=person,
        referrals=found,
        enquiries={
            one.id: rows_of([enquiry for enquiry in asked if enquiry.referral_id == one.id], phases, reader)
            for one in found
        },
        aim_told=aims_of(asked, phases, reader),
        form=form,
        closing=closing,
        states=STATES,
        outcomes=OUTCOMES,
        aims=AIMS,
        listed=listed,
    )


@blueprint.get("/people/<public_id>/referrals/new")
@for_roles(Role.COACH)
def new_referral(public_id: str) -> Any:
    """Ask what the person needs."""
    with reading() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
    return render("referrals/new_referral.html", person=person, form=ReferralForm(formdata=None))


@blueprint.post("/people/<public_id>/referrals/new")
@for_roles(Role.COACH)
def create_referral(public_id: str) -> Any:
    """Open the search."""
    form, status = ReferralForm(), 422
    with transaction() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        if form.validate_on_submit() and form.aim.data in set(Aim) and form.stage.data in set(Stage):
            try:
                referrals.open_referral(
                    session,
                    actor=current_actor(),
                    participant=person,
                    aim=Aim(form.aim.data),
                    stage=Stage(form.stage.data),
                    matters=form.matters.data or (),
                    tags=form.tags.data or (),
                    at=at(),
                )
                return redirect(url_for(".list_referrals", public_id=public_id), code=303)
            except (RuleBroken, InvalidInput) as error:
                add_error(form, error)
                status = error.status
    return render("referrals/new_referral.html", status, person=person, form=form)


@blueprint.post("/people/<public_id>/referrals/<referral_id>/closure")
@for_roles(Role.COACH)
def create_closure(public_id: str, referral_id: str) -> Any:
    """Close a search with its outcome."""
    form = ClosingForm()
    if not form.validate_on_submit():
        return _list_page(public_id, form, 422, referral_id)
    closing = {"outcome": form.outcome.data}
    return _step(public_id, referral_id, form, referrals.close_referral, N_("Abgeschlossen."), **closing)


@blueprint.post("/people/<public_id>/referrals/<referral_id>/pause")
@for_roles(Role.COACH)
def create_pause(public_id: str, referral_id: str) -> Any:
    """Let a search rest."""
    return _step(public_id, referral_id, ClosingForm(), referrals.pause_referral, N_("Das Anliegen ruht."))


@blueprint.post("/people/<public_id>/referrals/<referral_id>/resumption")
@for_roles(Role.COACH)
def create_resumption(public_id: str, referral_id: str) -> Any:
    """Take a resting search up again."""
    return _step(public_id, referral_id, ClosingForm(), referrals.resume_referral, N_("Das Anliegen ist wieder offen."))


@blueprint.post("/people/<public_id>/referrals/<referral_id>/retraction")
@for_roles(Role.COACH)
def create_retraction(public_id: str, referral_id: str) -> Any:
    """Take a search back with everything that is still open in it."""
    return _step(
        public_id, referral_id, ClosingForm(), referrals.retract_referral, N_("Das Anliegen ist zurückgezogen.")
    )


def _step(
    public_id: str, referral_id: str, form: ClosingForm, verb: Callable[..., None], done: Message, **more: Any
) -> Any:
    """Run a verb on a search of this person in one transaction; a broken rule shows the list with its reason."""
    try:
        with transaction() as session:
            referral = questions.get_referral(session, current_actor(), referral_id, at=at())
            if referral.participant.public_id != public_id:
                raise NotFound
            verb(session, actor=current_actor(), referral=referral, version=form.version.data, at=at(), **more)
    except RuleBroken as error:
        add_error(form, error)
        return _list_page(public_id, form, error.status, referral_id)
    flash(str(done), "ok")
    return redirect(url_for(".list_referrals", public_id=public_id), code=303)
