"""The demo's offers with their weekly dates, published as partners do it, eight weeks ago."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from calendars.rule import Frequency, Rule, WeekdayTime
from hub import clock
from hub.actions.offers import create_offer, publish_offer
from hub.actions.series import publish_series
from hub.models.contingent import Contingent
from hub.models.mark import Mark
from hub.models.offer import CARRIES_IDENTITY, Form, MarkKind, Offer
from hub.models.slot import Crowding
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind, Seat
from hub.queries.offer_entries import Entries
from hub.queries.series import Plan
from hub.seeds.cast import STAFF
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
CROWDED = {"Offenes Frühstück": Crowding.BUSY, "Garten für alle": Crowding.QUIET, "Handy-Sprechstunde": Crowding.MEDIUM}
# Places kept for one Jobcenter (else for the whole network), and how many working days before the date they go to all.
KEPT = {
    ("clinic", "Zur Ruhe kommen"): ("jc_meissen", 3, 2),
    ("clinic", "Erstgespräch"): ("", 1, 3),
    ("care_grimma", "Zur Ruhe kommen"): ("jc_leipzig", 2, 2),
}
MARKED = {"club": (MarkKind.SPORT_PRO_GESUNDHEIT, "SPG-4711-20"), "clinic": (MarkKind.ZPP, "KU-ST-83KX2A")}
LEAD = timedelta(weeks=8)
SESSIONS, JOIN_UNTIL = 8, 3
COURSE_BEGINS = {"clinic": timedelta(weeks=6)}  # after LEAD: two weeks ago; the others begin in two weeks


def partner_of(cast: SimpleNamespace, organisation: str) -> Actor:
    """Return an actor who works for an organisation of the demo; most partners have no account of their own yet."""
    own = cast.organisations[organisation]
    network = cast.programmes[NETWORK_OF.get(organisation, "resilience")]
    seats = (Seat(own.id, Role.PARTNER),)
    user = next((cast.users[seed.key] for seed in STAFF if (organisation, Role.PARTNER) in seed.seats), None)
    return Actor(
        ActorKind.STAFF,
        user.public_id if user else f"demo-{own.public_id}"[:24],
        user_id=user.id if user else None,
        name=user.name if user else "",
        seats=seats,
        programme_ids=frozenset({network.id}),
    )


def load_dates(session: Session, cast: SimpleNamespace, at: datetime) -> list[Offer]:
    """Publish every offer of the plan with its series."""
    return [_publish(session, cast, seed, at - LEAD) for seed in offer_seeds()]


def _publish(session: Session, cast: SimpleNamespace, seed: OfferSeed, at: datetime) -> Offer:
    organisation = cast.organisations[seed.organisation]
    actor = partner_of(cast, seed.organisation)
    offer = create_offer(session, actor=actor, organisation=organisation, entries=_entries(cast, seed), at=at)
    offer.organisation = organisation
    publish_offer(session, actor=actor, offer=offer, at=at)
    plan = (
        _course(seed, clock.local_date(at)) if seed.form is Form.COURSE else _weekly(cast, seed, clock.local_date(at))
    )
    publish_series(session, actor=actor, offer=offer, plan=plan, at=at)
    return offer


def _weekly(cast: SimpleNamespace, seed: OfferSeed, today: date) -> Plan:
    """Return the plan of a series without an end, some with places kept for somebody."""
    rule = Rule(
        frequency=Frequency.WEEKLY,
        interval=seed.interval,
        weekdays=(WeekdayTime(seed.weekday, seed.start, seed.end),),
        starts_on=today,
    )
    kept = KEPT.get((seed.organisation, seed.title))
    contingents = (_contingent(cast, *kept),) if kept else ()
    return Plan(rule=rule, places=seed.places, crowding=CROWDED.get(seed.title, ""), contingents=contingents)


def _contingent(cast: SimpleNamespace, jobcenter: str, places: int, days: int) -> Contingent:
    if jobcenter:
        return Contingent(places=places, organisation_id=cast.organisations[jobcenter].id, working_days=days)
    return Contingent(places=places, programme_id=cast.programmes["resilience"].id, working_days=days)


def _course(seed: OfferSeed, today: date) -> Plan:
    """Return the plan of a course of eight meetings that can be joined until the third."""
    rule = Rule(
        frequency=Frequency.WEEKLY,
        weekdays=(WeekdayTime(seed.weekday, seed.start, seed.end),),
        starts_on=today + COURSE_BEGINS.get(seed.organisation, timedelta(weeks=10)),
        count=SESSIONS,
    )
    return Plan(rule=rule, places=seed.places, join_until=JOIN_UNTIL)


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
        marks=_marks(cast, seed),
        field_reason="Damit wir anrufen können, wenn ein Termin ausfällt." if seed.access in CARRIES_IDENTITY else "",
    )


def _marks(cast: SimpleNamespace, seed: OfferSeed) -> list[dict[str, object]]:
    """Return the certified marks of an offer: back exercises of the club, and the clinic's course."""
    kind, number = MARKED.get(seed.organisation, (None, ""))
    if kind is None or seed.title not in ("Rückenschule im Sitzen", "Besser schlafen"):
        return []
    months = 2 if seed.organisation == "club" else 14  # the first runs out soon, which its partner is told
    expires_on = clock.local_date(cast.at) + timedelta(days=30 * months)
    return [Mark(kind=kind, number=number, expires_on=expires_on).stored]
