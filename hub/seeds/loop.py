"""The loop of the demo in full: one person for each thing that can be shown, all of them quiet until then."""

from collections.abc import Sequence
from datetime import timedelta

from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.queries.consents import list_in_force, list_requested
from hub.queries.enquiries import list_of_person
from hub.queries.known import list_ended
from hub.seeds.asking import load_prior_questions, load_round
from hub.seeds.bookings import Story
from hub.seeds.papers import ask_release, load_sheets
from hub.seeds.stories import SPARED
from hub.seeds.way_back import load_attendance, load_duty, load_feedback, load_late_call
from hub.seeds.ways import load_ways

ASKED_AGO = timedelta(hours=5)


def load_loop(story: Story, people: Sequence[Participant], offers: Sequence[Offer]) -> None:
    """Give each topic people of its own, Clara's first: what one function does is in nobody else's way."""
    waiting, signing, released, reported, owed, asking, lettered, called, *rest = _quiet(story, people)
    load_attendance(story)
    load_sheets(story, waiting, signing, offers)
    ask_release(story, released, story.at - ASKED_AGO)
    load_feedback(story, reported, offers)
    load_duty(story, owed, offers)
    load_round(story, asking, offers)
    load_prior_questions(story, story.coach_of(waiting), offers)
    load_ways(story, lettered, called)
    load_late_call(story, rest)


def _quiet(story: Story, people: Sequence[Participant]) -> list[Participant]:
    """Return the people of Clara's Jobcenter who were never asked for anything, her own first."""
    spared = {story.cast.people[key].id for key in SPARED}
    home, clara = story.cast.organisations["jc_meissen"].id, story.cast.clara.id
    near = [one for one in people if one.jobcenter_id == home and one.id not in spared and _is_quiet(story, one)]
    return sorted(near, key=lambda one: (one.coach_id != clara, one.id))


def _is_quiet(story: Story, person: Participant) -> bool:
    session, at, coach = story.session, story.at, story.coach_of(person)
    asked = list_requested(session, person.id) or list_in_force(session, person.id, at=at)
    ended = list_ended(session, coach, participant_id=person.id, at=at)
    return not (asked or ended or list_of_person(session, person.id))
