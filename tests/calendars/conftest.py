"""What every calendar test starts from: one neutral head and one plain entry to vary."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calendars.entry import CalendarEntry, CalendarHead

PLAIN = {
    "uid": "a1@termine.example",
    "summary": "Termin",
    "changed_at": datetime(2026, 2, 1, 9, 30, tzinfo=UTC),
    "starts_at": datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
    "ends_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
}


@pytest.fixture(scope="session")
def head() -> CalendarHead:
    return CalendarHead(
        name="Termine", prodid="-//Termine//DE", refresh=timedelta(hours=4), cancelled_prefix="Abgesagt: "
    )


@pytest.fixture(scope="session")
def make_entry() -> Callable[..., CalendarEntry]:
    """A plain timed entry with some fields replaced."""

    def make(**changes: Any) -> CalendarEntry:
        return CalendarEntry(**{**PLAIN, **changes})

    return make
