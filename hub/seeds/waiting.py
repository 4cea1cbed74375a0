"""A full date of the demo that people wait for; one place came free and is on offer to somebody of Clara's."""

from datetime import timedelta

from hub.actions.bookings import book_slot, cancel_booking
from hub.actions.waiting import join_waiting
from hub.errors import RuleBroken
from hub.models.booking import Booking
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries.slots import list_between
from hub.seeds.bookings import Story
from hub.seeds.stories import SPARED

TITLE = "Zur Ruhe kommen"  # of the clinic, which keeps three of its places for Clara's Jobcenter
WAITING = 3
A_WHILE = timedelta(minutes=5)


def load_waiting(story: Story, people: list[Participant]) -> None:
    """Fill the clinic's date after next, let three people wait, one of Clara's first, and give one place back."""
    slot = _date(story)
    spared = {story.cast.people[key].id for key in SPARED}
    home = story.cast.organisations["jc_meissen"].id
    near = [one for one in people if one.jobcenter_id == home and one.id not in spared]
    own = [one for one in near if one.coach_id == story.cast.clara.id]
    others = [one for one in near if one not in own]
    taken = fill(story, slot, others, slot.places)
    _queue(story, slot, own, 1)
    _queue(story, slot, others, WAITING - 1)
    last = taken[-1]
    actor = story.coach_of(next(one for one in people if one.id == last.participant_id))
    cancel_booking(story.session, actor=actor, booking=last, by="coach", at=story.at - A_WHILE)


def _date(story: Story) -> Slot:
    span = list_between(story.session, story.at + timedelta(days=4), story.at + timedelta(weeks=4), (Access.ANONYMOUS,))
    clinic = story.cast.organisations["clinic"].id
    return next(slot for slot in span if slot.offer.title == TITLE and slot.offer.organisation_id == clinic)


def fill(story: Story, slot: Slot, people: list[Participant], wanted: int) -> list[Booking]:
    """Book one person after the other into a date, as many as wanted or as fit; return their places."""
    taken: list[Booking] = []
    at = story.at - timedelta(days=2)
    for person in people:
        if len(taken) == wanted:
            break
        try:
            with story.session.begin_nested():
                actor = story.coach_of(person)
                taken.append(book_slot(story.session, actor=actor, slot=slot, participant=person, at=at))
        except RuleBroken:
            continue  # elsewhere at that time, there already, or no place is left
    return taken


def _queue(story: Story, slot: Slot, people: list[Participant], wanted: int) -> None:
    for person in people:
        wanted -= _wait(story, slot, person) if wanted else 0


def _wait(story: Story, slot: Slot, person: Participant) -> bool:
    try:
        with story.session.begin_nested():
            at = story.at - timedelta(days=1)
            join_waiting(story.session, actor=story.coach_of(person), slot=slot, participant=person, at=at)
    except RuleBroken:
        return False  # has a place, or is elsewhere
    return True
