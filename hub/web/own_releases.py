"""A release from secrecy on the person's own page, behind card and PIN: read, answer, print, take back."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session

from hub.actions import releases as verbs
from hub.actions.sheet_answers import Signature
from hub.errors import RuleBroken
from hub.i18n import N_, Message
from hub.models.consent import ConsentForm, Release
from hub.queries.releases import get_release
from hub.web.access import for_person
from hub.web.consent_forms import AnswerForm
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.releases import receipt_page, view_of

blueprint = Blueprint("own_releases", __name__)


def _read(session: Session, release_id: str) -> Release:
    return get_release(session, current_actor(), release_id, at=at())


@blueprint.get("/me/releases/<release_id>")
@for_person
def show_release(release_id: str) -> Any:
    """Show the exact words; while the question is open, with a yes and a no of equal weight."""
    return _page(release_id, AnswerForm(formdata=None))


def _page(release_id: str, form: AnswerForm, status: int = 200) -> Any:
    with reading() as session:
        release = _read(session, release_id)
    return render("releases/show_own.html", status, form=form, **view_of(release))


@blueprint.post("/me/releases/<release_id>/answer")
@for_person
def create_answer(release_id: str) -> Any:
    """Write down the person's own answer."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(release_id, form, 422)
    try:
        with transaction() as session:
            verbs.answer_release(
                session,
                actor=current_actor(),
                release=_read(session, release_id),
                yes=form.answer.data == "yes",
                signature=Signature(ConsentForm.OWN_DEVICE),
                at=at(),
            )
    except RuleBroken as error:
        add_error(form, error)
        return _page(release_id, form, error.status)
    return redirect(url_for(".show_release", release_id=release_id), code=303)


@blueprint.post("/me/releases/<release_id>/deferral")
@for_person
def create_deferral(release_id: str) -> Any:
    """Put it off; it can be answered any day."""
    return _write(release_id, verbs.defer_release, N_("In Ordnung. Das hat Zeit."))


def _write(release_id: str, verb: Callable[..., None], done: Message) -> Any:
    try:
        with transaction() as session:
            verb(session, actor=current_actor(), release=_read(session, release_id), at=at())
    except RuleBroken as error:
        form = AnswerForm(formdata=None)
        add_error(form, error)
        return _page(release_id, form, error.status)
    flash(str(done), "ok")
    return redirect(url_for("own_consents.list_consents"), code=303)


@blueprint.post("/me/releases/<release_id>/withdrawal")
@for_person
def create_withdrawal(release_id: str) -> Any:
    """Take it back with one tap; no reason is asked, and the dates stay."""
    return _write(release_id, verbs.withdraw_release, N_("Zurückgenommen. Ihre Termine bleiben."))


@blueprint.get("/me/releases/<release_id>/receipt")
@for_person
def show_receipt(release_id: str) -> Any:
    """Show the receipt with the withdrawal slip."""
    with reading() as session:
        release = _read(session, release_id)
    return receipt_page(release, url_for(".show_release", release_id=release_id))
