"""Questions whose answers are drawn: places taken by week, and how long partners take to answer; never by person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import quantiles

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from calendars.holidays import closed_days
from calendars.working_time import working_hours_between
from hub import clock
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.organisation import Organisation
from hub.models.slot import Pool, Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.figure_scopes import FEWEST, counted_answers_for, counted_slots_for

WEEK = timedelta(days=7)
WEEKS_BACK, WEEKS = 4, 8  # four weeks that are over, this one, and three to come
LOOKED_BACK = timedelta(days=90)
UNANSWERED = (EnquiryState.SENT, EnquiryState.SEEN)  # also where a partner took its answer back


@dataclass(frozen=True)
class WeekOfPlaces:
    """The places of one week's dates: offered, and taken of them; held ones count as taken."""

    monday: date
    offered: int
    taken: int


@dataclass(frozen=True)
class ResponseTime:
    """Working hours until an organisation answers: the middle, and the middle half; None where answers are too few."""

    organisation: str
    low: float | None = None
    median: float | None = None
    high: float | None = None


def list_weeks_of_places(session: Session, actor: Actor, *, on: date) -> list[WeekOfPlaces]:
    """Return the weeks around a day, each with its places, also where nothing is offered. One statement."""
    first = on - timedelta(days=on.weekday()) - WEEKS_BACK * WEEK
    mondays = [first + number * WEEK for number in range(WEEKS)]
    ends = [(clock.start_of_day(monday + WEEK), number) for number, monday in enumerate(mondays)]
    number = case(*((Slot.starts_at < end, number) for end, number in ends))
    dates = counted_slots_for(actor).where(
        Slot.state != SlotState.CALLED_OFF, Slot.starts_at >= clock.start_of_day(first), Slot.starts_at < ends[-1][0]
    )
    weeks = dates.with_only_columns(Slot.id, number.label("number")).subquery()
    sums = select(weeks.c.number, func.sum(Pool.places), func.sum(Pool.taken)).join(Pool, Pool.slot_id == weeks.c.id)
    found = {number: (offered, taken) for number, offered, taken in session.execute(sums.group_by(weeks.c.number))}
    return [WeekOfPlaces(monday, *map(int, found.get(key, (0, 0)))) for key, monday in enumerate(mondays)]


def list_response_times(session: Session, actor: Actor, *, at: datetime) -> list[ResponseTime]:
    """Return how long organisations took to answer of late, by name; nobody answers by an offer's terms. One statement.

    Hours count as deadlines do, on Saxony's working days. Only the last answer of an enquiry is known.
    """
    query = counted_answers_for(actor).join(Organisation, Enquiry.organisation_id == Organisation.id)
    answered = (Enquiry.state.not_in(UNANSWERED), Enquiry.sent_at <= Enquiry.answered_at)
    query = query.where(~Enquiry.by_terms, *answered, Enquiry.answered_at > at - LOOKED_BACK)
    columns = query.with_only_columns(Organisation.id, Organisation.name, Enquiry.sent_at, Enquiry.answered_at)
    closed, hours, names = closed_days(), dict[int, list[float]](), dict[int, str]()
    for key, name, sent_at, answered_at in session.execute(columns):
        if sent_at and answered_at:
            hours.setdefault(key, []).append(working_hours_between(sent_at, answered_at, closed=closed))
            names[key] = name
    found = [_response_time(names[key], own) for key, own in hours.items()]
    return sorted(found, key=lambda one: one.organisation.casefold())


def _response_time(name: str, hours: Sequence[float]) -> ResponseTime:
    if len(hours) < FEWEST:
        return ResponseTime(name)
    return ResponseTime(name, *quantiles(hours, n=4, method="inclusive"))
