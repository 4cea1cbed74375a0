"""Cards with a PIN and feeds to try, printed on the demo's sheet."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from hub.actions.cards import issue_card, set_pin
from hub.actions.subscriptions import make_subscription
from hub.models.participant import Participant
from hub.models.subscription import FeedKind, Level
from hub.policy.actor import Actor, ActorKind
from hub.queries.feed_kinds import list_public, list_rooms, list_running_offers
from hub.queries.public_offers import list_public_offers
from hub.queries.users import actor_of
from hub.seeds.sheet import Sheet

PIN = "2580"


def load_cards(session: Session, cast: SimpleNamespace, people: list[Participant], sheet: Sheet, at: datetime) -> None:
    """Give everybody but the last two a card; Tarik and Jolanta have a PIN, Heinz has only paper."""
    coaches = {user.id: actor_of(session, user) for user in cast.users.values()}
    coach = coaches[cast.clara.id]
    for person in people[len(cast.people) : -2]:
        issue_card(session, actor=coaches[person.coach_id or 0], participant=person, at=at)
    for key in ("tarik", "jolanta", "heinz"):
        person = cast.people[key]
        card = issue_card(session, actor=coach, participant=person, at=at)
        if key != "heinz":
            set_pin(session, actor=person_actor(person, card.id), card=card, pin=PIN, at=at)
        sheet.cards.append((person.full_name, card.code, PIN if key != "heinz" else "-"))


def person_actor(person: object, card_id: int | None = None) -> Actor:
    """Return the actor a person is behind their card."""
    return Actor(ActorKind.PERSON, person.public_id, participant_id=person.id, card_id=card_id)  # type: ignore[attr-defined]


def load_feeds(session: Session, cast: SimpleNamespace, sheet: Sheet, at: datetime) -> None:
    """Make one feed of each kind, and name what everybody may follow."""
    sven, nora = actor_of(session, cast.sven), actor_of(session, cast.nora)
    offer, room = list_running_offers(session, sven)[0], list_rooms(session, nora)[0]
    wanted: tuple[tuple[str, Actor, FeedKind, Level, dict[str, Any]], ...] = (
        ("Tarik", person_actor(cast.tarik), FeedKind.PARTICIPANT, Level.ADDRESS, {"alarms": [60]}),
        ("Coach Clara", actor_of(session, cast.clara), FeedKind.COACH, Level.DISCREET, {}),
        ("Club of Sven", sven, FeedKind.ORGANISATION, Level.FULL, {"organisation_id": cast.club.id}),
        ("An offer of Sven", sven, FeedKind.OFFER, Level.FULL, {"offer_id": offer.id}),
        ("A room in the network of Nora", nora, FeedKind.ROOM, Level.FULL, {"room_id": room.id}),
    )
    for number, (label, actor, kind, level, about) in enumerate(wanted, 1):
        made = make_subscription(session, actor=actor, kind=kind, name=f"Demo {number}", level=level, at=at, **about)
        sheet.feeds.append((label, f"/feeds/{made[1]}.ics"))
    for label, kind, things in (("A house", FeedKind.HOUSE, "houses"), ("A network", FeedKind.PROGRAMME, "networks")):
        sheet.feeds.append((label, f"/calendars/{things}/{list_public(session, kind, at=at)[0].public_id}.ics"))
    sheet.feeds.append(("An offer for everybody", f"/calendars/offers/{list_public_offers(session)[0][0]}.ics"))
