"""Consents, enquiries and named places of the demo, in every state, by the same actions as in life."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub import clock
from hub.actions import answers
from hub.actions.appointments import make_appointment
from hub.actions.bookings import book_slot
from hub.actions.consent_answers import record_paper, record_refusal
from hub.actions.consents import request_disclosure
from hub.actions.enquiries import close_enquiry, send_enquiry
from hub.actions.withdrawals import withdraw_consent, withdraw_enquiry
from hub.errors import RuleBroken
from hub.models.consent import Consent
from hub.models.enquiry import Closing, DeclineReason, Enquiry, Question
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries.enquiries import find_draft
from hub.queries.participants import get_participant
from hub.queries.slots import list_between
from hub.queries.wishes import Wish
from hub.seeds.bookings import Story, district
from hub.seeds.dates import partner_of

SPARED = ("tarik", "jolanta", "heinz")  # the speaking roles begin with a clean table
Go = Callable[["Case"], object]


class Case:
    """One person, one date with one partner, and who acts."""

    dated = True  # whether an enquiry wishes for this date: then a yes books it

    def __init__(self, story: Story, person: Participant, slot: Slot, days_ago: int) -> None:
        self.story, self.slot, self.session = story, slot, story.session
        self.coach: Actor = story.coach_of(person)
        self.at: datetime = story.at - timedelta(days=days_ago)
        self.person = get_participant(self.session, self.coach, person.public_id, at=self.at)
        keys = {organisation.id: key for key, organisation in story.cast.organisations.items()}
        self.partner = partner_of(story.cast, keys[slot.offer.organisation_id])

    def later(self, hours: int = 3) -> datetime:
        """Move on a few hours and return the instant."""
        self.at += timedelta(hours=hours)
        return self.at

    def ask(self) -> Consent:
        """Ask the person for a consent to tell the partner."""
        return request_disclosure(
            self.session, actor=self.coach, participant=self.person, offer=self.slot.offer,
            slot=self.slot if self.dated else None,
            wish=Wish(access_needs=tuple(self.person.access_needs)), locale="de", at=self.at,
        )  # fmt: skip

    def sign(self) -> Consent:
        """Ask, and write down the yes on paper."""
        consent = self.ask()
        signed_on = clock.local_date(self.at)
        record_paper(
            self.session, actor=self.coach, consent=consent, signed_on=signed_on, reference="Mappe 4", at=self.later(1)
        )
        return consent

    def send(self) -> Enquiry:
        """Ask, sign and send."""
        enquiry = find_draft(self.session, consent_id=self.sign().id)
        assert enquiry is not None, "an offer on request always has a draft"  # noqa: S101
        send_enquiry(self.session, actor=self.coach, enquiry=enquiry, at=self.later())
        return enquiry

    def accept(self) -> Enquiry:
        """Send, and let the partner say yes."""
        enquiry = self.send()
        answers.note_seen(self.session, actor=self.partner, enquiry=enquiry, at=self.later())
        answers.accept_enquiry(self.session, actor=self.partner, enquiry=enquiry, at=self.later())
        return enquiry

    def book(self, enquiry: Enquiry | None = None) -> None:
        """Take the place."""
        book_slot(
            self.session, actor=self.coach, slot=self.slot, participant=self.person, enquiry=enquiry, at=self.later()
        )


def _seen(case: Case) -> None:
    answers.note_seen(case.session, actor=case.partner, enquiry=case.send(), at=case.later())


def _declined(case: Case) -> None:
    reason = DeclineReason.NO_CAPACITY
    answers.decline_enquiry(case.session, actor=case.partner, enquiry=case.send(), reason=reason, at=case.later())


def _asked_back(case: Case) -> None:
    question = Question.LANGUAGE
    answers.return_enquiry(case.session, actor=case.partner, enquiry=case.send(), question=question, at=case.later())


def _waitlisted(case: Case) -> None:
    answers.waitlist_enquiry(case.session, actor=case.partner, enquiry=case.send(), at=case.later())


def _undated(case: Case) -> Enquiry:
    case.dated = False
    return case.accept()


def _completed(case: Case) -> None:
    enquiry = _undated(case)
    close_enquiry(case.session, actor=case.coach, enquiry=enquiry, closing=Closing.COMPLETED, at=case.later(48))


def _recalled(case: Case) -> None:
    withdraw_enquiry(case.session, actor=case.coach, enquiry=case.send(), at=case.later())


def _refused(case: Case) -> None:
    record_refusal(case.session, actor=case.coach, consent=case.ask(), at=case.later())


def _named(case: Case) -> None:
    case.sign()
    case.book()


def _named_then_withdrawn(case: Case) -> None:
    consent = case.sign()
    case.book()
    withdraw_consent(case.session, actor=case.coach, consent=consent, at=case.later(30))


ON_REQUEST: tuple[tuple[Go, int], ...] = (
    (Case.ask, 1), (Case.sign, 2), (Case.send, 1), (Case.send, 3), (_seen, 2), (_seen, 4), (_declined, 3),
    (_asked_back, 2),
    (_waitlisted, 5), (_undated, 2), (_undated, 4), (Case.accept, 6), (lambda case: case.book(_undated(case)), 5),
    (_completed, 9), (_recalled, 3), (_refused, 2),
)  # fmt: skip
BY_NAME: tuple[tuple[Go, int], ...] = ((_named, 4),) * 12 + ((_named_then_withdrawn, 6), (Case.ask, 1))


def load_stories(story: Story, people: list[Participant]) -> None:
    """Tell one story per person, until each kind has been told; the speaking roles are left alone."""
    spared = {story.cast.people[key].id for key in SPARED}
    listeners = [person for person in people if person.id not in spared]
    story.dice.shuffle(listeners)
    _tell(story, listeners, Access.REQUEST, ON_REQUEST)
    _tell(story, listeners, Access.NAMED, BY_NAME)


def _tell(story: Story, people: list[Participant], access: Access, plots: tuple[tuple[Go, int], ...]) -> None:
    slots = list_between(story.session, story.at + timedelta(days=2), story.at + timedelta(weeks=4), (access,))
    for go, days_ago in plots:
        while people:
            person = people.pop()
            near = [slot for slot in slots if district(slot) == person.municipality_code[:5]]
            if near and _told(story, go, Case(story, person, story.dice.choice(near), days_ago)):
                break


def _told(story: Story, go: Go, case: Case) -> bool:
    try:
        with story.session.begin_nested():
            go(case)
    except RuleBroken:
        return False  # the date is full, or the person elsewhere: somebody else's story
    return True


def load_visits(story: Story, people: list[Participant]) -> None:
    """Enter two home visits for each coach in the coming days."""
    seen: dict[int, int] = {}
    start = clock.start_of_day(clock.local_date(story.at))
    for person in people:
        coach_id = person.coach_id or 0
        if seen.get(coach_id, 0) < 2:
            hours = timedelta(days=1 + seen.get(coach_id, 0), hours=9 + 3 * seen.get(coach_id, 0))
            seen[coach_id] = seen.get(coach_id, 0) + _visit(story, person, start + hours)


def _visit(story: Story, person: Participant, starts_at: datetime) -> bool:
    try:
        with story.session.begin_nested():
            make_appointment(
                story.session, actor=story.coach_of(person), participant=person, starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=60), travel_minutes=20, at=story.at,
            )  # fmt: skip
    except RuleBroken:
        return False
    return True
