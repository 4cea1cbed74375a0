"""Consents on a coach's screen: choose what goes along, read it together, record a signed sheet, take back."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions import consent_answers, consents, log, withdrawals
from hub.errors import HubError, InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.consent import Consent
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import Role
from hub.policy.fields import Field
from hub.queries import consents as questions
from hub.queries import holds, offers, participants, slots
from hub.queries.consent_texts import read_wording
from hub.queries.enquiries import find_draft
from hub.queries.withdrawals import list_coming_under
from hub.web.access import for_roles
from hub.web.consent_forms import KeepForm, PaperForm, WishForm
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error

blueprint = Blueprint("consents", __name__)
READ = (Field.IDENTITY, Field.CONTACT, Field.ACCESS)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/people/<public_id>/consents/new")
@for_roles(Role.COACH)
def new_consent(public_id: str) -> Any:
    """Choose together what a partner may learn; nothing is ticked beforehand."""
    with reading() as session:
        person, offer, slot = _asked(session, public_id)
        hold = _hold_of(session, person, offer.id)
    note_reading(person, "consent")
    form = WishForm(formdata=None)
    form.prepare(person, offer, slot, clock.local_date(at()))
    return _new_page(form, person, offer, slot, hold)


@blueprint.post("/people/<public_id>/consents/new")
@for_roles(Role.COACH)
def create_consent(public_id: str) -> Any:
    """Write the question down, with its literal preview (T1)."""
    with transaction() as session:
        person, offer, slot = _asked(session, public_id)
        hold = _hold_of(session, person, offer.id)
        form = WishForm()
        form.prepare(person, offer, slot, clock.local_date(at()))
        if form.validate_on_submit():
            try:
                with session.begin_nested():
                    consent = consents.request_disclosure(
                        session,
                        actor=current_actor(),
                        participant=person,
                        offer=offer,
                        slot=slot,
                        wish=form.wish(),
                        locale=form.locale.data,
                        at=at(),
                    )
                return redirect(url_for(".show_consent", public_id=public_id, consent_id=consent.public_id), code=303)
            except (RuleBroken, InvalidInput) as error:
                add_error(form, error)
                return _new_page(form, person, offer, slot, hold, error.status)
    return _new_page(form, person, offer, slot, hold, 422)


def _asked(session: Session, public_id: str) -> tuple[Participant, Offer, Slot | None]:
    person = participants.get_participant(session, current_actor(), public_id, at=at())
    offer = offers.get_offer(session, current_actor(), request.args.get("offer", ""))
    slot = slots.get_slot(session, current_actor(), request.args["slot"]) if request.args.get("slot") else None
    if slot is not None and slot.offer_id != offer.id:
        raise NotFound
    return person, offer, slot


def _hold_of(session: Session, person: Participant, offer_id: int | None) -> Booking | None:
    """Return the place held for the person while this is asked, None when there is none any more."""
    hold = holds.find_hold_of_offer(session, person.id, offer_id) if offer_id else None
    return hold if holds.is_running(hold, at()) else None


def _new_page(
    form: WishForm, person: Participant, offer: Offer, slot: Slot | None, hold: Booking | None, status: int = 200
) -> Any:
    return render("consents/new_consent.html", status, form=form, person=person, offer=offer, slot=slot, hold=hold)


@blueprint.get("/people/<public_id>/consents")
@for_roles(Role.COACH)
def list_consents(public_id: str) -> Any:
    """Show what is in force and what waits for an answer."""
    with reading() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        waiting = questions.list_requested(session, person.id)
        running = questions.list_in_force(session, person.id, at=at())
    note_reading(person, "consent")
    return render("consents/list_consents.html", person=person, waiting=waiting, running=running)


@blueprint.get("/people/<public_id>/consents/<consent_id>")
@for_roles(Role.COACH)
def show_consent(public_id: str, consent_id: str) -> Any:
    """Show the exact words, and the three ways in which the person can answer."""
    return _consent_page(public_id, consent_id, PaperForm(formdata=None))


def _consent_page(public_id: str, consent_id: str, form: FlaskForm, status: int = 200) -> Any:
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
        draft = find_draft(session, consent_id=consent.id)
        hold = _hold_of(session, consent.participant, consent.offer_id)
    note_reading(consent.participant, "consent")
    wording = read_wording(consent.notice_text) if consent.is_live(at()) or is_open(consent) else None
    return render(
        "consents/show_consent.html",
        status,
        consent=consent,
        person=consent.participant,
        wording=wording,
        live=consent.is_live(at()),
        waits=is_open(consent),
        draft=draft,
        hold=hold,
        form=form,
    )


def get_consent(session: Session, public_id: str, consent_id: str) -> Consent:
    """Return a consent of this very person; else NotFound."""
    consent = questions.get_consent(session, current_actor(), consent_id, at=at())
    if consent.participant.public_id != public_id:
        raise NotFound
    return consent


def is_open(consent: Consent) -> bool:
    """Tell whether the question still waits for an answer."""
    return consent.state in questions.WAITING and consent.valid_until > at()


def note_reading(person: Participant, purpose: str) -> None:
    """Log that the coach read this person before the page is shown (R-AUD-02)."""
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=READ, purpose=purpose, at=at())


@blueprint.get("/people/<public_id>/consents/<consent_id>/sheet")
@for_roles(Role.COACH)
def show_sheet(public_id: str, consent_id: str) -> Any:
    """Show the question as a sheet to sign."""
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
    if not is_open(consent):
        raise NotFound
    note_reading(consent.participant, "consent")
    return render("consents/show_sheet.html", consent=consent, wording=read_wording(consent.notice_text))


@blueprint.post("/people/<public_id>/consents/<consent_id>/paper")
@for_roles(Role.COACH)
def create_paper(public_id: str, consent_id: str) -> Any:
    """Record a sheet the person signed."""
    form = PaperForm()
    if not form.validate_on_submit() or form.signed_on.data is None:
        return _consent_page(public_id, consent_id, form, 422)
    try:
        with transaction() as session:
            consent = get_consent(session, public_id, consent_id)
            consent_answers.record_paper(
                session,
                actor=current_actor(),
                consent=consent,
                signed_on=form.signed_on.data,
                reference=form.reference.data,
                at=at(),
            )
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _consent_page(public_id, consent_id, form, error.status)
    flash(str(N_("Die Unterschrift ist eingetragen. Bitte drucken Sie den Beleg mit.")), "ok")
    return redirect(url_for(".show_consent", public_id=public_id, consent_id=consent_id), code=303)


@blueprint.post("/people/<public_id>/consents/<consent_id>/refusal")
@for_roles(Role.COACH)
def create_refusal(public_id: str, consent_id: str) -> Any:
    """Record the person's no: no reason, and nobody is told."""
    form = PaperForm(formdata=None)
    try:
        with transaction() as session:
            consent = get_consent(session, public_id, consent_id)
            consent_answers.record_refusal(session, actor=current_actor(), consent=consent, at=at())
    except RuleBroken as error:
        add_error(form, error)
        return _consent_page(public_id, consent_id, form, error.status)
    flash(str(N_("In Ordnung. Der Partner erfährt nichts.")), "ok")
    return redirect(url_for(".list_consents", public_id=public_id), code=303)


