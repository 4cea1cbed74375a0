"""The way back on the page: a partner reports how it went; the person reads all that partners wrote down."""

from typing import Any

from flask import Blueprint, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, TextAreaField
from wtforms.fields.choices import SelectChoice

from hub.actions import feedback as verbs
from hub.actions.answers import NOTICE_VERSION
from hub.errors import NotFound
from hub.i18n import N_, Message
from hub.models.booking import BookingState
from hub.models.enquiry import LONGEST_FEEDBACK, STEPS, Enquiry, EnquiryState
from hub.models.user import Role
from hub.models.wording import OUTCOMES
from hub.policy.fields import Reader
from hub.queries import attendance
from hub.queries import feedback as questions
from hub.queries.acknowledgements import has_confirmed
from hub.queries.disclosures import reader_of, say_outcome
from hub.queries.enquiries import count_coming_bookings, get_received
from hub.queries.participants import get_self
from hub.web.access import for_person, for_roles
from hub.web.booking_words import title_of
from hub.web.context import at, current_actor, reading, render
from hub.web.enquiry_steps import Side, StepForm
from hub.web.fields import Needed, NotLonger, Radios
from hub.web.free_text import MEANT, Unsuspicious

blueprint = Blueprint("feedback", __name__)
ATTENDANCE: dict[BookingState, Message] = {
    BookingState.ATTENDED: N_("Sie waren da"),
    BookingState.NOT_THERE: N_("Sie waren nicht da"),
    BookingState.NOT_TAKEN_PLACE: N_("fand nicht statt"),
}


class FeedbackForm(StepForm):
    """A coded outcome, and a few words where the person allowed them."""

    outcome = Radios(
        N_("Wie ist es ausgegangen?"),
        [Needed(N_("Bitte wählen Sie, wie es ausging."))],
        choices=[SelectChoice(str(code), word) for code, word in OUTCOMES.items()],
        validate_choice=False,
    )
    words = TextAreaField(N_("Was der Coach dazu wissen soll"), [NotLonger(LONGEST_FEEDBACK), Unsuspicious()])
    meant = BooleanField(MEANT)


@blueprint.get("/inbox/<reference>/feedback")
@for_roles(Role.PARTNER)
def new_feedback(reference: str) -> Any:
    """Show the form while the way back is open, else that it is locked; no name stands here."""
    return _page(reference)


def _find(session: Session, reference: str) -> Enquiry:
    """Return an enquiry to the actor's own organisation: an umbrella reports nothing for its members."""
    enquiry = get_received(session, current_actor(), reference, at=at())
    if reader_of(current_actor(), enquiry.organisation_id) is not Reader.PARTNER:
        raise NotFound
    return enquiry


def _page(reference: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        enquiry = _find(session, reference)
        way = questions.find_way_back(session, enquiry, at=at())
        user_id = current_actor().user_id
        confirmed = has_confirmed(session, enquiry=enquiry, user_id=user_id, version=NOTICE_VERSION)
        coming = count_coming_bookings(session, enquiry.id, at=at())
    return render(
        "feedback/new_feedback.html",
        status,
        enquiry=enquiry,
        form=form or FeedbackForm(formdata=None),
        possible=EnquiryState.COMPLETED in STEPS["partner"][enquiry.state],
        unlocked=way.is_open,
        with_words=way.with_words,
        confirmed=confirmed,
        coming=coming,
    )


PARTNER = Side(_find, _page, lambda reference: url_for("inbox.show_enquiry", reference=reference))


@blueprint.post("/inbox/<reference>/feedback")
@for_roles(Role.PARTNER)
def create_feedback(reference: str) -> Any:
    """Report; whether the way back is open is asked again in the same transaction."""
    done = N_("Danke. Der Mensch und der Coach können es jetzt lesen.")
    return PARTNER.step(reference, FeedbackForm(), _report, done)


def _report(session: Session, **said: Any) -> None:
    """Give the verb what the form says; the tick was for the form alone."""
    del said["meant"]
    verbs.give_feedback(session, **{**said, "words": said["words"] or ""})


@blueprint.get("/me/feedback")
@for_person
def list_feedback() -> Any:
    """Show the person, word for word, what partners reported to the coach, and who was there as they wrote it down."""
    with reading() as session:
        person = get_self(session, current_actor(), at=at())
        found = questions.list_reported(session, person.id)
        marked = attendance.list_marked_of_person(session, person.id)
    reported = [(one, say_outcome(one.feedback), (one.feedback or {}).get("words", "")) for one in found]
    attended = [(one, title_of(one), ATTENDANCE[one.state]) for one in marked]
    return render("feedback/list_feedback.html", reported=reported, attended=attended)
