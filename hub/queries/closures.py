"""Questions about closed days: an organisation's own, school holidays, public holidays; each day with its name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calendars.holidays import public_holidays
from hub import clock
from hub.errors import NotFound
from hub.models.organisation import Organisation
from hub.models.series import Closure, HolidayRule
from hub.policy.actor import Actor
from hub.policy.scopes import closures_for
from hub.school_holidays import days_between, school_days_off

# Corpus Christi is a holiday in some municipalities of this district only (SächsFeiertagsG § 1), so we ask.
CATHOLIC_DISTRICT = "14625"
LONGEST_WAIT = timedelta(days=60)


class ClosedBy(StrEnum):
    """Why nothing takes place on a day."""

    CLOSURE = "closure"
    HOLIDAY = "holiday"
    SCHOOL = "school"


@dataclass(frozen=True)
class ClosedDay:
    """A closed day: its name, why it is closed, and whether the partner is asked about it."""

    name: str
    by: ClosedBy
    asked: bool = False


@dataclass(frozen=True)
class DayNames:
    """The names of an organisation's own closed days and of all days of school holidays in a span."""

    own: dict[date, str]
    school: dict[date, str]


def day_names(session: Session, organisation_id: int, *, first: date, last: date, language: str = "de") -> DayNames:
    """Return the named days of a span, both ends included: own closures and school holidays. One statement."""
    query = select(Closure).where(
        or_(Closure.organisation_id == organisation_id, Closure.organisation_id.is_(None)),
        Closure.last_on >= first,
        Closure.first_on <= last,
    )
    names = DayNames({}, school_days_off(first, last, language=language))
    for closure in session.scalars(query.order_by(Closure.id)):
        days = names.own if closure.organisation_id is not None else names.school
        for day in days_between(max(first, closure.first_on), min(last, closure.last_on)):
            days.setdefault(day, closure.name)
    return names


def list_own_closed_days(session: Session, organisation_id: int, *, at: datetime) -> frozenset[date]:
    """Return the organisation's own closed days of the next two months; nobody waits longer than that for an answer."""
    return map_own_closed_days(session, {organisation_id}, at=at).get(organisation_id, frozenset())


def map_own_closed_days(
    session: Session, organisation_ids: Collection[int], *, at: datetime
) -> dict[int, frozenset[date]]:
    """Return the same for many organisations at once; one without closed days is left out. One statement."""
    first = clock.local_date(at)
    last = first + LONGEST_WAIT
    query = select(Closure.organisation_id, Closure.first_on, Closure.last_on).where(
        Closure.organisation_id.in_(organisation_ids), Closure.last_on >= first, Closure.first_on <= last
    )
    days: dict[int | None, set[date]] = {}
    for organisation_id, since, until in session.execute(query):
        days.setdefault(organisation_id, set()).update(days_between(max(first, since), min(last, until)))
    return {key: frozenset(days[key]) for key in organisation_ids if key in days}


def closed_days(
    names: DayNames,
    *,
    holidays: HolidayRule,
    school_closed: bool,
    municipality_code: str | None,
    first: date,
    last: date,
    language: str = "de",
) -> dict[date, ClosedDay]:
    """Return each day of a span that is closed under a series' choices; pure.

    An own closure counts before a public holiday, and that before school holidays: its name is the one to be shown.
    """
    closed: dict[date, ClosedDay] = {}
    if school_closed:
        closed |= {day: ClosedDay(name, ClosedBy.SCHOOL) for day, name in names.school.items()}
    if holidays is not HolidayRule.OPEN:
        public = public_holidays(first, last, language=language)
        wider = public_holidays(first, last, language=language, catholic_region=True)
        asks = municipality_code is not None and municipality_code.startswith(CATHOLIC_DISTRICT)
        regional = set(wider) - set(public) if asks else set()
        for day in set(public) | regional:
            asked = holidays is HolidayRule.ASK or day in regional
            if not (asked and day in closed):  # where the schools are closed anyway, nobody needs to be asked
                closed[day] = ClosedDay(wider[day], ClosedBy.HOLIDAY, asked)
    return closed | {day: ClosedDay(name, ClosedBy.CLOSURE) for day, name in names.own.items()}


def get_closure(session: Session, actor: Actor, public_id: str) -> Closure:
    """Return a closure of an organisation the actor acts for (coordinators: of the schools); else NotFound."""
    closure: Closure | None = session.scalar(closures_for(actor).where(Closure.public_id == public_id))
    if closure is None:
        raise NotFound
    return closure


def list_closures(session: Session, actor: Actor, *, since: date) -> list[tuple[Closure, Organisation]]:
    """Return the closures of the actor's organisations that are not over, with the organisation, by day."""
    query = closures_for(actor).join(Organisation, Closure.organisation_id == Organisation.id)
    query = query.where(Closure.last_on >= since).add_columns(Organisation)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Closure.first_on, Closure.id))]


def list_added_school_holidays(session: Session, *, since: date) -> list[Closure]:
    """Return the school holidays that coordinators added to the shipped list and that are not over, by day."""
    query = select(Closure).where(Closure.organisation_id.is_(None), Closure.last_on >= since)
    return list(session.scalars(query.order_by(Closure.first_on, Closure.id)))
