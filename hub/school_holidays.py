"""School holidays of Saxony: the shipped official list, read once; regional days are closures without organisation."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from hub.i18n import N_, Message

_FILE = Path(__file__).resolve().parent / "data" / "school_holidays_sn.csv"
_NAMES: dict[str, Message] = {
    "Herbstferien": N_("Herbstferien"),
    "Weihnachtsferien": N_("Weihnachtsferien"),
    "Winterferien": N_("Winterferien"),
    "Osterferien": N_("Osterferien"),
    "Pfingstferien": N_("Pfingstferien"),
    "Sommerferien": N_("Sommerferien"),
    "Unterrichtsfreier Tag": N_("Unterrichtsfreier Tag"),
}


@dataclass(frozen=True)
class SchoolHoliday:
    """One holiday of the schools, first and last day included."""

    school_year: str
    name: Message
    first_on: date
    last_on: date


@cache
def school_holidays() -> tuple[SchoolHoliday, ...]:
    """Return all school holidays the house knows, in order."""
    with _FILE.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(line for line in source if not line.startswith("#")))
    found = [
        SchoolHoliday(
            row["school_year"],
            _NAMES[row["name"]],
            date.fromisoformat(row["first_on"]),
            date.fromisoformat(row["last_on"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: one.first_on))


def known_until() -> date:
    """Return the last day the list reaches: beyond it the house knows of no school holidays."""
    return max(one.last_on for one in school_holidays())


def school_days_off(first: date, last: date, *, language: str = "de") -> dict[date, str]:
    """Return the days of school holidays between two days, both included, with their names."""
    found: dict[date, str] = {}
    for one in school_holidays():
        for day in days_between(max(first, one.first_on), min(last, one.last_on)):
            found[day] = one.name.render(language)
    return found


def days_between(first: date, last: date) -> list[date]:
    """Return every day from the first to the last, both included; none when the last lies before the first."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
