"""A sheet on the person's own page, behind card and PIN: read, answer line by line, put off, print the receipt."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import i18n
from hub.actions import sheet_answers
from hub.actions.sheet_answers import Signature
from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.consent import ConsentForm
from hub.models.consent_sheet import ConsentSheet
from hub.queries.sheets import Part, get_sheet, list_parts
from hub.web.access import for_person
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.sheet_forms import AnswersForm
from hub.web.sheets import open_parts, receipt_page, view_of

blueprint = Blueprint("own_sheets", __name__)


@blueprint.get("/me/sheets/<sheet_id>")
@for_person
def show_sheet(sheet_id: str) -> Any:
    """Show the exact words of each line, with a yes and a no of equal weight; afterwards, what was answered."""
    return _page(sheet_id)


def _read(session: Session, sheet_id: str) -> tuple[ConsentSheet, list[Part]]:
    sheet = get_sheet(session, current_actor(), sheet_id, at=at())
    return sheet, list_parts(session, sheet)


def _page(sheet_id: str, form: AnswersForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        sheet, parts = _read(session, sheet_id)
    if form is None:
        form = AnswersForm.for_parts(open_parts(parts), formdata=None)
    return render("sheets/show_own.html", status, form=form, at=at(), **view_of(sheet, parts))


@blueprint.post("/me/sheets/<sheet_id>/answer")
@for_person
def create_answer(sheet_id: str) -> Any:
    """Write down the person's own answers."""
    with reading() as session:
        sheet, parts = _read(session, sheet_id)
    waiting = open_parts(parts)
    with i18n.using(sheet.locale):
        form = AnswersForm.for_parts(waiting)
        if not form.validate_for(waiting):
            return _page(sheet_id, form, 422)
    try:
        with transaction() as session:
            sheet_answers.answer_sheet(
                session,
                actor=current_actor(),
                sheet=sheet,
                yes=form.yes(waiting),
                signature=Signature(ConsentForm.OWN_DEVICE),
                waive=form.waive.data,
                at=at(),
            )
    except RuleBroken as error:
        add_error(form, error)
        return _page(sheet_id, form, error.status)
    return redirect(url_for(".show_sheet", sheet_id=sheet_id), code=303)


@blueprint.post("/me/sheets/<sheet_id>/deferral")
@for_person
def create_deferral(sheet_id: str) -> Response | Any:
    """Put it off; it can be answered any day."""
    try:
        with transaction() as session:
            sheet, _ = _read(session, sheet_id)
            sheet_answers.defer_sheet(session, actor=current_actor(), sheet=sheet, at=at())
    except RuleBroken as error:
        form = AnswersForm.for_parts([], formdata=None)
        add_error(form, error)
        return _page(sheet_id, form, error.status)
    flash(str(N_("In Ordnung. Das hat Zeit.")), "ok")
    return redirect(url_for("own_consents.list_consents"), code=303)


@blueprint.get("/me/sheets/<sheet_id>/receipt")
@for_person
def show_receipt(sheet_id: str) -> Any:
    """Show the receipt of the whole sheet with its one withdrawal code."""
    with reading() as session:
        sheet, parts = _read(session, sheet_id)
    return receipt_page(sheet, parts, url_for(".show_sheet", sheet_id=sheet_id))