@blueprint.get("/people/<public_id>/consents/<consent_id>/receipt")
@for_roles(Role.COACH)
def show_receipt(public_id: str, consent_id: str) -> Any:
    """Show the receipt with the withdrawal slip, to be printed for the person."""
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
    if not consent.is_live(at()):
        raise NotFound
    note_reading(consent.participant, "consent")
    back = url_for(".show_consent", public_id=public_id, consent_id=consent_id)
    wording = read_wording(consent.notice_text)
    return render("consents/show_receipt.html", consent=consent, wording=wording, back_url=back)


@blueprint.get("/people/<public_id>/consents/<consent_id>/withdrawal")
@for_roles(Role.COACH)
def new_withdrawal(public_id: str, consent_id: str) -> Any:
    """Show what a withdrawal will do, to whom."""
    return _withdrawal_page(public_id, consent_id, KeepForm(formdata=None))


def _withdrawal_page(public_id: str, consent_id: str, form: FlaskForm, status: int = 200) -> Any:
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
        coming = list_coming_under(session, consent, at=at())
    if not consent.is_live(at()):
        raise NotFound
    note_reading(consent.participant, "withdrawal")
    return render(
        "consents/new_withdrawal.html", status, consent=consent, person=consent.participant, coming=coming, form=form
    )


@blueprint.post("/people/<public_id>/consents/<consent_id>/withdrawal")
@for_roles(Role.COACH)
def create_withdrawal(public_id: str, consent_id: str) -> Any:
    """Withdraw for a person who called or came by; no reason is asked (R-CON-10)."""
    form = KeepForm()
    try:
        with transaction() as session:
            withdraw(session, get_consent(session, public_id, consent_id), form)
    except HubError as error:
        if not isinstance(error, RuleBroken):
            raise
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
