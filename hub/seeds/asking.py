"""Asking without a name in the demo: a round whose first yes is kept, and two questions beforehand, one answered."""

from collections.abc import Sequence

from hub import clock
from hub.actions import answers, rounds
from hub.actions.asking_around import ask_around
from hub.actions.prior_questions import answer_prior_question, ask_beforehand
from hub.actions.referrals import open_referral
from hub.actions.sheets import Ask, Reading
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.prior_question import PriorAnswer
from hub.models.round import RoundKind
from hub.policy.actor import Actor
from hub.queries.bookability import obstacle_of_offer, obstacle_of_person
from hub.queries.participants import get_participant
from hub.queries.rounds import find_of_sheet, list_enquiries
from hub.queries.wishes import Wish
from hub.seeds.bookings import Story
from hub.seeds.dates import partner_of
from hub.seeds.papers import DAY, HOUR, sign_sheet

PARTNERS = 3
TOPICS = (["step_free"], ["companion"])


def load_round(story: Story, person: Participant, offers: Sequence[Offer]) -> None:
    """Ask three partners without a name; the clinic was first, and its place waits for the person's second yes."""
    session, coach, at = story.session, story.coach_of(person), story.at - DAY
    found = get_participant(session, coach, person.public_id, at=at)
    asked = _one_of_each(story, person, offers)
    need = open_referral(session, actor=coach, participant=found, aim=asked[0].aim, at=at)
    wish = Wish(access_needs=tuple(person.access_needs))
    sheet = ask_around(
        session,
        actor=coach,
        participant=found,
        referral=need,
        asks=[Ask(one, None, wish) for one in asked],
        kind=RoundKind.FIRST_YES,
        reading=Reading("de"),
        at=at,
    )
    sign_sheet(story, sheet, at + HOUR)
    round_ = find_of_sheet(session, sheet.id)
    assert round_ is not None, "asking around begins one"  # noqa: S101
    rounds.send_round(session, actor=coach, round_=round_, at=at + 2 * HOUR)
    first = list_enquiries(session, round_.id)[0]
    answers.accept_enquiry(session, actor=partner_of(story.cast, "clinic"), enquiry=first, at=story.at - HOUR)


def _one_of_each(story: Story, person: Participant, offers: Sequence[Offer]) -> list[Offer]:
    """Return the first offer on request of each partner that is meant for this person, the clinic's before all."""
    clinic, year = story.cast.organisations["clinic"].id, clock.local_date(story.at).year
    chosen: dict[int, Offer] = {}
    for offer in sorted(offers, key=lambda one: one.organisation_id != clinic):
        obstacle = obstacle_of_offer(offer) or obstacle_of_person(offer, person, year)
        if offer.access is Access.REQUEST and obstacle is None:
            chosen.setdefault(offer.organisation_id, offer)
    return list(chosen.values())[:PARTNERS]


def load_prior_questions(story: Story, coach: Actor, offers: Sequence[Offer]) -> None:
    """Ask the clinic and the club beforehand about nobody; the clinic said yes."""
    own = {key: story.cast.organisations[key].id for key in ("clinic", "club")}
    for (key, owner), topics in zip(own.items(), TOPICS, strict=True):
        offer = next(one for one in offers if one.organisation_id == owner and obstacle_of_offer(one) is None)
        question = ask_beforehand(story.session, actor=coach, offer=offer, topics=topics, at=story.at - 30 * HOUR)
        if key == "clinic":
            petra, yes = partner_of(story.cast, key), PriorAnswer.YES
            answer_prior_question(story.session, actor=petra, question=question, answer=yes, at=story.at - 6 * HOUR)
