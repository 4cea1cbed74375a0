"""Both networks many times over, to see how the house carries them: invented, marked, the same for the same seed.

No verb made these rows, but every row is as its verb leaves it: sealed, logged, in the chain. Not for production.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from hub import clock, crypto
from hub.actions.log_chain import chain_log
from hub.db import Database
from hub.models.offer import Offer
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import Programme
from hub.models.user import Role
from hub.queries.many_rows import count_named, refresh_statistics
from hub.queries.next_free import keep_next_free
from hub.queries.offer_words import keep_words
from hub.seeds.cast import DOMAIN, PASSWORD
from hub.seeds.district import INVENTED, WHOLE, District, Size
from hub.seeds.district_asking import add_questions
from hub.seeds.district_dates import add_dates, add_partners
from hub.seeds.district_people import add_jobcenter, add_member, add_user
from hub.seeds.district_places import add_places

SEED = 20261123
NETWORKS = 2
CHAINED = 10_000  # rows of the log at once
DAYS_BEFORE, DAYS_AFTER = timedelta(days=800), timedelta(days=548)  # a network runs, as in the demo
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Grown:
    """How much was written, and how long it took."""

    networks: int
    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def load_scale(
    database: Database,
    scale: int,
    *,
    at: datetime,
    seed: int = SEED,
    size: Size = WHOLE,
    progress: Progress = lambda _networks: None,
) -> Grown:
    """Fill up to so many times both networks, a network in each transaction; `progress` hears networks.

    What is there already counts: after an interruption the next network follows, and a larger scale adds to a smaller.
    """
    began, rows, password_hash = time.perf_counter(), 0, crypto.hash_password(PASSWORD)
    with database.reading() as session:
        done = count_named(session, Programme.name, INVENTED)
    progress(min(done, scale * NETWORKS))
    for number in range(done, scale * NETWORKS):
        dice = random.Random(f"{seed} {number}")  # noqa: S311 (invented people need no secrets)
        unit = partial(_write, size=size, number=number, at=at, dice=dice, password_hash=password_hash)
        rows += database.run(unit)
        while chained := database.run(lambda session: chain_log(session, at=at, batch=CHAINED)):
            rows += chained
        progress(1)
    database.run(refresh_statistics)
    return Grown(max(scale * NETWORKS - done, 0), rows, time.perf_counter() - began)


def _write(session: Session, *, size: Size, number: int, at: datetime, dice: random.Random, password_hash: str) -> int:
    """Write one network with all that belongs to it and return how many rows that were."""
    district = District(session, size, number, at, dice, password_hash)
    today = clock.local_date(at)
    district.programme = Programme(
        public_id=district.new_id(),
        name=f"Netzwerk {number + 1:04} {INVENTED}",
        starts_on=today - DAYS_BEFORE,
        ends_on=today + DAYS_AFTER,
    )
    district.add([district.programme])
    _add_office(district)
    add_jobcenter(district)
    add_partners(district)
    days = add_dates(district)
    add_places(district, days, add_questions(district))
    district.write_log()
    offer_ids = [offer.id for offer in district.offers]
    district.rows += keep_words(session, Offer.id.in_(offer_ids))
    keep_next_free(session, offer_ids=offer_ids, at=at)
    return district.rows


def _add_office(district: District) -> None:
    """Add the network's office, where its coordinator sits."""
    town = district.towns[0]
    office = Organisation(
        public_id=district.new_id(),
        kind=OrganisationKind.ASSOCIATION,
        name=f"Netzwerkbüro {district.number + 1:04} {INVENTED}",
        municipality_code=town.code,
        postal_code=town.postal_codes[0],
        email=f"office-{district.number + 1}@{DOMAIN}",
    )
    add_member(district, office)
    add_user(district, "office", Role.COORDINATOR, office)
