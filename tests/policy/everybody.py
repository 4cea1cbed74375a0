"""Everybody who may ask: the cast's staff, persons behind their cards, a link, the house itself, and nobody."""

from hub.policy.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from tests.world import World

PERSONS = ("tarik", "heinz", "mandy")


def everybody(
    world: World,
    *,
    link_enquiry_id: int = 1,
    link_offer_id: int = 1,
    link_question_id: int = 1,
    link_slot_id: int = 1,
) -> dict[str, Actor]:
    """Return an actor by key; "link" and "offer", "question", "date link" hold mail links of the club, each to one."""
    actors = {key: world.actor(key) for key in world.cast.users}
    for key in PERSONS:
        person = world.cast.people[key]
        actors[f"card of {key}"] = Actor(ActorKind.PERSON, f"card{person.id}", participant_id=person.id, card_id=1)
    club = world.cast.club.id
    actors["link"] = Actor(ActorKind.LINK, "link", enquiry_id=link_enquiry_id, organisation_id=club)
    actors["offer link"] = Actor(ActorKind.LINK, "offer link", offer_id=link_offer_id, organisation_id=club)
    actors["question link"] = Actor(
        ActorKind.LINK, "question link", prior_question_id=link_question_id, organisation_id=club
    )
    actors["date link"] = Actor(ActorKind.LINK, "date link", slot_id=link_slot_id, organisation_id=club)
    return actors | {"system": SYSTEM, "anonymous": ANONYMOUS}
