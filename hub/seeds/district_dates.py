"""The partners of an invented district: their houses, what they offer, its series, and a year of dates of those."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle, islice
from typing import Any

from calendars.holidays import closed_days
from calendars.recurrence import expand
from calendars.rule import Frequency, Rule, WeekdayTime
from hub import clock
from hub.models.location import Location, Room
from hub.models.offer import CARRIES_IDENTITY, Form, Offer, OfferState
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.room_tick import RoomTick, ticks_between
from hub.models.series import Series
from hub.models.slot import Slot
from hub.models.user import Role
from hub.queries.series import HORIZON, horizon
from hub.seeds.cast import DOMAIN
from hub.seeds.district import INVENTED, Deed, District
from hub.seeds.district_people import add_member, add_user
from hub.seeds.offers import OfferSeed, offer_seeds

K = OrganisationKind
KINDS = (K.CLUB, K.CLINIC, K.ASSOCIATION, K.MUNICIPALITY, K.EDUCATION)
WORDS = {K.CLUB: "Sportverein", K.CLINIC: "Klinik", K.MUNICIPALITY: "Rathaus", K.EDUCATION: "Bildungswerk"}
FORMS = (Form.GROUP, Form.SINGLE, Form.OPEN_HOUR)
WEEKDAYS = 5
STEP_FREE = 0.7  # of the houses, about as in the demo


@dataclass(frozen=True)
class Day:
    """One date as places are dealt on it."""

    key: int
    offer: Offer
    starts_at: datetime
    ends_at: datetime
    on: date


def add_partners(district: District) -> None:
    """Add the partners, each with an account, a house and one room, and their offers."""
    seeds = [one for one in offer_seeds() if one.form in FORMS and one.interval == 1 and not one.women_only]
    partners = [_partner(district, number) for number in range(district.size.partners)]
    houses = [_house(district, partner) for partner in partners]
    district.add(houses)
    turns = list(islice(cycle(zip(partners, houses, strict=True)), district.size.offers))
    shift = district.dice.randrange(len(seeds))
    chosen = islice(cycle(seeds), shift, shift + district.size.offers)
    district.offers = [_offer(district, seed, *turn) for seed, turn in zip(chosen, turns, strict=True)]
    for offer, house in zip(district.offers, houses, strict=False):
        offer.room_id = house.rooms[0].id  # of each partner the first
    district.add(district.offers)


def _partner(district: District, number: int) -> Organisation:
    kind, town = KINDS[number % len(KINDS)], district.dice.choice(district.towns)
    mark = f"{district.number + 1:04}-{number + 1}"
    partner = Organisation(
        public_id=district.new_id(),
        kind=kind,
        name=f"{WORDS.get(kind, 'Verein für alle')} {town.name} {mark} {INVENTED}"[:120],
        municipality_code=town.code,
        postal_code=town.postal_codes[0],
        street=f"Beispielweg {number + 1}",
        phone="03521 555 0300",
        email=f"partner-{mark}@{DOMAIN}",
    )
    add_member(district, partner)
    add_user(district, f"partner{number + 1}", Role.PARTNER, partner)
    return partner


def _house(district: District, partner: Organisation) -> Location:
    town = next(one for one in district.towns if one.code == partner.municipality_code)
    step_free = district.dice.random() < STEP_FREE
    room = Room(public_id=district.new_id(), name="Raum 1", places=12, step_free=step_free)
    return Location(
        public_id=district.new_id(),
        organisation_id=partner.id,
        name=partner.name,
        street=partner.street,
        postal_code=partner.postal_code,
        municipality_code=partner.municipality_code,
        latitude=town.latitude,
        longitude=town.longitude,
        step_free=step_free,
        facts=["step_free", "stop_nearby"] if step_free else ["stop_nearby"],
        rooms=[room],
    )


def _offer(district: District, seed: OfferSeed, partner: Organisation, house: Location) -> Offer:
    begun = district.at - HORIZON
    named = seed.access in CARRIES_IDENTITY
    return Offer(
        public_id=district.new_id(),
        organisation_id=partner.id,
        organisation=partner,
        location_id=house.id,
        state=OfferState.PUBLISHED,
        title=seed.title,
        short_title=seed.short_title,
        summary=seed.summary,
        aim=seed.aim,
        form=seed.form,
        access=seed.access,
        languages=list(seed.languages),
        bring=seed.bring,
        companion_welcome=seed.companion,
        places=seed.places,
        field_groups=["I2"] if named else [],
        field_reason="Damit wir anrufen können, wenn ein Termin ausfällt." if named else "",
        confirmed_at=district.at - timedelta(days=district.dice.randrange(60)),
        created_at=begun,
        changed_at=begun,
    )


def add_dates(district: District) -> list[Day]:
    """Give each offer its series, half a year back and to the horizon, closed on public holidays; return the dates."""
    series = [_series(district, number, offer) for number, offer in enumerate(district.offers)]
    district.add(series)
    pairs = list(zip(series, district.offers, strict=True))
    planned = [(one, offer, row) for one, offer in pairs for row in _slots(district, one)]
    keys = district.add_named_rows(Slot, [row for _, _, row in planned])
    days = [
        Day(key, offer, row["starts_at"], row["ends_at"], row["occurrence_on"])
        for key, (_, offer, row) in zip(keys, planned, strict=True)
    ]
    _take_rooms(district, days)
    return days


def _series(district: District, number: int, offer: Offer) -> Series:
    """Return a weekly series at hours of its own: no two offers of a partner share a day and an hour."""
    turn = number // district.size.partners
    hour = 8 + 2 * (turn % 5)
    span = time(hour), time(hour + 1)
    times = [WeekdayTime((turn + day) % WEEKDAYS, *span) for day in range(district.size.weekly)]
    series = Series(
        public_id=district.new_id(),
        offer_id=offer.id,
        location_id=offer.location_id,
        room_id=offer.room_id,
        places=offer.places,
        made_until_on=horizon(district.at),
        created_at=offer.created_at,
    )
    series.rule = Rule(frequency=Frequency.WEEKLY, weekdays=tuple(times), starts_on=clock.local_date(offer.created_at))
    district.deeds.append(Deed(offer.created_at, None, "offer.published", "offer", offer.public_id))
    return series


def _slots(district: District, series: Series) -> Iterator[dict[str, Any]]:
    closed = closed_days()
    for one in expand(series.rule, first=series.starts_on, last=horizon(district.at)):
        if closed(one.on):
            continue
        yield {
            "public_id": district.new_id(),
            "offer_id": series.offer_id,
            "series_id": series.id,
            "location_id": series.location_id,
            "room_id": series.room_id,
            "occurrence_on": one.on,
            "occurrence_index": one.index,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            **Slot.local_columns(one.starts_at),
            "places": series.places,
            "created_at": series.created_at,
            "changed_at": series.created_at,
        }


def _take_rooms(district: District, days: list[Day]) -> None:
    """Take the rooms of what is to come; what is past has given them back."""
    coming = [day for day in days if day.offer.room_id is not None and day.ends_at > district.at]
    ticks = [
        {"room_id": day.offer.room_id, "tick": tick, "slot_id": day.key}
        for day in coming
        for tick in ticks_between(day.starts_at, day.ends_at)
    ]
    district.add_rows(RoomTick, ticks)
