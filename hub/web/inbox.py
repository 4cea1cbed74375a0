"""A partner's inbox: what was asked, whose turn it is, and who comes, once that may be known."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from hub import clock
from hub.actions import answers, log, tellings
from hub.i18n import N_
from hub.models.enquiry import STEPS, Enquiry, EnquiryState
from hub.models.organisation import Organisation
from hub.models.user import Role
from hub.models.wording import STATES
from hub.policy.fields import Field, Phase, Reader
from hub.queries import prior_questions, requested_places
from hub.queries.acknowledgements import has_confirmed
from hub.queries.behalf import find_acting_for
from hub.queries.disclosures import content_of, fields_for, lines, pairs, phase_now, reader_of
from hub.queries.duties import count_owed, find_owed_of
from hub.queries.enquiries import get_received, list_received
from hub.queries.grants import grant_of
from hub.queries.ladder import Owner, find_turn
from hub.queries.transmissions import find_of_enquiry
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.enquiry_steps import DeclineForm, QuestionForm, Side, StepForm, WaitlistForm, answer_forms
from hub.web.transmission_words import LAW_WORDS

blueprint = Blueprint("inbox", __name__)
TURN = (EnquiryState.SENT, EnquiryState.SEEN)
OVER = {  # in the list, of what is over, only its code
    EnquiryState.WITHDRAWN: N_("Zurückgezogen"),
    EnquiryState.DECLINED: N_("Abgesagt"),
    EnquiryState.EXPIRED: N_("Frist vorbei"),
}
DONE = (EnquiryState.COMPLETED, EnquiryState.FAILED)
GONE = (Phase.RECALLED, Phase.CONSENT_ENDED)


@blueprint.get("/inbox")
@for_roles(Role.PARTNER)
def list_enquiries() -> Any:
    """Show what waits for the partner first; empty is the goal."""
    with reading() as session:
        found = list_received(session, current_actor(), at=at())
        owed = count_owed(session, current_actor())
        wondered = prior_questions.list_received(session, current_actor())
    mine = [one for one in found if one.state in TURN]
    open_days, past = _by_day([one for one in found if one.state not in TURN])
    several = len({one.organisation_id for one in found}) > 1
    shown: dict[str, Any] = {"mine": mine, "open": open_days, "past": past, "several": several, "owed": owed}
    return render("inbox/list_enquiries.html", **shown, prior_questions=wondered, over=OVER, states=STATES, at=at())


def _by_day(others: list[Enquiry]) -> tuple[list[tuple[date | None, list[Enquiry]]], list[Enquiry]]:
    """Return what is still to come by day, what has no date yet last; and what is over."""
    coming: dict[date | None, list[Enquiry]] = {}
    past: list[Enquiry] = []
    for one in others:
        if one.state in OVER or one.state in DONE or (one.slot is not None and one.slot.ends_at <= at()):
            past.append(one)
        else:
            coming.setdefault(clock.local_date(one.slot.starts_at) if one.slot else None, []).append(one)
    return sorted(coming.items(), key=lambda pair: pair[0] or date.max), past


@blueprint.get("/inbox/<reference>")
@for_roles(Role.PARTNER)
def show_enquiry(reference: str) -> Any:
    """Show an enquiry as far as the visibility table allows now; the first opening is noted for the coach."""
    return _page(reference)


def _page(reference: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    actor = current_actor()
    with reading() as session:
        enquiry = get_received(session, actor, reference, at=at())
        grant = grant_of(session, enquiry, at=at())
        version = answers.NOTICE_VERSION
        acknowledged = has_confirmed(session, enquiry=enquiry, user_id=actor.user_id, version=version)
        written_by = _find_writer(session, enquiry)
        asked_anew = _is_umbrellas_turn(session, enquiry)
        owed = find_owed_of(session, enquiry.id)
        by_law = find_of_enquiry(session, enquiry)
        kept_until = requested_places.find_kept_until(session, enquiry)
        booked_by_yes = requested_places.is_by_yes(session, enquiry, at=at())
    permitting, granted, live = grant.consent, grant.scopes, grant.live
    known = {"live": live, "acknowledged": acknowledged, "asked_anew": asked_anew}
    fields = fields_for(enquiry, actor, **known, granted=granted, at=at())
    _note_opening(enquiry, fields)
    until = permitting.valid_until_on if permitting else None
    return render(
        "inbox/show_enquiry.html",
        status,
        form=form,
        **view_of(enquiry, fields, live=live, valid_until_on=until, health=grant.health, asked_anew=asked_anew),
        **answer_forms(form),
        own=reader_of(actor, enquiry.organisation_id) is Reader.PARTNER,
        acknowledged=acknowledged,
        written_by=written_by,
        owed=owed,
        by_law=by_law,
        kept_until=kept_until,
        booked_by_yes=booked_by_yes,
        law_words=LAW_WORDS,
    )


def _is_umbrellas_turn(session: Session, enquiry: Enquiry) -> bool:
    """Tell whether a partner was silent and it is its umbrella, to which the reader belongs, that asks now."""
    turn = find_turn(session, enquiry, at=at())
    return turn is not None and turn.owner is Owner.UMBRELLA and enquiry.organisation_id in current_actor().member_ids


def _find_writer(session: Session, enquiry: Enquiry) -> Organisation | None:
    """Return the umbrella or network office that wrote the answer down for the partner, if it was not the partner."""
    by, answered_at = enquiry.answered_by_id, enquiry.answered_at
    if answered_at is None:
        return None
    return find_acting_for(session, user_id=by, organisation_id=enquiry.organisation_id, at=answered_at)


def view_of(
    enquiry: Enquiry,
    fields: frozenset[Field],
    *,
    live: bool,
    valid_until_on: Any = None,
    health: str = "",
    asked_anew: bool = False,
) -> dict[str, Any]:
    """Return what the page of an enquiry shows to a partner: the lines of the allowed fields and the possible steps."""
    phase = phase_now(enquiry, live=live, asked_anew=asked_anew, at=at())
    coach = enquiry.participant.coach.name if enquiry.participant.coach else ""
    content = content_of(enquiry, coach=coach, valid_until_on=valid_until_on, health=health)
    return {
        "enquiry": enquiry,
        "phase": phase.value,
        "gone": phase in GONE,
        "state": STATES[enquiry.state],
        "told": pairs(lines(content, fields)),
        "steps": STEPS["partner"][enquiry.state] if live and phase not in GONE and not enquiry.is_by_law else (),
        "late": enquiry.state is EnquiryState.EXPIRED,
        "nameless": phase is Phase.ACCEPTED and enquiry.is_nameless,
        "promised": _promise(enquiry) if phase is Phase.ACCEPTED and enquiry.is_nameless else None,
        "identity_open": Field.IDENTITY in fields,
        "title": enquiry.offer.title if Field.OFFER in fields else "",
        "slot": enquiry.slot if Field.DATE in fields else None,
    }


def _promise(enquiry: Enquiry) -> datetime | None:
    """Return until when the own yes without a name is kept, where it is the one the person is asked about."""
    asked = enquiry.round
    return asked.hold_until_at if asked is not None and asked.held_enquiry_id == enquiry.id else None


def _note_opening(enquiry: Enquiry, fields: frozenset[Field]) -> None:
    """Write down, before the page is shown, that the partner opened it, and that names were read."""
    for_partner = Field.AIM in fields and reader_of(current_actor(), enquiry.organisation_id) is Reader.UMBRELLA
    if enquiry.state is not EnquiryState.SENT and Field.IDENTITY not in fields and not for_partner:
        return
    with transaction() as session:
        if enquiry.state is EnquiryState.SENT:
            row = get_received(session, current_actor(), enquiry.reference, at=at())
            answers.note_seen(session, actor=current_actor(), enquiry=row, at=at())
            enquiry.state, enquiry.version = row.state, row.version
        if for_partner:
            tellings.note_read_for_partner(session, actor=current_actor(), enquiry=enquiry, fields=fields, at=at())
        if Field.IDENTITY in fields:
            told = fields & {Field.IDENTITY, Field.CONTACT, Field.ACCESS, Field.HEALTH}
            log.record_reading(
                session, actor=current_actor(), person=enquiry.participant, fields=told, purpose="enquiry", at=at()
            )
        if Field.HEALTH in fields:
            answers.note_health_opened(session, actor=current_actor(), enquiry=enquiry, at=at())


def _find(session: Session, reference: str) -> Enquiry:
    return get_received(session, current_actor(), reference, at=at())


PARTNER = Side(_find, _page, lambda reference: url_for(".show_enquiry", reference=reference))


@blueprint.post("/inbox/<reference>/acceptance")
@for_roles(Role.PARTNER)
def create_acceptance(reference: str) -> Any:
    """Say yes with one tap."""
    return PARTNER.step(reference, StepForm(), answers.accept_enquiry, N_("Danke, der Platz ist zugesagt."))


@blueprint.post("/inbox/<reference>/decline")
@for_roles(Role.PARTNER)
def create_decline(reference: str) -> Any:
    """Say no with a coded reason."""
    done = N_("Danke für die klare Antwort. Wir suchen weiter.")
    return PARTNER.step(reference, DeclineForm(), answers.decline_enquiry, done)


@blueprint.post("/inbox/<reference>/question")
@for_roles(Role.PARTNER)
def create_question(reference: str) -> Any:
    """Ask back from the closed list."""
    return PARTNER.step(
        reference, QuestionForm(), answers.return_enquiry, N_("Die Frage ist unterwegs. Wir melden uns.")
    )


@blueprint.post("/inbox/<reference>/waitlist")
@for_roles(Role.PARTNER)
def create_waitlist(reference: str) -> Any:
    """Put it on the own waiting list."""
    return PARTNER.step(reference, WaitlistForm(), answers.waitlist_enquiry, N_("Steht auf Ihrer Warteliste."))


@blueprint.post("/inbox/<reference>/reopening")
@for_roles(Role.PARTNER)
def create_reopening(reference: str) -> Any:
    """Take a wrong yes back, within a day."""
    return PARTNER.step(reference, StepForm(), answers.take_back_acceptance, N_("Die Zusage ist zurückgenommen."))


@blueprint.post("/inbox/<reference>/identity")
@for_roles(Role.PARTNER)
def create_identity(reference: str) -> Any:
    """Confirm the purpose notice; then, and only then, the name opens (R-LAW-05)."""
    # Without a version: whatever happened meanwhile, the verb asks whether the name may be known now.
    return PARTNER.step(reference, FlaskForm(), answers.open_identity, N_("Danke. Hier stehen jetzt Name und Kontakt."))
