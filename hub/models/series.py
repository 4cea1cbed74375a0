"""Series, SeriesException and Closure: a rule in wall time, what differs from it, and closed days."""

from collections.abc import Iterator
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime
from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.location import Location, Room
from hub.models.offer import Offer


class HolidayRule(StrEnum):
    """What a public holiday does to a date of the series."""

    CLOSED = "closed"
    OPEN = "open"
    ASK = "ask"


class Series(Identified, Versioned, Base):
    """A rule in wall time of `zone`; its dates are slots in UTC, made ahead up to `made_until_on`."""

    __tablename__ = "series"

    offer_id: Mapped[int] = references("offers")
    location_id: Mapped[int | None] = references("locations")
    room_id: Mapped[int | None] = references("rooms")
    frequency: Mapped[str] = mapped_column(String(24))  # weekly, monthly_by_weekday, dates
    interval: Mapped[int] = mapped_column(default=1)
    times: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # start, end ("HH:MM"); weekday (0 = Monday), nth; or on
    dates: Mapped[list[str]] = mapped_column(default=list)  # ISO dates of a list of single dates
    starts_on: Mapped[date]
    until_on: Mapped[date | None]
    count: Mapped[int | None]
    zone: Mapped[str] = mapped_column(String(40), default="Europe/Berlin")
    holidays: Mapped[HolidayRule] = mapped_column(state_type(HolidayRule), default=HolidayRule.CLOSED)
    school_closed: Mapped[bool] = mapped_column(default=False)  # nothing takes place in the school holidays
    kept_days: Mapped[list[str]] = mapped_column(default=list)  # holidays that take place all the same (answers to ASK)
    places: Mapped[int]
    crowding: Mapped[str] = mapped_column(String(12), default="")  # of a drop-in date: Crowding
    contingents: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # Contingent.stored
    course_id: Mapped[int | None] = references("courses")  # its dates are the sessions of one course
    despite_busy: Mapped[bool] = mapped_column(default=False)  # takes its room though a calendar says busy or unknown
    made_until_on: Mapped[date | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    offer: Mapped[Offer] = related()
    location: Mapped[Location | None] = related()
    room: Mapped[Room | None] = related()
    exceptions: Mapped[list["SeriesException"]] = related(back_populates="series")

    @property
    def rule(self) -> Rule:
        """The rule in wall time, as `calendars` understands it."""
        weekly = self.frequency != Frequency.DATES
        return Rule(
            frequency=Frequency(self.frequency),
            starts_on=self.starts_on,
            interval=self.interval,
            weekdays=tuple(_weekdays(self.times)) if weekly else (),
            dates=() if weekly else tuple(_dates(self.times)),
            until_on=self.until_on,
            count=self.count,
            zone=self.zone,
        )

    @rule.setter
    def rule(self, rule: Rule) -> None:
        weekly = [
            {"weekday": item.weekday, "start": f"{item.start:%H:%M}", "end": f"{item.end:%H:%M}", "nth": item.nth}
            for item in rule.weekdays
        ]
        single = [
            {"on": item.on.isoformat(), "start": f"{item.start:%H:%M}", "end": f"{item.end:%H:%M}"}
            for item in rule.dates
        ]
        self.frequency, self.interval, self.zone = rule.frequency.value, rule.interval, rule.zone
        self.times = weekly or single
        self.dates = sorted({item.on.isoformat() for item in rule.dates})
        self.starts_on, self.until_on, self.count = rule.starts_on, rule.until_on, rule.count


def _weekdays(times: list[dict[str, Any]]) -> Iterator[WeekdayTime]:
    for item in times:
        yield WeekdayTime(item["weekday"], *_span(item), item.get("nth", 0))


def _dates(times: list[dict[str, Any]]) -> Iterator[SingleDate]:
    for item in times:
        yield SingleDate(date.fromisoformat(item["on"]), *_span(item))


def _span(item: dict[str, Any]) -> tuple[time, time]:
    return time.fromisoformat(item["start"]), time.fromisoformat(item["end"])


class ExceptionKind(StrEnum):
    """How one date differs from its series."""

    MOVED = "moved"
    CALLED_OFF = "called_off"
    CHANGED = "changed"


class SeriesException(Base):
    """One date that differs; it survives every later edit of the series."""

    __tablename__ = "series_exceptions"
    __table_args__ = (UniqueConstraint("series_id", "occurrence_on", "occurrence_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = references("series")
    occurrence_on: Mapped[date]
    occurrence_index: Mapped[int] = mapped_column(default=0)
    kind: Mapped[ExceptionKind] = mapped_column(state_type(ExceptionKind))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    places: Mapped[int | None]
    room_id: Mapped[int | None] = references("rooms")
    created_at: Mapped[datetime]

    series: Mapped[Series] = related(back_populates="exceptions")


class Closure(Identified, Base):
    """Days on which an organisation is closed, or school holidays as a list (no organisation)."""

    __tablename__ = "closures"

    organisation_id: Mapped[int | None] = references("organisations")
    name: Mapped[str] = mapped_column(String(80))
    first_on: Mapped[date]
    last_on: Mapped[date]
