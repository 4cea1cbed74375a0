"""The demo's offers with their weekly dates, published as partners do it, eight weeks ago."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from calendars.rule import Frequency, Rule, WeekdayTime
from hub import clock
from hub.actions.offers import create_offer, publish_offer
from hub.actions.series import publish_series
from hub.models.offer import CARRIES_IDENTITY, Form, Offer
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind, Seat
from hub.queries.offer_entries import Entries
from hub.queries.series import Plan
from hub.seeds.network import NETWORK_OF
from hub.seeds.offers import OfferSeed, offer_seeds

PLACES = {"club": "gym", "clinic": "clinic_house", "town": "town_hall", "federation": "gym"}
IN_THE_HOUSE = ("house_bautzen", "clinic_bautzen", "club_bautzen", "carrier_bautzen", "education_bautzen")
ROOMS = {  # in the house, by title; one that walks about needs none
    "Offenes Frühstück": "Küche",
    "Kochen für wenig Geld": "Küche",
    "Garten für alle": "Garten",
    "Zur Ruhe kommen": "Erker",
    "Sprechen im Alltag": "Erker",
    "Probieren, was geht": "Werkstatt",
    "Rückenschule im Sitzen": "Saal",
    "Schmerz verstehen": "Saal",
    "Auskommen mit dem Geld": "Spreeblick",
    "Handy-Sprechstunde": "Spreeblick",
}
LEAD = timedelta(weeks=8)


def partner_of(cast: SimpleNamespace, organisation: str) -> Actor:
    """Return an actor who works for an organisation of the demo; most partners have no account of their own yet."""
    own = cast.organisations[organisation]
    network = cast.programmes[NETWORK_OF.get(organisation, "resilience")]
    seats = (Seat(own.id, Role.PARTNER),)
    return Actor(ActorKind.STAFF, f"demo-{own.public_id}"[:24], seats=seats, programme_ids=frozenset({network.id}))


def load_dates(session: Session, cast: SimpleNamespace, at: datetime) -> list[Offer]:
    """Publish every offer of the plan with its series."""
    return [_publish(session, cast, seed, at - LEAD) for seed in offer_seeds()]


def _publish(session: Session, cast: SimpleNamespace, seed: OfferSeed, at: datetime) -> Offer:
    organisation = cast.organisations[seed.organisation]
    actor = partner_of(cast, seed.organisation)
    offer = create_offer(session, actor=actor, organisation=organisation, entries=_entries(cast, seed), at=at)
    offer.organisation = organisation
    publish_offer(session, actor=actor, offer=offer, at=at)
    rule = Rule(
        frequency=Frequency.WEEKLY,
        interval=seed.interval,
        weekdays=(WeekdayTime(seed.weekday, seed.start, seed.end),),
        starts_on=clock.local_date(at),
        until_on=None,
    )
    publish_series(session, actor=actor, offer=offer, plan=Plan(rule=rule, places=seed.places), at=at)
    return offer


def _entries(cast: SimpleNamespace, seed: OfferSeed) -> Entries:
    in_the_house = seed.organisation in IN_THE_HOUSE and seed.title in ROOMS
    place = "house_bautzen" if in_the_house else PLACES.get(seed.organisation, seed.organisation)
    location = cast.locations[place]
    room = next((one for one in location.rooms if in_the_house and one.name == ROOMS[seed.title]), None)
    usable = in_the_house or (
        location.organisation_id == cast.organisations[seed.organisation].id and seed.form is not Form.ONLINE
    )
    return Entries(
        title=seed.title,
        short_title=seed.short_title,
        summary=seed.summary,
        aim=seed.aim,
        form=seed.form,
        access=seed.access,
        location_id=location.id if usable else None,
        room_id=room.id if room is not None else None,
        languages=list(seed.languages),
        bring=seed.bring,
        companion_welcome=seed.companion,
        women_only=seed.women_only,
        places=seed.places,
        field_groups=["I2"] if seed.access in CARRIES_IDENTITY else [],
        field_reason="Damit wir anrufen können, wenn ein Termin ausfällt." if seed.access in CARRIES_IDENTITY else "",
    )
