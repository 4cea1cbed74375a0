"""Consents on a coach's screen: choose what goes along, see what is in force, print the receipt, take back."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import i18n
from hub.actions import log, withdrawals
from hub.actions.sheets import ask_sheet
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.consent import Consent
from hub.models.participant import Participant
from hub.models.user import Role
from hub.policy.fields import Field, Reader
from hub.queries import consents as questions
from hub.queries import participants
from hub.queries.consent_texts import read_wording
from hub.queries.enquiries import find_draft
from hub.queries.permissions import OWN_SCOPES
from hub.queries.reading import reads_words
from hub.queries.rounds import find_of_consent
from hub.queries.sheets import first_of_each_sheet, get_sheet_by_id
from hub.queries.withdrawals import list_coming_under, list_sent_under
from hub.web.access import for_roles
from hub.web.consent_forms import KeepForm, SheetForm, WishForm
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.receipt_words import file_address, on_paper, records_of
from hub.web.sheet_asking import Asked, asked_of, hold_of

blueprint = Blueprint("consents", __name__)
READ = (Field.IDENTITY, Field.CONTACT, Field.ACCESS)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/people/<public_id>/consents/new")
@for_roles(Role.COACH)
def new_consent(public_id: str) -> Any:
    """Choose together what each partner may learn; nothing is ticked beforehand."""
    with reading() as session:
        asked = asked_of(session, public_id)
    note_reading(asked.person, "consent")
    form = SheetForm(formdata=None)
    form.prepare()
    return _new_page(asked, form, asked.blocks(filled=False))


@blueprint.post("/people/<public_id>/consents/new")
@for_roles(Role.COACH)
def create_consent(public_id: str) -> Any:
    """Write the questions down on one sheet, each with its literal preview (T1)."""
    with reading() as session:
        asked = asked_of(session, public_id)
    form, blocks = SheetForm(), asked.blocks(filled=True)
    form.prepare()
    whole = [form.validate_on_submit(), *(block.validate_on_submit() for block in blocks)]
    if not all(whole):
        return _new_page(asked, form, blocks, 422)
    try:
        with transaction() as session:
            fresh = asked_of(session, public_id)
            sheet = ask_sheet(
                session,
                actor=current_actor(),
                participant=fresh.person,
                asks=fresh.asks(form, blocks),
                reading=form.reading(),
                referral=fresh.referral,
                at=at(),
            )
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _new_page(asked, form, blocks, error.status)
    return redirect(url_for("sheets.show_sheet", public_id=public_id, sheet_id=sheet.public_id), code=303)


def _new_page(asked: Asked, form: SheetForm, blocks: list[WishForm], status: int = 200) -> Any:
    return render("consents/new_consent.html", status, form=form, blocks=blocks, asked=asked, person=asked.person)


@blueprint.get("/people/<public_id>/consents")
@for_roles(Role.COACH)
def list_consents(public_id: str) -> Any:
    """Show what is in force and what waits for an answer."""
    with reading() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        running, asked = questions.list_current(session, person.id, at=at())
    note_reading(person, "consent")
    own = participants.reader_of(current_actor(), person) is Reader.COACH
    waiting = first_of_each_sheet(asked)
    return render("consents/list_consents.html", person=person, waiting=waiting, running=running, own=own)


@blueprint.get("/people/<public_id>/consents/<consent_id>")
@for_roles(Role.COACH)
def show_consent(public_id: str, consent_id: str) -> Any:
    """Show the exact words of a consent in force; one that still waits for an answer stands on its sheet."""
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
        if is_open(consent) and consent.sheet_id:
            sheet = get_sheet_by_id(session, consent.sheet_id)
            page = "paper_permissions.show_sheet" if consent.scope in OWN_SCOPES else "sheets.show_sheet"
            return redirect(url_for(page, public_id=public_id, sheet_id=sheet.public_id), code=303)
        draft = find_draft(session, consent_id=consent.id)
        asking = find_of_consent(session, consent.id)
        hold = hold_of(session, consent.participant_id, consent.offer_id)
        words = reads_wording(session, consent)
    note_reading(consent.participant, "consent")
    live = consent.is_live(at())
    return render(
        "consents/show_consent.html",
        consent=consent,
        person=consent.participant,
        wording=read_wording(consent.notice_text) if live and words else None,
        live=live,
        resting=consent.is_resting(at()),
        draft=draft,
        asking=asking,
        hold=hold,
    )


def get_consent(session: Session, public_id: str, consent_id: str) -> Consent:
    """Return a consent of this very person; else NotFound."""
    consent = questions.get_consent(session, current_actor(), consent_id, at=at())
    if consent.participant.public_id != public_id:
        raise NotFound
    return consent


def reads_wording(session: Session, consent: Consent) -> bool:
    """Tell whether the reader may see what a consent says; else it is "yes, until" to them."""
    sheet = get_sheet_by_id(session, consent.sheet_id) if consent.sheet_id else None
    return reads_words(current_actor(), participants.reader_of(current_actor(), consent.participant), sheet)


def is_open(consent: Consent) -> bool:
    """Tell whether the question still waits for an answer."""
    return consent.state in questions.WAITING and consent.valid_until > at()


def note_reading(person: Participant, purpose: str) -> None:
    """Log that the coach read this person before the page is shown (R-AUD-02)."""
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=READ, purpose=purpose, at=at())


@blueprint.get("/people/<public_id>/consents/<consent_id>/receipt")
@for_roles(Role.COACH)
def show_receipt(public_id: str, consent_id: str) -> Any:
    """Show the receipt with the withdrawal slip, to be printed for the person."""
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
        words = reads_wording(session, consent)
    if not (consent.is_live(at()) and words):
        raise NotFound
    note_reading(consent.participant, "consent")
    return receipt_page(consent, url_for(".show_consent", public_id=public_id, consent_id=consent_id))


def receipt_page(consent: Consent, back_url: str) -> Any:
    """Render the receipt of one consent, wholly in the language in which it was given."""
    wording = read_wording(consent.notice_text)
    with reading() as session:
        records = records_of(session, consent.participant, [consent])
    items, _ = on_paper(records, consent.notice_locale)
    with i18n.using(consent.notice_locale):
        return render(
            "consents/show_receipt.html",
            consent=consent,
            wording=wording,
            items=items[consent.public_id],
            file_url=file_address(consent, consent.participant),
            back_url=back_url,
            locale=consent.notice_locale,
        )


@blueprint.get("/people/<public_id>/consents/<consent_id>/withdrawal")
@for_roles(Role.COACH)
def new_withdrawal(public_id: str, consent_id: str) -> Any:
    """Show what a withdrawal will do, to whom."""
    return _withdrawal_page(public_id, consent_id, KeepForm(formdata=None))


def _withdrawal_page(public_id: str, consent_id: str, form: FlaskForm, status: int = 200) -> Any:
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
        coming = list_coming_under(session, consent, at=at())
        sent = list_sent_under(session, consent)
    if not consent.is_live(at()):
        raise NotFound
    note_reading(consent.participant, "withdrawal")
    shown: dict[str, Any] = {"consent": consent, "person": consent.participant, "coming": coming, "sent": sent}
    return render("consents/new_withdrawal.html", status, **shown, form=form)


@blueprint.post("/people/<public_id>/consents/<consent_id>/withdrawal")
@for_roles(Role.COACH)
def create_withdrawal(public_id: str, consent_id: str) -> Any:
    """Withdraw for a person who called or came by; no reason is asked (R-CON-10)."""
    form = KeepForm()
    try:
        with transaction() as session:
            withdraw(session, get_consent(session, public_id, consent_id), form)
    except RuleBroken as error:
        add_error(form, error)
        return _withdrawal_page(public_id, consent_id, form, error.status)
    return withdrawn(url_for(".list_consents", public_id=public_id))


def withdraw(session: Session, consent: Consent, form: KeepForm) -> None:
    """Withdraw a consent as the form says."""
    withdrawals.withdraw_consent(
        session,
        actor=current_actor(),
        consent=consent,
        keep_bookings=form.keep.data == "keep",
        at=at(),
    )


def withdrawn(target: str) -> Response:
    """Say that it is done and go on."""
    flash(str(N_("Zurückgenommen. Ab jetzt erfährt dort niemand mehr etwas.")), "ok")
    return redirect(target, code=303)
