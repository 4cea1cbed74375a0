"""When something stands on one local day of a calendar: from when there, and until when."""

from datetime import date, datetime

from hub import clock
from hub.i18n import N_
from hub.web.booking_words import weekday
from hub.web.filters import short_clock


def times_on(starts_at: datetime, ends_at: datetime, on: date) -> tuple[str, str]:
    """Return "10:00" and "bis 11:00" as they stand on a local day.

    What began on a day before begins at "0:00"; an end on a later day bears its weekday: "bis Mi, 6:00". What takes the
    whole day is "ganztags" without an end.
    """
    begins, ends = clock.start_of_day(on), clock.end_of_day(on)
    if starts_at <= begins and ends_at >= ends:
        return str(N_("ganz\u00adtags")), ""
    end = short_clock(ends_at) if ends_at <= ends else f"{weekday(ends_at)}, {short_clock(ends_at)}"
    return short_clock(max(starts_at, begins)), str(N_("bis {end}", end=end))
