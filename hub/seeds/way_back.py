"""What comes back in the demo: who was there, what a partner reports, what one still owes, whom to phone at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.actions import answers
from hub.actions.attendance import mark_attendance
from hub.actions.bookings import book_slot
from hub.actions.enquiries import send_enquiry
from hub.actions.feedback import give_feedback
from hub.actions.withdrawals import withdraw_consent
from hub.errors import RuleBroken
from hub.models.booking import BookingState
from hub.models.consent import Consent
from hub.models.enquiry import Enquiry, Outcome
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.queries.attendance import list_to_mark
from hub.queries.enquiries import find_draft
from hub.queries.slots import list_between
from hub.seeds.bookings import Story, district
from hub.seeds.dates import partner_of
from hub.seeds.papers import DAY, HOUR, ask_sheet_about, give_release, sign_sheet
from hub.seeds.stories import Case

B = BookingState
MARKS = (B.ATTENDED, B.ATTENDED, B.NOT_THERE)
WORDS = "Kam zu allen Terminen. Im Alltag gehen die Übungen gut."


def load_attendance(story: Story) -> None:
    """Let the club write down who was at its last date of which it has not said so yet."""
    actor, own = partner_of(story.cast, "club"), story.cast.organisations["club"].id
    span = list_between(story.session, story.at - timedelta(weeks=6), story.at - HOUR, (Access.ANONYMOUS,))
    for slot in reversed([one for one in span if one.offer.organisation_id == own and one.ends_at < story.at]):
        places = list_to_mark(story.session, actor, slot, at=story.at)
        open_places = [place for place in places if place.state is B.CONFIRMED]
        if open_places:
            marks = {place.public_id: MARKS[number % len(MARKS)].value for number, place in enumerate(open_places)}
            mark_attendance(story.session, actor=actor, slot=slot, marks=marks, at=story.at)
            return


def load_feedback(story: Story, person: Participant, offers: Sequence[Offer]) -> None:
    """Let the clinic accept, open the name, and report how it went; the person released it from its secrecy."""
    enquiry, _ = _opened(story, person, offers, story.at - 12 * DAY)
    give_release(story, person, story.at - 10 * DAY)
    petra, at = partner_of(story.cast, "clinic"), story.at - DAY
    give_feedback(story.session, actor=petra, enquiry=enquiry, outcome=Outcome.COMPLETED, words=WORDS, at=at)


def load_duty(story: Story, person: Participant, offers: Sequence[Offer]) -> None:
    """Let a person take everything back after the clinic had read the name: now it owes an answer."""
    _, consent = _opened(story, person, offers, story.at - 5 * DAY)
    withdraw_consent(story.session, actor=story.coach_of(person), consent=consent, at=story.at - 2 * DAY)


def _opened(story: Story, person: Participant, offers: Sequence[Offer], at: datetime) -> tuple[Enquiry, Consent]:
    """Return an enquiry the clinic accepted and whose name Petra has read, and its consent."""
    session, coach, petra = story.session, story.coach_of(person), partner_of(story.cast, "clinic")
    clinic = story.cast.organisations["clinic"].id
    asked = [one for one in offers if one.organisation_id == clinic and one.access is Access.REQUEST]
    lines = sign_sheet(story, ask_sheet_about(story, person, asked[:1], at, feedback=True), at + HOUR)
    enquiry = find_draft(session, consent_id=lines[0].id)
    assert enquiry is not None, "an offer on request always has a draft"  # noqa: S101
    send_enquiry(session, actor=coach, enquiry=enquiry, at=at + 2 * HOUR)
    answers.accept_enquiry(session, actor=petra, enquiry=enquiry, at=at + 20 * HOUR)
    answers.open_identity(session, actor=petra, enquiry=enquiry, at=at + 21 * HOUR)
    return enquiry, lines[0]


def load_late_call(story: Story, people: Sequence[Participant]) -> None:
    """Let somebody give a place of tomorrow back: the coach phones the partner. At a weekend there may be none."""
    soon = list_between(story.session, story.at + HOUR, story.at + 23 * HOUR, (Access.NAMED,))
    for person in people:
        for slot in soon:
            if slot.course_id is None and district(slot) == person.municipality_code[:5]:
                case = Case(story, person, slot, 3)
                if _given_back(story, case):
                    return


def _given_back(story: Story, case: Case) -> bool:
    try:
        with story.session.begin_nested():
            consent = case.sign()
            book_slot(story.session, actor=case.coach, slot=case.slot, participant=case.person, at=case.later())
            withdraw_consent(story.session, actor=case.coach, consent=consent, at=story.at)
    except RuleBroken:
        return False  # full, closed, or the person is elsewhere: somebody else
    return True
