"""Releases from secrecy on a coach's screen: ask, read together, the three ways of signing, the receipt, the end."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, PasswordField
from wtforms.fields.choices import SelectChoice
from wtforms.fields.simple import HiddenField

from hub import i18n
from hub.actions import releases as verbs
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.consent import Release
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import participants
from hub.queries import releases as questions
from hub.queries.consent_texts import read_wording
from hub.queries.consents import WAITING
from hub.web.access import for_roles
from hub.web.consent_forms import AnswerForm
from hub.web.consents import note_reading
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Needed, Radios, add_error
from hub.web.sheet_forms import REASONS, SheetPaperForm, drawn_paths

blueprint = Blueprint("releases", __name__)


class ReleaseForm(FlaskForm):
    """What may be told, and in which language it is read."""

    words = BooleanField(N_("Auch ein kurzer Text, höchstens 300 Zeichen"))
    locale = Radios(
        N_("In welcher Sprache lesen wir gemeinsam?"),
        [Needed(N_("Bitte wählen Sie eine Sprache."))],
        validate_choice=False,
    )

    def prepare(self) -> None:
        """Fill the languages."""
        self.locale.choices = [SelectChoice(*pair) for pair in i18n.LANGUAGES.items()]


class ReleaseAnswerForm(AnswerForm):
    """The answer on the coach's device: the PIN of the card says who it is, or the person signs with a finger."""

    pin = PasswordField(N_("Ihre PIN"))
    signature = HiddenField(N_("Ihre Unterschrift"))


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/people/<public_id>/releases")
@for_roles(Role.COACH)
def list_releases(public_id: str) -> Any:
    """Show what is in force, what waits, and which clinics might be asked about."""
    with reading() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        running, waiting = questions.list_current(session, person.id, at=at())
        askable = questions.list_askable(session, person.id)
    taken = {one.organisation_id for one in (*running, *waiting)}
    note_reading(person, "release")
    return render(
        "releases/list_releases.html",
        person=person,
        running=running,
        waiting=waiting,
        askable=[one for one in askable if one.id not in taken],
    )


@blueprint.get("/people/<public_id>/releases/new/<body_id>")
@for_roles(Role.COACH)
def new_release(public_id: str, body_id: str) -> Any:
    """Choose together what one body may tell; nothing is ticked beforehand."""
    form = ReleaseForm(formdata=None)
    with reading() as session:
        person, body = _asked(session, public_id, body_id)
    return _new_page(form, person, body)


def _asked(session: Session, public_id: str, body_id: str) -> tuple[Participant, Organisation]:
    """Return a person of the actor's and one of the bodies they let report; else NotFound."""
    person = participants.get_participant(session, current_actor(), public_id, at=at())
    body = next((one for one in questions.list_askable(session, person.id) if one.public_id == body_id), None)
    if body is None:
        raise NotFound
    return person, body


def _new_page(form: ReleaseForm, person: Participant, body: Organisation, status: int = 200) -> Any:
    form.prepare()
    note_reading(person, "release")
    return render("releases/new_release.html", status, form=form, person=person, body=body)


@blueprint.post("/people/<public_id>/releases/new/<body_id>")
@for_roles(Role.COACH)
def create_release(public_id: str, body_id: str) -> Any:
    """Write the question down with its exact words."""
    form = ReleaseForm()
    form.prepare()
    with reading() as session:
        person, body = _asked(session, public_id, body_id)
    if not form.validate_on_submit():
        return _new_page(form, person, body, 422)
    try:
        with transaction() as session:
            participant, organisation = _asked(session, public_id, body_id)
            release = verbs.request_release(
                session,
                actor=current_actor(),
                participant=participant,
                organisation=organisation,
                words=form.words.data,
                locale=form.locale.data,
                at=at(),
            )
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _new_page(form, person, body, error.status)
    return redirect(url_for(".show_release", public_id=public_id, release_id=release.public_id), code=303)


def read_release(session: Session, public_id: str, release_id: str) -> Release:
    """Return a release of this very person; else NotFound."""
    release = questions.get_release(session, current_actor(), release_id, at=at())
    if release.participant.public_id != public_id:
        raise NotFound
    return release


def is_open(release: Release) -> bool:
    """Tell whether the question still waits for an answer."""
    return release.state in WAITING and release.valid_until > at()


def view_of(release: Release) -> dict[str, Any]:
    """Return what every page of a release shows; of an ended one a coach reads only that there is none."""
    waits, live = is_open(release), release.is_live(at())
    wording = read_wording(release.notice_text) if waits or live else None
    return {"release": release, "person": release.participant, "waits": waits, "live": live, "wording": wording}


