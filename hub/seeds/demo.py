"""Loading the whole demo network: the cast, the partners, their dates, the people, and what has happened so far."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.db import Database
from hub.models.user import Role
from hub.queries import next_free
from hub.queries.notices import settle_before
from hub.seeds.bookings import Story, load_bookings
from hub.seeds.cast import DOMAIN, PASSWORD, STAFF, load_cast
from hub.seeds.changes import load_changes
from hub.seeds.courses import load_courses
from hub.seeds.dates import load_dates
from hub.seeds.demands import load_demands
from hub.seeds.freshness import load_freshness
from hub.seeds.loop import load_loop
from hub.seeds.network import load_network
from hub.seeds.people import load_people, load_staff
from hub.seeds.rooms import load_rooms
from hub.seeds.sheet import Sheet
from hub.seeds.shortlists import load_shortlists
from hub.seeds.stories import load_stories, load_visits
from hub.seeds.team import load_team
from hub.seeds.things import load_cards, load_feeds
from hub.seeds.waiting import load_waiting

SEED = 20261031
Progress = Callable[[int], None]


def load_demo(database: Database, *, at: datetime, progress: Progress = lambda _percent: None) -> Sheet:
    """Load the network into a migrated, empty database, in one transaction; `progress` hears per cent."""
    dice = random.Random(SEED)  # noqa: S311 (invented people need no secrets)
    with database.transaction() as session:
        cast = load_cast(session, at)
        load_network(session, cast)
        load_staff(session, cast, at)
        progress(5)
        offers = load_dates(session, cast, at)
        progress(45)
        people = [*cast.people.values(), *load_people(session, cast, at, dice)]
        progress(60)
        story = Story(session, cast, at, dice, {})
        load_stories(story, people)
        load_visits(story, people)
        progress(70)
        load_bookings(story, people)
        load_courses(story, people)
        load_waiting(story, people)
        load_rooms(session, cast, at)
        load_changes(story, people, offers)
        load_freshness(session, cast, offers, at)
        _catch_up(session, at)
        load_shortlists(story)
        load_team(story, people)
        load_loop(story, people, offers)
        load_demands(session, at)
        _catch_up(session, at)
        # Questions still open go out at once: so there is a mail to read, with a link that works.
        settle_before(session, at - timedelta(minutes=1), but="partner_question")
        progress(95)
        sheet = Sheet(PASSWORD, [(_job(seed.seats), seed.name, f"{seed.key}@{DOMAIN}") for seed in STAFF])
        sheet.accounts.insert(1, ("coach", cast.users["mira"].name, cast.users["mira"].email))
        load_cards(session, cast, people, sheet, at)
        load_feeds(session, cast, sheet, at)
    progress(100)
    return sheet


def _catch_up(session: Session, at: datetime) -> None:
    """Do at once what a worker would have done since the stories, which were told at their own times."""
    next_free.keep_next_free(session, offer_ids=next_free.list_due(session, at=at), at=at)


def _job(seats: tuple[tuple[str, Role], ...]) -> str:
    return seats[0][1].value if seats else "stranger"
