"""A partner's inbox: what was asked, whose turn it is, and who comes, once that may be known."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from hub.actions import answers, log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_, Message
from hub.models.enquiry import STEPS, Enquiry, EnquiryState
from hub.models.organisation import Organisation
from hub.models.user import Role
from hub.models.wording import DECLINES, QUESTIONS, STATES
from hub.policy.fields import Field, Phase, Reader
from hub.queries.behalf import find_acting_for
from hub.queries.consents import find_permitting
from hub.queries.disclosures import content_of, fields_for, lines, pairs, phase_now, reader_of
from hub.queries.enquiries import find_acknowledgement, get_received, list_received
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.enquiries import StepForm
from hub.web.fields import Needed, add_error

blueprint = Blueprint("inbox", __name__)
TURN = (EnquiryState.SENT, EnquiryState.SEEN)
GONE = (Phase.RECALLED, Phase.CONSENT_ENDED)


class DeclineForm(StepForm):
    """A coded no."""

    reason = RadioField(
        N_("Ein Grund hilft uns beim Weitersuchen"),
        [Needed(N_("Bitte wählen Sie einen Grund."))],
        choices=[SelectChoice(str(code), word) for code, word in DECLINES.items()],
        validate_choice=False,
    )


class QuestionForm(StepForm):
    """A question from the closed list."""

    question = RadioField(
        N_("Was möchten Sie wissen?"),
        [Needed(N_("Bitte wählen Sie eine Frage."))],
        choices=[SelectChoice(str(code), word) for code, word in QUESTIONS.items()],
        validate_choice=False,
    )


@blueprint.get("/inbox")
@for_roles(Role.PARTNER)
def list_enquiries() -> Any:
    """Show what waits for the partner first; empty is the goal."""
    with reading() as session:
        found = list_received(session, current_actor(), at=at())
    mine = [one for one in found if one.state in TURN]
    others = [one for one in found if one.state not in TURN]
    several = len({one.organisation_id for one in found}) > 1
    return render("inbox/list_enquiries.html", mine=mine, others=others, several=several, states=STATES, at=at())


@blueprint.get("/inbox/<reference>")
@for_roles(Role.PARTNER)
def show_enquiry(reference: str) -> Any:
    """Show an enquiry as far as the visibility table allows now; the first opening is noted for the coach."""
    return _page(reference)


def _page(reference: str, form: StepForm | None = None, status: int = 200) -> Any:
    actor = current_actor()
    with reading() as session:
        enquiry = get_received(session, actor, reference, at=at())
        permitting = find_permitting(session, enquiry, at=at())
        acknowledged = actor.user_id is not None and find_acknowledgement(
            session, enquiry=enquiry, user_id=actor.user_id, version=answers.NOTICE_VERSION
        )
        written_by = _find_writer(session, enquiry)
    live = permitting is not None
    fields = fields_for(enquiry, actor, live=live, acknowledged=bool(acknowledged), at=at())
    _note_opening(enquiry, fields)
    until = permitting.valid_until_on if permitting else None
    return render(
        "inbox/show_enquiry.html",
        status,
        form=form,
        **view_of(enquiry, fields, live=live, valid_until_on=until),
        own=reader_of(actor, enquiry.organisation_id) is Reader.PARTNER,
        acknowledged=bool(acknowledged),
        written_by=written_by,
        decline_form=form if isinstance(form, DeclineForm) else DeclineForm(formdata=None),
        question_form=form if isinstance(form, QuestionForm) else QuestionForm(formdata=None),
    )


def _find_writer(session: Session, enquiry: Enquiry) -> Organisation | None:
    """Return the umbrella or network office that wrote the answer down for the partner, if it was not the partner."""
    by, answered_at = enquiry.answered_by_id, enquiry.answered_at
    if answered_at is None:
        return None
    return find_acting_for(session, user_id=by, organisation_id=enquiry.organisation_id, at=answered_at)


def view_of(enquiry: Enquiry, fields: frozenset[Field], *, live: bool, valid_until_on: Any = None) -> dict[str, Any]:
    """Return what the page of an enquiry shows to a partner: the lines of the allowed fields and the possible steps."""
    phase = phase_now(enquiry, live=live, at=at())
    coach = enquiry.participant.coach.name if enquiry.participant.coach else ""
    content = content_of(enquiry, coach=coach, valid_until_on=valid_until_on)
    return {
        "enquiry": enquiry,
        "phase": phase.value,
        "gone": phase in GONE,
        "state": STATES[enquiry.state],
        "told": pairs(lines(content, fields)),
        "steps": STEPS["partner"][enquiry.state] if live and phase not in GONE else (),
        "identity_open": Field.IDENTITY in fields,
    }


def _note_opening(enquiry: Enquiry, fields: frozenset[Field]) -> None:
    """Write down, before the page is shown, that the partner opened it, and that names were read."""
    if enquiry.state is not EnquiryState.SENT and Field.IDENTITY not in fields:
        return
    with transaction() as session:
        if enquiry.state is EnquiryState.SENT:
            row = get_received(session, current_actor(), enquiry.reference, at=at())
            answers.note_seen(session, actor=current_actor(), enquiry=row, at=at())
            enquiry.state, enquiry.version = row.state, row.version
        if Field.IDENTITY in fields:
            told = fields & {Field.IDENTITY, Field.CONTACT, Field.ACCESS}
            log.record_reading(
                session, actor=current_actor(), person=enquiry.participant, fields=told, purpose="enquiry", at=at()
            )


def _step(reference: str, form: StepForm, done: Message, verb: Callable[[Session, Enquiry], None]) -> Any:
    if not form.validate_on_submit():
        return _page(reference, form, 422)
    try:
        with transaction() as session:
            verb(session, get_received(session, current_actor(), reference, at=at()))
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _page(reference, form, error.status)
    flash(str(done), "ok")
    return redirect(url_for(".show_enquiry", reference=reference), code=303)


def _facts(form: StepForm) -> dict[str, Any]:
    return {"actor": current_actor(), "version": form.version.data, "at": at()}


@blueprint.post("/inbox/<reference>/acceptance")
@for_roles(Role.PARTNER)
def create_acceptance(reference: str) -> Any:
    """Say yes with one tap."""
    form = StepForm()
    done = N_("Danke, der Platz ist zugesagt.")
    return _step(reference, form, done, lambda s, e: answers.accept_enquiry(s, enquiry=e, **_facts(form)))


@blueprint.post("/inbox/<reference>/decline")
@for_roles(Role.PARTNER)
def create_decline(reference: str) -> Any:
    """Say no with a coded reason."""
    form = DeclineForm()
    reason = form.reason.data or ""
    done = N_("Danke für die klare Antwort. Wir suchen weiter.")
    return _step(
        reference, form, done, lambda s, e: answers.decline_enquiry(s, enquiry=e, reason=reason, **_facts(form))
    )


@blueprint.post("/inbox/<reference>/question")
@for_roles(Role.PARTNER)
def create_question(reference: str) -> Any:
    """Ask back from the closed list."""
    form = QuestionForm()
    asked = form.question.data or ""
    done = N_("Die Frage ist unterwegs. Wir melden uns.")
    return _step(
        reference, form, done, lambda s, e: answers.return_enquiry(s, enquiry=e, question=asked, **_facts(form))
    )


@blueprint.post("/inbox/<reference>/waitlist")
@for_roles(Role.PARTNER)
def create_waitlist(reference: str) -> Any:
    """Put it on the own waiting list."""
    form = StepForm()
    done = N_("Steht auf Ihrer Warteliste.")
    return _step(reference, form, done, lambda s, e: answers.waitlist_enquiry(s, enquiry=e, **_facts(form)))


@blueprint.post("/inbox/<reference>/reopening")
@for_roles(Role.PARTNER)
def create_reopening(reference: str) -> Any:
    """Take a wrong yes back, within a day."""
    form = StepForm()
    done = N_("Die Zusage ist zurückgenommen.")
    return _step(reference, form, done, lambda s, e: answers.take_back_acceptance(s, enquiry=e, **_facts(form)))


@blueprint.post("/inbox/<reference>/identity")
@for_roles(Role.PARTNER)
def create_identity(reference: str) -> Any:
    """Confirm the purpose notice; then, and only then, the name opens (R-LAW-05)."""
    form = StepForm()
    done = N_("Danke. Hier stehen jetzt Name und Kontakt.")
    actor = current_actor()
    return _step(reference, form, done, lambda s, e: answers.open_identity(s, actor=actor, enquiry=e, at=at()))