@blueprint.get("/people/<public_id>/releases/<release_id>")
@for_roles(Role.COACH)
def show_release(public_id: str, release_id: str) -> Any:
    """Show the exact words and the ways in which the person can answer; afterwards, how it stands."""
    return _page(public_id, release_id)


def _page(public_id: str, release_id: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        release = read_release(session, public_id, release_id)
    note_reading(release.participant, "release")
    return render("releases/show_release.html", status, form=form or _paper_form(formdata=None), **view_of(release))


def _paper_form(**options: Any) -> SheetPaperForm:
    form = SheetPaperForm(**options)
    form.yes.choices = []
    return form


@blueprint.post("/people/<public_id>/releases/<release_id>/paper")
@for_roles(Role.COACH)
def create_paper(public_id: str, release_id: str) -> Any:
    """Record a signed sheet; of a scan only its hash is kept."""
    form = _paper_form()
    if not form.validate_on_submit():
        return _page(public_id, release_id, form, 422)
    record = partial(verbs.answer_release, yes=True, signature=form.signed(current_actor().user_id))
    done = N_("Die Unterschrift ist eingetragen. Bitte drucken Sie den Beleg mit.")
    return _write(public_id, release_id, form, record, done)


def _write(public_id: str, release_id: str, form: FlaskForm | None, verb: Callable[..., None], done: Message) -> Any:
    try:
        with transaction() as session:
            verb(session, actor=current_actor(), release=read_release(session, public_id, release_id), at=at())
    except (RuleBroken, InvalidInput) as error:
        form = form or _paper_form(formdata=None)
        add_error(form, error)
        return _page(public_id, release_id, form, error.status)
    flash(str(done), "ok")
    return redirect(url_for(".show_release", public_id=public_id, release_id=release_id), code=303)


@blueprint.post("/people/<public_id>/releases/<release_id>/refusal")
@for_roles(Role.COACH)
def create_refusal(public_id: str, release_id: str) -> Any:
    """Record the person's no: no reason, and nobody is told."""
    return _write(public_id, release_id, None, verbs.refuse_release, N_("In Ordnung. Niemand erfährt etwas."))


@blueprint.post("/people/<public_id>/releases/<release_id>/deferral")
@for_roles(Role.COACH)
def create_deferral(public_id: str, release_id: str) -> Any:
    """Put it off; it can be answered any day."""
    return _write(public_id, release_id, None, verbs.defer_release, N_("In Ordnung. Das hat Zeit."))


@blueprint.post("/people/<public_id>/releases/<release_id>/withdrawal")
@for_roles(Role.COACH)
def create_withdrawal(public_id: str, release_id: str) -> Any:
    """Take it back for a person who called or came by; places and all other answers stay."""
    return _write(public_id, release_id, None, verbs.withdraw_release, N_("Zurückgenommen. Die Termine bleiben."))


@blueprint.get("/people/<public_id>/releases/<release_id>/paper")
@for_roles(Role.COACH)
def show_paper(public_id: str, release_id: str) -> Any:
    """Show the question as a sheet to sign, wholly in its language."""
    with reading() as session:
        release = read_release(session, public_id, release_id)
    if not is_open(release):
        raise NotFound
    note_reading(release.participant, "release")
    back = url_for(".show_release", public_id=public_id, release_id=release_id)
    with i18n.using(release.notice_locale):
        return render("releases/show_paper.html", back_url=back, locale=release.notice_locale, **view_of(release))


@blueprint.get("/people/<public_id>/releases/<release_id>/receipt")
@for_roles(Role.COACH)
def show_receipt(public_id: str, release_id: str) -> Any:
    """Show the receipt with the withdrawal slip, to be printed for the person."""
    with reading() as session:
        release = read_release(session, public_id, release_id)
    note_reading(release.participant, "release")
    return receipt_page(release, url_for(".show_release", public_id=public_id, release_id=release_id))


def receipt_page(release: Release, back_url: str) -> Any:
    """Render the receipt of a release in force, wholly in its language; NotFound when it is not."""
    if not release.is_live(at()):
        raise NotFound
    with i18n.using(release.notice_locale):
        return render(
            "releases/show_receipt.html",
            drawing=drawn_paths((release.evidence or {}).get("strokes", [])),
            reason=REASONS.get(release.form_reason),
            back_url=back_url,
            locale=release.notice_locale,
            **view_of(release),
        )
