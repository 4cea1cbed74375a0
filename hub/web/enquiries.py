"""An enquiry on a coach's screen: what the partner has, whose turn it is, and the steps that are possible now."""

from typing import Any

from flask import Blueprint, g, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from hub.actions import enquiries as verbs
from hub.actions import log, tellings, withdrawals
from hub.errors import NotFound
from hub.i18n import N_
from hub.models.enquiry import STEPS, Advice, Answer, Enquiry, EnquiryState, Question
from hub.models.user import Role
from hub.models.wording import CLOSINGS, DECLINES, QUESTIONS, STATES
from hub.policy.fields import Field, Reader
from hub.queries import requested_places
from hub.queries.disclosures import content_of, lines, pairs, phase_now, told_fields
from hub.queries.enquiries import get_enquiry, list_other_offers
from hub.queries.feedback import may_read_as_coach
from hub.queries.grants import grant_of
from hub.queries.ladder import find_turn
from hub.queries.participants import reader_of
from hub.queries.past_dates import list_past_of_enquiry
from hub.queries.reading import fields_of
from hub.queries.transmissions import find_of_enquiry
from hub.web.access import for_roles
from hub.web.attendance import WORDS as ATTENDANCE
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.enquiry_steps import AnswerForm, ClosingForm, Side, StepForm, TellingForm, filled_or
from hub.web.transmission_words import LAW_WORDS

blueprint = Blueprint("enquiries", __name__)
REPORT = (Field.FEEDBACK,)  # what the partner reported, for the person's own coach alone
AGAIN = (EnquiryState.SENT, EnquiryState.SEEN)  # with the partner once more, after the answer


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/enquiries/<public_id>")
@for_roles(Role.COACH)
def show_enquiry(public_id: str) -> Any:
    """Show an enquiry with exactly the steps that are possible now."""
    return _page(public_id)


def _page(public_id: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        enquiry = get_enquiry(session, current_actor(), public_id, at=at())
        reader = reader_of(current_actor(), enquiry.participant)
        fields = fields_of(session, [enquiry], reader, at=at()).get(enquiry.id)
        if fields is None:
            raise NotFound
        live = grant_of(session, enquiry, at=at()).live
        by_law = find_of_enquiry(session, enquiry)
        turn = find_turn(session, enquiry, at=at())
        past = list_past_of_enquiry(session, current_actor(), enquiry.id, at=at())
        coming = requested_places.list_coming(session, enquiry, at=at())
        other_date = requested_places.find_other_date(session, enquiry)
        other_offers = list_other_offers(session, current_actor(), enquiry) if _other_is_welcome(enquiry) else []
        phase = phase_now(enquiry, live=live, at=at())
        reads_report = may_read_as_coach(session, current_actor(), enquiry, phase, at=at())
    with transaction() as session:
        log.record_reading(
            session,
            actor=current_actor(),
            person=enquiry.participant,
            fields=[Field.IDENTITY, Field.AIM, *REPORT[:reads_report]],
            purpose="enquiry",
            at=at(),
        )
    told = pairs(lines(content_of(enquiry), told_fields(enquiry.field_groups, Reader.PARTNER, phase) & fields))
    return render(
        "enquiries/show_enquiry.html",
        status,
        enquiry=enquiry,
        person=enquiry.participant,
        steps=STEPS["coach"][enquiry.state],
        state=STATES[enquiry.state],
        told=told,
        shown=frozenset(field.value for field in fields),
        live=live,
        by_law=by_law,
        law_words=LAW_WORDS,
        reason=DECLINES.get(enquiry.reason) or QUESTIONS.get(enquiry.reason),
        advised=enquiry.reason in set(Advice),
        closing=CLOSINGS.get(enquiry.reason),
        reported=pairs(lines(content_of(enquiry), frozenset(REPORT))) if reads_report else [],
        form=form,
        answer_form=filled_or(AnswerForm, form),
        turn=turn,
        past=[(one.booking, ATTENDANCE[one.mark] if one.mark else None) for one in past],
        coming=coming,
        other_date=other_date,
        other_offers=other_offers,
        telling_form=filled_or(TellingForm, form),
        closing_form=filled_or(ClosingForm, form),
    )


def _other_is_welcome(enquiry: Enquiry) -> bool:
    """Tell whether the partner named another offer of its own, and nobody said no to it."""
    asked = enquiry.reason == Question.OTHER_OFFER and enquiry.state in (EnquiryState.RETURNED, *AGAIN)
    return asked and enquiry.answer in ("", Answer.YES)


def _find(session: Session, public_id: str) -> Enquiry:
    return get_enquiry(session, current_actor(), public_id, at=at())


COACH = Side(_find, _page, lambda public_id: url_for(".show_enquiry", public_id=public_id))


@blueprint.post("/enquiries/<public_id>/sending")
@for_roles(Role.COACH)
def create_sending(public_id: str) -> Any:
    """Send a draft; without a live consent for exactly this nothing leaves (409)."""
    done = N_("Ist unterwegs. Der Partner sieht noch keinen Namen.")
    return COACH.step(public_id, StepForm(), verbs.send_enquiry, done)


@blueprint.post("/enquiries/<public_id>/answer")
@for_roles(Role.COACH)
def create_answer(public_id: str) -> Any:
    """Answer the partner's question; the enquiry goes back to them."""
    return COACH.step(public_id, AnswerForm(), verbs.answer_question, N_("Die Antwort ist beim Partner."))


@blueprint.post("/enquiries/<public_id>/telling")
@for_roles(Role.COACH)
def create_telling(public_id: str) -> Any:
    """Write down that the name was told on the telephone, after the purpose notice was read out."""
    done = N_("Eingetragen. Der Mensch kann lesen, dass der Partner den Namen jetzt kennt.")
    return COACH.step(public_id, TellingForm(), tellings.note_told_by_phone, done)


@blueprint.post("/enquiries/<public_id>/closing")
@for_roles(Role.COACH)
def create_closing(public_id: str) -> Any:
    """End an accepted enquiry on the person's own word."""
    return COACH.step(public_id, ClosingForm(), verbs.close_enquiry, N_("Abgeschlossen."))


@blueprint.post("/enquiries/<public_id>/withdrawal")
@for_roles(Role.COACH)
def create_withdrawal(public_id: str) -> Any:
    """Call an enquiry back; coming places are given back."""
    done = N_("Zurückgezogen. Der Partner sieht nur noch Nummer und Datum.")
    return COACH.step(public_id, StepForm(), withdrawals.withdraw_enquiry, done)
