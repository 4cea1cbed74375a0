"""What suits two people of the demo, and a shortlist that Tarik has in hand, with one wish on it."""

from datetime import timedelta

from hub.actions.preferences import Suits, remember_preference
from hub.actions.shortlists import hand_over, pick_offers, want_offer
from hub.models.offer import Access, Aim
from hub.models.participant import Participant
from hub.queries import offers
from hub.queries.eligibility import Eligibility
from hub.queries.offer_filters import DayPart, OfferFilter
from hub.queries.shortlists import list_entries
from hub.seeds.bookings import Story
from hub.seeds.things import person_actor

PICKED = 3
YESTERDAY = timedelta(days=1)


def load_shortlists(story: Story) -> None:
    """Remember what suits Tarik and Heinz, hand Tarik three offers, and let him want the second."""
    tarik, heinz = story.cast.people["tarik"], story.cast.people["heinz"]
    morning = Suits(radius_km=30, parts=frozenset({DayPart.MORNING}), step_free=True)
    for person, suits in ((tarik, morning), (heinz, Suits(radius_km=15, step_free=True))):
        actor = story.coach_of(person)
        remember_preference(
            story.session, actor=actor, participant=person, suits=suits, at=story.at - timedelta(days=3)
        )
    _hand_over(story, tarik)


def _hand_over(story: Story, person: Participant) -> None:
    session, at, coach = story.session, story.at - YESTERDAY, story.coach_of(person)
    filters = OfferFilter(
        aims=frozenset({Aim.MOVE, Aim.BODY}),
        accesses=frozenset({Access.OPEN, Access.ANONYMOUS}),
        step_free=True,
        eligibility=Eligibility.of(person, year=at.year),
        min_free=1,
        bookable=True,
    )
    found = [hit.offer for hit in offers.search(session, coach, filters, at=at, limit=PICKED).hits]
    pick_offers(session, actor=coach, participant=person, offers=found, at=at)
    hand_over(session, actor=coach, participant=person, at=at)
    items = [entry.item for entry in list_entries(session, coach, person.id, at=at) if not entry.booked]
    for item in items[1:2]:
        want_offer(session, actor=person_actor(person), participant=person, item=item, at=story.at)
