"""Messages (E6) and evaluation (E7) for who has no telephone: chosen together, signed on paper, recorded here."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from hub import i18n
from hub.actions import permissions as verbs
from hub.actions import sheet_answers
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.consent import Consent, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import participants
from hub.queries import permissions as questions
from hub.queries.consent_texts import read_wording
from hub.queries.consents import list_requested
from hub.queries.sheets import get_sheet
from hub.web.access import for_roles
from hub.web.consents import is_open, note_reading, reads_wording
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.permissions import MessagesForm, sends_messages, ways_of
from hub.web.sheet_forms import SheetPaperForm

blueprint = Blueprint("paper_permissions", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


def _person(session: Session, public_id: str) -> Participant:
    return participants.get_participant(session, current_actor(), public_id, at=at())


@blueprint.get("/people/<public_id>/permissions")
@for_roles(Role.COACH)
def show_permissions(public_id: str) -> Any:
    """Show what holds once for everything, what waits for a signature, and how to ask for a sheet."""
    return _list_page(public_id, None)


def _list_page(public_id: str, form: MessagesForm | None, status: int = 200) -> Any:
    with reading() as session:
        person = _person(session, public_id)
        own = questions.list_own(session, person.id, at=at())
        asked = [one for one in list_requested(session, person.id) if one.scope in questions.OWN_SCOPES]
    note_reading(person, "consent")
    form = form or MessagesForm(formdata=None)
    form.prepare(person)
    shown: dict[str, Any] = {"messages": own.get(Scope.MESSAGES), "evaluation": own.get(Scope.EVALUATION)}
    shown |= {"waiting": [one for one in asked if is_open(one)], "ways": ways_of(person)}
    return render("paper_permissions/show_permissions.html", status, person=person, form=form, **shown)


@blueprint.post("/people/<public_id>/permissions/messages")
@for_roles(Role.COACH)
def create_messages(public_id: str) -> Any:
    """Write the ways the person chose on a sheet to sign."""
    form = MessagesForm()
    with reading() as session:
        form.prepare(_person(session, public_id))
    if not form.validate_on_submit():
        return _list_page(public_id, form, 422)
    return _ask(public_id, form, partial(verbs.ask_messages, channels=form.chosen(), messages=sends_messages()))


@blueprint.post("/people/<public_id>/permissions/evaluation")
@for_roles(Role.COACH)
def create_evaluation(public_id: str) -> Any:
    """Write the question about the evaluation on a sheet to sign."""
    return _ask(public_id, MessagesForm(formdata=None), verbs.ask_evaluation)


def _ask(public_id: str, form: MessagesForm, verb: Callable[..., ConsentSheet]) -> Any:
    try:
        with transaction() as session:
            person = _person(session, public_id)
            sheet = verb(session, actor=current_actor(), participant=person, at=at())
    except (RuleBroken, InvalidInput) as error:
        with reading() as session:
            form.prepare(_person(session, public_id))
        add_error(form, error)
        return _list_page(public_id, form, error.status)
    return redirect(url_for(".show_sheet", public_id=public_id, sheet_id=sheet.public_id), code=303)


def _read(session: Session, public_id: str, sheet_id: str) -> tuple[ConsentSheet, Consent]:
    """Return a sheet of this very person with its one question; else NotFound."""
    sheet = get_sheet(session, current_actor(), sheet_id, at=at())
    line = questions.find_line(session, sheet.id)
    if line is None or sheet.participant.public_id != public_id:
        raise NotFound
    return sheet, line


@blueprint.get("/people/<public_id>/permissions/<sheet_id>")
@for_roles(Role.COACH)
def show_sheet(public_id: str, sheet_id: str) -> Any:
    """Show the exact words and how the person can answer; once answered, the consent itself."""
    return _page(public_id, sheet_id)


def _page(public_id: str, sheet_id: str, form: SheetPaperForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        sheet, line = _read(session, public_id, sheet_id)
        reads = reads_wording(session, line)
    if not is_open(line):
        return redirect(url_for("consents.show_consent", public_id=public_id, consent_id=line.public_id), code=303)
    note_reading(sheet.participant, "consent")
    return render(
        "paper_permissions/show_sheet.html", status, form=form or _paper_form(None), **_view(sheet, line, reads)
    )


def _view(sheet: ConsentSheet, line: Consent, reads: bool) -> dict[str, Any]:
    wording = read_wording(line.notice_text) if reads else None
    return {"sheet": sheet, "person": sheet.participant, "line": line, "wording": wording}


def _paper_form(line: Consent | None) -> SheetPaperForm:
    form = SheetPaperForm() if line else SheetPaperForm(formdata=None)
    form.lines, form.yes.choices = [line] if line else [], []
    return form


@blueprint.get("/people/<public_id>/permissions/<sheet_id>/paper")
@for_roles(Role.COACH)
def show_paper(public_id: str, sheet_id: str) -> Any:
    """Show the question as a sheet to sign with its number, wholly in its language."""
    with reading() as session:
        sheet, line = _read(session, public_id, sheet_id)
        reads = reads_wording(session, line)
    if not (is_open(line) and reads):
        raise NotFound
    note_reading(sheet.participant, "consent")
    back = url_for(".show_sheet", public_id=public_id, sheet_id=sheet_id)
    with i18n.using(sheet.locale):
        view = _view(sheet, line, reads)
        return render("paper_permissions/show_paper.html", back_url=back, locale=sheet.locale, **view)


@blueprint.post("/people/<public_id>/permissions/<sheet_id>/paper")
@for_roles(Role.COACH)
def create_paper(public_id: str, sheet_id: str) -> Any:
    """Record the signed sheet with its day and file reference; of a scan only its hash is kept."""
    with reading() as session:
        _, line = _read(session, public_id, sheet_id)
    form = _paper_form(line)
    if not form.validate_on_submit():
        return _page(public_id, sheet_id, form, 422)
    signature = form.signed(current_actor().user_id)
    record = partial(sheet_answers.answer_sheet, yes={line.public_id}, signature=signature)
    done = N_("Die Unterschrift ist eingetragen. Bitte drucken Sie den Beleg mit.")
    return _write(public_id, sheet_id, form, record, done)


@blueprint.post("/people/<public_id>/permissions/<sheet_id>/refusal")
@for_roles(Role.COACH)
def create_refusal(public_id: str, sheet_id: str) -> Any:
    """Record the person's no: no reason; what held before still holds."""
    return _write(public_id, sheet_id, None, sheet_answers.refuse_sheet, N_("In Ordnung. Es bleibt, wie es war."))


@blueprint.post("/people/<public_id>/permissions/<sheet_id>/deferral")
@for_roles(Role.COACH)
def create_deferral(public_id: str, sheet_id: str) -> Any:
    """Put the sheet off; it can be answered any day."""
    return _write(public_id, sheet_id, None, sheet_answers.defer_sheet, N_("In Ordnung. Das hat Zeit."))


def _write(public_id: str, sheet_id: str, form: FlaskForm | None, verb: Callable[..., object], done: Message) -> Any:
    try:
        with transaction() as session:
            sheet, _ = _read(session, public_id, sheet_id)
            verb(session, actor=current_actor(), sheet=sheet, at=at())
    except (RuleBroken, InvalidInput) as error:
        form = form or _paper_form(None)
        add_error(form, error)
        return _page(public_id, sheet_id, form, error.status)
    flash(str(done), "ok")
    return redirect(url_for(".show_permissions", public_id=public_id), code=303)
