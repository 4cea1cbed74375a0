"""Courses for tests, published as a partner does it: Wednesdays from ten to eleven, six of them unless told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendars.rule import Frequency, Rule, WeekdayTime
from hub.actions.courses import book_course
from hub.actions.series import publish_series
from hub.errors import RuleBroken
from hub.models.booking import Booking
from hub.models.offer import Access, Form, Offer
from hub.models.participant import Participant
from hub.models.slot import Course, Slot
from hub.queries.courses import get_course
from hub.queries.own_offers import get_own_offer
from hub.queries.participants import get_participant
from hub.queries.series import Plan
from tests.places import make_offer
from tests.world import World

WEDNESDAY = 2
BEFORE_REPENTANCE_DAY = date(2026, 10, 28)  # the fourth Wednesday from here is Buß- und Bettag, 18 November


def plan_of_course(count: int = 6, **values: Any) -> Plan:
    """Return the plan of a weekly course."""
    rule = Rule(
        frequency=Frequency.WEEKLY,
        starts_on=values.pop("starts_on", date(2026, 9, 16)),
        weekdays=(WeekdayTime(WEDNESDAY, time(10), time(11)),),
        count=values.pop("rule_count", count),
    )
    return Plan(**{"rule": rule, "places": 3, "join_until": 3, "course_name": "Herbstkurs"} | values)


def make_course(world: World, offer: Offer | None = None, **values: Any) -> Course:
    """Publish a course, of a new offer of the club unless one is given."""
    offer = offer or make_course_offer(world)
    sven = world.actor("sven")
    with world.database.transaction() as session:
        own = get_own_offer(session, sven, offer.public_id)
        publish_series(session, actor=sven, offer=own, plan=plan_of_course(**values), at=world.at)
        return session.scalars(select(Course).order_by(Course.id.desc()).limit(1)).one()


def make_course_offer(world: World, **values: Any) -> Offer:
    """Add an offer that takes place as courses."""
    return make_offer(world, **{"form": Form.COURSE, "title": "Rückenkurs", "access": Access.ANONYMOUS} | values)


def sessions_of(world: World, course: Course) -> list[Slot]:
    """Return the sessions of a course with their pools, by number."""
    with world.database.reading() as session:
        slots = list(session.scalars(select(Slot).where(Slot.course_id == course.id).order_by(Slot.session)))
        for slot in slots:
            session.refresh(slot, ["pools"])
        return slots


def join(world: World, course: Course, person: Participant, *, by: str = "clara", **arguments: Any) -> list[Booking]:
    """Let a coach book a course; course and person are read through the coach's scopes as a page does."""
    actor = world.actor(by)

    def unit(session: Session) -> list[Booking]:
        return book_course(
            session,
            actor=actor,
            course=get_course(session, actor, course.public_id),
            participant=get_participant(session, actor, person.public_id, at=world.at),
            **{"at": world.at} | arguments,
        )

    return world.database.run(unit)


def on(day: int, month: int, hour: int = 7) -> datetime:
    """Return an instant of the autumn of the tests."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@contextmanager
def refused(kind: type[RuleBroken], words: str) -> Iterator[None]:
    """Assert that a rule of this kind says no, in words that match."""
    with pytest.raises(kind) as no:
        yield
    assert re.search(words, str(no.value.message)), str(no.value.message)
