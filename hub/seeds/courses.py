"""The demo's course that runs: people came in before it began, and one of its meetings falls out."""

from datetime import timedelta

from hub.actions.courses import book_course
from hub.actions.slots import call_off_slot
from hub.errors import RuleBroken
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries.courses import get_course_of
from hub.queries.slots import list_between
from hub.seeds.bookings import Story
from hub.seeds.dates import partner_of
from hub.seeds.stories import SPARED, Case

WANTED, OF_CLARA = 5, 2
FALLS_OUT = 5  # the meeting that does
JOINED = 18  # days ago, before the first meeting


def load_courses(story: Story, people: list[Participant]) -> None:
    """Book five people into the clinic's course, two of them Clara's, and call one meeting off."""
    meetings = _meetings(story)
    spared = {story.cast.people[key].id for key in SPARED}
    near = [one for one in people if one.municipality_code.startswith("14627") and one.id not in spared]
    own = [one for one in near if one.coach_id == story.cast.clara.id]
    others = [one for one in near if one not in own]
    _join(story, own, meetings, OF_CLARA)
    _join(story, others, meetings, WANTED - OF_CLARA)
    (falling,) = [slot for slot in meetings if slot.session == FALLS_OUT]
    actor = partner_of(story.cast, "clinic")
    call_off_slot(story.session, actor=actor, slot=falling, at=story.at - timedelta(days=1))


def _meetings(story: Story) -> list[Slot]:
    span = list_between(story.session, story.at - timedelta(weeks=4), story.at + timedelta(weeks=12), (Access.NAMED,))
    clinic = story.cast.organisations["clinic"].id
    return [slot for slot in span if slot.course_id is not None and slot.offer.organisation_id == clinic]


def _join(story: Story, people: list[Participant], meetings: list[Slot], wanted: int) -> None:
    for person in people:
        wanted -= _book(Case(story, person, meetings[0], JOINED)) if wanted else 0


def _book(case: Case) -> bool:
    try:
        with case.session.begin_nested():
            case.sign()
            course = get_course_of(case.session, case.slot)
            book_course(case.session, actor=case.coach, course=course, participant=case.person, at=case.later())
    except RuleBroken:
        return False  # the person has something else at one of these times
    return True
