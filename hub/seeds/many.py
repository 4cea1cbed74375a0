"""Very many invented offers and dates, to measure searches on: every name says that it is invented.

Nobody is booked on them and no verb made them, so they belong into a database that serves for trying and measuring.
"""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from secrets import token_hex
from typing import Any

from sqlalchemy.orm import Session

from hub import clock
from hub.db import Database
from hub.geography import municipalities
from hub.models.location import Location
from hub.models.offer import Access, Aim, Form, Offer, OfferState
from hub.models.organisation import Organisation, OrganisationKind
from hub.queries.many_rows import add_named_rows, add_open_pools, add_weekly_dates
from hub.queries.next_free import keep_next_free
from hub.queries.offer_words import keep_words

INVENTED = "(erfunden)"
DATES_OF_AN_OFFER = 50  # about a year of a weekly date
OFFERS_OF_A_PLACE = 5
OFFERS_AT_ONCE = 100
FORMS = (Form.GROUP, Form.SINGLE, Form.OPEN_HOUR, Form.GROUP, Form.ONLINE, Form.GROUP, Form.HOME_VISIT)
ACCESSES = (Access.ANONYMOUS, Access.OPEN, Access.NAMED, Access.ANONYMOUS, Access.REQUEST)
LANGUAGES = (["de"], ["de"], ["de", "uk"], ["de"], ["de", "en"])
WORDS = ("Rückenschule", "Spaziergang", "Frühstück", "Sprechstunde", "Schwimmen", "Garten", "Handarbeit", "Chor")
SEED = 20261122
DAYS, NOON = 7, time_of_day(12)
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Sown:
    """How much was written, and how long it took."""

    dates: int
    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def load_many(database: Database, dates: int, *, at: datetime, progress: Progress = lambda _dates: None) -> Sown:
    """Add so many coming dates with their offers and places, some offers in each transaction; `progress` hears dates.

    Aims, forms, kinds of access, languages, days and times are dealt in turn over all municipalities; some dates are
    full. Calling it again adds more.
    """
    dice = random.Random(f"{SEED} {dates}")  # noqa: S311 (invented places need no secrets)
    began, rows, done = time.perf_counter(), 0, 0
    while done < dates:
        portion = min(dates - done, OFFERS_AT_ONCE * DATES_OF_AN_OFFER)
        first = done // DATES_OF_AN_OFFER
        rows += database.run(partial(_sow, dice=dice, first=first, dates=portion, at=at))
        done += portion
        progress(portion)
    return Sown(dates, rows, time.perf_counter() - began)


def _sow(session: Session, *, dice: random.Random, first: int, dates: int, at: datetime) -> int:
    """Write one portion: an organisation with its places and offers, their dates, pools, words and next free dates."""
    offers = math.ceil(dates / DATES_OF_AN_OFFER)
    weeks = math.ceil(dates / offers)
    name = f"Messpartner {first // OFFERS_AT_ONCE + 1:04} {INVENTED}"
    (organisation_id,) = add_named_rows(
        session, Organisation, [{"kind": OrganisationKind.ASSOCIATION, "name": name, "folded_name": ""}]
    )
    houses = range(first // OFFERS_OF_A_PLACE, first // OFFERS_OF_A_PLACE + math.ceil(offers / OFFERS_OF_A_PLACE))
    places = [_place(dice, organisation_id, number) for number in houses]
    place_ids = add_named_rows(session, Location, places)
    numbers = enumerate(range(first, first + offers))
    about = [_offer(number, organisation_id, place_ids[turn // OFFERS_OF_A_PLACE], at) for turn, number in numbers]
    offer_ids = add_named_rows(session, Offer, about)
    add_weekly_dates(session, offer_ids, _noons(weeks, at), in_last_week=dates - offers * (weeks - 1), at=at)
    add_open_pools(session, offer_ids)
    words = keep_words(session, Offer.id.in_(offer_ids))
    keep_next_free(session, offer_ids=offer_ids, at=at)
    return 1 + len(places) + len(about) + 2 * dates + words


def _place(dice: random.Random, organisation_id: int, number: int) -> dict[str, Any]:
    town = municipalities()[number % len(municipalities())]
    return {
        "organisation_id": organisation_id,
        "name": f"Messort {number + 1:05} {INVENTED}",
        "municipality_code": town.code,
        "latitude": town.latitude + dice.uniform(-0.02, 0.02),
        "longitude": town.longitude + dice.uniform(-0.03, 0.03),
        "step_free": number % 3 != 0,
    }


def _offer(number: int, organisation_id: int, location_id: int, at: datetime) -> dict[str, Any]:
    form = FORMS[number % len(FORMS)]
    return {
        "public_id": token_hex(6),
        "organisation_id": organisation_id,
        "location_id": None if form is Form.ONLINE else location_id,
        "state": OfferState.PUBLISHED,
        "title": f"{WORDS[number % len(WORDS)]} {number + 1:05} {INVENTED}",
        "aim": list(Aim)[number % len(Aim)],
        "form": form,
        "access": ACCESSES[number % len(ACCESSES)],
        "languages": LANGUAGES[number % len(LANGUAGES)],
        "companion_welcome": number % 2 == 0,
        "places": 8,
        "confirmed_at": at,
        "created_at": at,
        "changed_at": at,
    }


def _noons(weeks: int, at: datetime) -> list[datetime]:
    """Return the local noons of so many weeks, from next Monday on, in UTC."""
    today = clock.local_date(at)
    monday = today + timedelta(days=DAYS - today.weekday())
    days = (monday + timedelta(days=number) for number in range(weeks * DAYS))
    return [datetime.combine(day, NOON, clock.ZONE).astimezone(UTC) for day in days]
