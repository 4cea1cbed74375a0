"""What one calendar entry and one calendar head consist of, checked when they are made."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_CSS_COLOR = re.compile(r"[a-z]{3,20}\Z")


def as_utc(at: datetime, what: str) -> datetime:
    """The same instant in UTC without fractions of a second; ValueError for a naive datetime."""
    if at.tzinfo is UTC and not at.microsecond:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"{what} must be an aware datetime")
    return at.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One event (RFC 5545, 3.6.1) as a plain value.

    Either timed (`starts_at`, `ends_at`: aware datetimes, kept in UTC, whole seconds) or all-day (`on` and the *last*
    day `until_on`, both included; `until_on` defaults to `on`). `changed_at` and `sequence` are the caller's stored
    facts: they become DTSTAMP, LAST-MODIFIED and SEQUENCE and are never made up here. `tentative` says that it is not
    sure yet whether it takes place; `cancelled` wins over it. `alarm_minutes` are minutes
    before the start. Raises ValueError for naive datetimes, an end before its start, mixed or missing times, a
    negative sequence or alarm, and an empty or unprintable uid; TypeError for a datetime where a date belongs.
    """

    uid: str
    summary: str
    changed_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    on: date | None = None
    until_on: date | None = None
    created_at: datetime | None = None
    sequence: int = 0
    cancelled: bool = False
    tentative: bool = False
    location: str | None = None
    description: str | None = None
    url: str | None = None
    transparent: bool = False
    alarm_minutes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.uid.strip() or not self.uid.isprintable():
            raise ValueError("uid must be printable and not empty")
        if self.sequence < 0:
            raise ValueError("sequence must not be negative")
        if self.alarm_minutes and min(self.alarm_minutes) < 0:
            raise ValueError("alarm_minutes must not be negative")
        self._keep_utc("changed_at", self.changed_at)
        if self.created_at is not None:
            self._keep_utc("created_at", self.created_at)
        if self.on is None:
            self._check_times()
        else:
            self._check_days(self.on)

    @property
    def all_day(self) -> bool:
        """Whether the entry covers whole days instead of times."""
        return self.on is not None

    def _keep_utc(self, name: str, at: datetime) -> None:
        kept = as_utc(at, name)
        if kept is not at:
            object.__setattr__(self, name, kept)

    def _check_times(self) -> None:
        if self.starts_at is None or self.ends_at is None or self.until_on is not None:
            raise ValueError("give either starts_at and ends_at, or on (and until_on)")
        self._keep_utc("starts_at", self.starts_at)
        self._keep_utc("ends_at", self.ends_at)
        if self.ends_at < self.starts_at:
            raise ValueError("ends_at is before starts_at")

    def _check_days(self, on: date) -> None:
        if self.starts_at is not None or self.ends_at is not None:
            raise ValueError("an all-day entry has no starts_at or ends_at")
        if isinstance(on, datetime) or isinstance(self.until_on, datetime):
            raise TypeError("on and until_on must be dates, not datetimes")
        if self.until_on is None:
            object.__setattr__(self, "until_on", on)
        elif self.until_on < on:
            raise ValueError("until_on is before on")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarHead:
    """What a calendar says about itself (RFC 5545, 3.6; RFC 7986, 5).

    `name` is shown by programs and on lock screens: keep it neutral. `refresh` is the wished polling interval, whole
    minutes, at least one. `cancelled_prefix` goes in front of the summary of cancelled entries, in the reader's
    language and with its own space ("Abgesagt: "). `source` is the calendar's own address, `color` a CSS3 colour name
    in small letters. Raises ValueError for an empty name or prodid, a shorter or broken refresh, another colour.
    """

    name: str
    prodid: str
    refresh: timedelta
    cancelled_prefix: str
    source: str | None = None
    color: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.prodid.strip():
            raise ValueError("name and prodid must not be empty")
        if self.refresh < timedelta(minutes=1) or self.refresh % timedelta(minutes=1):
            raise ValueError("refresh must be whole minutes, at least one")
        if self.color is not None and not _CSS_COLOR.match(self.color):
            raise ValueError("color must be a CSS3 colour name in small letters")
