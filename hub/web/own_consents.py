"""Consents on the person's own page, behind card and PIN: answer, read again, take back."""

from typing import Any

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session

from hub.actions import consent_answers
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.consent import Consent, ConsentForm, ConsentState
from hub.queries import consents as questions
from hub.queries import known
from hub.queries.consent_reminders import SOON
from hub.queries.consent_texts import read_wording
from hub.queries.permissions import OWN_SCOPES
from hub.queries.releases import list_current
from hub.queries.sheets import first_of_each_sheet, get_sheet_by_id
from hub.queries.withdrawals import count_coming_under, list_coming_under, list_sent_under
from hub.web.access import for_person
from hub.web.consent_forms import AnswerForm, KeepForm
from hub.web.consents import is_open, receipt_page, withdraw, withdrawn
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.filters import full_day

blueprint = Blueprint("own_consents", __name__)
RAN_OUT = N_("Ihr Ja galt bis {day}.")
ENDS: dict[ConsentState, Message] = {
    ConsentState.REFUSED: N_("Sie haben am {day} Nein gesagt."),
    ConsentState.WITHDRAWN: N_("Sie haben es am {day} zurückgenommen."),
    ConsentState.REVOKED: N_("Das endete am {day}: Der Partner ist nicht mehr dabei."),
    ConsentState.INVALIDATED: N_("Das endete am {day}: Die Frage war nicht richtig gestellt."),
}


@blueprint.get("/me/consents")
@for_person
def list_consents() -> Any:
    """Show what waits for an answer, what is in force with its way back in one tap, and what has ended with its day.

    Every page behind the card leads here. What a withdrawal brings stands beside it; who wants to keep dates is asked.
    """
    with reading() as session:
        ended = known.list_ended(session, current_actor(), participant_id=_self(), at=at())
        running, asked = questions.list_current(session, _self(), at=at())
        releases_running, releases_waiting = list_current(session, _self(), at=at())
        coming = count_coming_under(session, running, at=at())
    return render(
        "consents/list_own.html",
        waiting=first_of_each_sheet(asked),
        running=running,
        coming=coming,
        ended=[(one, end_of(one)) for one in ended],
        releases_running=releases_running,
        releases_waiting=releases_waiting,
        releases_soon={one.id for one in releases_running if one.valid_until <= at() + SOON},
    )


def end_of(consent: Consent) -> Message:
    """Return what became of an answer that no longer counts, with its day."""
    day = full_day(consent.ended_at or consent.valid_until_on)
    return Message(ENDS.get(consent.state, RAN_OUT).text, {"day": day})


def _self() -> int:
    participant_id = current_actor().participant_id
    if participant_id is None:
        raise NotFound
    return participant_id


def _get(session: Session, consent_id: str) -> Consent:
    return questions.get_consent(session, current_actor(), consent_id, at=at())


@blueprint.get("/me/consents/<consent_id>")
@for_person
def show_consent(consent_id: str) -> Any:
    """Show the exact words; while the question is open, with a yes and a no of equal weight."""
    return _page(consent_id, AnswerForm(formdata=None))


def _page(consent_id: str, form: AnswerForm, status: int = 200) -> Any:
    with reading() as session:
        consent = _get(session, consent_id)
        waits = is_open(consent)
        alone = consent.scope in OWN_SCOPES  # these stand alone on their sheet
        sheet_id = consent.sheet_id if waits and not alone else None
        sheet = get_sheet_by_id(session, sheet_id) if sheet_id is not None else None
    if sheet is not None:
        return redirect(url_for("own_sheets.show_sheet", sheet_id=sheet.public_id), code=303)
    return render(
        "consents/show_own.html",
        status,
        consent=consent,
        wording=read_wording(consent.notice_text),
        waits=waits,
        live=consent.is_live(at()),
        end=end_of(consent) if known.is_answered(consent) else None,
        form=form,
    )


@blueprint.post("/me/consents/<consent_id>/answer")
@for_person
def create_answer(consent_id: str) -> Any:
    """Write down the person's own answer."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(consent_id, form, 422)
    try:
        with transaction() as session:
            consent_answers.express_consent(
                session,
                actor=current_actor(),
                consent=_get(session, consent_id),
                yes=form.answer.data == "yes",
                form=ConsentForm.OWN_DEVICE,
                at=at(),
            )
    except RuleBroken as error:
        add_error(form, error)
        return _page(consent_id, form, error.status)
    return redirect(url_for(".show_consent", consent_id=consent_id), code=303)


@blueprint.get("/me/consents/<consent_id>/receipt")
@for_person
def show_receipt(consent_id: str) -> Any:
    """Show the receipt with the withdrawal slip; of what has ended, the receipt that says so."""
    with reading() as session:
        consent = _get(session, consent_id)
    if known.is_answered(consent) and not is_open(consent) and not consent.is_live(at()):
        return _receipt_of_end(consent)
    if not consent.is_live(at()):
        raise NotFound
    return receipt_page(consent, url_for(".show_consent", consent_id=consent_id))


def _receipt_of_end(consent: Consent) -> Any:
    return render(
        "consents/show_end.html",
        consent=consent,
        wording=read_wording(consent.notice_text),
        end=end_of(consent),
        back_url=url_for(".show_consent", consent_id=consent.public_id),
    )


@blueprint.get("/me/consents/<consent_id>/withdrawal")
@for_person
def new_withdrawal(consent_id: str) -> Any:
    """Show what happens then; one more tap and it is done."""
    with reading() as session:
        consent = _get(session, consent_id)
        coming = list_coming_under(session, consent, at=at())
        sent = list_sent_under(session, consent)
    if not consent.is_live(at()):
        raise NotFound
    form = KeepForm(formdata=None)
    shown: dict[str, Any] = {"consent": consent, "coming": coming, "sent": sent}
    return render("consents/new_own_withdrawal.html", **shown, form=form)


@blueprint.post("/me/consents/<consent_id>/withdrawal")
@for_person
def create_withdrawal(consent_id: str) -> Any:
    """Withdraw; no reason is asked."""
    form = KeepForm()
    with transaction() as session:
        withdraw(session, _get(session, consent_id), form)
    return withdrawn(url_for(".list_consents"))
