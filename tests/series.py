"""Running series for tests about changing them: published, held against another rule, and changed."""

from datetime import date, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendars.recurrence import Frequency, Rule, WeekdayTime
from hub.actions.series import publish_series
from hub.actions.series_changes import Removed, change_series
from hub.models.offer import Offer
from hub.models.series import Series
from hub.models.slot import Slot
from hub.queries.series import Plan, get_own_series, plan_of
from hub.queries.series_difference import Difference, difference
from tests.places import make_offer
from tests.world import World

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
FIRST = date(2026, 9, 16)  # the Wednesday after the world's Monday
TODAY = date(2026, 9, 14)


def weekly(*days: int, at: tuple[int, int] = (10, 11), starts_on: date = FIRST, **more: Any) -> Rule:
    """A weekly rule: on Wednesdays from 10 to 11 unless told."""
    times = tuple(WeekdayTime(day, time(at[0]), time(at[1])) for day in days or (WEDNESDAY,))
    return Rule(frequency=Frequency.WEEKLY, starts_on=starts_on, weekdays=times, **more)


def publish(
    world: World, rule: Rule | None = None, *, offer: Offer | None = None, who: str = "sven", **more: Any
) -> Series:
    """Publish a series of the club and return it."""
    plan = Plan(**{"rule": rule or weekly(), "places": 3} | more)
    series: Series = world.do(
        publish_series,
        actor=world.actor(who),
        offer=offer or make_offer(world, window_days=300),
        plan=plan,
        at=world.at,
    )
    return series


def compare(world: World, series: Series, rule: Rule | None = None, *, since: date = TODAY, **more: Any) -> Difference:
    """Return the difference of a rule (the present one unless told), places or room."""
    with world.database.reading() as session:
        own = get_own_series(session, world.actor("sven"), series.public_id)
        return difference(session, own, planned(own, rule, **more), since=since, at=more.pop("at", world.at))


def planned(series: Series, rule: Rule | None = None, **more: Any) -> Plan:
    """Return the present plan of a series with another rule or other values."""
    values = {name: getattr(plan_of(series), name) for name in Plan.__dataclass_fields__}
    return Plan(
        **values | {name: value for name, value in more.items() if name != "at"} | ({"rule": rule} if rule else {})
    )


def change(
    world: World,
    series: Series,
    rule: Rule | None = None,
    *,
    since: date = TODAY,
    removed: Removed | None = None,
    who: str = "sven",
    expected: str | None = None,
    **more: Any,
) -> Series:
    """Change a series after looking at the difference, as somebody at a page does."""
    found = compare(world, series, rule, since=since, **more) if expected is None else None

    def unit(session: Session) -> Series:
        own = get_own_series(session, world.actor("sven"), series.public_id)
        return change_series(
            session,
            actor=world.actor(who),
            series=own,
            plan=planned(own, rule, **more),
            since=since,
            removed=removed,
            expected=expected or (found.digest if found else ""),
            at=more.get("at", world.at),
        )

    return world.database.run(unit)


def slots_of(world: World, series: Series) -> list[Slot]:
    """Return the dates of a series by time."""
    with world.database.reading() as session:
        return list(session.scalars(select(Slot).where(Slot.series_id == series.id).order_by(Slot.starts_at)))
