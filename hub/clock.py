"""The one clock: verbs read it once and hand the instant on as `at`."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """Return the present instant, aware, in UTC, whole seconds (calendars know no smaller unit)."""
    return datetime.now(UTC).replace(microsecond=0)


def local(at: datetime) -> datetime:
    """Return the instant in wall time of Europe/Berlin."""
    return at.astimezone(ZONE)


def local_date(at: datetime) -> date:
    """Return the calendar day of an instant in Europe/Berlin."""
    return at.astimezone(ZONE).date()


def start_of_day(on: date) -> datetime:
    """Return the UTC instant at which a local day begins."""
    return datetime.combine(on, time(0), ZONE).astimezone(UTC)


def end_of_day(on: date) -> datetime:
    """Return the UTC instant at which a local day is over (the next one's start)."""
    return start_of_day(on + timedelta(days=1))
