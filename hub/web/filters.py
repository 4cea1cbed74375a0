"""How instants, dates and distances read on a page, in the language in use and in local time."""

from datetime import date, datetime

from babel.dates import format_date, format_skeleton, format_time
from flask import Flask

from hub import clock, i18n
from hub.i18n import N_
from hub.models.consent import Consent
from hub.queries.consent_texts import name_of

NBSP = "\u00a0"


def _cldr() -> str:
    return i18n.CLDR[i18n.current()]


def day(value: datetime | date) -> str:
    """Weekday and date: "Mittwoch, 16. September" (no-break space inside the date)."""
    on = clock.local_date(value) if isinstance(value, datetime) else value
    pattern = "EEEE, d. MMMM" if i18n.current() == "de" else "EEEE d MMMM"
    return format_date(on, pattern, locale=_cldr()).replace(". ", f".{NBSP}")


def full_day(value: datetime | date) -> str:
    """Date with year: "16. September 2026"."""
    on = clock.local_date(value) if isinstance(value, datetime) else value
    return format_date(on, "long", locale=_cldr()).replace(" ", NBSP)


def short_day(value: datetime | date) -> str:
    """Short date: "Mi, 16.09."."""
    on = clock.local_date(value) if isinstance(value, datetime) else value
    return format_skeleton("EEEMMdd", datetime.combine(on, datetime.min.time()), locale=_cldr()).replace(" ", NBSP)


def clock_time(value: datetime) -> str:
    """Wall time: "10 Uhr" or "10:30 Uhr" in German, "10:00" in English."""
    here = clock.local(value)
    if i18n.current() != "de":
        return format_time(here, "HH:mm", locale=_cldr())
    text = format_time(here, "H" if here.minute == 0 else "H:mm", locale="de")
    return f"{text}{NBSP}Uhr"


def short_clock(value: datetime) -> str:
    """Wall time for columns: "10:00"."""
    return format_time(clock.local(value), "H:mm", locale=_cldr())


def day_clock(value: datetime) -> str:
    """Day and time in one: "Mittwoch, 16. September, 10 Uhr"."""
    return f"{day(value)}, {clock_time(value)}"


def relative_day(value: datetime | date, today: date | None = None) -> str:
    """ "heute", "morgen", else the day."""
    on = clock.local_date(value) if isinstance(value, datetime) else value
    distance = (on - (today or clock.local_date(clock.now()))).days
    near = {-1: N_("gestern"), 0: N_("heute"), 1: N_("morgen")}
    return str(near[distance]) if distance in near else day(on)


def kilometres(value: float) -> str:
    """Rounded distance: "4 km"."""
    return f"{max(1, round(value))}{NBSP}km"


def consent_name(consent: Consent) -> str:
    """Whom a consent is for, and what, where it is not the telling itself."""
    return str(name_of(consent))


def install(app: Flask) -> None:
    """Register all filters."""
    for name, function in {
        "day": day,
        "full_day": full_day,
        "short_day": short_day,
        "clock": clock_time,
        "short_clock": short_clock,
        "day_clock": day_clock,
        "relative_day": relative_day,
        "km": kilometres,
        "consent_name": consent_name,
    }.items():
        app.jinja_env.filters[name] = function
